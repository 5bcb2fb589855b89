"""Checks of the hop: vpc link."""
