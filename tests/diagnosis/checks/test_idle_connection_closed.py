import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_metrics as m
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["BE-03"]
SICK = "unhealthy Target.FailedHealthChecks"


def reset(evidence=None, message: str = b.E5, **values):
    """A request that failed with this message, and these resets."""
    return m.measured(b.failing(message, evidence), **(values or {"TCP_Target_Reset_Count": {0: 2.0}}))


def http_api(others: int, resets: int = 3):
    """An HTTP API whose access log holds E10, while so many other requests a minute succeed."""
    line = '{"requestId":"abc","status":"503","routeKey":"ANY /{proxy+}","error":"INTEGRATION_NETWORK_FAILURE"}'
    reading = w.r.LogReading(
        group="/orders/access", since=w.NOW, until=w.NOW, events=(w.r.LogEvent(at=w.NOW, message=line),)
    )
    evidence = w.changed(s.ACCESS_LOG, "/orders/access", reading, v2.http_api("nlb"))
    counted = {"errors": {0: 5}, "requests": {0: 5 + others}, "TCP_Target_Reset_Count": {0: resets}}
    return m.measured(evidence, **counted)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.LISTENER)], id="nothing fails"),
        pytest.param(b.failing(b.E1), [("not-applicable", w.LISTENER)], id="another failure"),
        pytest.param(reset(), [("fail", w.LISTENER)], id="E5, and targets reset"),
        pytest.param(
            reset(TCP_ELB_Reset_Count={1: 1.0}), [("fail", w.LISTENER)], id="E5, and the load balancer resets"
        ),
        pytest.param(reset(TCP_Target_Reset_Count={9: 2.0}), [("warn", w.LISTENER)], id="E5, resets at another time"),
        pytest.param(b.failing(b.E5), [("warn", w.LISTENER)], id="E5, metrics not read"),
        pytest.param(w.denied(s.METRIC, reset()), [("warn", w.LISTENER)], id="E5, metrics not readable"),
        pytest.param(reset(message=b.E10), [("warn", w.LISTENER)], id="E10, whatever was reset"),
        pytest.param(reset(b.with_health(SICK, SICK)), [("warn", w.LISTENER)], id="E5, but all targets are down"),
        pytest.param(b.failing(b.E5, v2.rest_v2()), [("warn", v2.ALB_LISTENER)], id="an ALB counts no resets"),
        pytest.param(
            reset(v2.alb_behind_nlb()),
            [("fail", w.LISTENER), ("warn", v2.ALB_LISTENER)],
            id="several: an ALB behind an NLB",
        ),
        pytest.param(http_api(others=10), [("fail", w.LISTENER)], id="HTTP API: E10 now and then, and resets"),
        pytest.param(
            http_api(others=10, resets=0), [("not-applicable", w.LISTENER)], id="HTTP API: E10 now and then, no resets"
        ),
        pytest.param(http_api(others=0), [("not-applicable", w.LISTENER)], id="HTTP API: every request shows E10"),
        pytest.param(w.denied(s.EXECUTION_LOG), [("unknown", w.LOG_GROUP)], id="log not readable"),
        pytest.param(w.denied(s.LISTENER_ATTRIBUTES, reset()), [("unknown", w.LISTENER)], id="timeout not readable"),
    ],
)
def test_idle_connection_closed(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("source", "action"),
    [
        (s.EXECUTION_LOG, "logs:FilterLogEvents"),
        (s.LISTENER_ATTRIBUTES, "elasticloadbalancing:DescribeListenerAttributes"),
    ],
)
def test_the_unknown_names_the_action(source, action):
    evidence = w.healthy() if source is s.EXECUTION_LOG else reset()
    assert w.actions_missing(CHECK, w.denied(source, evidence)) == {action}


@pytest.mark.parametrize(
    ("evidence", "idle"),
    [
        (reset(), "350"),
        (reset(b.with_attribute(s.LISTENER_ATTRIBUTES, w.LISTENER, "tcp.idle_timeout.seconds", "60")), "60"),
        (reset(w.changed(s.LISTENER_ATTRIBUTES, w.LISTENER, {})), "350"),
        (reset(b.with_listener(protocol="TLS")), "350"),
        (b.failing(b.E5, v2.rest_v2()), "60"),
    ],
    ids=["as set", "set lower", "by default", "TLS: fixed", "ALB"],
)
def test_the_load_balancers_idle_timeout_is_told(evidence, idle):
    (finding,) = w.findings(CHECK, evidence)
    assert f"keeps idle connections {idle} seconds" in finding.summary
    assert finding.fix.summary == f"Let the server keep idle connections for more than {idle} seconds."


def test_a_fail_cites_the_timeout_the_log_and_the_resets():
    (finding,) = w.findings(CHECK, reset())
    assert finding.summary.startswith(
        "Connections were reset (2 by the targets) in the minutes of the failing requests."
    )
    assert [c.source.split(":")[0] for c in finding.citations] == ["elasticloadbalancing", "logs", "cloudwatch"]
    assert finding.fix.cli == (
        f"aws elbv2 modify-listener-attributes --listener-arn {w.LISTENER} "
        "--attributes Key=tcp.idle_timeout.seconds,Value=60",
    )


def test_a_tls_listeners_timeout_cannot_be_changed():
    (finding,) = w.findings(CHECK, reset(b.with_listener(protocol="TLS")))
    assert "modify-listener-attributes" not in finding.fix.cli[0]
    assert finding.fix.steps[1] == "A TLS listener's 350 seconds cannot be changed."


def test_the_code_lowers_a_tcp_listeners_timeout():
    (finding,) = w.findings(CHECK, reset())
    assert terraform(finding.fix.terraform) == {"aws_lb_listener": {"tcp_idle_timeout_seconds": 60}}
    (listener,) = cloudformation(finding.fix.cloudformation).values()
    assert listener == {"ListenerAttributes": [{"Key": "tcp.idle_timeout.seconds", "Value": "60"}]}
