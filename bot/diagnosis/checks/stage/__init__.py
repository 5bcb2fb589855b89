"""Checks of the hop: stage."""
