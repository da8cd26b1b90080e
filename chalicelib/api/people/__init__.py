"""Contacts and devices of people, and their erasure."""
