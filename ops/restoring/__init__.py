"""Restore the table to a point in time: the parts of `python -m ops restore`."""
