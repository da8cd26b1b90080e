"""Identity of callers: tokens, their provider and its keys, and rate limits."""
