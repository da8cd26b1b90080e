"""Thirteen stories played against the local cloud by `python -m localcloud demo`, and the sample data of `run`."""
