"""Unusual patterns in a person's disputes, over HTTP."""
