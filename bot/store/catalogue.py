"""The names of APIs, stages and routes that were read before: what type-ahead menus offer without asking AWS.

Nothing here decides anything. A name that is not in it can be typed all the same, and what has gone from AWS since is
found out by the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from bot.store.interface import Values

T = TypeVar("T")

_APIS: Final = "catalogue-apis"
_PARTS: Final = "catalogue-parts"
_KEPT_SECONDS: Final = 7 * 24 * 3600.0
"""Old names are better than none, as long as they are refreshed in the background."""
_BUDGET: Final = 300_000
"""Bytes of the names of one place: well below what a value may hold. Names beyond it are typed by hand."""
FRESH_SECONDS: Final = 600.0
"""How old names may be until they are read again."""


@dataclass(frozen=True)
class NamedApi:
    """One API as a menu shows it. `protocol` is REST, HTTP or WEBSOCKET."""

    id: str
    name: str
    protocol: str


@dataclass(frozen=True)
class Parts:
    """The stages and routes (`GET /orders`) of one API."""

    stages: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where APIs stand. `account` is None for the account of the credentials."""

    region: str
    account: str | None = None

    @property
    def key(self) -> str:
        """What its names are filed under."""
        return f"{self.account or ''}/{self.region}"


class Catalogue:
    """The names by place; `now` is the wall clock."""

    def __init__(self, values: Values) -> None:
        self._values = values

    async def apis(self, place: Place) -> tuple[NamedApi, ...]:
        """The APIs of a place, by name; none where they were never read."""
        entry = await self._values.get(_APIS, place.key)
        return tuple(NamedApi(*row) for row in entry.value["apis"]) if entry else ()

    async def keep_apis(self, place: Place, apis: Iterable[NamedApi], now: datetime) -> None:
        """Put what was read in place of what was known."""
        rows = [[api.id, api.name, api.protocol] for api in sorted(apis, key=lambda api: (api.name.casefold(), api.id))]
        value = {"apis": _fitting(rows), "at": now.isoformat()}
        await self._values.put(_APIS, place.key, value, ttl=_KEPT_SECONDS)

    async def parts(self, place: Place, api_id: str) -> Parts:
        """The stages and routes of an API; none where they were never read."""
        entry = await self._values.get(_PARTS, f"{place.key}/{api_id}")
        return Parts(tuple(entry.value["stages"]), tuple(entry.value["routes"])) if entry else Parts()

    async def keep_parts(self, place: Place, api_id: str, parts: Parts, now: datetime) -> None:
        """Put what was read in place of what was known."""
        value = {"stages": list(parts.stages), "routes": _fitting(parts.routes), "at": now.isoformat()}
        await self._values.put(_PARTS, f"{place.key}/{api_id}", value, ttl=_KEPT_SECONDS)

    async def regions(self) -> tuple[str, ...]:
        """The regions whose APIs were read."""
        entries = await self._values.scan(_APIS)
        return tuple(dict.fromkeys(entry.key.partition("/")[2] for entry in entries))

    async def is_fresh(self, place: Place, api_id: str, now: datetime) -> bool:
        """Whether the APIs of a place, or with an id the parts of one of them, were read a short time ago."""
        entry = await (
            self._values.get(_PARTS, f"{place.key}/{api_id}") if api_id else self._values.get(_APIS, place.key)
        )
        return entry is not None and _age(entry.value, now) < FRESH_SECONDS


def _fitting(rows: Iterable[T]) -> list[T]:
    """The first rows, as many as the budget holds."""
    kept: list[T] = []
    used = 0
    for row in rows:
        used += len(json.dumps(row)) + 1
        if used > _BUDGET:
            break
        kept.append(row)
    return kept


def _age(value: dict[str, Any], now: datetime) -> float:
    return (now - datetime.fromisoformat(value["at"])).total_seconds()
