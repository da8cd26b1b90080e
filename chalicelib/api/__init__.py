"""The HTTP edge: one blueprint per resource; validation, identity, idempotency keys and problems in one seam."""
