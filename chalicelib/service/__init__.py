"""Answer each command and each question of the API with one function.

A command is one step after the other in ``execute``: load, begin, check, decide, settle, size, answer, commit.
"""
