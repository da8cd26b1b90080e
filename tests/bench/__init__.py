"""Tests of the benchmarks: of what they compute, and not of how fast this machine is."""
