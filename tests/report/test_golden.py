"""What people are shown, kept as files: a change of a template shows in the diff of `golden/`.

To record them again after a change that you want: `RECORD_GOLDEN=1 python -m pytest tests/report/test_golden.py`, then
read the diff before you commit it.
"""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.alarms.model import Api
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Confidence, Gap, GapReason, Request, State, Verdict
from bot.report import contexts as c
from bot.report.asking import Ask
from bot.report.conservative import conservative
from bot.report.difference import difference
from bot.report.logs_view import LogsState, logs_view
from bot.report.naming import subject_asked, subject_of
from bot.report.outcome_view import Outcome, buttons_of, footer_of, outcome_view
from bot.report.render import Renderer
from bot.report.running_view import failed_view, interrupted_view, progress_view, refused_view
from bot.report.thread import thread_messages
from bot.responding import lines
from bot.responding.channels import Shown, Snooze
from bot.responding.questions import question as alarm_question
from bot.responding.resolving import Option, Resolution
from bot.responding.subject import Subject
from bot.responding.voice import intro
from handlers import ids
from handlers.requested import DIAGNOSE_USAGE, USAGES
from tests.report import samples, surfaces
from tests.report.block_kit import problems, view_problems

GOLDEN = Path(__file__).with_name("golden")
RENDERER = Renderer(ids.for_templates())
REQUEST = Request(api="orders", stage="prod", region="eu-west-1")
ASK = Ask(request=REQUEST, channel="C01", user="U01ALICE", reference="ab12cd34")
ANY_STAGE = Subject((Api("orders"),), "eu-west-1", None)
DENIED = Gap(action="cloudwatch:DescribeAlarms", resource="orders-prod-5xx", reason=GapReason.ACCESS_DENIED)
NOTHING_READ = Evidence(request=REQUEST, at=samples.AT)


def outcome(report, **changes) -> Outcome:
    return Outcome(
        **{"report": report, "evidence": NOTHING_READ, "run_id": samples.RUN, "asker": "U01ALICE", **changes}
    )


def rerun():
    before, after = samples.report(), samples.healthy()
    return outcome(after, previous=before, difference=difference(before, after))


def hostile():
    found = samples.cause(
        summary=samples.HOSTILE,
        name=samples.HOSTILE,
        reason=samples.HOSTILE,
        resource=samples.HOSTILE,
        fix=samples.fix(summary=samples.HOSTILE, cli=(samples.HOSTILE,)),
    )
    return samples.report(
        request=samples.request(api_name="x" * 4000, path="/" + "é" * 4000, method="GET"),
        verdict=Verdict(state=State.CAUSE_FOUND, summary=samples.HOSTILE, causes=(found,)),
        logs=(samples.logged(1, samples.HOSTILE, "y" * 4000),),
    )


def question(kind, *choices, more=0):
    known = outcome(samples.healthy(request=samples.request(api="ordres", api_id=None, api_name=None)))
    return c.Question(kind, subject_of(known.report.request), choices, more, footer_of(known), buttons_of(known))


def not_this_path(kind, integration="", routes=("ANY /{proxy+}",)):
    known = outcome(samples.healthy())
    footer, buttons = footer_of(known), buttons_of(known)
    return c.NotThisPath(kind, subject_of(known.report.request), integration, routes, 0, footer, buttons)


def possible():
    found = samples.cause(
        confidence=Confidence.POSSIBLE, reason="It fits what the log shows (E5), but does not prove it."
    )
    return samples.report(verdict=Verdict(state=State.CAUSE_FOUND, summary=found.summary, causes=(found, found)))


HALF_WAY = (
    c.Step("api", "REST API orders · stage prod, deployment dep1", "complete"),
    c.Step("link", "VPC link orders-link (v1) AVAILABLE", "complete"),
    c.Step("network", "Security groups, network ACLs and routes", "in_progress", "reading ec2:DescribeSubnets"),
    c.Step("logs", "Logs of failing requests", "error"),
    c.Step("metrics", "Metrics and changes", "pending"),
)

SHOWN = Shown(
    "C01",
    "0123",
    "orders-prod-5xx",
    "eu-west-1",
    "03:11 UTC",
    ("Its message names no region; the alarm is in eu-west-1.",),
)
SNOOZE = Snooze("C01", "0123", "orders-prod-5xx", "eu-west-1", "U02BRUNO", "2026-11-22T07:11:07+00:00")

