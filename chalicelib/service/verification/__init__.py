"""Check that everything in the table agrees with everything else: money, log, state, indexes and locks."""
