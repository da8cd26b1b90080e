"""Requests of the marketplace's systems about many things at once, each with a result of its own."""
