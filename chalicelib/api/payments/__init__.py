"""Payment instructions and their results."""
