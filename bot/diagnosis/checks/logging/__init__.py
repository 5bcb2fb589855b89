"""Checks of the hop: logging."""
