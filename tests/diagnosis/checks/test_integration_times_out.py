import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["TMO-01"]
ROUTE = "ANY /{proxy+}"
LATE = (wr.TAKEN, wr.E9, "Method completed with status: 504")
LOST = (wr.TAKEN, wr.E1, wr.ENDED)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, f"REST/{w.API}", ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("pass", ROUTE)], id="no timeout logged"),
        pytest.param(wr.log(LATE), [("fail", ROUTE)], id="the log says timeout"),
        pytest.param(wr.log(LOST, LATE), [("fail", ROUTE)], id="half of them time out"),
        pytest.param(wr.log(LOST, LOST, LATE), [("warn", ROUTE)], id="a few time out"),
        pytest.param(
            wr.log(wr.at("/stock", wr.E9), wr.at("/orders", wr.E1), evidence=wr.two_paths()),
            [("fail", "GET /stock"), ("pass", "GET /orders")],
            id="several paths",
        ),
        pytest.param(
            wr.log((wr.E9,), evidence=wr.two_paths()),
            [("warn", "GET /orders"), ("pass", "GET /stock")],
            id="level ERROR: the log does not name the route",
        ),
        pytest.param(
            wr.log(wr.at("/report", wr.E9), evidence=wr.two_paths()),
            [("pass", "GET /orders"), ("pass", "GET /stock")],
            id="a Lambda function's timeout is none of ours",
        ),
        pytest.param(wr.measured(wr.LATENCY, 40, 28_990), [("warn", ROUTE)], id="latency near the timeout"),
        pytest.param(wr.measured(wr.LATENCY, 40, 9_000), [("pass", ROUTE)], id="latency far from it"),
        pytest.param(
            wr.measured(wr.LATENCY, 28_990, evidence=wr.two_paths()),
            [("pass", "GET /orders"), ("pass", "GET /stock")],
            id="the latency of several ways tells of none",
        ),
        pytest.param(w.denied(s.EXECUTION_LOG), [("unknown", w.LOG_GROUP)], id="log not readable"),
        pytest.param(
            wr.measured(wr.LATENCY, 28_990, evidence=w.denied(s.EXECUTION_LOG)),
            [("warn", ROUTE)],
            id="log not readable, but the metric tells",
        ),
        pytest.param(wr.unlogged(v2.http_api()), [("unknown", ROUTE)], id="no log at all"),
        pytest.param(wr.access(wr.line(1, 504, error="INTEGRATION_TIMEOUT")), [("fail", ROUTE)], id="HTTP API"),
    ],
)
def test_integration_times_out(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.EXECUTION_LOG)) == {"logs:FilterLogEvents"}


def test_it_says_504_and_the_timeout():
    routes = (wl.private(timeout_milliseconds=3000), wl.private("GET", "/slow", timeout_milliseconds=29000))
    evidence = wr.log(LATE, evidence=w.changed(s.ROUTES, wl.ROUTES_KEY, routes))
    (finding,) = w.findings(CHECK, evidence)
    assert "within the integration's timeout of 3 s to 29 s" in finding.summary
    assert "504, not 500" in finding.summary
    assert finding.citations[0].value == "Execution failed due to a timeout error"
    assert finding.citations[1].value == "3000, 29000"


@pytest.mark.parametrize(
    ("evidence", "command"),
    [
        pytest.param(
            wr.log(LATE, evidence=wl.with_routes(wl.private(timeout_milliseconds=3000))),
            f"aws apigateway update-integration --rest-api-id {w.API} --resource-id res1 --http-method ANY "
            "--patch-operations op=replace,path=/timeoutInMillis,value=29000",
            id="REST: up to 29 seconds",
        ),
        pytest.param(wr.log(LATE), "L-E5AE38E3", id="REST: beyond, with a quota increase"),
        pytest.param(
            wr.log(LATE, evidence=wl.with_api(wl.api(endpoint_types=("EDGE",)))), None, id="REST, edge: no further"
        ),
        pytest.param(wr.access(wr.line(1, 504, error="INTEGRATION_TIMEOUT")), None, id="HTTP API: 30 seconds at most"),
    ],
)
def test_the_fix_raises_a_timeout_only_as_far_as_aws_allows(evidence, command):
    (finding,) = w.findings(CHECK, evidence)
    first = finding.fix.cli[0] if finding.fix.cli else None
    assert first is None if command is None else command in first


def test_the_log_confirms_it():
    (cause,) = report(wr.log(LATE)).verdict.causes
    assert (cause.check, cause.confidence) == ("TMO-01", "confirmed")
