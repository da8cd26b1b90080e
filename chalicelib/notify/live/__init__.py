"""Pushes what the stream brings to the live connections of a thread (N5)."""
