"""Checks of the hop: target group."""
