"""Scenarios: one folder each, with the evidence of one diagnosis and the verdict that is expected of it."""
