"""Live connections: what the stream brings is pushed to whoever has a thread open (N5)."""
