import pytest

from bot.diagnosis import metrics
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["LBE-01"]
ROUTE = "ANY /{proxy+}"
ALB = metrics.of_balancer(w.ALB)


def counted(own, targets, evidence):
    evidence = wr.measured(ALB["HTTPCode_ELB_5XX_Count"], own, evidence=evidence)
    return wr.measured(ALB["HTTPCode_Target_5XX_Count"], targets, evidence=evidence)


def through_alb(status):
    return wr.log(wr.answered(status), evidence=v2.rest_v2())


NO_REASON_FORMAT = wr.ACCESS_FORMAT.replace("$context.integrationErrorMessage", "$context.error.message")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, f"REST/{w.API}", ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", ROUTE)], id="no failing request"),
        pytest.param(wr.log((wr.TAKEN, wr.E1, wr.ENDED)), [("pass", ROUTE)], id="API Gateway itself failed"),
        pytest.param(wr.log(wr.answered(503)), [("fail", w.GROUP)], id="the backend answered 503"),
        pytest.param(
            wr.log((wr.TAKEN, "Received response. Status: 500, Integration latency: 9 ms", wr.NO_MATCH, wr.ENDED)),
            [("pass", ROUTE)],
            id="the backend answered 500, but API Gateway failed on it",
        ),
        pytest.param(wr.log((wr.TAKEN, wr.E1), wr.answered(500)), [("fail", w.GROUP)], id="mixed: half of them"),
        pytest.param(
            wr.log((wr.TAKEN, wr.E1), (wr.TAKEN, wr.E1), wr.answered(500)),
            [("warn", w.GROUP)],
            id="mixed: only a few, so it is not why the others fail",
        ),
        pytest.param(
            wr.log(wr.at("/orders", *wr.answered(500)[1:]), wr.at("/stock", wr.E1), evidence=wr.two_paths()),
            [("fail", w.GROUP), ("pass", "GET /stock")],
            id="several paths, each with its own requests",
        ),
        pytest.param(
            wr.log(wr.at("/report", *wr.answered(502)[1:]), evidence=wr.two_paths()),
            [("not-applicable", "GET /orders"), ("not-applicable", "GET /stock")],
            id="a Lambda function's 502 is no backend of ours",
        ),
        pytest.param(w.denied(s.EXECUTION_LOG), [("unknown", w.LOG_GROUP)], id="log not readable"),
        pytest.param(wr.unlogged(v2.http_api()), [("unknown", ROUTE)], id="no log at all"),
    ],
)
def test_backend_answers_5xx(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(wr.access(wr.line(1, 503, backend=503)), [("fail", v2.ALB_GROUP)], id="503 of the targets"),
        pytest.param(wr.access(wr.line(1, 500, backend=500)), [("fail", v2.ALB_GROUP)], id="500"),
        pytest.param(
            wr.access(wr.line(1, 503, backend=503, error="The target group has no healthy targets")),
            [("pass", ROUTE)],
            id="a reason is logged: API Gateway made it",
        ),
        pytest.param(
            wr.access(wr.line(1, 500, backend=500), log_format=NO_REASON_FORMAT),
            [("warn", v2.ALB_GROUP)],
            id="the format names no reason, so it is not sure",
        ),
        pytest.param(
            wr.access({"requestId": "KyD1", "status": 500, "backend": 500}),
            [("fail", v2.ALB_GROUP)],
            id="no route in the line, but there is only one way",
        ),
        pytest.param(
            wr.access(wr.line(1, 464, backend=464)),
            [("not-applicable", ROUTE), ("warn", ROUTE)],
            id="464 is the load balancer's, and no 500",
        ),
    ],
)
def test_an_http_api_is_judged_by_its_access_log(evidence, said):
    assert w.judged(CHECK, counted(0, 9, evidence)) == said


@pytest.mark.parametrize(
    ("evidence", "status", "resource", "words"),
    [
        pytest.param(through_alb(503), "warn", v2.ALB_GROUP, "Whether", id="no metrics: 503 can be the ALB's"),
        pytest.param(counted(0, 0, through_alb(503)), "warn", v2.ALB_GROUP, "Whether", id="metrics without data"),
        pytest.param(through_alb(500), "fail", v2.ALB_GROUP, "VPC link carried", id="no metrics: 500 is the backend's"),
        pytest.param(
            counted(24, 1, through_alb(503)), "warn", w.ALB, "no target is registered", id="the ALB's own answers"
        ),
        pytest.param(counted(1, 24, through_alb(503)), "fail", v2.ALB_GROUP, "24 answers", id="the targets' answers"),
        pytest.param(wr.log(wr.answered(503)), "fail", w.GROUP, "VPC link carried", id="an NLB never answers"),
        pytest.param(
            counted(24, 0, wr.log(wr.answered(502), evidence=v2.alb_behind_nlb())),
            "warn",
            w.ALB,
            "reset the connection",
            id="an ALB behind the NLB",
        ),
    ],
)
def test_an_application_load_balancer_answers_by_itself_too(evidence, status, resource, words):
    (finding,) = w.findings(CHECK, evidence)
    assert (finding.status, finding.resource) == (status, resource)
    assert words in finding.summary


def test_it_says_how_many_of_which_status_and_what_the_others_show():
    evidence = wr.log(wr.answered(503), wr.answered(500), wr.answered(503), (wr.TAKEN, wr.E1))
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary == (
        "The backend of ANY /{proxy+} itself answered 503 (2×), 500 (1×) to 3 of the 4 newest failing request(s); of "
        "the others, 1 shows E1. The VPC link carried request and answer."
    )
    assert finding.citations[0].value == "Received response. Status: 503, Integration latency: 12 ms"
    assert "6e1c1f0e-0000-4000-8000-000000000001" in finding.citations[0].field
    assert finding.citations[0].resource == w.LOG_GROUP


def test_a_request_that_was_not_read_whole_counts_for_nothing():
    (finding,) = w.findings(CHECK, wr.log(wr.answered(503), (wr.E1,), (wr.E1,), (wr.E1,)))
    assert finding.status == "fail"
    assert "1 of the 1 newest" in finding.summary


def test_the_unknown_names_the_action_and_does_not_block():
    assert w.actions_missing(CHECK, w.denied(s.EXECUTION_LOG)) == {"logs:FilterLogEvents"}
    assert not CHECK.blocking


def test_the_log_confirms_it_and_the_link_is_not_blamed():
    verdict = report(wr.log(wr.answered(503))).verdict
    assert [(c.check, c.confidence) for c in verdict.causes] == [("LBE-01", "confirmed")]
    assert verdict.causes[0].fix.cli[0].startswith("aws logs filter-log-events --log-group-name")