MESSAGES = {
    "cause_found": lambda: outcome_view(outcome(samples.report())),
    "cause_possible": lambda: outcome_view(outcome(possible())),
    "cause_hostile": lambda: outcome_view(outcome(hostile())),
    "no_fault_found": lambda: outcome_view(outcome(samples.healthy())),
    "rerun_fixed": lambda: outcome_view(rerun()),
    "inconclusive": lambda: outcome_view(outcome(samples.undecided())),
    "api_unknown": lambda: question("api-unknown", c.Choice("orders", '{"api":"orders"}')),
    "api_ambiguous": lambda: question(
        "api-ambiguous", c.Choice("twins · REST · aaaaaaaaaa", "{}"), c.Choice("b", "{}")
    ),
    "stage_unknown": lambda: question("stage-unknown", c.Choice("staging", "{}"), more=3),
    "no_route": lambda: not_this_path("no-route"),
    "another_integration": lambda: not_this_path("another-integration", "AWS_PROXY arn:aws:lambda:x"),
    "no_vpc_link": lambda: not_this_path("no-vpc-link", routes=()),
    "progress_begun": lambda: progress_view(ASK, None, frozenset(), 0),
    "progress_half": lambda: c.Progress(subject_asked(REQUEST), HALF_WAY, "U01ALICE", "", 7),
    "interrupted": lambda: interrupted_view(ASK, 8),
    "failed_again": lambda: failed_view(ASK, samples.RUN, again=True),
    "failed": lambda: failed_view(ASK, samples.RUN),
    "failed_with_a_reason": lambda: failed_view(ASK, samples.RUN, reason="The account x is not configured."),
    "not_in_channel": lambda: refused_view(ASK, "not_in_channel", "vpclink"),
    "help": lambda: c.HelpText("/vpclink", "vpclink", **USAGES),
    "alarm_joins": lambda: lines.joins("orders-prod-latency", "https://example.com/p1", samples.AT),
    "alarm_joins_again": lambda: lines.joins("orders-prod-5xx", "https://example.com/p1", samples.AT, again=3),
    "alarm_recovered": lambda: lines.recovered(
        "orders-prod-5xx", timedelta(minutes=75), samples.report(), samples.healthy()
    ),
    "alarm_not_read": lambda: lines.not_read("orders-prod-5xx", DENIED, lines.CANNOT_TELL),
    "alarm_hostile": lambda: lines.joined(samples.HOSTILE, "https://example.com/p1"),
    "alarm_question": lambda: alarm_question(
        "orders-5xx",
        ANY_STAGE,
        Resolution(
            (
                Option("orders / prod", REQUEST),
                Option("orders / dev", REQUEST.model_copy(update={"stage": "dev"})),
            ),
            "stage",
        ),
    ),
    "alarm_intro": lambda: intro(SHOWN),
    "alarm_intro_snoozed": lambda: intro(SHOWN, SNOOZE),
    "alarm_card": lambda: c.AlarmCard(
        c.Link("orders-prod-5xx", "https://example.com/alarm"),
        "eu-west-1 · 111122223333",
        "03:11 UTC",
        "Threshold Crossed: 1 datapoint [3.0] was greater than the threshold (0.0).",
    ),
    "alarm_storm": lambda: c.AlarmStorm(
        total=212,
        over=30,
        since="03:11 UTC",
        lines=(c.StormLine("orders / prod", 120), c.StormLine("payments / prod", 80)),
        more=3,
        diagnosed=(c.Link("orders / prod", "https://example.com/p1"),),
        command="/vpclink diagnose <api> <stage>",
    ),
    "alarm_list": lambda: c.AlarmList("Alarms 1 to 2", ("orders-prod-5xx", "payments-prod-5xx")),
    "alarm_status": lambda: c.AlarmStatus(
        on=False,
        by="U01ALICE",
        at="2026-11-22 03:11:07 UTC",
        snoozes=(c.SnoozeLine("orders-prod-5xx", "U02BRUNO", "2026-11-22 04:11:07 UTC", "0123"),),
        more=0,
        command="/vpclink",
    ),
    "refused": lambda: c.Refused(
        "You may not ask about the account production in this channel.",
        users=("U01ALICE", "U02", "U03", "U04", "U05", "U06"),
        groups=("S01ONCALL",),
        channels=("C02PRODUCTION",),
    ),
    "usage": lambda: c.Notice("The stage is missing.", DIAGNOSE_USAGE),
    "explained_log": lambda: c.ExplainedLog(
        signature="E2",
        label="cert-hostname-mismatch",
        meaning="The certificate carries another name than the integration's URI.",
        fields=(c.ExplainedField("host", "a.example.com"), c.ExplainedField("certificate subject", "CN=b.example.com")),
        checks=("TLS-01 the certificate carries the host's name",),
    ),
    **surfaces.MESSAGES,
}
VIEWS = {
    "logs_view": lambda: logs_view(samples.report(), LogsState(samples.RUN)),
    "logs_view_hostile": lambda: logs_view(hostile(), LogsState(samples.RUN)),
    "logs_forgotten": lambda: c.NoticeView("Logs", "That run is no longer kept."),
    "logs_view_filtered": lambda: logs_view(samples.report(), LogsState(samples.RUN, filter="STATUS: 500")),
    "logs_view_nothing_matches": lambda: logs_view(samples.report(), LogsState(samples.RUN, filter="nothing")),
    "logs_view_huge": lambda: logs_view(surfaces.forty_requests(), LogsState(samples.RUN, page=2)),
    **surfaces.VIEWS,
}


