"""Build and check the zip and the template that are deployed."""
