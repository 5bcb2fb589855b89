"""Words and marks that several views share. A mark's shape tells its meaning, so that it reads without colour.

The words of the tables are translated with `_` where they are shown.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from bot.diagnosis.model import Confidence, GapReason, Hop, HopState, State, Status
from bot.language import _, marked, plural

HOPS: Final[dict[Hop, str]] = {
    Hop.API: marked("API"),
    Hop.STAGE: marked("Stage"),
    Hop.INTEGRATION: marked("Integration"),
    Hop.VPC_LINK: marked("VPC link"),
    Hop.ENDPOINT_SERVICE: marked("Endpoint service"),
    Hop.LOAD_BALANCER: marked("Load balancer"),
    Hop.LISTENER: marked("Listener"),
    Hop.TARGET_GROUP: marked("Target group"),
    Hop.TARGET: marked("Targets"),
    Hop.LOGGING: marked("Logging"),
}

HOP_MARKS: Final[dict[HopState, str]] = {
    HopState.OK: "✅",
    HopState.BROKEN: "❌",
    HopState.DEGRADED: "⚠️",
    HopState.UNKNOWN: "❔",
}
BEHIND: Final = "⚪"
"""What stands behind the first broken hop: requests do not get there, so its state explains nothing."""

STATUS_MARKS: Final[dict[Status, str]] = {
    Status.FAIL: "❌",
    Status.WARN: "⚠️",
    Status.PASS: "✅",
    Status.UNKNOWN: "❔",
    Status.NOT_APPLICABLE: "▫️",
}

CONFIDENCES: Final[dict[Confidence, str]] = {
    Confidence.CONFIRMED: marked("Confirmed"),
    Confidence.LIKELY: marked("Likely"),
    Confidence.POSSIBLE: marked("Possible"),
}

STATES: Final[dict[State, str]] = {
    State.CAUSE_FOUND: marked("a cause is found"),
    State.NO_FAULT_FOUND: marked("no fault found"),
    State.INCONCLUSIVE: marked("not decided"),
}

GAP_REASONS: Final[dict[GapReason, str]] = {
    GapReason.ACCESS_DENIED: marked("access denied"),
    GapReason.THROTTLED: marked("throttled"),
    GapReason.TIMEOUT: marked("timeout"),
    GapReason.NOT_FOUND: marked("not found"),
    GapReason.ERROR: marked("error"),
}

GAP_ADVICE: Final[dict[GapReason, str]] = {
    GapReason.ACCESS_DENIED: marked("grant it to the role that I use"),
    GapReason.THROTTLED: marked("run it again in a minute"),
    GapReason.TIMEOUT: marked("run it again"),
    GapReason.NOT_FOUND: marked("there is nothing to read"),
    GapReason.ERROR: marked("run it again; if it stays, the log tells more"),
}


def count(number: int, singular: str, several: str = "") -> str:
    """`1 read`, `2 reads`, in English: for the terminal. What Slack shows takes `bot.language.plural`."""
    return f"{number:,} {singular if number == 1 else several or singular + 's'}"


def clock_time(moment: datetime) -> str:
    """`03:11 UTC`: logs and dashboards of AWS speak UTC, so the report does too."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def date_time(moment: datetime) -> str:
    """`2026-11-22 03:11:07 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(minutes: int) -> str:
    """`60 minutes`, `2 hours`, `1 day`."""
    if minutes % (24 * 60) == 0:
        return plural("{count} day", "{count} days", minutes // (24 * 60))
    if minutes % 60 == 0 and minutes > 60:
        return plural("{count} hour", "{count} hours", minutes // 60)
    return plural("{count} minute", "{count} minutes", minutes)


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return _("{words} and {last}", words=", ".join(words[:-1]), last=words[-1])


def inside(sentence: str) -> str:
    """A sentence as it stands inside another one: its first word begins small, unless that is an acronym."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def short_name(resource: str) -> str:
    """What people call a resource: the name in a load balancer's or role's ARN, the id elsewhere."""
    if not resource.startswith("arn:"):
        return resource
    tail = resource.split(":", 5)[-1].split("/")
    if tail[0] in {"loadbalancer", "listener"} and len(tail) > 2:
        return tail[2] if tail[0] == "loadbalancer" else _("listener of {name}", name=tail[2])
    if tail[0] == "targetgroup" and len(tail) > 1:
        return tail[1]
    return tail[-1] or resource
