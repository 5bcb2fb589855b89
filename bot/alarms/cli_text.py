"""`vpclink alarm`: what an alarm payload says, as JSON for programs and as lines for people."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from bot.alarms.model import Alarm
from bot.alarms.reader import first_alarm, read_alarm, read_alarms

_CONTRACT: Final = (
    "is_alarm", "state", "alarm_name", "namespace", "metric", "api_name", "api_id", "stage", "region", "relevant",
)  # fmt: skip
_FURTHER: Final = (
    "alarm_source", "previous_state", "latest_update", "alarm_arn", "description", "reason", "account", "kind",
    "statistic", "metric_account", "resource_path", "method", "several_apis", "alarm_rule", "actions_suppressed",
    "relay", "follows_up", "starts_diagnosis",
)  # fmt: skip
_RELEVANT: Final = {
    True: "yes: 5xx or latency of API Gateway",
    False: "no",
    None: "not said here: DescribeAlarms must tell",
}


def alarm_json(text: str) -> str:
    """Return the machine contract's object for the content of a file; further alarms in it stand under `others`."""
    found = read_alarms(text)
    alarm = first_alarm(found)
    answer = _object(alarm)
    others = [_object(other) for other in found if other.is_alarm and other is not alarm]
    if others:
        answer["others"] = others
    return _printable(json.dumps(answer, ensure_ascii=False)) + "\n"


def alarm_text(text: str) -> str:
    """Return what the payload says, one fact a line."""
    alarm = read_alarm(text)
    if not alarm.is_alarm:
        return "This is not an alarm that changed its state.\n"
    api = alarm.api_name or alarm.api_id or " and ".join(filter(None, (found.name or found.id for found in alarm.apis)))
    facts = {
        "State": f"{alarm.previous_state} → {alarm.state}" if alarm.previous_state else alarm.state,
        "At": alarm.at.isoformat() if alarm.at else None,
        "Where": ", ".join(filter(None, (alarm.region, alarm.account))),
        "Metric": " ".join(filter(None, (alarm.statistic, alarm.namespace, alarm.metric))),
        "Dimensions": ", ".join(f"{name}={value}" for name, value in alarm.dimensions),
        "API": " ".join(filter(None, (api, alarm.stage, alarm.method, alarm.resource_path))),
        "Watches": ", ".join(child.name for child in alarm.children),
        "Reason": alarm.reason,
        "Relevant": _RELEVANT[alarm.relevant],
        "Caution": ", ".join(alarm.cautions),
        "Came as": alarm.relay,
    }
    lines = [alarm.alarm_name or "An alarm without a name"]
    lines += [f"  {label + ':':<12} {' '.join(value.split())}" for label, value in facts.items() if value]
    return _printable("\n".join(lines)) + "\n"


def _printable(text: str) -> str:
    """JSON may hold half of an emoji, which no terminal or pipe can be sent."""
    return text.encode("utf-8", "replace").decode()


def _object(alarm: Alarm) -> dict[str, Any]:
    """The contract's keys first; keys are only ever added."""
    answer: dict[str, Any] = {name: getattr(alarm, name) for name in (*_CONTRACT, *_FURTHER)}
    answer["at"] = alarm.at.isoformat() if alarm.at else None
    answer["dimensions"] = dict(alarm.dimensions)
    answer["apis"] = [asdict(api) for api in alarm.apis]
    answer["children"] = [asdict(child) for child in alarm.children]
    answer["cautions"] = list(alarm.cautions)
    answer["slack"] = asdict(alarm.slack) if alarm.slack else None
    return answer
