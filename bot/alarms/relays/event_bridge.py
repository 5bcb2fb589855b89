"""EventBridge: an alarm changed its state, or its configuration, which is no alarm.

AWS: "Alarm events and EventBridge". Metrics Insights alarms over several series send "CloudWatch Alarm Contributor
State Change"; the contributor's attributes are the dimensions of the series that failed.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.alarms.draft import Draft
from bot.alarms.names import account_id, arn_parts
from bot.alarms.relays.alarm_state import read_state
from bot.alarms.values import folded, items, mapping, text


def parse(payload: Mapping[str, object]) -> Draft | None:
    """Read an event, or its `detail` alone."""
    fields = folded(payload)
    kind = text(fields.get("detail-type"))
    if kind is not None and not kind.startswith("CloudWatch Alarm "):
        return None
    detail = mapping(fields.get("detail")) if "detail" in fields else payload
    arns = [arn for value in items(fields.get("resources")) if (arn := text(value)) and arn_parts(arn)]
    return read_state(
        detail,
        is_alarm=kind is None or kind.endswith("State Change"),
        arn=arns[0] if arns else None,
        account=account_id(fields.get("account")),
        region=text(fields.get("region")),
    )
