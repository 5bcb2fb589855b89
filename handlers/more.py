"""The menus of a report and of each cause in its thread: explain, test, was the cause right or wrong, export."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.language import _
from bot.report.asking import CheckOfRun
from bot.report.contexts import WrongCauseView
from bot.store.feedback import LONGEST_COMMENT, Opinion
from bot.tasks.asking import EXPORT, ExportAsk
from handlers import ids
from handlers.checks import open_page, open_test
from handlers.edge import Edge, ephemeral
from handlers.places import chosen_value, entered_in, press_key, pressed_in, state_of

Payload = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """What was chosen in a menu, about which check of which run, and what there is to answer with."""

    about: CheckOfRun
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
    """Bind the menus, and the modal that asks what the cause was instead."""
    app.action(ids.MORE)(more)
    app.action(ids.ABOUT_CAUSE)(more)
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
    name, _, about = chosen_value(action).partition(":")
    choice = Choice(CheckOfRun.decode(about), body, action, respond, client, edge, reference)
    await edge.admit_to_run(choice.about.run, channel=pressed_in(body).channel, user=choice.user)
    await OPTIONS.get(name, _unknown)(choice)
    await ack()


async def explain(choice: Choice) -> None:
    """Open the check's page."""
    await open_page(choice.about, choice.body, choice.client, choice.edge)


async def test(choice: Choice) -> None:
    """Open what would remain after its fix."""
    await open_test(choice.about, choice.body, choice.client, choice.edge)


async def right(choice: Choice) -> None:
    """The cause was the right one."""
    if not await _keep(choice, right=True):
        await choice.say(choice.edge.forgotten())
    else:
        await choice.say(_("Thank you: noted as the right cause. `history` counts it."))


async def wrong(choice: Choice) -> None:
    """The cause was a wrong one. It is noted at once; what it was instead may be said in a modal."""
    if not await _keep(choice, right=False):
        await choice.say(choice.edge.forgotten())
        return
    view = choice.edge.renderer.view(WrongCauseView(choice.about.check, LONGEST_COMMENT, choice.about.encode()))
    await choice.client.views_open(trigger_id=choice.body["trigger_id"], view=view)


async def commented(ack: AsyncAck, body: Payload, edge: Edge) -> None:
    """What the cause was instead."""
    about, comment = CheckOfRun.decode(state_of(body)), entered_in(body, ids.COMMENT).strip()
    if about.run and comment:
        opinion = Opinion(about.run, body["user"]["id"], right=False, cause=about.check, comment=comment)
        await edge.feedback.keep(opinion)
    await ack()


async def export(choice: Choice) -> None:
    """Have the report and its evidence put into the thread as files."""
    place = pressed_in(choice.body)
    if await choice.edge.report(choice.about.run) is None:
        await choice.say(choice.edge.forgotten())
        return
    ask = ExportAsk(
        run=choice.about.run,
        what="bundle",
        channel=place.channel,
        thread_ts=place.thread,
        user=choice.user,
        response_url=choice.body.get("response_url") or "",
        reference=choice.reference,
    )
    await choice.edge.enqueue_task(EXPORT, ask, key=press_key(choice.body, choice.action))
    await choice.say(_("The files come into the thread in some seconds."))


async def _unknown(choice: Choice) -> None:
    await choice.say(_("This choice belongs to another version of vpclink. Please ask again."))


async def _keep(choice: Choice, *, right: bool) -> bool:
    """Keep the opinion; False where the run is no longer kept."""
    about = choice.about
    if await choice.edge.report(about.run) is None:
        return False
    await choice.edge.feedback.keep(Opinion(about.run, choice.user, right=right, cause=about.check))
    return True


OPTIONS: Final[dict[str, Callable[[Choice], Awaitable[None]]]] = {
    "explain": explain,
    "test": test,
    "right": right,
    "wrong": wrong,
    "export": export,
}
"""What each name in the menu does."""
