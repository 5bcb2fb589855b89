"""App Home: drawn anew whenever somebody opens it, from the store alone."""

from __future__ import annotations

from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.report.asking import HistoryCursor
from bot.report.contexts import HomeSnooze, HomeView
from bot.report.lists import place_line, watch_line
from bot.responding.lines import until
from handlers import histories, ids
from handlers.edge import Edge

_RUNS: Final = 8
_WATCHES: Final = 15
_PLACES: Final = 8
_SNOOZES: Final = 10
_CHANNELS: Final = 20


def register(app: AsyncApp) -> None:
    """Bind the event, and the button that ends a snooze."""
    app.event("app_home_opened")(opened)
    app.action(ids.WAKE_AT_HOME)(wake)


async def opened(event: dict[str, Any], client: AsyncWebClient, edge: Edge) -> None:
    """Somebody opened the app. Its Messages tab is no concern of ours."""
    if event.get("tab", "home") == "home":
        await publish(event["user"], client, edge)


async def wake(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], client: AsyncWebClient, edge: Edge) -> None:
    """Answer an alarm again."""
    channel, _, identity = str(action.get("value") or "").partition("/")
    await edge.alarm_channels.wake(channel, identity)
    await publish(body["user"]["id"], client, edge)
    await ack()


async def publish(user: str, client: AsyncWebClient, edge: Edge) -> None:
    """Draw the Home of one person."""
    view = edge.renderer.view(await _view(user, edge))
    await client.views_publish(user_id=user, view=view)


async def _view(user: str, edge: Edge) -> HomeView:
    recent = await histories.shown(
        await edge.store.runs.history(limit=_RUNS), HistoryCursor(), histories.Reader(user), edge
    )
    watches = [
        watch
        for watch in await edge.watches.all()
        if await edge.lets(watch.asked.account, channel=watch.channel, user=user)
    ]
    places = await edge.examinations.all()
    return HomeView(
        command=ids.COMMAND,
        runs=recent.runs,
        watches=tuple(watch_line(watch, edge.workspace_url) for watch in watches[:_WATCHES]),
        more_watches=max(0, len(watches) - _WATCHES),
        places=tuple(place_line(place) for place in places[:_PLACES]),
        doctor=edge.default_region or "",
        snoozes=tuple(
            HomeSnooze(one.name, one.channel, one.by, until(one), f"{one.channel}/{one.identity}")
            for one in (await edge.alarm_channels.snoozes())[:_SNOOZES]
        ),
        quiet=tuple(one.channel for one in await edge.alarm_channels.settings() if not one.on)[:_CHANNELS],
    )
