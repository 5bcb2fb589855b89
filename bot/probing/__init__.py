"""Probe now: the addresses of a diagnosed path, tried on the wire because somebody pressed the button."""
