"""The API's description: OpenAPI, and the page at /docs."""
