"""The modals about one check of a run: its page (Explain), and its fix tested on the model (Test this fix)."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.diagnosis.evidence import BundleError, from_json
from bot.language import _, marked
from bot.report.asking import CheckOfRun
from bot.report.contexts import NoticeView
from bot.report.explain_view import explain_view
from bot.report.fix_view import fix_view
from handlers import ids
from handlers.edge import Edge
from handlers.places import chosen_value, pressed_in, state_of, update_modal

Payload = dict[str, Any]
_FIX_TITLE = marked("Test this fix")


def register(app: AsyncApp) -> None:
    """Bind the button that opens the second one, and the menus in both; menus of messages open them too (`more.py`)."""
    app.action(ids.TEST_FIX)(test_fix)
    app.action(ids.EXPLAIN_CHECK)(explain_another)
    app.action(ids.FIX_CHECK)(test_another)


async def test_fix(ack: AsyncAck, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """The button: open what would remain after a fix."""
    await open_test(CheckOfRun.decode(str(action.get("value") or "")), body, client, edge)
    await ack()


async def open_page(asked: CheckOfRun, body: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """Open a check's page."""
    await client.views_open(trigger_id=body["trigger_id"], view=await _page(asked, edge))


async def open_test(asked: CheckOfRun, body: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """Open what would remain after a fix. Judging takes milliseconds, and nothing is read from AWS."""
    await edge.admit_to_run(asked.run, channel=pressed_in(body).channel, user=body["user"]["id"])
    await client.views_open(trigger_id=body["trigger_id"], view=await _tested(asked, edge))


async def explain_another(ack: AsyncAck, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """Another check's page, in the modal that is open."""
    await update_modal(body, client, await _page(_chosen(body, action), edge))
    await ack()


async def test_another(ack: AsyncAck, body: Payload, action: Payload, client: AsyncWebClient, edge: Edge) -> None:
    """Another fix, in the modal that is open."""
    await update_modal(body, client, await _tested(_chosen(body, action), edge))
    await ack()


def _chosen(body: Payload, action: Payload) -> CheckOfRun:
    return CheckOfRun(chosen_value(action), CheckOfRun.decode(state_of(body)).run)


async def _page(asked: CheckOfRun, edge: Edge) -> Payload:
    """The page stands in the program: it opens even where the run is no longer kept."""
    page = explain_view(asked.check, asked.run, await edge.report(asked.run))
    return edge.renderer.view(page or _other_version())


def _other_version() -> NoticeView:
    return NoticeView(_("Explain"), _("This check belongs to another version of vpclink."))


async def _tested(asked: CheckOfRun, edge: Edge) -> Payload:
    report = await edge.report(asked.run)
    stored = await edge.store.runs.evidence(asked.run) if report else None
    if report is None or stored is None:
        return edge.renderer.view(NoticeView(_(_FIX_TITLE), edge.forgotten()))
    try:
        return edge.renderer.view(await asyncio.to_thread(lambda: fix_view(from_json(stored), report, asked)))
    except BundleError:
        older = _("The evidence of this run was stored by another version of vpclink. Press Re-run first.")
        return edge.renderer.view(NoticeView(_(_FIX_TITLE), older))
