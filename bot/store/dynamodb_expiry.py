"""
When items in DynamoDB end.

DynamoDB deletes an item within days of its `ttl`, which is in seconds (AWS: DynamoDB, "Using time to live"). So every
item also says in `expires` to the microsecond when it has ended, and every read and every condition looks at that.
"""

from __future__ import annotations

from bot.store.dynamodb_table import Item

LIVE = "attribute_exists(pk) AND (attribute_not_exists(expires) OR expires > :now)"
"""Holds for an item that is there and has not ended; `:now` in microseconds."""

ABSENT = "attribute_not_exists(pk) OR expires <= :now"
"""Holds where nothing is there, or only what has ended."""


def expiring(expires: int | None) -> Item:
    """The attributes of an item that ends at a stored moment, or never."""
    if expires is None:
        return {}
    # Rounded up: it must not be deleted too early.
    return {"expires": expires, "ttl": -(-expires // 1_000_000)}


def lives(item: Item, now: int) -> bool:
    """Whether an item has not ended."""
    return "expires" not in item or int(item["expires"]) > now
