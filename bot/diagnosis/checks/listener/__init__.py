"""Checks of the hop: listener."""
