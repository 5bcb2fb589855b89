"""The menu beside a report's buttons: was the cause right or wrong, export, probe."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.report.contexts import WrongCauseView
from bot.store.feedback import LONGEST_COMMENT, Opinion
from bot.tasks.asking import EXPORT, ExportAsk
from handlers import ids
from handlers.edge import Edge, Wish, ephemeral
from handlers.places import press_key, pressed_in

Payload = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """What was chosen in the menu, about which run, and what there is to answer with."""

    run: str
    body: Payload
    action: Payload
    respond: AsyncRespond
    client: AsyncWebClient
    edge: Edge
    reference: str

    @property
    def user(self) -> str:
        """Who chose."""
        return str(self.body["user"]["id"])

    async def say(self, text: str, expected: str = "") -> None:
        """Answer, to whoever chose alone."""
        await self.respond(ephemeral(self.edge.notice(text, expected)))


def register(app: AsyncApp) -> None:
    """Bind the menu, and the modal that asks what the cause was instead."""
    app.action(ids.MORE)(more)
    app.view(ids.WRONG_CAUSE_VIEW)(commented)


async def more(
    ack: AsyncAck,
    respond: AsyncRespond,
    body: Payload,
    action: Payload,
    client: AsyncWebClient,
    edge: Edge,
    reference: str,
) -> None:
    """Do what was chosen."""
    name, _, run = str(action["selected_option"]["value"]).partition(":")
    choice = Choice(run, body, action, respond, client, edge, reference)
    await edge.permit(Wish(name, choice.user, pressed_in(body).channel))
    await OPTIONS.get(name, _unknown)(choice)
    await ack()


async def right(choice: Choice) -> None:
    """The cause was the right one."""
    if await _keep(choice, right=True) is None:
        await choice.say(choice.edge.forgotten())
    else:
        await choice.say("Thank you: noted as the right cause. `history` counts it.")


async def wrong(choice: Choice) -> None:
    """The cause was a wrong one. It is noted at once; what it was instead may be said in a modal."""
    cause = await _keep(choice, right=False)
    if cause is None:
        await choice.say(choice.edge.forgotten())
        return
    state = json.dumps({"run": choice.run, "cause": cause})
    view = choice.edge.renderer.view(WrongCauseView(cause, LONGEST_COMMENT, state))
    await choice.client.views_open(trigger_id=choice.body["trigger_id"], view=view)


async def commented(ack: AsyncAck, body: Payload, edge: Edge) -> None:
    """What the cause was instead."""
    state = json.loads(body["view"].get("private_metadata") or "{}")
    comment = body["view"]["state"]["values"].get(ids.COMMENT, {}).get(ids.COMMENT, {}).get("value") or ""
    if comment.strip():
        opinion = Opinion(state["run"], body["user"]["id"], right=False, cause=state["cause"], comment=comment.strip())
        await edge.feedback.keep(opinion)
    await ack()


async def export(choice: Choice) -> None:
    """Have the report and its evidence put into the thread as files."""
    place = pressed_in(choice.body)
    if await choice.edge.report(choice.run) is None:
        await choice.say(choice.edge.forgotten())
        return
    ask = ExportAsk(
        run=choice.run,
        what="bundle",
        channel=place.channel,
        thread_ts=place.thread,
        user=choice.user,
        response_url=choice.body.get("response_url") or "",
        reference=choice.reference,
    )
    await choice.edge.enqueue_task(EXPORT, ask, key=press_key(choice.body, choice.action))
    await choice.say("The files come into the thread in some seconds.")


async def probe(choice: Choice) -> None:
    """No probe stands inside the VPC yet: how to probe from there by hand."""
    await choice.say(
        "I cannot reach your VPC from here. On a host inside of it, install vpclink and probe the backend as the load "
        "balancer would.",
        "vpclink probe https://10.0.0.5:8443/health --server-name api.example.com",
    )


async def _unknown(choice: Choice) -> None:
    await choice.say("This choice belongs to another version of vpclink. Please ask again.")


async def _keep(choice: Choice, *, right: bool) -> str | None:
    """Keep the opinion, and return the cause that it is about; None where the run is no longer kept."""
    report = await choice.edge.report(choice.run)
    if report is None:
        return None
    cause = report.verdict.causes[0].check if report.verdict.causes else ""
    await choice.edge.feedback.keep(Opinion(choice.run, choice.user, right=right, cause=cause))
    return cause


OPTIONS: Final[dict[str, Callable[[Choice], Awaitable[None]]]] = {
    "right": right,
    "wrong": wrong,
    "export": export,
    "probe": probe,
}
"""What each name in the menu does."""
