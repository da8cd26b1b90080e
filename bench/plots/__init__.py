"""The pictures of docs/performance.md: measured once into a file of figures, and drawn from it."""
