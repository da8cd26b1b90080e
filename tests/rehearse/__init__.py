"""Tests of what the rehearsal of an upgrade sees."""
