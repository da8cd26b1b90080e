"""Files as evidence."""
