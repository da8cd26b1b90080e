"""Tools for developers and operators: pages made from the code, mutation tests, and the redrive."""
