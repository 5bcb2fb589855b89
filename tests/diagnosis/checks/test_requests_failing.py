from dataclasses import replace
from datetime import timedelta

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.check import Role
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.model import Gap, GapReason
from bot.diagnosis.resources import AccessLog, ApiMatches, LogEvent, LogReading
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl

CHECK = by_code()["LOG-06"]
E1 = "Execution failed due to configuration error: There was an internal error while executing your request"
E7 = "Execution failed due to configuration error: Invalid Vpc Link id zz9qk2 referenced in integration"
E9 = "Execution failed due to a timeout error"
STARTED = "HTTP Method: GET, Resource Path: /orders"
ENDED = "Method completed with status: 500"
OTHER_GROUP = "/orders/execution"


def request(number, *messages, minutes_ago=0):
    at = w.NOW - timedelta(minutes=minutes_ago)
    return tuple(LogEvent(at=at, message=f"(6e1c1f0e-0000-4000-8000-{number:012}) {m}") for m in messages)


def log(*requests, group=w.LOG_GROUP, evidence=None, **reading):
    events = tuple(event for found in requests for event in found)
    values = {"since": w.NOW - timedelta(minutes=60), "until": w.NOW, **reading}
    return w.changed(s.EXECUTION_LOG, group, LogReading(group=group, events=events, **values), evidence)


def no_log(evidence):
    return replace(evidence, reads={k: v for k, v in evidence.reads.items() if k[0] != s.EXECUTION_LOG.name})


def summaries(evidence):
    return [f.summary for f in w.findings(CHECK, evidence)]


TWO_KINDS = log(
    request(1, STARTED, E1, ENDED), request(2, E7, ENDED, minutes_ago=1), request(3, E1, ENDED, minutes_ago=2)
)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(no_log(wl.other_protocol("HTTP")), [("not-applicable", "orders")], id="nothing there: HTTP API"),
        pytest.param(
            no_log(w.changed(s.REST_APIS, "orders", ApiMatches())), [("not-applicable", "orders")], id="no such API"
        ),
        pytest.param(no_log(w.healthy()), [("unknown", w.LOG_GROUP)], id="a log that nobody read"),
        pytest.param(w.healthy(), [("unknown", w.LOG_GROUP)], id="no failing request"),
        pytest.param(log(request(1, STARTED, E1, ENDED)), [("fail", w.LOG_GROUP)], id="one failing request"),
        pytest.param(TWO_KINDS, [("fail", w.LOG_GROUP)] * 2, id="several: one finding a kind"),
        pytest.param(
            log(request(4, E7), group=OTHER_GROUP, evidence=log(request(1, E1))),
            [("fail", OTHER_GROUP), ("fail", w.LOG_GROUP)],
            id="several logs",
        ),
        pytest.param(w.denied(s.EXECUTION_LOG), [("unknown", w.LOG_GROUP)], id="not readable"),
    ],
)
def test_requests_failing(evidence, said):
    assert sorted(w.judged(CHECK, evidence)) == sorted(said)


@pytest.mark.parametrize("evidence", [no_log(w.healthy()), w.denied(s.EXECUTION_LOG)], ids=["not read", "denied"])
def test_the_unknown_names_the_action(evidence):
    assert w.actions_missing(CHECK, evidence) == {"logs:FilterLogEvents"}


def test_a_healthy_api_is_not_inconclusive():
    assert report(w.healthy()).verdict.state == "no-fault-found"
    missing = Gap(action="logs:FilterLogEvents", resource=w.LOG_GROUP, reason=GapReason.NOT_FOUND)
    assert report(w.changed(s.EXECUTION_LOG, w.LOG_GROUP, missing)).verdict.state == "no-fault-found"


def test_it_is_a_symptom():
    assert CHECK.role is Role.SYMPTOM


def test_each_kind_tells_count_and_newest_request():
    first, second = w.findings(CHECK, TWO_KINDS)
    assert first.summary == (
        "2 requests failed: internal-config-error (E1). API Gateway could not open or complete a connection through "
        f"the VPC link. The log says: “{E1}”. "
        "Newest: 2026-11-22 03:11:00 UTC, request 6e1c1f0e-0000-4000-8000-000000000001, GET /orders."
    )
    assert second.summary.startswith("1 request failed: vpc-link-config (E7).")
    assert (second.citations[0].field, second.citations[0].value) == (
        "request 6e1c1f0e-0000-4000-8000-000000000002",
        E7,
    )


def test_the_fix_shows_the_request():
    (finding,) = w.findings(CHECK, log(request(1, E1, ENDED)))
    assert finding.fix.cli == (
        f"aws logs filter-log-events --log-group-name {w.LOG_GROUP} --start-time 1795316940000 "
        """--filter-pattern '"6e1c1f0e-0000-4000-8000-000000000001"'""",
    )


