"""A web page that shows every message the local cloud sent, by recipient."""
