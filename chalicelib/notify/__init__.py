"""Tell buyers, sellers, mediators and machines what happened, each in their own form (N1-N5)."""
