"""The event that a Lambda function gets as an alarm's action.

AWS: "Invoke a Lambda function from an alarm".
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.alarms.draft import Draft
from bot.alarms.names import account_id
from bot.alarms.relays.alarm_state import read_state
from bot.alarms.values import folded, mapping, text


def parse(payload: Mapping[str, object]) -> Draft | None:
    """Read an event with `alarmData`."""
    fields = folded(payload)
    if "alarmdata" not in fields:
        return None
    return read_state(
        mapping(fields["alarmdata"]),
        is_alarm=True,
        arn=text(fields.get("alarmarn")),
        account=account_id(fields.get("accountid")),
        region=text(fields.get("region")),
    )
