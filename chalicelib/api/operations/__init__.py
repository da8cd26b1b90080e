"""The operations of the deployment over HTTP."""
