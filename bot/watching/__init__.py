"""Watches: a request that is checked again on a schedule, and is spoken of only when its verdict changes."""
