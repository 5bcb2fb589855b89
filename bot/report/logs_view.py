"""Report → the modal of its log excerpts: by request, and page by page where they are long."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.diagnosis.model import LoggedRequest, Report
from bot.report import contexts as c
from bot.report.limits import BUTTON_TEXT, clip
from bot.report.thread_view import excerpt
from bot.report.wording import clock_time, count

PAGE_BUDGET = 9000
"""Characters of log text on one page of the modal: quick to open, and far below what a view may hold."""
PAGE_PIECES = 30
"""Pieces on one page: with its heading each is two blocks of the hundred that a modal may hold."""

EVERY_REQUEST = "all"


@dataclass(frozen=True)
class LogsState:
    """What the modal shows: of which run, one request (its number in the report) or all, and which page."""

    run: str
    request: str = EVERY_REQUEST
    page: int = 1

    def encode(self) -> str:
        """The state as the modal carries it (`private_metadata`)."""
        return json.dumps({"run": self.run, "request": self.request, "page": self.page})

    @classmethod
    def decode(cls, text: str) -> LogsState | None:
        """The state that a modal carried, or None where it is none of ours."""
        try:
            values = json.loads(text)
            return cls(str(values["run"]), str(values["request"]), int(values["page"]))
        except (ValueError, KeyError, TypeError):
            return None


def logs_view(report: Report, state: LogsState) -> c.LogsView:
    """The context of the modal in this state; a request or page that is not there becomes the nearest one that is."""
    options = list(_choices(report))
    choice = next((option for option in options if option.value == state.request), options[0])
    chosen = [logged for number, logged in enumerate(report.logs) if choice.value in {EVERY_REQUEST, str(number)}]
    pages = list(_pages(chosen)) or [()]
    page = min(max(state.page, 1), len(pages))
    return c.LogsView(
        title=clip(f"{report.request.api_name or report.request.api} / {report.request.stage}", 80),
        excerpts=pages[page - 1],
        choices=tuple(options),
        chosen=choice,
        page=page,
        pages=len(pages),
        older=max(0, report.failing_requests - len(report.logs)),
        state=LogsState(state.run, choice.value, page).encode(),
    )


def _choices(report: Report) -> Iterator[c.RequestChoice]:
    yield c.RequestChoice(f"All {count(len(report.logs), 'request')}", EVERY_REQUEST)
    for number, logged in enumerate(report.logs):
        label = f"{clock_time(logged.at)} · {logged.signature or logged.label} · {logged.request_id or 'no request id'}"
        yield c.RequestChoice(clip(label, BUTTON_TEXT), str(number))


def _pages(logs: list[LoggedRequest]) -> Iterator[tuple[c.LogExcerpt, ...]]:
    page: list[c.LogExcerpt] = []
    used = count_pieces = 0
    for whole in map(excerpt, logs):
        for piece in whole.pieces or ("(no lines)",):
            if page and (used + len(piece) > PAGE_BUDGET or count_pieces >= PAGE_PIECES):
                yield tuple(page)
                page, used, count_pieces = [], 0, 0
            if page and page[-1].request_id == whole.request_id and page[-1].at == whole.at:
                page[-1] = replace(page[-1], pieces=(*page[-1].pieces, piece))
            else:
                page.append(replace(whole, pieces=(piece,)))
            used += len(piece)
            count_pieces += 1
    if page:
        yield tuple(page)
