"""Small values with an expiry in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.store import canonical
from bot.store.database import Database
from bot.store.interface import Entry
from bot.store.times import from_micros, micros, to_micros

_LIVE = "(expires IS NULL OR expires > :now)"

# S608 below: the statements are joined from this file's literals alone; every value is bound.
_GET = f"SELECT key, content, expires FROM value WHERE namespace = :namespace AND key = :key AND {_LIVE}"  # noqa: S608 - see above

_PUT = """
    INSERT INTO value (namespace, key, content, expires) VALUES (:namespace, :key, :content, :expires)
    ON CONFLICT (namespace, key) DO UPDATE SET content = excluded.content, expires = excluded.expires
"""

_SET = f"""
    UPDATE value SET content = :content, expires = :expires
    WHERE namespace = :namespace AND key = :key AND content = :expected AND {_LIVE}
"""  # noqa: S608 - see above

_DELETE = f"DELETE FROM value WHERE namespace = :namespace AND key = :key AND {_LIVE}"  # noqa: S608 - see above

_SCAN = f"""
    SELECT key, content, expires FROM value
    WHERE namespace = :namespace AND key >= :prefix AND substr(key, 1, length(:prefix)) = :prefix AND {_LIVE}
    ORDER BY key
"""  # noqa: S608 - see above


class SqliteValues:
    """`Values` on a SQLite file. What has expired is never seen, and leaves the file at a later put."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = now

    async def get(self, namespace: str, key: str) -> Entry | None:
        """See `Values.get`."""
        values = self._at(namespace, key)
        row = await self._database.read(lambda connection: connection.execute(_GET, values).fetchone())
        return None if row is None else _entry_of(row)

    async def put(self, namespace: str, key: str, value: Any, *, ttl: float | None = None) -> None:
        """See `Values.put`."""
        values = self._at(namespace, key, ttl=ttl, content=value)

        def write(connection: sqlite3.Connection) -> None:
            forget_expired(connection, values["now"])
            connection.execute(_PUT, values)

        await self._database.write(write)

    async def put_if_absent(self, namespace: str, key: str, value: Any, *, ttl: float | None = None) -> Entry | None:
        """See `Values.put_if_absent`."""
        values = self._at(namespace, key, ttl=ttl, content=value)

        def write(connection: sqlite3.Connection) -> Entry | None:
            forget_expired(connection, values["now"])
            row = connection.execute(_GET, values).fetchone()
            if row is not None:
                return _entry_of(row)
            connection.execute(_PUT, values)
            return None

        return await self._database.write(write)

    async def compare_and_set(
        self, namespace: str, key: str, expected: Any, value: Any, *, ttl: float | None = None
    ) -> bool:
        """See `Values.compare_and_set`."""
        return await self._change(_SET, self._at(namespace, key, ttl=ttl, content=value, expected=expected))

    async def delete(self, namespace: str, key: str) -> bool:
        """See `Values.delete`."""
        return await self._change(_DELETE, self._at(namespace, key))

    async def compare_and_delete(self, namespace: str, key: str, expected: Any) -> bool:
        """See `Values.compare_and_delete`."""
        return await self._change(f"{_DELETE} AND content = :expected", self._at(namespace, key, expected=expected))

    async def scan(self, namespace: str, prefix: str = "") -> tuple[Entry, ...]:
        """See `Values.scan`."""
        values = {"namespace": namespace, "prefix": prefix, "now": to_micros(self._clock())}
        rows = await self._database.read(lambda connection: connection.execute(_SCAN, values).fetchall())
        return tuple(_entry_of(row) for row in rows)

    async def _change(self, statement: str, values: dict[str, Any]) -> bool:
        return await self._database.write(lambda connection: connection.execute(statement, values).rowcount) == 1

    def _at(self, namespace: str, key: str, *, ttl: float | None = None, **json_values: Any) -> dict[str, Any]:
        for what, text in (("namespace", namespace), ("key", key)):
            if not text:
                raise ValueError(f"{what} of a value: expected text of 1 character or more")
        if ttl is not None and not ttl > 0:
            raise ValueError(f"ttl of {namespace} {key}: expected more than 0 seconds, got {ttl}")
        now = to_micros(self._clock())
        texts = {name: canonical.encode(value, f"{namespace} {key}") for name, value in json_values.items()}
        expires = None if ttl is None else now + micros(ttl)
        return {"namespace": namespace, "key": key, "now": now, "expires": expires, **texts}


def forget_expired(connection: sqlite3.Connection, now: int) -> None:
    """Delete the values whose time has passed."""
    connection.execute("DELETE FROM value WHERE expires <= ?", (now,))


def _entry_of(row: sqlite3.Row) -> Entry:
    expires = None if row["expires"] is None else from_micros(row["expires"])
    return Entry(key=row["key"], value=canonical.decode(row["content"], row["key"]), expires=expires)
