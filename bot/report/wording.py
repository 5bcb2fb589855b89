"""Words and marks that several views share. A mark's shape tells its meaning, so that it reads without colour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from bot.diagnosis.model import Confidence, GapReason, Hop, HopState, State, Status

HOPS: Final[dict[Hop, str]] = {
    Hop.API: "API",
    Hop.STAGE: "Stage",
    Hop.INTEGRATION: "Integration",
    Hop.VPC_LINK: "VPC link",
    Hop.ENDPOINT_SERVICE: "Endpoint service",
    Hop.LOAD_BALANCER: "Load balancer",
    Hop.LISTENER: "Listener",
    Hop.TARGET_GROUP: "Target group",
    Hop.TARGET: "Targets",
    Hop.LOGGING: "Logging",
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
    Confidence.CONFIRMED: "Confirmed",
    Confidence.LIKELY: "Likely",
    Confidence.POSSIBLE: "Possible",
}

STATES: Final[dict[State, str]] = {
    State.CAUSE_FOUND: "a cause is found",
    State.NO_FAULT_FOUND: "no fault found",
    State.INCONCLUSIVE: "not decided",
}

GAP_ADVICE: Final[dict[GapReason, str]] = {
    GapReason.ACCESS_DENIED: "grant it to the role that I use",
    GapReason.THROTTLED: "run it again in a minute",
    GapReason.TIMEOUT: "run it again",
    GapReason.NOT_FOUND: "there is nothing to read",
    GapReason.ERROR: "run it again; if it stays, the log tells more",
}


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 read`, `2 reads`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def clock_time(moment: datetime) -> str:
    """`03:11 UTC`: logs and dashboards of AWS speak UTC, so the report does too."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def date_time(moment: datetime) -> str:
    """`2026-11-22 03:11:07 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(minutes: int) -> str:
    """`60 minutes`, `2 hours`, `1 day`."""
    if minutes % (24 * 60) == 0:
        return count(minutes // (24 * 60), "day")
    if minutes % 60 == 0 and minutes > 60:
        return count(minutes // 60, "hour")
    return count(minutes, "minute")


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def short_name(resource: str) -> str:
    """What people call a resource: the name in a load balancer's or role's ARN, the id elsewhere."""
    if not resource.startswith("arn:"):
        return resource
    tail = resource.split(":", 5)[-1].split("/")
    if tail[0] in {"loadbalancer", "listener"} and len(tail) > 2:
        return tail[2] if tail[0] == "loadbalancer" else f"listener of {tail[2]}"
    if tail[0] == "targetgroup" and len(tail) > 1:
        return tail[1]
    return tail[-1] or resource
