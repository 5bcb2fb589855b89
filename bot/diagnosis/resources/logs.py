"""CloudWatch: log groups, log events, metrics."""

from __future__ import annotations

from datetime import datetime

from bot.diagnosis.resources.shape import AwsShape, Shape


class LogGroup(AwsShape):
    """A CloudWatch log group."""

    log_group_name: str
    retention_in_days: int | None = None
    log_group_class: str = "STANDARD"


class LogDelivery(Shape):
    """A delivery of a stage's execution log to somewhere else than the managed log group."""

    log_type: str = ""
    destination_type: str = ""
    destination_arn: str = ""
    output_format: str = ""


class LogEvent(Shape):
    """One redacted log event."""

    at: datetime
    message: str


class LogReading(Shape):
    """The failing requests' events of one log group in one window, oldest first."""

    group: str
    since: datetime
    until: datetime
    events: tuple[LogEvent, ...] = ()
    complete: bool = True
    """False where the page budget ended before the window did."""


class Series(Shape):
    """The datapoints of one metric, oldest first: seconds since the epoch and value."""

    points: tuple[tuple[int, float], ...] = ()

    @property
    def total(self) -> float:
        """The sum over the window."""
        return sum(value for _, value in self.points)
