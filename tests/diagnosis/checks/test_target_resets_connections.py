import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_metrics as m
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["BE-01"]
BUSY = {"requests": m.steady(), "NewFlowCount_TCP": m.steady(5)}
FAILING = dict.fromkeys(range(1, 6), 10.0)
"""5XX in the last five minutes."""
RESETS = dict.fromkeys(range(1, 6), 8.0)
OTHER = "Execution failed due to configuration error: PKIX path building failed"


def busy(evidence=None, **values):
    return m.measured(evidence, **BUSY, **values)


BROKEN = busy(errors=FAILING, TCP_Target_Reset_Count=RESETS)
DYING = busy(errors=FAILING, TCP_ELB_Reset_Count=RESETS, UnHealthyHostCount={3: 1.0})


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("unknown", w.NLB)], id="metrics that nobody read"),
        pytest.param(w.changed(s.ROUTES, b.ROUTES, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(m.measured(v2.rest_v2()), [("not-applicable", "orders")], id="an ALB counts no resets"),
        pytest.param(busy(), [("pass", w.NLB)], id="no resets"),
        pytest.param(busy(TCP_Target_Reset_Count=m.steady(2)), [("pass", w.NLB)], id="resets, and nothing fails"),
        pytest.param(
            busy(errors=FAILING, TCP_Target_Reset_Count={60: 9.0}), [("pass", w.NLB)], id="resets at another time"
        ),
        pytest.param(
            busy(errors=FAILING, TCP_Target_Reset_Count=m.steady(8)), [("pass", w.NLB)], id="as many as always"
        ),
        pytest.param(BROKEN, [("fail", w.NLB)], id="resets while requests fail"),
        pytest.param(
            busy(errors=FAILING, TCP_Target_Reset_Count={**m.steady(1), **RESETS}),
            [("fail", w.NLB)],
            id="many more than in quiet minutes",
        ),
        pytest.param(b.failing(b.E5, BROKEN), [("fail", w.NLB)], id="the log shows it too"),
        pytest.param(b.failing(OTHER, BROKEN), [("warn", w.NLB)], id="the log shows another failure"),
        pytest.param(
            b.failing(b.E1, busy(TCP_Target_Reset_Count={0: 4.0, 1: 4.0})),
            [("fail", w.NLB)],
            id="the log alone tells when requests failed",
        ),
        pytest.param(
            m.measured(errors=FAILING, requests=FAILING, TCP_Target_Reset_Count=RESETS),
            [("warn", w.NLB)],
            id="no quiet minute to compare with",
        ),
        pytest.param(DYING, [("warn", w.NLB)], id="the load balancer resets, targets become unhealthy"),
        pytest.param(
            busy(errors=FAILING, TCP_ELB_Reset_Count=RESETS), [("pass", w.NLB)], id="… and no target is unhealthy"
        ),
        pytest.param(m.measured(), [("unknown", w.NLB)], id="no data and no traffic"),
        pytest.param(m.measured(requests=m.steady()), [("pass", w.NLB)], id="no data, but traffic: none"),
        pytest.param(m.measured(v2.alb_behind_nlb(), **BUSY), [("pass", w.NLB)], id="an ALB behind an NLB"),
        pytest.param(w.denied(s.METRIC, BROKEN), [("unknown", w.NLB)], id="not readable"),
    ],
)
def test_target_resets_connections(evidence, said):
    assert [(status, w.NLB if "|" in resource else resource) for status, resource in w.judged(CHECK, evidence)] == said


def test_several_load_balancers_are_compared_each():
    second = w.NLB.replace("orders-nlb", "carts-nlb")
    link = w.r.VpcLinkV1(id="v1lnk8", status="AVAILABLE", target_arns=(second,))
    route = w.healthy().get(s.ROUTES, b.ROUTES)[0]
    other = route.model_copy(
        update={"path": "/z", "integration": route.integration.model_copy(update={"connection_id": "v1lnk8"})}
    )
    evidence = w.changed(s.ROUTES, b.ROUTES, (route, other)).with_value(s.VPC_LINK_V1, "v1lnk8", link)
    evidence = evidence.with_value(s.LOAD_BALANCER, second, w.balancer(load_balancer_arn=second))
    evidence = evidence.with_value(s.LISTENERS, second, ())
    assert w.judged(CHECK, busy(evidence)) == [("pass", second), ("pass", w.NLB)]


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.METRIC, BROKEN)) == {"cloudwatch:GetMetricData"}


def test_unreadable_host_counts_only_lack_the_explanation():
    key = next(k for n, k in DYING.reads if n == s.METRIC.name and "UnHealthyHostCount" in k)
    gap = w.Gap(action="cloudwatch:GetMetricData", resource=key, reason=w.GapReason.THROTTLED)
    assert w.judged(CHECK, DYING.with_reads({(s.METRIC.name, key): gap})) == [("pass", w.NLB)]


def test_a_fail_gives_the_numbers_of_both_times():
    (finding,) = w.findings(CHECK, BROKEN)
    assert finding.summary == (
        "Targets behind orders-nlb reset 40 connections in the 5 minutes in which requests failed, "
        "8.0 a minute against 0.0 in quiet ones."
    )
    assert finding.citations[0].value == "40 in 5 failing minutes; 0 in 173 quiet minutes"
    assert "--metric-name TCP_Target_Reset_Count" in finding.fix.cli[0]
    assert "--start-time 2026-11-22T02:56:00Z --end-time 2026-11-22T03:20:00Z" in finding.fix.cli[0]


def test_dying_targets_are_told_with_the_time():
    (finding,) = w.findings(CHECK, DYING)
    assert "targets became unhealthy at 03:08 UTC" in finding.summary


def test_a_refused_read_does_not_hide_that_nothing_fails():
    assert CHECK.blocking is False
