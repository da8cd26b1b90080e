"""How people are reached, and their erasure."""
