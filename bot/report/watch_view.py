"""What a watch says: how it begins, what has changed, and why it ended."""

from __future__ import annotations

from bot.diagnosis.model import Report
from bot.language import _
from bot.report import contexts as c
from bot.report.asking import encode_rerun
from bot.report.headline import headline
from bot.report.limits import clip
from bot.report.naming import subject_asked, subject_of
from bot.report.wording import date_time, duration
from bot.watching.watch import Watch


def started_view(watch: Watch, report: Report) -> c.WatchStarted:
    """The first message."""
    return c.WatchStarted(
        subject=subject_of(report.request),
        every=duration(watch.every_minutes),
        asker=watch.user,
        now=headline(report),
        watch=watch.id,
    )


def changed_view(watch: Watch, report: Report) -> c.WatchChanged:
    """The verdict is another one than before."""
    return c.WatchChanged(
        subject=subject_of(report.request),
        before=watch.headline,
        now=headline(report),
        at=date_time(report.at),
        request=encode_rerun("", watch.asked),
        watch=watch.id,
    )


def ended_view(watch: Watch, *, user: str = "", failures: int = 0, reason: str = "") -> c.WatchEnded:
    """The watch is over: somebody ended it, or its checks do not succeed any more."""
    return c.WatchEnded(subject_asked(watch.asked), user, failures, clip(reason, 300))


def spoken(report: Report) -> str:
    """The verdict in one line of text, as the next change calls what was before."""
    now = headline(report)
    words = _("{what}: {text}", what=now.check, text=now.text) if now.check else now.text
    return f"{now.mark} {words}"
