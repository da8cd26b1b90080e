"""Post events to the endpoints that the marketplace registered, signed by the Standard Webhooks convention (N7)."""