def test_a_timeout_says_that_it_is_no_500():
    (summary,) = summaries(log(request(1, E9, "Method completed with status: 504")))
    assert "(E9)" in summary
    assert "The client got 504." in summary


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            "Execution failed due to configuration error: Invalid permissions on Lambda function",
            id="Lambda permission",
        ),
        pytest.param("Execution failed due to configuration error: Authorizer error", id="authorizer"),
        pytest.param("There was an error evaluating the AWS WAF rules associated with this API", id="WAF"),
    ],
)
def test_what_fails_beside_the_link_is_said_so(line):
    (finding,) = w.findings(CHECK, log(request(1, STARTED, line, ENDED)))
    assert finding.summary.startswith(
        "1 request failed: not the VPC link, but a Lambda function, an IAM permission, an authorizer, a usage plan or "
        f"WAF. The log says: “{line}”."
    )


def test_the_backends_own_answer_is_said_so():
    (finding,) = w.findings(
        CHECK,
        log(
            request(
                1,
                "Sending request to http://orders.example.com/orders",
                "Received response. Status: 503, Integration latency: 12 ms",
                "Successfully completed execution",
                "Method completed with status: 503",
            )
        ),
    )
    assert finding.summary.startswith(
        "1 request failed: the backend itself answered 503. The VPC link carried request and answer."
    )
    assert finding.citations[0].value == "Received response. Status: 503, Integration latency: 12 ms"
    assert finding.fix.summary.startswith("Look into the backend's own log at 2026-11-22 03:11:00 UTC")


def test_a_503_may_be_the_application_load_balancers_own():
    lines = "Received response. Status: 503, Integration latency: 12 ms", "Method completed with status: 503"
    (finding,) = w.findings(CHECK, log(request(1, *lines), evidence=wl.second_generation()))
    assert "the backend, or the application load balancer in front of it, answered 503." in finding.summary


FORMAT = '{"id":"$context.requestId","status":"$context.status","error":"$context.integrationErrorMessage"}'


def access(evidence, *lines):
    events = tuple(LogEvent(at=w.NOW, message=line) for line in lines)
    reading = LogReading(group="/orders/access", since=w.NOW, until=w.NOW, events=events)
    return w.changed(s.ACCESS_LOG, "/orders/access", reading, evidence)


def settings():
    return AccessLog(destination_arn=f"arn:aws:logs:{w.REGION}:{w.ACCOUNT}:log-group:/orders/access", format=FORMAT)


FAILED = '{"id":"KyDfdgZ9oAMEYpA=","status":"503","error":"INTEGRATION_NETWORK_FAILURE"}'
SERVED = '{"id":"KyDfdgZ9oAMEYpB=","status":"200","error":"-"}'


@pytest.mark.parametrize(
    ("lines", "status"), [((SERVED, FAILED), "fail"), ((SERVED,), "unknown")], ids=["one failed", "all served"]
)
def test_an_http_apis_access_log_is_judged(lines, status):
    evidence = access(no_log(wl.other_protocol("HTTP", access_log=settings())), *lines)
    assert w.judged(CHECK, evidence) == [(status, "/orders/access")]


def test_a_failure_in_the_access_log_is_cited_as_the_access_logs():
    evidence = access(no_log(wl.other_protocol("HTTP", access_log=settings())), FAILED)
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary.startswith("1 request failed: endpoint-unreachable (E10).")
    assert "The client got 503." in finding.summary
    assert FAILED not in finding.summary
    assert finding.citations[0].field == "request KyDfdgZ9oAMEYpA="


def test_a_rest_apis_access_log_tells_where_the_execution_log_does_not():
    silent = access(wl.with_stage(access_log=settings()), FAILED)
    assert sorted(w.judged(CHECK, silent)) == [("fail", "/orders/access"), ("unknown", w.LOG_GROUP)]
    told = log(request(1, E1, ENDED), evidence=silent)
    assert w.judged(CHECK, told) == [("fail", w.LOG_GROUP)]


def test_a_500_without_a_reason_is_not_given_one():
    (summary,) = summaries(log(request(1, STARTED, ENDED)))
    assert summary.startswith("1 request failed: the client got 500, and the log does not say why.")


def test_a_widened_window_is_said():
    old = log(request(1, E1, ENDED, minutes_ago=600), since=w.NOW - timedelta(hours=24))
    (summary,) = summaries(old)
    assert summary.endswith("None is from the last 60 minutes; the last 24 hours were searched.")


def test_a_log_that_was_not_read_to_its_end_is_said():
    assert summaries(log(request(1, E1), complete=False))[0].startswith("At least 1 request failed:")
    assert "in the part that could be read in time" in summaries(log(complete=False))[0]


def test_a_long_line_is_cut():
    (finding,) = w.findings(CHECK, log(request(1, f"Execution failed due to configuration error: {'x' * 900}", ENDED)))
    assert len(finding.citations[0].value) <= 240
