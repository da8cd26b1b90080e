"""What commands and sweeps cost, as ratios that hold on any machine."""
