"""Watches: started, listed and ended. The checks are jobs."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.language import _, plural, speaking
from bot.report.contexts import Context, Notice
from bot.report.lists import watch_list
from bot.report.watch_view import ended_view
from bot.report.wording import duration
from bot.watching.watch import MOST_PER_CHANNEL, Watch, watch_id
from handlers import home, ids
from handlers.edge import Edge, ephemeral
from handlers.places import pressed_in
from handlers.requested import UNWATCH_USAGE, EndWatch, StartWatch

Payload = dict[str, Any]


def register(app: AsyncApp) -> None:
    """Bind the button."""
    app.action(ids.UNWATCH)(unwatch)


async def start(asked: StartWatch, place: Payload, edge: Edge) -> Context:
    """Begin a watch; its first check is a job, and what it says stands in the channel."""
    channel = place["channel"]
    request = await edge.guard.admit(asked.request, channel=channel, user=place["user"])
    now = edge.now()
    watch = Watch(
        id=watch_id(channel, request),
        request=request.model_dump(mode="json"),
        channel=channel,
        user=place["user"],
        every_minutes=asked.every_minutes,
        due=now.isoformat(),
        thread_ts=place["thread_ts"],
        response_url=place["response_url"],
    )
    if len(await edge.watches.in_channel(channel)) >= MOST_PER_CHANNEL:
        full = _("This channel has {number} watches already. End one first.", number=MOST_PER_CHANNEL)
        return Notice(full, UNWATCH_USAGE)
    there = await edge.watches.add(watch)
    if there and there.every_minutes != watch.every_minutes:
        changed = await edge.watches.change(there, every_minutes=watch.every_minutes)
        if changed:
            return Notice(_("It was watched already, and is checked every {pause} from now on.", pause=_pause(watch)))
    if there is None or not there.verdict:
        first = there or watch
        await edge.begin_watch(first.id, first.due_at, place["reference"])
        return Notice(_("I watch it every {pause}. The first check is under way.", pause=_pause(watch)))
    return Notice(_("It is watched already, every {pause}.", pause=_pause(there)))


async def end_of(asked: EndWatch, channel: str, user: str, edge: Edge) -> Context:
    """End the watches of an API in a channel."""
    wanted = asked.api.casefold()
    found = [
        watch
        for watch in await edge.watches.in_channel(channel)
        if watch.asked.api.casefold() == wanted and asked.stage in {"", watch.asked.stage}
    ]
    for watch in found:
        await edge.watches.end(watch.id)
    if len(found) == 1:
        return ended_view(found[0], user=user)
    if found:
        return Notice(plural("I ended {count} watch.", "I ended {count} watches.", len(found)))
    return Notice(_("That is not watched in this channel."), _("watch, which lists what is watched"))


def _pause(watch: Watch) -> str:
    return duration(watch.every_minutes)


async def unwatch(
    ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge
) -> None:
    """The button: the watch's thread says who ended it, and what was pressed in is drawn anew."""
    user, place = body["user"]["id"], pressed_in(body)
    watch = await edge.watches.get(str(action.get("value") or ""))
    if watch:
        await edge.guard.admit_to(watch.asked.account, channel=watch.channel, user=user)
    ended = watch if watch and await edge.watches.end(watch.id) else None
    if not place.channel:
        await home.publish(user, client, edge)
    elif (body.get("container") or {}).get("is_ephemeral"):
        listed = edge.message(watch_list(await edge.watches.in_channel(place.channel), edge.workspace_url))
        await respond({**ephemeral(listed), "replace_original": True})
    elif ended is None:
        await respond(ephemeral(edge.notice(_("This watch has ended already."))))
    if ended and ended.thread_ts:
        with speaking(edge.languages.of_everybody):  # as everything that stands in the watch's thread
            message = edge.message(ended_view(ended, user=user))
        await client.chat_postMessage(
            channel=ended.channel, thread_ts=ended.thread_ts, text=message.text, blocks=list(message.blocks)
        )
    await ack()
