"""Webhooks of tracking services."""
