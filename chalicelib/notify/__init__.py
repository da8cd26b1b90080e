"""Tells buyers, sellers, mediators and machines what happened, each in their own form (section 6)."""
