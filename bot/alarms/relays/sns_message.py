"""CloudWatch's own message to an SNS topic: metric, composite and log alarms.

AWS: "Notifying users on alarm changes", schema of Amazon SNS notifications. Old messages have no `AlarmArn`.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.alarms.composite import read_children
from bot.alarms.draft import Draft
from bot.alarms.metrics import is_log_alarm, of_contributor, read_metrics
from bot.alarms.model import Kind
from bot.alarms.names import account_id
from bot.alarms.states import state_of
from bot.alarms.times import moment
from bot.alarms.values import folded, text


def parse(payload: Mapping[str, object]) -> Draft | None:
    """Read a message. `StateValue` with a `Trigger` is accepted too: people trim messages by hand."""
    fields = folded(payload)
    name = text(fields.get("alarmname"))
    state = state_of(fields.get("newstatevalue", fields.get("statevalue") if "trigger" in fields else None))
    if name is None or state is None:
        return None
    rule = text(fields.get("alarmrule"))
    kind, metrics = read_metrics(fields.get("trigger"))
    return Draft(
        name=name,
        state=state,
        previous_state=state_of(fields.get("oldstatevalue")),
        arn=text(fields.get("alarmarn")),
        description=text(fields.get("alarmdescription")),
        reason=text(fields.get("newstatereason")),
        at=moment(fields.get("statechangetime")),
        account=account_id(fields.get("awsaccountid")),
        region=text(fields.get("region")),
        kind=_kind(fields, kind, rule),
        metrics=of_contributor(metrics, _contributor(fields)),
        children=read_children(rule, fields.get("triggeringchildren")),
        alarm_rule=rule,
    )


def _kind(fields: Mapping[str, object], kind: Kind | None, rule: str | None) -> Kind | None:
    if rule or "triggeringchildren" in fields:
        return "composite"
    return "log" if kind is None and is_log_alarm(fields) else kind


def _contributor(fields: Mapping[str, object]) -> object:
    """The series that changed, of an alarm on a Metrics Insights query."""
    named = fields.get("alarmcontributorattributes") or fields.get("contributorattributes")
    return named or folded(fields.get("alarmcontributor")).get("attributes")
