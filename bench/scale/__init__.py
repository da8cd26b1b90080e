"""Simulate what breaks first as a marketplace grows: events in a queue, fed with measured units and AWS's quotas."""