def as_json(message) -> dict:
    return {"text": message.text, "blocks": list(message.blocks)}


def check(name: str, value: object) -> None:
    path = GOLDEN / f"{name}.json"
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("RECORD_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{name} is shown in another way now; see this file's first lines"


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_shown_as_recorded(name):
    message = RENDERER.message(MESSAGES[name]())
    assert problems(message) == []
    check(name, as_json(message))


@pytest.mark.parametrize("name", VIEWS)
def test_a_modal_is_shown_as_recorded(name):
    view = RENDERER.view(VIEWS[name]())
    assert view_problems(view) == []
    check(name, view)


@pytest.mark.parametrize(
    ("name", "report"),
    [("thread", samples.report()), ("thread_inconclusive", samples.undecided()), ("thread_hostile", hostile())],
)
def test_a_thread_is_shown_as_recorded(name, report):
    messages = thread_messages(RENDERER, report)
    assert [problem for message in messages for problem in problems(message)] == []
    check(name, [as_json(message) for message in messages])


@pytest.mark.parametrize("name", ["progress_half", "cause_found"])
def test_a_conservative_rendering_is_shown_as_recorded(name):
    message = conservative(RENDERER.message(MESSAGES[name]()))
    assert problems(message) == []
    assert {block["type"] for block in message.blocks} <= {"section", "context", "actions", "header"}
    check(f"{name}_conservative", as_json(message))


def test_no_golden_file_is_left_over():
    names = {*MESSAGES, *VIEWS, "thread", "thread_inconclusive", "thread_hostile"}
    names |= {"progress_half_conservative", "cause_found_conservative"}
    assert {path.stem for path in GOLDEN.glob("*.json")} == names


def test_the_channel_message_has_at_most_twelve_lines():
    for name in ("cause_found", "cause_possible", "no_fault_found", "inconclusive"):
        message = RENDERER.message(MESSAGES[name]())
        told = [block for block in message.blocks if block["type"] in {"section", "context"}]
        lines = [
            line
            for block in told
            for text in [block.get("text"), *block.get("elements", ())]
            if text
            for line in text["text"].split("\n")
        ]
        assert len(lines) <= 12, (name, lines)


def test_a_report_has_at_most_five_things_to_press():
    for name in ("cause_found", "cause_possible", "no_fault_found", "inconclusive", "rerun_fixed"):
        (actions,) = [block for block in RENDERER.message(MESSAGES[name]()).blocks if block["type"] == "actions"]
        assert len(actions["elements"]) <= 5
        assert actions["elements"][-1]["type"] == "overflow"


def test_a_message_reads_without_colour_and_without_blocks():
    message = RENDERER.message(MESSAGES["cause_found"]())
    said = message.blocks[0]["text"]["text"]
    assert said.startswith("❌")
    assert "Confirmed" in said
    assert "orders / prod" in message.text
    assert samples.SUMMARY in message.text
    assert "Fix: Allow TCP 8080" in message.text


def test_asking_without_a_person_mentions_nobody():
    message = RENDERER.message(outcome_view(replace(outcome(samples.report()), asker="")))
    assert "<@" not in json.dumps(as_json(message))
