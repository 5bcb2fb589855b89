"""`catalogue`: reads the names of APIs, stages and routes, so that the picker's menus have what to offer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.diagnosis.engine import Clock
from bot.diagnosis.model import Gap
from bot.jobs.interface import Job
from bot.log_lines import event
from bot.reading import CannotReadError
from bot.store.catalogue import Catalogue, NamedApi, Parts, Place
from bot.tasks.answering import log
from bot.tasks.asking import CatalogueAsk


class Names(Protocol):
    """How AWS is asked for names; blocking. CannotReadError for an account that nobody configured."""

    def apis(self, region: str, account: str | None) -> Sequence[NamedApi] | Gap:
        """Every API of a region."""

    def parts(self, region: str, account: str | None, api_id: str) -> Parts | Gap:
        """The stages and routes of an API."""


@dataclass(frozen=True)
class NameReader:
    """Does `catalogue` jobs. Nobody waits for them: what cannot be read is typed by hand."""

    names: Names
    catalogue: Catalogue
    clock: Clock

    async def handle(self, job: Job) -> None:
        """Do one job. Raising means that it failed and should be tried again."""
        ask = CatalogueAsk.model_validate(job.body)
        place = Place(ask.region, ask.account)
        now = self.clock.now()
        if await self.catalogue.is_fresh(place, ask.api, now):
            return
        try:
            trouble = await (self._read_parts(place, ask.api) if ask.api else self._read_apis(place))
        except CannotReadError as error:
            log.warning("names of %s were not read: %s", place.key, error)
            return
        if trouble:
            log.warning("names of %s were not read: %s %s", place.key, trouble.action, trouble.reason)

    async def on_dead(self, job: Job, error: str) -> None:
        """Nobody waits for the names."""
        log.error("names were not read (job %s): %s", job.id, error)

    async def _read_apis(self, place: Place) -> Gap | None:
        found = await asyncio.to_thread(self.names.apis, place.region, place.account)
        if isinstance(found, Gap):
            return found
        await self.catalogue.keep_apis(place, found, self.clock.now())
        event(log, "names read", place=place.key, apis=len(found))
        return None

    async def _read_parts(self, place: Place, api_id: str) -> Gap | None:
        found = await asyncio.to_thread(self.names.parts, place.region, place.account, api_id)
        if isinstance(found, Gap):
            return found
        await self.catalogue.keep_parts(place, api_id, found, self.clock.now())
        return None
