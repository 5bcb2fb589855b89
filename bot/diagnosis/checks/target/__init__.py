"""Checks of the hop: target."""
