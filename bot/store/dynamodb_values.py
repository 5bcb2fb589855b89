"""Small values with an expiry in DynamoDB: one item each, all of a namespace in one partition."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.store import canonical
from bot.store.aws_calls import ConditionFailed
from bot.store.dynamodb_expiry import ABSENT, LIVE, expiring, lives
from bot.store.dynamodb_table import Condition, Item, Table
from bot.store.interface import Entry
from bot.store.times import from_micros, micros, to_micros

LONGEST_KEY = 1024
"""Bytes of a sort key (AWS: DynamoDB, "Constraints", sort key length)."""

LONGEST_VALUE = 390_000
"""Bytes of a value's JSON: an item holds 400 KB, its names and keys included (AWS: DynamoDB, "Quotas")."""


class DynamoValues:
    """
    `Values` in a DynamoDB table. What has expired is never seen, whenever DynamoDB deletes it.

    A write carries a mark of its own: where the reply to it is lost and boto3 sends it again, the second one finds
    what the first has done, and counts it as success. A delete whose reply is lost may say that nothing was there.
    """

    def __init__(self, table: Table, *, now: Callable[[], datetime]) -> None:
        self._table = table
        self._clock = now

    async def get(self, namespace: str, key: str) -> Entry | None:
        """See `Values.get`."""
        item = await self._table.get(_pk(namespace), key)
        return _entry_of(item) if item is not None and lives(item, self._now()) else None

    async def put(self, namespace: str, key: str, value: Any, *, ttl: float | None = None) -> None:
        """See `Values.put`."""
        await self._table.put(self._item(namespace, key, value, ttl))

    async def put_if_absent(self, namespace: str, key: str, value: Any, *, ttl: float | None = None) -> Entry | None:
        """See `Values.put_if_absent`."""
        item = self._item(namespace, key, value, ttl)
        there = await self._write(item, Condition(ABSENT, {":now": self._now()}))
        return None if there is None else _entry_of(there)

    async def compare_and_set(
        self, namespace: str, key: str, expected: Any, value: Any, *, ttl: float | None = None
    ) -> bool:
        """See `Values.compare_and_set`."""
        item = self._item(namespace, key, value, ttl)
        return await self._write(item, self._holds(namespace, key, expected)) is None

    async def delete(self, namespace: str, key: str) -> bool:
        """See `Values.delete`."""
        return await self._delete(namespace, key, Condition(LIVE, {":now": self._now()}))

    async def compare_and_delete(self, namespace: str, key: str, expected: Any) -> bool:
        """See `Values.compare_and_delete`."""
        return await self._delete(namespace, key, self._holds(namespace, key, expected))

    async def scan(self, namespace: str, prefix: str = "") -> tuple[Entry, ...]:
        """See `Values.scan`. DynamoDB orders keys by their UTF-8 bytes, as SQLite does."""
        keys = Condition("pk = :pk", {":pk": _pk(namespace)})
        if prefix:
            keys = Condition("pk = :pk AND begins_with(sk, :prefix)", {**keys.values, ":prefix": prefix})
        now = self._now()
        return tuple([_entry_of(item) async for item in self._table.query(keys) if lives(item, now)])

    async def _write(self, item: Item, condition: Condition) -> Item | None:
        """Store the item and return None; else what stands in the way, empty where nothing is there."""
        try:
            await self._table.put(item, condition)
        except ConditionFailed as failed:
            return None if failed.item.get("mark") == item["mark"] else dict(failed.item)
        return None

    async def _delete(self, namespace: str, key: str, condition: Condition) -> bool:
        try:
            return await self._table.delete(_pk(namespace), key, condition)
        except ConditionFailed:
            return False

    def _holds(self, namespace: str, key: str, expected: Any) -> Condition:
        content = canonical.encode(expected, f"{namespace} {key}")
        return Condition(f"content = :expected AND {LIVE}", {":expected": content, ":now": self._now()})

    def _item(self, namespace: str, key: str, value: Any, ttl: float | None) -> Item:
        if not namespace:
            raise ValueError("namespace of a value: expected text of 1 character or more")
        if not 0 < len(key.encode()) <= LONGEST_KEY:
            raise ValueError(f"key of a value: expected text of 1 to {LONGEST_KEY} bytes, got {key!r:.60}")
        if ttl is not None and not ttl > 0:
            raise ValueError(f"ttl of {namespace} {key}: expected more than 0 seconds, got {ttl}")
        content = canonical.encode(value, f"{namespace} {key}")
        if len(content) > LONGEST_VALUE:
            raise ValueError(f"{namespace} {key}: expected at most {LONGEST_VALUE} bytes of JSON, got {len(content)}")
        expires = None if ttl is None else self._now() + micros(ttl)
        mark = secrets.token_hex(8)
        return {"pk": _pk(namespace), "sk": key, "content": content, "mark": mark, **expiring(expires)}

    def _now(self) -> int:
        return to_micros(self._clock())


def _pk(namespace: str) -> str:
    return f"value#{namespace}"


def _entry_of(item: Item) -> Entry:
    expires = from_micros(int(item["expires"])) if "expires" in item else None
    return Entry(key=item["sk"], value=canonical.decode(item["content"], item["sk"]), expires=expires)
