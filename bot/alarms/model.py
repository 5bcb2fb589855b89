"""What an alarm is about, as one frozen value. What the payload does not say is None; nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.alarms.states import State

Dimensions = tuple[tuple[str, str], ...]
"""Names and values, in the payload's order."""

Kind = Literal["metric", "math", "anomaly", "composite", "log"]
"""What an alarm watches: one metric, an expression, a metric against its band, other alarms, a log query."""

AlarmSource = Literal["cloudwatch", "datadog", "grafana", "alertmanager"]
"""Which product raised it. Only a CloudWatch alarm can be looked up with DescribeAlarms."""


class Caution(StrEnum):
    """What makes an alarm on API Gateway silent or loud for reasons of its own. Tell the reader before diagnosing."""

    NO_API_DIMENSION = "no-api-dimension"
    """An AWS/ApiGateway metric without ApiName and ApiId: AWS publishes none, so the alarm sees no data."""
    MISSPELT_DIMENSION = "misspelt-dimension"
    """`APIName` for `ApiName`: no such metric exists."""
    FOREIGN_DIMENSION = "foreign-dimension"
    """A dimension that API Gateway does not publish, such as FunctionName: no such metric exists."""
    API_ID_ON_REST_METRIC = "api-id-on-rest-metric"
    """5XXError with ApiId: REST APIs publish under ApiName, HTTP APIs publish 5xx."""
    API_NAME_ON_HTTP_METRIC = "api-name-on-http-metric"
    """5xx with ApiName: HTTP APIs publish under ApiId, REST APIs publish 5XXError."""
    SHORT_PERIOD = "short-period"
    """A period below 60 s; API Gateway publishes once a minute."""
    NO_DATA = "no-data"
    """ALARM because no data came and missing data counts as breaching: nothing need have failed."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric that the alarm watches. `account` is set where it lies in another account than the alarm."""

    namespace: str | None = None
    name: str | None = None
    statistic: str | None = None
    dimensions: Dimensions = ()
    period: int | None = None
    """Seconds."""
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Api:
    """An API as a metric's dimensions name it: REST by name, HTTP by id (AWS: API Gateway metrics and dimensions)."""

    name: str | None = None
    id: str | None = None
    stage: str | None = None
    resource_path: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """An alarm that a composite alarm watches; `triggered` where the payload says that it caused the change."""

    name: str
    arn: str | None = None
    state: State | None = None
    triggered: bool = False


@dataclass(frozen=True, slots=True)
class SlackDelivery:
    """Where in Slack the alarm stood. Slack: message events and their subtypes."""

    channel: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    edited: bool = False
    """The event tells of an edit (`message_changed`), such as the relay's own "Latest Update"."""
    broadcast: bool = False
    """A reply that was also sent to the channel (`thread_broadcast`)."""
    by_app: bool = False
    """An app or a webhook posted it, not a person."""

    @property
    def in_thread(self) -> bool:
        """Say whether it is a reply, not the message that a thread hangs under."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm payload, read. `is_alarm` is False for everything that is not an alarm changing its state."""

    is_alarm: bool = False
    state: State | None = None
    previous_state: State | None = None
    latest_update: State | None = None
    """The later state that a relay edited into its first message."""
    alarm_source: AlarmSource | None = None
    alarm_name: str | None = None
    alarm_arn: str | None = None
    description: str | None = None
    reason: str | None = None
    at: datetime | None = None
    account: str | None = None
    """Where the alarm is defined."""
    region: str | None = None
    kind: Kind | None = None
    metrics: tuple[Metric, ...] = ()
    namespace: str | None = None
    metric: str | None = None
    statistic: str | None = None
    dimensions: Dimensions = ()
    metric_account: str | None = None
    """Where the API is, if the payload says that the metric lies in another account."""
    api_name: str | None = None
    api_id: str | None = None
    stage: str | None = None
    resource_path: str | None = None
    method: str | None = None
    apis: tuple[Api, ...] = ()
    children: tuple[Child, ...] = ()
    alarm_rule: str | None = None
    relevant: bool | None = None
    """Is it about 5xx, latency or integration latency of API Gateway? None where DescribeAlarms must tell."""
    cautions: tuple[Caution, ...] = ()
    actions_suppressed: bool = False
    relay: str | None = None
    """How it was delivered: a name of the table in `bot.alarms.reader`."""
    slack: SlackDelivery | None = None

    @property
    def several_apis(self) -> bool:
        """Say whether it watches more than one API; then `api_name` and `api_id` are None, and `apis` lists them."""
        return len({(api.name, api.id) for api in self.apis}) > 1

    @property
    def follows_up(self) -> bool:
        """Say whether Slack already showed this alarm: the relay edited its message, or replied in its thread.

        A follow-up must not start a diagnosis of its own.
        """
        return self.slack is not None and self.slack.by_app and (self.slack.edited or self.slack.in_thread)

    @property
    def starts_diagnosis(self) -> bool:
        """Say whether it is news that may be worth a diagnosis: in ALARM, no follow-up, not suppressed, and relevant.

        Where only DescribeAlarms can tell the relevance, it does; that works for CloudWatch's alarms alone.
        """
        news = self.is_alarm and self.state == "ALARM" and not self.follows_up and not self.actions_suppressed
        return news and (bool(self.relevant) or (self.relevant is None and self.alarm_source == "cloudwatch"))


NOT_AN_ALARM = Alarm(relevant=False)
"""The answer for everything that is not an alarm."""
