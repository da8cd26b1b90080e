"""Measure the cost of commands and sweeps, as ratios that hold on any machine."""
