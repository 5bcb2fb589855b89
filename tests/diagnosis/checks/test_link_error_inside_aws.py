from datetime import timedelta

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.model import GapReason
from bot.diagnosis.resources import ServiceEvent
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["ACC-01"]
ERROR = ("Extended Request Id: QLxyzEXAMPLE=", wr.TAKEN, wr.E8, wr.ENDED)


def events(*found, evidence=None):
    return w.changed(s.SERVICE_EVENTS, "", found, evidence or wr.log(ERROR))


def event(code, service="APIGATEWAY", started=None):
    return ServiceEvent(arn="arn:aws:health:eu-west-1::event/x", service=service, type_code=code, started=started)


ISSUE = "AWS_APIGATEWAY_OPERATIONAL_ISSUE"
NO_PLAN = wr.gap(s.SERVICE_EVENTS, GapReason.ACCESS_DENIED)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, f"REST/{w.API}", ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("pass", w.LINK)], id="no such error logged"),
        pytest.param(wr.log((wr.TAKEN, wr.E1, wr.ENDED)), [("pass", w.LINK)], id="another failure"),
        pytest.param(wr.log(ERROR), [("warn", w.LINK)], id="the error alone is an isolated event"),
        pytest.param(events(), [("warn", w.LINK)], id="nothing open at AWS Health"),
        pytest.param(events(event(ISSUE)), [("fail", w.LINK)], id="an open operational issue"),
        pytest.param(
            events(event(ISSUE, started=w.NOW - timedelta(hours=1))), [("fail", w.LINK)], id="… since before the error"
        ),
        pytest.param(
            events(event(ISSUE, started=w.NOW + timedelta(hours=1))), [("warn", w.LINK)], id="… that began later"
        ),
        pytest.param(
            events(event("AWS_EC2_OPERATIONAL_ISSUE", "EC2")), [("warn", w.LINK)], id="an issue of another service"
        ),
        pytest.param(
            events(event("AWS_VPC_MAINTENANCE_SCHEDULED", "VPC")), [("warn", w.LINK)], id="a planned change is no issue"
        ),
        pytest.param(
            wr.log(wr.at("/orders", wr.E8), wr.at("/stock", wr.E1), evidence=wr.two_paths()),
            [("warn", w.LINK), ("pass", w.LINK)],
            id="several paths",
        ),
        pytest.param(
            wr.log((wr.E8,), evidence=wr.two_paths()),
            [("warn", w.LINK), ("pass", w.LINK)],
            id="level ERROR: route not named",
        ),
        pytest.param(w.denied(s.EXECUTION_LOG), [("unknown", w.LOG_GROUP)], id="log not readable"),
        pytest.param(wr.unlogged(v2.http_api()), [("unknown", v2.LINK_V2)], id="no log at all"),
    ],
)
def test_link_error_inside_aws(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.EXECUTION_LOG)) == {"logs:FilterLogEvents"}


def test_without_a_support_plan_the_error_still_counts():
    (finding,) = w.findings(CHECK, w.changed(s.SERVICE_EVENTS, "", NO_PLAN, wr.log(ERROR)))
    assert finding.status == "warn"
    assert "AWS Health could not be read" in finding.summary


def test_the_case_gets_the_extended_request_id_and_the_time():
    (finding,) = w.findings(CHECK, wr.log(ERROR))
    assert finding.fix.summary == (
        "Open a case at AWS Support with extendedRequestId QLxyzEXAMPLE= and the time 2026-11-22 03:11:00 UTC."
    )
    assert ("extendedRequestId", "QLxyzEXAMPLE=") in [(c.field, c.value) for c in finding.citations]


@pytest.mark.parametrize(
    ("evidence", "confidence"),
    [(wr.log(ERROR), "possible"), (events(event(ISSUE)), "confirmed")],
    ids=["error alone", "with an open issue"],
)
def test_the_error_alone_is_a_possible_cause(evidence, confidence):
    (cause,) = report(evidence).verdict.causes
    assert (cause.check, cause.confidence) == ("ACC-01", confidence)
