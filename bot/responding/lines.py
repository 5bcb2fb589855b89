"""What is said of an alarm in a thread, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.alarms.model import Caution
from bot.diagnosis.model import Gap, Report
from bot.diagnosis.redaction import redact
from bot.language import _, marked, plural
from bot.report import contexts as c
from bot.report.console_links import alarm_page
from bot.report.difference import Fault, difference
from bot.report.limits import clip, limited
from bot.report.naming import LONGEST_NAME
from bot.report.wording import GAP_ADVICE, GAP_REASONS, clock_time, date_time, listed
from bot.responding.asking import AlarmAsk
from bot.responding.channels import Snooze

_MOST_FAULTS: Final = 3

CAUTIONS: Final[dict[Caution, str]] = {
    Caution.NO_DATA: marked(
        "⚠️ It rings because no data came, which it counts as breaching: perhaps no request failed."
    ),
    Caution.MISSPELT_DIMENSION: marked(
        "⚠️ It watches a dimension whose name is misspelt, and API Gateway publishes no such metric."
    ),
    Caution.FOREIGN_DIMENSION: marked("⚠️ It watches a dimension that API Gateway does not publish."),
    Caution.API_ID_ON_REST_METRIC: marked("⚠️ It watches 5XXError by ApiId; REST APIs publish it by ApiName."),
    Caution.API_NAME_ON_HTTP_METRIC: marked("⚠️ It watches 5xx by ApiName; HTTP APIs publish it by ApiId."),
}
"""What makes an alarm ring, or keep still, for reasons of its own. The other cautions never stand in the way."""

GOES_ON: Final = marked("I go by what the message says.")
CANNOT_TELL: Final = marked("So I cannot tell whether it is about API Gateway.")
NO_STAGE: Final = marked("The alarm names no stage, so I cannot tell which one to diagnose.")


def caution_notes(cautions: Iterable[Caution]) -> tuple[str, ...]:
    """What to know of the alarm before its diagnosis is read."""
    return tuple(_(CAUTIONS[caution]) for caution in cautions if caution in CAUTIONS)


def region_notes(named: str | None, found: str | None, others: Sequence[str], looked: Sequence[str]) -> tuple[str, ...]:
    """Which region was found, where the message names none."""
    if named or not found or len(looked) < 2:
        return ()
    if not others:
        return (_("Its message names no region; the alarm is in {region}.", region=found),)
    return (
        _(
            "Its message names no region; the alarm is in {region}. One of this name is in ALARM in {others}, too.",
            region=found,
            others=listed(list(others)),
        ),
    )


def card(ask: AlarmAsk) -> c.AlarmCard:
    """The alarm's own message, where no relay has posted one."""
    alarm = ask.alarm
    name = clip(alarm.alarm_name or _("An alarm without a name"), LONGEST_NAME)
    where = " · ".join(part for part in (alarm.region, alarm.account) if part)
    url = alarm_page(alarm.alarm_name, alarm.region) if alarm.alarm_name and alarm.region else None
    return c.AlarmCard(c.Link(name, url), where, clock_time(ask.when), clip(redact(alarm.reason or ""), 300))


def until(snooze: Snooze) -> str:
    """When a snooze ends."""
    return date_time(snooze.ends)


def not_read(name: str, gap: Gap, then: str) -> c.AlarmLine:
    """DescribeAlarms or the stages could not be read; `then` (a marked sentence) says what follows from that."""
    reason = _(GAP_REASONS[gap.reason])
    if gap.detail:
        reason = f"{reason} ({clip(gap.detail, 200)})"
    text = _(
        "could not be looked up with `{action}`: {reason}; {advice}.",
        action=gap.action,
        reason=reason,
        advice=_(GAP_ADVICE[gap.reason]),
    )
    return c.AlarmLine("❔", _link(name), f"{text} {_(then)}")


def refused(name: str, why: str) -> c.AlarmLine:
    """The rules, the configuration or AWS do not let us read there."""
    return c.AlarmLine("🚫", _link(name), _("was not diagnosed. {reason}", reason=clip(why, 600)))


def joins(name: str, permalink: str, at: datetime, *, again: int = 0) -> c.AlarmLine:
    """The line in the first alarm's thread; `again` says how often the same alarm has come back."""
    since = clock_time(at)
    if again > 1:
        text = _("is in ALARM again since {time}, {count} times so far.", time=since, count=again)
    elif again:
        text = _("is in ALARM again since {time}.", time=since)
    else:
        text = _("is in ALARM too since {time}.", time=since)
    return c.AlarmLine("🔔", _link(name, permalink), text)


def joined(first: str, permalink: str) -> c.AlarmLine:
    """The line under the alarm that joined: where to look."""
    return c.AlarmLine("🧵", _link(first, permalink), _("has the diagnosis of this API and stage in its thread."))


def given_up(name: str, reference: str) -> c.AlarmLine:
    """We failed."""
    text = _(
        "was not diagnosed: vpclink itself failed. The log tells more under reference `{reference}`.",
        reference=reference,
    )
    return c.AlarmLine("⚙️", _link(name), text)


def recovered(name: str, after: timedelta, before: Report | None, now: Report | None) -> c.AlarmLine:
    """The alarm is over. `before` is the report in the thread, `now` one that was read just now, if they exist."""
    text = _("is OK again after {time}.", time=_span(after)) if after > timedelta() else _("is OK again.")
    return c.AlarmLine("✅", _link(name), " ".join(filter(None, (text, _changes(before, now)))))


def _changes(before: Report | None, now: Report | None) -> str:
    if before is None:
        return ""
    if now is None:
        return _("I could not read it again.")
    found = difference(before, now)
    kinds = (
        (_("fixed: {checks}"), found.fixed),
        (_("new: {checks}"), found.new),
        (_("still there: {checks}"), found.still),
        (_("not read again: {checks}"), found.unseen),
    )
    told = [text.format(checks=_named(faults)) for text, faults in kinds if faults]
    if not told:
        return _("Read again: no fault then, and none now.")
    return _("Read again: {changes}.", changes="; ".join(told))


def _named(faults: Iterable[Fault]) -> str:
    shown = limited(dict.fromkeys(fault.check for fault in faults), _MOST_FAULTS)
    names = listed(list(shown.items))
    return plural("{names} +{count} more", "{names} +{count} more", shown.more, names=names) if shown.more else names


def _span(lasted: timedelta) -> str:
    minutes = round(lasted.total_seconds() / 60)
    if minutes < 1:
        return _("less than a minute")
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def _link(name: str, url: str = "") -> c.Link:
    return c.Link(clip(name, LONGEST_NAME), url)
