import json
import re

from bot.diagnosis.model import Gap, GapReason, State, Verdict
from bot.report.gap_lines import gap_lines
from bot.report.logs_view import LogsState, logs_view
from bot.report.render import Renderer
from bot.report.terminal import render_terminal
from bot.report.thread import thread_messages
from handlers import ids
from tests.report import samples
from tests.report.block_kit import problems, shown, view_problems

RENDERER = Renderer(ids.for_templates())


def told(report):
    messages = thread_messages(RENDERER, report)
    assert [problem for message in messages for problem in problems(message)] == []
    return messages, shown([block for message in messages for block in message.blocks])


def test_the_thread_has_the_evidence_and_every_form_of_the_fix():
    messages, said = told(samples.report())
    assert len(messages) == 1
    for expected in (
        "SG-03 target-security-group-closed",
        "tcp 22 from 10.0.0.0/8",
        "ec2:DescribeSecurityGroups",
        "aws ec2 authorize-security-group-ingress",
        "AWS::EC2::SecurityGroupIngress",
        "aws_vpc_security_group_ingress_rule",
        "EC2 › Security groups",
        "LB-05",
        "1 check could not be decided: NACL-01",
        "1 check passed: VPL-03",
        "`ec2:DescribeNetworkAcls` on subnet-0b1: access denied; grant it",
        "Method completed with status: 500",
        "+22 more failing requests in the log",
    ):
        assert expected in said, expected


def test_every_cause_is_told_with_its_number():
    verdict = Verdict(state=State.CAUSE_FOUND, summary="x", causes=(samples.cause(), samples.cause(check="TG-01")))
    _, said = told(samples.report(verdict=verdict))
    assert "Cause 1 of 2: SG-03" in said
    assert "Cause 2 of 2: TG-01" in said


def test_a_message_has_one_table_at_the_most():
    verdict = Verdict(state=State.CAUSE_FOUND, summary="x", causes=tuple(samples.cause() for _ in range(4)))
    messages, _ = told(samples.report(verdict=verdict))
    assert [[block["type"] for block in message.blocks].count("table") for message in messages] == [1, 1, 1, 1]


def test_a_denied_read_comes_with_the_policy_statement_that_allows_it():
    gaps = (
        Gap(action="ec2:DescribeSubnets", resource="subnet-1", reason=GapReason.ACCESS_DENIED),
        Gap(action="apigateway:GET", resource="REST/a1b2c3d4e5", reason=GapReason.ACCESS_DENIED),
        Gap(action="logs:FilterLogEvents", resource="x", reason=GapReason.THROTTLED),
    )
    messages, _ = told(samples.report(gaps=gaps))
    (box,) = [b for m in messages for b in m.blocks if b["type"] == "container" and "policy" in b["title"]["text"]]
    statements = json.loads(box["child_blocks"][0]["text"]["text"].strip("`"))
    assert [statement["Action"] for statement in statements] == ["apigateway:GET", ["ec2:DescribeSubnets"]]


def test_a_long_thread_takes_several_messages_and_loses_nothing():
    terraform = "\n".join(f"line {number} " + "x" * 80 for number in range(400))
    verdict = Verdict(
        state=State.CAUSE_FOUND, summary="x", causes=(samples.cause(fix=samples.fix(terraform=terraform)),)
    )
    messages, said = told(samples.report(verdict=verdict))
    assert len(messages) > 2
    assert messages[0].text == f"Details of SG-03, part 1 of {len(messages)}"
    assert re.findall(r"line (\d+) x", said) == [str(number) for number in range(400)]


def test_a_long_excerpt_counts_what_it_leaves_to_the_modal():
    _, said = told(samples.report(logs=(samples.logged(1, *(f"line {i} " + "y" * 100 for i in range(50))),)))
    assert "line 0 " in said
    assert re.search(r"\+\d+ more lines: Show logs", said)


