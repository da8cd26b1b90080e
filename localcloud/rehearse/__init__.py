"""Rehearse an upgrade and a rollback: the release before and the present code, deployed over each other while calls go on."""
