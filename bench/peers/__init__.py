"""The same dispute on other stacks: how much of a processor, and how many bytes, each takes."""
