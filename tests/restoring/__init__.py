"""Tests of restoring the table to a point in time."""
