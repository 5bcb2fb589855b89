"""Checks of the hop: load balancer."""
