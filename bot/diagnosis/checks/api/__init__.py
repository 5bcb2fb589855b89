"""Checks of the hop: api."""
