"""Checks of the hop: integration."""
