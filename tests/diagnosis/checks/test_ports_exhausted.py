import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_metrics as m
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["BE-04"]
NOW_ERRORS = m.measured(PortAllocationErrorCount={5: 12.0, 70: 3.0})


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, b.ROUTES, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(m.measured(v2.rest_v2()), [("not-applicable", "orders")], id="an ALB"),
        pytest.param(m.measured(NewFlowCount_TCP=m.steady()), [("pass", w.NLB)], id="traffic and no errors"),
        pytest.param(m.measured(PortAllocationErrorCount=m.steady(0)), [("pass", w.NLB)], id="zeros are reported"),
        pytest.param(NOW_ERRORS, [("fail", w.NLB)], id="errors in the window"),
        pytest.param(m.measured(PortAllocationErrorCount={70: 3.0}), [("warn", w.NLB)], id="errors before the window"),
        pytest.param(
            m.measured(w.healthy(since_minutes=90), PortAllocationErrorCount={70: 3.0}),
            [("fail", w.NLB)],
            id="a longer window",
        ),
        pytest.param(m.measured(), [("unknown", w.NLB)], id="no data and no traffic"),
    ],
)
def test_ports_exhausted(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_several_load_balancers_are_judged_each():
    evidence = m.measured(v2.alb_behind_nlb(), NewFlowCount_TCP=m.steady())
    assert w.judged(CHECK, evidence) == [("pass", w.NLB)]


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.METRIC, NOW_ERRORS)) == {"cloudwatch:GetMetricData"}


def test_a_fail_counts_only_the_window():
    (finding,) = w.findings(CHECK, NOW_ERRORS)
    assert finding.summary == "orders-nlb could not allocate a port 12 times in 60 minutes."
    assert finding.citations[0].value == "12 in 60 minutes"
    assert finding.fix.cli == (
        f"aws elbv2 modify-load-balancer-attributes --load-balancer-arn {w.NLB} "
        "--attributes Key=secondary_ips.auto_assigned.per_subnet,Value=1",
    )
    assert CHECK.repair(finding, w.Walk(NOW_ERRORS)) is None
