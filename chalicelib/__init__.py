"""Buyer protection: orders in escrow, disputes, deadlines, and the money that follows."""
