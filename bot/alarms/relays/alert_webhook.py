"""The webhook of Alertmanager and of Grafana: one object for a group of alerts.

Prometheus: "Alerting, configuration, webhook_config"; Grafana: "Configure the webhook notifier", which adds to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.alarms.draft import Draft
from bot.alarms.relays.grafana import metrics_of_labels
from bot.alarms.states import State
from bot.alarms.times import moment
from bot.alarms.values import mapping, objects, text

_STATES: Final[dict[object, State]] = {"firing": "ALARM", "resolved": "OK"}


def parse(payload: Mapping[str, object]) -> Draft | None:
    """Read the group by its first alert; the labels that all its alerts share come first."""
    state, alerts = _STATES.get(payload.get("status")), objects(payload.get("alerts"))
    if state is None or not alerts or "groupLabels" not in payload:
        return None
    first = alerts[0]
    both = {**mapping(first.get("labels")), **mapping(payload.get("commonLabels"))}
    labels = {str(name): value for name, item in both.items() if (value := text(item))}
    notes = mapping(first.get("annotations"))
    name = labels.get("alertname")
    return Draft(
        source="grafana" if "orgId" in payload else "alertmanager",
        name=name,
        state=state,
        description=text(notes.get("description")) or text(notes.get("summary")),
        at=moment(first.get("startsAt" if state == "ALARM" else "endsAt")),
        region=labels.get("Region") or labels.get("region"),
        metrics=metrics_of_labels(labels),
    )