def test_gaps_of_one_kind_are_one_line():
    gaps = [Gap(action="ec2:DescribeSubnets", resource=f"subnet-{i}", reason=GapReason.ACCESS_DENIED) for i in range(5)]
    gaps += [Gap(action="sts:GetCallerIdentity", resource="", reason=GapReason.ERROR, detail="no credentials")]
    gaps += [Gap(action="apigateway:GET", resource="REST/a1b2c3d4e5", reason=GapReason.THROTTLED)]
    lines = gap_lines(gaps)
    assert [(line.action, line.resources, line.reason) for line in lines] == [
        ("ec2:DescribeSubnets", "subnet-0, subnet-1, subnet-2 +2 more", "access denied"),
        ("sts:GetCallerIdentity", "", "error (no credentials)"),
        ("apigateway:GET", "a1b2c3d4e5", "throttled"),
    ]


# --- the modal -----------------------------------------------------------------------------------------------


def modal(report, **state):
    context = logs_view(report, LogsState(samples.RUN, **state))
    view = RENDERER.view(context)
    assert view_problems(view) == []
    return context, shown(view["blocks"])


def test_the_modal_shows_every_request_and_lets_one_be_chosen():
    context, said = modal(samples.report())
    assert [excerpt.request_id[-1] for excerpt in context.excerpts] == ["1", "2"]
    assert [choice.value for choice in context.choices] == ["all", "0", "1"]
    assert "22 more in the window" in said
    context, _ = modal(samples.report(), request="1")
    assert [excerpt.request_id[-1] for excerpt in context.excerpts] == ["2"]


def test_a_long_log_has_pages_and_loses_nothing():
    report = samples.report(logs=(samples.logged(1, *(f"line {i} " + "z" * 90 for i in range(400))), samples.logged(2)))
    first, said = modal(report)
    assert first.pages > 2
    seen = [said] + [modal(report, page=page)[1] for page in range(2, first.pages + 1)]
    assert re.findall(r"line (\d+) z", "".join(seen)) == [str(number) for number in range(400)]


def test_a_page_or_request_that_is_not_there_becomes_the_nearest_one():
    assert modal(samples.report(), page=99)[0].page == 1
    assert modal(samples.report(), request="99")[0].chosen.value == "all"


def test_the_modals_state_travels_with_it():
    state = LogsState("run", "1", 2)
    assert LogsState.decode(state.encode()) == state
    assert LogsState.decode("") is None
    assert LogsState.decode('{"run": "x"}') is None


# --- the terminal -----------------------------------------------------------------------------------------------


def test_the_same_report_for_a_terminal():
    text = render_terminal(samples.report())
    assert text.startswith("orders / prod (eu-west-1, account 111122223333)\n")
    assert text.endswith("24 AWS calls in 1.9 s, at 2026-11-22 03:20:00 UTC\n")
    for expected in (
        "BAD target group orders-tg TCP 8080: 0 of 2 healthy   <- first broken hop",
        "Cause: SG-03 target-security-group-closed (confirmed)",
        "  - sg-0target IpPermissions = tcp 22 from 10.0.0.0/8 (ec2:DescribeSecurityGroups)",
        "    aws ec2 authorize-security-group-ingress --group-id sg-0target",
        "1 check passed, 1 check not decided",
        "ec2:DescribeNetworkAcls on subnet-0b1: access denied; grant it to the role that I use",
        "+22 more failing requests in the log",
    ):
        assert expected in text, expected


def test_a_terminal_gets_no_control_characters():
    found = samples.cause(summary=samples.HOSTILE, fix=samples.fix(cli=(samples.HOSTILE,)))
    text = render_terminal(
        samples.report(
            verdict=Verdict(state=State.CAUSE_FOUND, summary=samples.HOSTILE, causes=(found,)),
            logs=(samples.logged(1, samples.HOSTILE),),
        )
    )
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", text)


def test_a_name_that_means_several_apis_is_told():
    text = render_terminal(
        samples.healthy(request=samples.request(api_id=None, api_name=None, candidates=("aaaaaaaaaa", "bbbbbbbbbb")))
    )
    assert "orders is not the name of one API. It could mean: aaaaaaaaaa, bbbbbbbbbb." in text
