"""JSON that people paste: escaped by Slack, fenced, with curly quotes, as Python's or JavaScript's print, in a row."""

from __future__ import annotations

import json

import pytest

from bot.alarms import read_alarm, read_alarms
from bot.alarms.documents import documents
from bot.alarms.slack_text import decode, is_escaped
from tests.alarms.samples import REASON, card, escaped, event_bridge, section, sns_envelope, sns_message, sns_record

DESCRIPTION = 'Orders & payments: see <https://example.com/runbook> for "5xx"'
MESSAGE = json.dumps(sns_message())
ENVELOPE = json.dumps(sns_envelope(sns_message()), indent=2)
PLAIN = sns_message(AlarmDescription="The orders API's 5xx")


def slack(text, **more):
    return {"type": "message", "user": "U1", "text": text, "ts": "1.1"} | more


PASTED = {
    "alone": slack(escaped(MESSAGE)),
    "envelope": slack(escaped(ENVELOPE)),
    "fenced": slack(f"```{escaped(ENVELOPE)}```"),
    "fenced-with-a-language": slack(f"```json\n{escaped(ENVELOPE)}\n```"),
    "behind-words": slack(f"this just came in {{again}}: {escaped(MESSAGE)} :cry:"),
    "in-a-section": card(section(f"```{escaped(MESSAGE)}```")),
    "in-an-attachment": card(attachments=[{"text": escaped(MESSAGE)}]),
    "in-a-snippet": {"text": "", "files": [{"filetype": "json", "preview": MESSAGE}]},
    "event-in-slack": {"event": slack(escaped(MESSAGE))},
    "raw-text": f"Event: {MESSAGE}",
    "raw-fence": f"```\n{ENVELOPE}\n```",
    "raw-and-escaped": escaped(MESSAGE),
    "raw-and-escaped-behind-words": f"Event: {escaped(MESSAGE)}",
    "string-literal": json.dumps(MESSAGE),
    "escaped-string": json.dumps(MESSAGE)[1:-1],
    "records": f"INFO {json.dumps(sns_record(sns_envelope(sns_message())))}",
}


@pytest.mark.parametrize("payload", PASTED.values(), ids=PASTED)
def test_pasted_json_says_what_the_original_said(payload):
    alarm = read_alarm(payload)
    assert (alarm.alarm_name, alarm.region, alarm.api_name, alarm.stage) == (
        "orders-prod-5xx",
        "eu-west-1",
        "orders",
        "prod",
    )
    assert (alarm.state, alarm.relevant, alarm.reason) == ("ALARM", True, REASON)


def test_slacks_escapes_are_undone_once():
    name = "a &amp; b <c> &lt;d&gt;"
    assert read_alarm(slack(escaped(json.dumps(sns_message(AlarmName=name))))).alarm_name == name
    assert read_alarm(sns_message(AlarmName=name)).alarm_name == name


def test_links_that_slack_made_are_undone():
    text = MESSAGE.replace("<https://example.com/runbook>", "example.com")
    linked = escaped(text).replace("example.com", "<http://example.com|example.com>")
    assert read_alarm(slack(linked)).description == 'Orders & payments: see example.com for "5xx"'


def test_curly_quotes_are_straightened():
    curly = json.dumps(PLAIN).replace('"', "”").replace("'", "’")
    assert read_alarm(slack(escaped(curly))).api_name == "orders"


PRINTED = {
    "python": repr(PLAIN),
    "python-with-json-inside": repr(sns_record(sns_envelope(PLAIN))),
    "python-behind-words": f"[INFO] 2026-03-04 Event: {sns_record(sns_envelope(PLAIN))!r}",
    "javascript": "{ AlarmName: 'orders-prod-5xx', NewStateValue: 'ALARM', Region: 'EU (Ireland)', Trigger: {"
    " MetricName: '5XXError', Namespace: 'AWS/ApiGateway', Unit: undefined,"
    " Dimensions: [ { name: 'ApiName', value: 'orders' }, ], }, }",
    "single-quotes": json.dumps(sns_message(AlarmDescription="x")).replace('"', "'"),
}


@pytest.mark.parametrize("text", PRINTED.values(), ids=PRINTED)
def test_what_programs_print_is_read(text):
    for payload in (text, slack(escaped(text)), sns_envelope(text)):
        alarm = read_alarm(payload)
        assert (alarm.alarm_name, alarm.region, alarm.api_name, alarm.relevant) == (
            "orders-prod-5xx",
            "eu-west-1",
            "orders",
            True,
        )


def test_several_documents_are_several_alarms():
    first, second = sns_message(AlarmName="first"), event_bridge(alarmName="second")
    for text in (
        f"{json.dumps(first)}\n{json.dumps(second)}",
        f"{json.dumps(first, indent=1)}\n\nthen\n{json.dumps(second)}",
    ):
        assert [alarm.alarm_name for alarm in read_alarms(text)] == ["first", "second"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('x {"a": 1} y [2] z {"b": 3}', [{"a": 1}, [2], {"b": 3}]),
        ("{'a': 'it''s', 'b': None}", [{"a": "it''s", "b": None}]),
        (
            "{'a': 'it\\'s \"x\"', b: True, c: 1.5e3, d: [x, y,],}",
            [{"a": 'it\'s "x"', "b": True, "c": 1500.0, "d": ["x", "y"]}],
        ),
        ('{\\"a\\": \\"b\\"}', [{"a": "b"}]),
        ("[info] {'a': {}} {", [{"a": {}}]),
        ("no braces", []),
        ("{", []),
        ("{'a': ", []),
        ("{}", []),
        ("[" * 5000, []),
        ('{"a":' * 5000, []),
    ],
    ids=range(12),
)
def test_documents(text, found):
    assert documents(text) == found


@pytest.mark.parametrize(
    ("text", "plain", "was_escaped"),
    [
        ("a &amp; b", "a & b", True),
        ("&amp;lt;", "&lt;", True),
        (
            "<https://x.example.com|x> <https://y.example.com> <mailto:a@example.com|a@example.com> <!here> <@U1|ada>",
            "x https://y.example.com a@example.com  ada",
            True,
        ),
        ("OK -> ALARM &amp; <https://x.example.com|x>", "OK -> ALARM &amp; x", False),
        ("a & b &lt;", "a & b &lt;", False),
        ("<not a link> &lt;", "<not a link> &lt;", False),
        ("", "", True),
    ],
)
def test_text_is_decoded_only_if_slack_may_have_escaped_it(text, plain, was_escaped):
    assert decode(text) == plain
    assert is_escaped(text) is was_escaped
