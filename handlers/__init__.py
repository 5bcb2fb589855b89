"""Slack's edge: parse, acknowledge, enqueue, answer."""
