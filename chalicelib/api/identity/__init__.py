"""Who calls: tokens, their provider and its keys, and how many calls a caller may make."""
