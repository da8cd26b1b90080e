"""The addresses that SNS keeps: each person's topic with its subscriptions, and the endpoints of their devices (N1)."""
