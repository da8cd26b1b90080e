"""The audit over HTTP: what staff and the marketplace's systems asked for."""
