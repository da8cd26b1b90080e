"""Orders, their parcels, protection and money."""
