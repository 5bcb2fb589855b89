"""`history`: recent runs from the store, a page at a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.report.asking import HistoryCursor
from bot.report.contexts import HistoryPage
from bot.report.lists import history_page
from bot.store.catalogue import Place
from bot.store.interface import Page, Run
from handlers import ids
from handlers.edge import Edge
from handlers.places import pressed_in

_RUNS_ON_PAGE: Final = 6
_LOOKED_AT: Final = 50
"""Runs that are searched for an API's name, each with its whole report; then the catalogue is."""


@dataclass(frozen=True)
class Reader:
    """Who reads the list, and in which channel; in App Home the channel of each run counts."""

    user: str
    channel: str = ""

    def place_of(self, run: Run) -> str:
        """The channel whose rules hold for a run."""
        return self.channel or run.channel or ""


def register(app: AsyncApp) -> None:
    """Bind the buttons."""
    app.action(ids.OLDER)(turn)
    app.action(ids.NEWER)(turn)


async def turn(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any], action: dict[str, Any], edge: Edge) -> None:
    """Another page, in the place of the one that was shown."""
    reader = Reader(body["user"]["id"], pressed_in(body).channel)
    message = edge.message(await page(HistoryCursor.decode(str(action.get("value") or "")), reader, edge))
    await respond({"replace_original": True, "text": message.text, "blocks": list(message.blocks)})
    await ack()


async def page(cursor: HistoryCursor, reader: Reader, edge: Edge) -> HistoryPage:
    """The page where the cursor stands. An API that is named is found by its newest run first."""
    if cursor.about and not cursor.api:
        cursor = cursor.model_copy(update={"api": await _id_of(cursor.about, edge) or cursor.about})
    try:
        found = await edge.store.runs.history(
            api_id=cursor.api or None, limit=_RUNS_ON_PAGE, before=cursor.before or None
        )
    except ValueError:  # a cursor of another version: the first page is the better answer
        found = await edge.store.runs.history(api_id=cursor.api or None, limit=_RUNS_ON_PAGE)
    return await shown(found, cursor, reader, edge)


async def shown(found: Page, cursor: HistoryCursor, reader: Reader, edge: Edge) -> HistoryPage:
    """The page with what people said of its runs; runs of accounts that the reader may not ask about are left out."""
    may = [await edge.lets(run.account, channel=reader.place_of(run), user=reader.user) for run in found.runs]
    runs = tuple(run for run, allowed in zip(found.runs, may, strict=True) if allowed)
    tallies = await asyncio.gather(*(edge.feedback.tally(run.run_id) for run in runs))
    by_run = {run.run_id: tally for run, tally in zip(runs, tallies, strict=True)}
    return history_page(Page(runs, found.older), cursor, edge.workspace_url, by_run)


async def _id_of(name: str, edge: Edge) -> str | None:
    """The id of the API that was asked for by this name last, or that has this name in a region that was listed."""
    wanted = name.casefold()
    recent = await edge.store.runs.history(limit=_LOOKED_AT)
    asked = next((run.api_id for run in recent.runs if run.api_id and wanted in _names(run)), None)
    if asked:
        return asked
    listed = [api for region in await edge.catalogue.regions() for api in await edge.catalogue.apis(Place(region))]
    return next((api.id for api in listed if api.name.casefold() == wanted), None)


def _names(run: Run) -> set[str]:
    return {str(run.request.get("api", "")).casefold(), (run.api_id or "").casefold()}
