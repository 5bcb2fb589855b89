"""Watches: started, listed and ended. The checks are jobs."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.report.contexts import Context, Notice
from bot.report.watch_view import ended_view
from bot.report.wording import count, duration
from bot.watching.watch import MOST_PER_CHANNEL, Watch, watch_id
from handlers import home, ids
from handlers.edge import Edge, Wish, ephemeral
from handlers.places import pressed_in
from handlers.requested import UNWATCH_USAGE, EndWatch, StartWatch

Payload = dict[str, Any]


def register(app: AsyncApp) -> None:
    """Bind the button."""
    app.action(ids.UNWATCH)(unwatch)


async def start(asked: StartWatch, place: Payload, edge: Edge) -> Context:
    """Begin a watch; its first check is a job, and what it says stands in the channel."""
    request, channel = asked.request, place["channel"]
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
        return Notice(f"This channel has {MOST_PER_CHANNEL} watches already. End one first.", UNWATCH_USAGE)
    there = await edge.watches.add(watch)
    if there and there.every_minutes != watch.every_minutes:
        changed = await edge.watches.change(there, every_minutes=watch.every_minutes)
        if changed:
            return Notice(f"It was watched already, and is checked every {duration(watch.every_minutes)} from now on.")
    if there is None or not there.verdict:
        first = there or watch
        await edge.begin_watch(first.id, first.due_at, place["reference"])
        return Notice(f"I watch it every {duration(watch.every_minutes)}. The first check is under way.")
    return Notice(f"It is watched already, every {duration(there.every_minutes)}.")


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
        return Notice(f"I ended {count(len(found), 'watch', 'watches')}.")
    return Notice("That is not watched in this channel.", "watch, which lists what is watched")


async def unwatch(
    ack: AsyncAck, respond: AsyncRespond, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge
) -> None:
    """The button: in a message it is answered in the watch's thread for all to see; in App Home by the Home itself."""
    user, place = body["user"]["id"], pressed_in(body)
    watch = await edge.watches.get(str(action.get("value") or ""))
    await edge.permit(Wish("endwatch", user, watch.channel if watch else place.channel))
    ended = watch is not None and await edge.watches.end(watch.id)
    if not place.channel:
        await home.publish(user, client, edge)
    elif watch is None or not ended:
        await respond(ephemeral(edge.notice("This watch has ended already.")))
    else:
        message = edge.message(ended_view(watch, user=user))
        await client.chat_postMessage(
            channel=watch.channel, thread_ts=place.thread, text=message.text, blocks=list(message.blocks)
        )
    await ack()
