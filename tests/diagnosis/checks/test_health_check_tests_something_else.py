import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["TG-02"]
ELSEWHERE = b.with_group(health_check_port="9000")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(b.with_group(health_check_enabled=False), [("not-applicable", w.GROUP)], id="switched off"),
        pytest.param(w.gone(s.TARGET_GROUP, w.GROUP), [("not-applicable", w.GROUP)], id="no such group"),
        pytest.param(w.healthy(), [("pass", w.GROUP)], id="the traffic port"),
        pytest.param(b.with_group(health_check_port="8080"), [("pass", w.GROUP)], id="the same port by number"),
        pytest.param(v2.rest_v2(), [("pass", v2.ALB_GROUP)], id="an ALB's group"),
        pytest.param(ELSEWHERE, [("warn", w.GROUP)], id="another port"),
        pytest.param(
            b.with_health("healthy", "healthy", evidence=b.with_group(health_check_port="8080"), port=8081),
            [("warn", w.GROUP)],
            id="a target with a port of its own",
        ),
        pytest.param(
            w.changed(s.TARGET_HEALTH, w.GROUP, (), ELSEWHERE), [("warn", w.GROUP)], id="the group's port, no target"
        ),
        pytest.param(b.with_group(health_check_port="any"), [("unknown", w.GROUP)], id="a strange port"),
        pytest.param(
            b.two_groups(health_check_port="9000"), [("pass", w.GROUP), ("warn", b.SECOND_GROUP)], id="several"
        ),
        pytest.param(w.denied(s.TARGET_HEALTH), [("unknown", w.GROUP)], id="not readable"),
    ],
)
def test_health_check_tests_something_else(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.TARGET_HEALTH)) == {"elasticloadbalancing:DescribeTargetHealth"}


def test_a_tcp_check_is_told_for_what_it_is():
    (finding,) = w.findings(CHECK, w.healthy())
    assert (
        finding.summary == "orders-tg checks the port that requests go to; by TCP, which sees no fault of HTTP or TLS."
    )


def test_a_warning_names_both_ports():
    (finding,) = w.findings(CHECK, ELSEWHERE)
    assert finding.summary == "orders-tg checks port 9000, but requests go to port 8080."
    assert [(c.field, c.value) for c in finding.citations] == [("HealthCheckPort", "9000"), ("Target.Port", "8080")]


def test_the_fix_heals_the_model():
    (finding,) = w.findings(CHECK, ELSEWHERE)
    assert finding.fix.cli == (
        f"aws elbv2 modify-target-group --target-group-arn {w.GROUP} --health-check-port traffic-port",
    )
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(ELSEWHERE))) == [("pass", w.GROUP)]
