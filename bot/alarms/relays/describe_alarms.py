"""A row of DescribeAlarms, as the API or the CLI prints it (AWS: API_MetricAlarm, API_CompositeAlarm, API_LogAlarm)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.alarms.composite import read_children, triggering_alarms
from bot.alarms.draft import Draft
from bot.alarms.metrics import is_log_alarm, read_metrics
from bot.alarms.states import state_of
from bot.alarms.times import moment
from bot.alarms.values import folded, text


def parse(payload: Mapping[str, object]) -> Draft | None:
    """Read a row: a name and a state, both in capitals or both not."""
    fields = folded(payload)
    name, state = text(fields.get("alarmname")), state_of(fields.get("statevalue"))
    if name is None or state is None:
        return None
    rule = text(fields.get("alarmrule"))
    kind, metrics = read_metrics(fields)
    return Draft(
        name=name,
        state=state,
        arn=text(fields.get("alarmarn")),
        description=text(fields.get("alarmdescription")),
        reason=text(fields.get("statereason")),
        at=moment(fields.get("statetransitionedtimestamp")) or moment(fields.get("stateupdatedtimestamp")),
        kind="composite" if rule else "log" if is_log_alarm(fields) else kind,
        metrics=metrics,
        children=read_children(rule, triggering_alarms(fields.get("statereasondata"))),
        alarm_rule=rule,
        actions_suppressed=text(fields.get("actionssuppressedby")) is not None,
    )
