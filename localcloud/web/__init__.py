"""Build the web app, and serve it on loopback beside the local cloud."""
