"""What EventBridge events and Lambda actions share: `alarmName`, `state`, `previousState`, `configuration`."""

from __future__ import annotations

from collections.abc import Mapping

from bot.alarms.composite import read_children, triggering_alarms
from bot.alarms.draft import Draft
from bot.alarms.metrics import is_log_alarm, of_contributor, read_metrics
from bot.alarms.states import state_of
from bot.alarms.times import moment
from bot.alarms.values import folded, text


def read_state(
    value: Mapping[str, object], *, is_alarm: bool, arn: str | None, account: str | None, region: str | None
) -> Draft | None:
    """Read the object; None without a name and a known state."""
    fields = folded(value)
    state, previous = folded(fields.get("state")), folded(fields.get("previousstate"))
    configuration = folded(fields.get("configuration"))
    name, now = text(fields.get("alarmname")), state_of(state.get("value"))
    if name is None or now is None:
        return None
    rule = text(configuration.get("alarmrule"))
    kind, metrics = read_metrics(configuration)
    return Draft(
        is_alarm=is_alarm,
        name=name,
        state=now,
        previous_state=state_of(previous.get("value")),
        arn=arn,
        description=text(configuration.get("description")),
        reason=text(state.get("reason")),
        at=moment(state.get("timestamp")),
        account=account,
        region=region,
        kind="composite" if rule else "log" if is_log_alarm(configuration) else kind,
        metrics=of_contributor(metrics, folded(fields.get("alarmcontributor")).get("attributes")),
        children=read_children(rule, triggering_alarms(state.get("reasondata"))),
        alarm_rule=rule,
        actions_suppressed=text(state.get("actionssuppressedby")) is not None,
    )
