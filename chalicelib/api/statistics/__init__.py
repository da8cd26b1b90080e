"""The statistics of disputes over HTTP."""
