"""The e-mail that SNS sends for an alarm, through Slack's Email app or pasted: headed lists of `- Label:   value`.

It is the only shape for people that names the metric (`Monitored Metric:`). AWS: "Creating CloudWatch alarms to
monitor AWS Trusted Advisor metrics", example e-mail. Math alarms list expressions, composite alarms their children.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from bot.alarms.card import Card
from bot.alarms.card_facts import common
from bot.alarms.composite import read_children
from bot.alarms.dimensions import written_dimensions
from bot.alarms.draft import Draft
from bot.alarms.expressions import is_band, metric_in
from bot.alarms.model import Kind, Metric
from bot.alarms.names import arn_parts
from bot.alarms.relays import sns_subject
from bot.alarms.states import STATE_WORD, State, change_of, state_of
from bot.alarms.times import moment

_ENTRY: Final = re.compile(r"[>\s]{0,20}[-•] (?P<label>[A-Za-z][A-Za-z_ ]{1,40}?):[ \t]{0,80}(?P<value>.*)")
_CHILD: Final = re.compile(rf"[>\s]{{0,20}}[-•] (?P<arn>arn:aws\S.{{1,600}}?)\s{{2,20}}(?P<state>{STATE_WORD})\b")
_HEADING: Final = re.compile(r"[>\s]{0,20}[*_]{0,2}[A-Z][A-Za-z .()0-9]{2,60}:[*_]{0,2}\s*")
_SENTENCE: Final = re.compile(
    r"Alarm\s{1,20}\"(?P<name>.{1,300}?)\"\s{1,20}in\s{1,20}the\s{1,20}(?P<region>[^\"]{2,80}?)\s{1,20}region\s{1,20}has\s{1,20}"
    rf"(?:entered|returned\s{{1,20}}to|transitioned\s{{1,20}}to)\s{{1,20}}(?:the\s{{1,20}})?(?P<state>{STATE_WORD})\b",
    re.DOTALL,
)


@dataclass
class _Mail:
    values: dict[str, str] = field(default_factory=dict)
    expressions: list[str] = field(default_factory=list)
    children: list[object] = field(default_factory=list)

    def add(self, label: str, value: str) -> None:
        if label == "metricexpression":
            self.expressions.append(value)
        self.values.setdefault(label, value)


def parse(card: Card) -> Draft | None:
    """Read the lists, and the opening sentence where they are missing."""
    for text in card.texts:
        sentence = _SENTENCE.search(text[:5_000])
        mail = _read(text[:60_000])
        change = mail.values.get("state change") or mail.values.get("state")
        previous, state = change_of(change)
        name = mail.values.get("name") or (sentence["name"] if sentence else None)
        subject = sns_subject.parse(card)
        state = state or (state_of(sentence["state"]) if sentence else None) or (subject.state if subject else None)
        if name and state:
            region = sentence["region"] if sentence else subject.region if subject else None
            return _draft(card, mail, name=name, states=(previous, state), region=region)
    return None


def _draft(
    card: Card, mail: _Mail, *, name: str, states: tuple[State | None, State | None], region: str | None
) -> Draft:
    draft = common(card, name=name, state=states[1])
    rule = mail.values.get("alarm rule")
    kind, metrics = _metrics(mail)
    arn = mail.values.get("alarm arn", "").strip()
    parts = arn_parts(arn)
    return replace(
        draft,
        previous_state=states[0],
        description=mail.values.get("description") or None,
        reason=mail.values.get("reason for state change") or draft.reason,
        at=moment(mail.values.get("timestamp")),
        arn=arn if parts else draft.arn,
        region=region or draft.region,
        kind="composite" if rule or mail.children else kind,
        metrics=metrics,
        children=read_children(rule, mail.children),
        alarm_rule=rule,
    )


def _read(text: str) -> _Mail:
    """Read the entries; a value goes on until the next entry, a heading or an empty line."""
    mail, label, value = _Mail(), "", ""
    for line in [*text.splitlines(), ""]:
        entry = _ENTRY.fullmatch(line) if len(line) < 12_000 else None
        if child := _CHILD.match(line):
            mail.children.append({"Arn": child["arn"], "State": {"Value": child["state"]}})
        if entry or not line.strip(" >\t") or _HEADING.fullmatch(line):
            if label:
                mail.add(label, value.strip())
            label, value = (entry["label"].lower(), entry["value"]) if entry else ("", "")
        elif label:
            value = f"{value} {line.strip()}"
    return mail


def _metrics(mail: _Mail) -> tuple[Kind | None, tuple[Metric, ...]]:
    namespace, name = mail.values.get("metricnamespace") or None, mail.values.get("metricname") or None
    if namespace or name:
        dimensions = written_dimensions(mail.values.get("dimensions", ""))
        seconds = re.match(r"(\d{1,9}) seconds", mail.values.get("period", ""))
        period = int(seconds[1]) if seconds else None
        return "metric", (Metric(namespace, name, mail.values.get("statistic") or None, dimensions, period),)
    if not mail.expressions:
        return None, ()
    found = tuple(metric for expression in mail.expressions if (metric := metric_in(expression)))
    return "anomaly" if any(is_band(expression) for expression in mail.expressions) else "math", found
