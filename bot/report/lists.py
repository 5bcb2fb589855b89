"""Stored runs, watches and examinations → the lines of `history`, of `watch` and of App Home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.diagnosis.model import HopState, Report, Request
from bot.diagnosis.redaction import redact
from bot.language import _
from bot.report import contexts as c
from bot.report.asking import HistoryCursor
from bot.report.headline import headline
from bot.report.limits import clip, limited
from bot.report.naming import LONGEST_NAME, subject_asked
from bot.report.wording import HOP_MARKS, date_time, duration
from bot.store.feedback import Tally
from bot.store.health import Examination
from bot.store.interface import Page, Run, RunState
from bot.watching.watch import Watch

_NAMES: Final = 60
_COMMENT: Final = 140
MOST_WATCHES: Final = 20
_MOST_ACTIONS: Final = 40


def run_line(run: Run, workspace_url: str, tally: Tally) -> c.RunLine:
    """One run, as far as it came."""
    request = Request.model_validate(run.request)
    report = Report.model_validate_json(run.report) if run.report else None
    name = report.request.api_name if report else None
    route = " ".join(filter(None, (request.method, request.path)))
    what = f"{clip(name or request.api, _NAMES)} / {clip(request.stage, _NAMES)} {clip(route, _NAMES)}".strip()
    return c.RunLine(
        what=what,
        headline=headline(report) if report else _unfinished(run),
        at=date_time(run.created),
        message=c.Link(what, message_url(workspace_url, run.channel or "", run.message_ts or "", run.thread_ts or "")),
        right=tally.right,
        wrong=tally.wrong,
        comment=clip(redact(tally.comment), _COMMENT),
    )


def _unfinished(run: Run) -> c.Headline:
    if run.state is RunState.RUNNING:
        return c.Headline(HOP_MARKS[HopState.UNKNOWN], _("still running"))
    return c.Headline(HOP_MARKS[HopState.UNKNOWN], _("not diagnosed"))


def message_url(workspace_url: str, channel: str, ts: str, thread: str = "") -> str | None:
    """The address of a message, as chat.getPermalink forms it; None where not all of it is known."""
    if not (workspace_url and channel and ts):
        return None
    reply = f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
    return f"{workspace_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}{reply}"


def history_page(page: Page, cursor: HistoryCursor, workspace_url: str, tallies: Mapping[str, Tally]) -> c.HistoryPage:
    """A page of runs, and what the buttons to its neighbours carry."""
    older = cursor.model_copy(update={"before": page.older}) if page.older else None
    newest = cursor.model_copy(update={"before": ""}) if cursor.before else None
    return c.HistoryPage(
        about=clip(cursor.about, LONGEST_NAME),
        runs=tuple(run_line(run, workspace_url, tallies.get(run.run_id, Tally())) for run in page.runs),
        older=older.model_dump_json() if older else "",
        newer=newest.model_dump_json() if newest else "",
    )


def watch_line(watch: Watch, workspace_url: str) -> c.WatchLine:
    """One watch, and what its last check said."""
    checked = _("checked at {time}", time=date_time(datetime.fromisoformat(watch.checked))) if watch.checked else ""
    return c.WatchLine(
        id=watch.id,
        subject=subject_asked(watch.asked),
        every=duration(watch.every_minutes),
        headline=clip(watch.headline, 300),
        checked=checked,
        thread=c.Link(_("thread"), message_url(workspace_url, watch.channel, watch.thread_ts)),
    )


def watch_list(watches: Sequence[Watch], workspace_url: str) -> c.WatchList:
    """The watches of a channel."""
    shown = limited(watches, MOST_WATCHES)
    return c.WatchList(tuple(watch_line(watch, workspace_url) for watch in shown.items), shown.more)


def doctor_report(found: Examination) -> c.DoctorReport:
    """What may be read in one place."""
    denied, unknown = limited(found.denied, _MOST_ACTIONS), limited(found.unknown, _MOST_ACTIONS)
    return c.DoctorReport(
        region=found.region,
        account=found.account,
        allowed=found.allowed,
        denied=denied.items,
        unknown=tuple(clip(one, 120) for one in unknown.items),
        more=denied.more + unknown.more,
    )


def place_line(found: Examination) -> c.PlaceLine:
    """The same in one line."""
    return c.PlaceLine(
        region=found.region,
        account=found.account,
        at=date_time(datetime.fromisoformat(found.at)),
        allowed=found.allowed,
        denied=len(found.denied),
        unknown=len(found.unknown),
        value=f"{found.region} {found.account}".strip(),
    )
