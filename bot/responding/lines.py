"""What is said of an alarm in a thread, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.alarms.model import Caution
from bot.diagnosis.model import Gap, Report
from bot.diagnosis.redaction import redact
from bot.report import contexts as c
from bot.report.console_links import alarm_page
from bot.report.difference import Fault, difference
from bot.report.limits import clip, limited
from bot.report.naming import LONGEST_NAME
from bot.report.wording import GAP_ADVICE, clock_time, date_time, listed
from bot.responding.asking import AlarmAsk
from bot.responding.channels import Snooze

_MOST_FAULTS: Final = 3

CAUTIONS: Final[dict[Caution, str]] = {
    Caution.NO_DATA: "rings because no data came, which it counts as breaching: perhaps no request failed.",
    Caution.MISSPELT_DIMENSION: "watches a dimension whose name is misspelt, and API Gateway publishes no such metric.",
    Caution.FOREIGN_DIMENSION: "watches a dimension that API Gateway does not publish.",
    Caution.API_ID_ON_REST_METRIC: "watches 5XXError by ApiId; REST APIs publish it by ApiName.",
    Caution.API_NAME_ON_HTTP_METRIC: "watches 5xx by ApiName; HTTP APIs publish it by ApiId.",
}
"""What makes an alarm ring, or keep still, for reasons of its own. The other cautions never stand in the way."""

GOES_ON: Final = "I go by what the message says."
CANNOT_TELL: Final = "So I cannot tell whether it is about API Gateway."
NO_STAGE: Final = "The alarm names no stage, so I cannot tell which one to diagnose."


def caution_notes(cautions: Iterable[Caution]) -> tuple[str, ...]:
    """What to know of the alarm before its diagnosis is read."""
    return tuple(f"⚠️ It {CAUTIONS[caution]}" for caution in cautions if caution in CAUTIONS)


def region_notes(named: str | None, found: str | None, others: Sequence[str], looked: Sequence[str]) -> tuple[str, ...]:
    """Which region was found, where the message names none."""
    if named or not found or len(looked) < 2:
        return ()
    too = f" One of this name is in ALARM in {listed(list(others))}, too." if others else ""
    return (f"Its message names no region; the alarm is in {found}.{too}",)


def card(ask: AlarmAsk) -> c.AlarmCard:
    """The alarm's own message, where no relay has posted one."""
    alarm = ask.alarm
    name = clip(alarm.alarm_name or "An alarm without a name", LONGEST_NAME)
    where = " · ".join(part for part in (alarm.region, alarm.account) if part)
    url = alarm_page(alarm.alarm_name, alarm.region) if alarm.alarm_name and alarm.region else None
    return c.AlarmCard(c.Link(name, url), where, clock_time(ask.when), clip(redact(alarm.reason or ""), 300))


def until(snooze: Snooze) -> str:
    """When a snooze ends."""
    return date_time(snooze.ends)


def not_read(name: str, gap: Gap, then: str) -> c.AlarmLine:
    """DescribeAlarms or the stages could not be read; `then` says what follows from that."""
    detail = f" ({clip(gap.detail, 200)})" if gap.detail else ""
    reason = gap.reason.value.replace("-", " ")
    return c.AlarmLine(
        "❔",
        _link(name),
        f"could not be looked up with `{gap.action}`: {reason}{detail}; {GAP_ADVICE[gap.reason]}. {then}",
    )


def refused(name: str, why: str) -> c.AlarmLine:
    """The rules, the configuration or AWS do not let us read there."""
    return c.AlarmLine("🚫", _link(name), f"was not diagnosed. {clip(why, 600)}")


def joins(name: str, permalink: str, at: datetime, *, again: int = 0) -> c.AlarmLine:
    """The line in the first alarm's thread; `again` says how often the same alarm has come back."""
    often = f", {again} times so far" if again > 1 else ""
    word = "again" if again else "too"
    return c.AlarmLine("🔔", _link(name, permalink), f"is in ALARM {word} since {clock_time(at)}{often}.")


def joined(first: str, permalink: str) -> c.AlarmLine:
    """The line under the alarm that joined: where to look."""
    return c.AlarmLine("🧵", _link(first, permalink), "has the diagnosis of this API and stage in its thread.")


def given_up(name: str, reference: str) -> c.AlarmLine:
    """We failed."""
    return c.AlarmLine(
        "⚙️", _link(name), f"was not diagnosed: vpclink itself failed. The log tells more under reference `{reference}`."
    )


def recovered(name: str, after: timedelta, before: Report | None, now: Report | None) -> c.AlarmLine:
    """The alarm is over. `before` is the report in the thread, `now` one that was read just now, if they exist."""
    lasted = f" after {_span(after)}" if after > timedelta() else ""
    return c.AlarmLine("✅", _link(name), f"is OK again{lasted}.{_changes(before, now)}")


def _changes(before: Report | None, now: Report | None) -> str:
    if before is None:
        return ""
    if now is None:
        return " I could not read it again."
    found = difference(before, now)
    kinds = (("fixed", found.fixed), ("new", found.new), ("still there", found.still), ("not read again", found.unseen))
    told = [f"{word}: {_named(faults)}" for word, faults in kinds if faults]
    return f" Read again: {'; '.join(told) if told else 'no fault then, and none now'}."


def _named(faults: Iterable[Fault]) -> str:
    shown = limited(dict.fromkeys(fault.check for fault in faults), _MOST_FAULTS)
    return listed(list(shown.items)) + (f" +{shown.more} more" if shown.more else "")


def _span(lasted: timedelta) -> str:
    minutes = round(lasted.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute"
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def _link(name: str, url: str = "") -> c.Link:
    return c.Link(clip(name, LONGEST_NAME), url)
