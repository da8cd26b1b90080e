"""Real orders run through the product's own services by `python -m localcloud replay`."""
