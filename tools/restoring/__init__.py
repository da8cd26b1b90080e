"""Restore the table to a point in time: `python -m tools.restoring STEP`, step by step as docs/restore.md says."""
