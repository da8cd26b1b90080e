"""The rules: pure Python, standard library only; the time is always an argument."""
