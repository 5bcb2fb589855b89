"""The thread of a report as messages: as few as Slack's limits allow."""

from __future__ import annotations

from collections.abc import Iterable

from bot.diagnosis.model import Report
from bot.language import _
from bot.report import contexts as c
from bot.report.limits import pages
from bot.report.message import Block, Message
from bot.report.render import Renderer
from bot.report.thread_view import causes_view, rest_view


def thread_messages(renderer: Renderer, report: Report, run_id: str = "") -> list[Message]:
    """The messages of the thread, in order. Each says in its text which part it is."""

    def blocks(contexts: Iterable[c.Context]) -> list[Block]:
        return [block for context in contexts for block in renderer.blocks(context)]

    parts = [page for group in _groups(report, run_id) for page in pages(blocks(group))]
    checks = ", ".join(cause.check for cause in report.verdict.causes)
    what = _("Details of {checks}", checks=checks) if checks else _("Details")
    return [
        Message(
            _("{what}, part {number} of {total}", what=what, number=number, total=len(parts))
            if len(parts) > 1
            else what,
            part,
        )
        for number, part in enumerate(parts, start=1)
    ]


def _groups(report: Report, run_id: str) -> list[list[c.Context]]:
    """What may stand together: a message takes one table, and the evidence of every cause is one."""
    causes: list[list[c.Context]] = [[cause] for cause in causes_view(report, run_id)]
    rest = list(rest_view(report))
    return [*causes[:-1], [*causes[-1], *rest]] if causes else [rest]
