"""Define the stack's parameters: all that an operator chooses, each with the values that are accepted."""
