"""Webhook endpoints: where the marketplace's systems are posted events (N7)."""
