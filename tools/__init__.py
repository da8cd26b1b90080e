"""What the developers run: pages made from the code, and their drift check."""
