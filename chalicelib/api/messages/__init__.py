"""The thread of an order."""
