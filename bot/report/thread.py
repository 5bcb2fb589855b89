"""The thread of a report as messages: as few as Slack's limits allow."""

from __future__ import annotations

from bot.diagnosis.model import Report
from bot.report.limits import pages
from bot.report.message import Message
from bot.report.render import Renderer
from bot.report.thread_view import thread_view


def thread_messages(renderer: Renderer, report: Report, run_id: str = "") -> list[Message]:
    """The messages of the thread, in order. Each says in its text which part it is."""
    blocks = [block for context in thread_view(report, run_id) for block in renderer.blocks(context)]
    parts = list(pages(blocks))
    checks = ", ".join(cause.check for cause in report.verdict.causes)
    what = f"Details{f' of {checks}' if checks else ''}"
    return [
        Message(f"{what}, part {number} of {len(parts)}" if len(parts) > 1 else what, part)
        for number, part in enumerate(parts, start=1)
    ]
