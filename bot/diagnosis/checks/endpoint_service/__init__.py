"""Checks of the hop: endpoint service."""
