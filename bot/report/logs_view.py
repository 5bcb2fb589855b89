"""Report → the modal of its log excerpts: by request, by a text in the lines, and page by page where they are long."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from bot.diagnosis.model import LoggedRequest, Report
from bot.language import _, plural
from bot.report import contexts as c
from bot.report.limits import BUTTON_TEXT, clip
from bot.report.thread_view import excerpt
from bot.report.wording import clock_time

PAGE_BUDGET = 9000
"""Characters of log text on one page of the modal: quick to open, and far below what a view may hold."""
PAGE_PIECES = 30
"""Pieces on one page: with its heading each is two blocks of the hundred that a modal may hold."""
LONGEST_FILTER = 100

EVERY_REQUEST = "all"


@dataclass(frozen=True)
class LogsState:
    """What the modal shows: of which run, one request (its number in the report) or all, which lines and which page.

    `channel` and `thread` are where the modal was opened from: a download goes there.
    """

    run: str
    request: str = EVERY_REQUEST
    page: int = 1
    filter: str = ""
    channel: str = ""
    thread: str = ""

    def encode(self) -> str:
        """The state as the modal carries it (`private_metadata`)."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def decode(cls, text: str) -> LogsState | None:
        """The state that a modal carried, or None where it is none of ours."""
        try:
            values = json.loads(text)
            page = int(values.pop("page"))
            return cls(page=page, **{name: str(value) for name, value in values.items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def logs_view(report: Report, state: LogsState) -> c.LogsView:
    """The context of the modal in this state; a request or page that is not there becomes the nearest one that is."""
    options = list(_choices(report))
    choice = next((option for option in options if option.value == state.request), options[0])
    chosen = [logged for number, logged in enumerate(report.logs) if choice.value in {EVERY_REQUEST, str(number)}]
    wanted = state.filter.strip()[:LONGEST_FILTER]
    shown = list(_holding(chosen, wanted)) if wanted else chosen
    pages = list(_pages(shown)) or [()]
    page = min(max(state.page, 1), len(pages))
    return c.LogsView(
        title=clip(f"{report.request.api_name or report.request.api} / {report.request.stage}", 80),
        excerpts=pages[page - 1],
        choices=tuple(options),
        chosen=choice,
        filter=wanted,
        matching=_lines(shown),
        lines=_lines(chosen),
        page=page,
        pages=len(pages),
        older=max(0, report.failing_requests - len(report.logs)),
        run=state.run,
        state=replace(state, request=choice.value, page=page, filter=wanted).encode(),
    )


def _choices(report: Report) -> Iterator[c.MenuChoice]:
    yield c.MenuChoice(plural("All {count} request", "All {count} requests", len(report.logs)), EVERY_REQUEST)
    for number, logged in enumerate(report.logs):
        name = logged.request_id or _("no request id")
        label = f"{clock_time(logged.at)} · {logged.signature or logged.label} · {name}"
        yield c.MenuChoice(clip(label, BUTTON_TEXT), str(number))


def _holding(logs: Sequence[LoggedRequest], text: str) -> Iterator[LoggedRequest]:
    """The requests with the lines alone that hold a text, in capitals or not."""
    for logged in logs:
        lines = tuple(line for line in logged.lines if text.casefold() in line.casefold())
        if lines:
            yield logged.model_copy(update={"lines": lines})


def _lines(logs: Sequence[LoggedRequest]) -> int:
    return sum(len(logged.lines) for logged in logs)


def _pages(logs: Sequence[LoggedRequest]) -> Iterator[tuple[c.LogExcerpt, ...]]:
    page: list[c.LogExcerpt] = []
    used = count_pieces = 0
    for whole in map(excerpt, logs):
        for piece in whole.pieces or (_("(no lines)"),):
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
