import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w

CHECK = by_code()["TG-01"]


def health(*states: str) -> tuple:
    return tuple(w.target(t, *state.split()) for t, state in zip(w.TARGETS, states, strict=False))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("pass", w.GROUP)], id="all healthy"),
        pytest.param(w.changed(s.TARGET_HEALTH, w.GROUP, ()), [("fail", w.GROUP)], id="none registered"),
        pytest.param(
            w.changed(s.TARGET_HEALTH, w.GROUP, health(*["unhealthy Target.FailedHealthChecks"] * 2)),
            [("fail", w.GROUP)],
            id="none healthy",
        ),
        pytest.param(
            w.changed(s.TARGET_HEALTH, w.GROUP, health("healthy", "unhealthy Target.FailedHealthChecks")),
            [("warn", w.GROUP)],
            id="several: one healthy, one not",
        ),
        pytest.param(
            w.changed(s.TARGET_HEALTH, w.GROUP, health(*["initial Elb.InitialHealthChecking"] * 2)),
            [("warn", w.GROUP)],
            id="all still initial",
        ),
        pytest.param(
            w.changed(s.TARGET_HEALTH, w.GROUP, health(*["unavailable Target.HealthCheckDisabled"] * 2)),
            [("unknown", w.GROUP)],
            id="health checks switched off",
        ),
        pytest.param(w.denied(s.TARGET_HEALTH), [("unknown", w.GROUP)], id="health not readable"),
    ],
)
def test_targets_unhealthy(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.TARGET_HEALTH)) == {"elasticloadbalancing:DescribeTargetHealth"}


def test_a_fail_cites_each_bad_target_with_its_reason():
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, health(*["unhealthy Target.FailedHealthChecks"] * 2))
    (finding,) = w.findings(CHECK, evidence)
    assert [c.field for c in finding.citations] == ["i-0a1:8080.TargetHealth", "i-0a2:8080.TargetHealth"]
    assert finding.citations[0].value == "unhealthy Target.FailedHealthChecks"
    assert finding.summary == "Target group orders-tg: 0 of 2 targets healthy (Target.FailedHealthChecks)."


def test_the_fix_heals_the_model():
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, health(*["unhealthy Target.FailedHealthChecks"] * 2))
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.GROUP)]
