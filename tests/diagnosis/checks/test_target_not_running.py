import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["BE-02"]
SICK = "unhealthy Target.FailedHealthChecks"
UNUSED = "unused Target.InvalidState"


def instances(*states: str, evidence=None):
    """The instances in these states, and their targets out of use where they do not run."""
    evidence = evidence or b.with_health(*("healthy" if x == "running" else UNUSED for x in states))
    for target, state in zip(w.TARGETS, states, strict=True):
        evidence = w.changed(s.INSTANCE, target, w.instance(target, state), evidence)
    return evidence


def addresses(*states: str):
    group = b.with_group(target_type="ip")
    return b.with_health(*states, ids=("10.20.11.10", "10.20.12.10"), evidence=group)


GONE = w.gone(s.INSTANCE, "i-0a2", evidence=instances("stopped", "stopped"))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.changed(s.TARGET_HEALTH, w.GROUP, ()), [("not-applicable", w.GROUP)], id="no target"),
        pytest.param(
            v2.alb_behind_nlb(), [("not-applicable", w.GROUP), ("pass", v2.ALB_GROUP)], id="an ALB behind an NLB"
        ),
        pytest.param(w.healthy(), [("pass", w.GROUP)], id="all run"),
        pytest.param(instances("stopped", "stopped"), [("fail", "i-0a1")], id="all stopped"),
        pytest.param(instances("terminated", "shutting-down"), [("fail", "i-0a1")], id="terminated"),
        pytest.param(GONE, [("fail", "i-0a1")], id="stopped, and gone"),
        pytest.param(instances("running", "stopped"), [("warn", "i-0a2")], id="several: one stopped, one healthy"),
        pytest.param(
            instances("running", "stopped", evidence=b.with_health(SICK, UNUSED)),
            [("fail", "i-0a2")],
            id="one stopped, the other unhealthy",
        ),
        pytest.param(instances("pending", "running"), [("warn", "i-0a1")], id="one just starts"),
        pytest.param(instances("hibernating", "running"), [("unknown", "i-0a1")], id="a state that AWS adds"),
        pytest.param(b.with_health(SICK, "healthy"), [("unknown", w.GROUP)], id="running and unhealthy: probe"),
        pytest.param(
            b.with_health("initial Elb.InitialHealthChecking", "healthy"), [("pass", w.GROUP)], id="too early to tell"
        ),
        pytest.param(b.failing(b.E1), [("pass", w.GROUP)], id="requests fail, but health checks find the port open"),
        pytest.param(
            b.failing(b.E1, b.with_group(health_check_port="9000")),
            [("unknown", w.GROUP)],
            id="… health checks of another port find nothing out",
        ),
        pytest.param(
            b.failing(b.E6, b.with_group(health_check_port="9000")),
            [("pass", w.GROUP)],
            id="… an answer came, so something listens",
        ),
        pytest.param(addresses("healthy", "healthy"), [("pass", w.GROUP)], id="addresses"),
        pytest.param(addresses(SICK, SICK), [("unknown", w.GROUP)], id="unhealthy addresses: probe"),
        pytest.param(w.denied(s.INSTANCE), [("unknown", "i-0a1")], id="not readable"),
    ],
)
def test_target_not_running(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.INSTANCE)) == {"ec2:DescribeInstances"}


def test_what_only_a_probe_tells_misses_no_evidence():
    (finding,) = w.findings(CHECK, b.with_health(SICK, "healthy"))
    assert finding.gaps == ()
    assert finding.summary.startswith(
        "AWS does not show whether anything listens on port 8080 of i-0a1. Probe now: refused means"
    )


def test_a_fail_lists_the_instances_with_their_states():
    (finding,) = w.findings(CHECK, GONE)
    assert finding.summary == ("i-0a1 (stopped), i-0a2 (gone) of orders-tg do not run, and no other target is healthy.")
    assert [(c.resource, c.value) for c in finding.citations] == [("i-0a1", "stopped"), ("i-0a2", "gone")]
    assert finding.fix.cli == (
        "aws ec2 start-instances --instance-ids i-0a1",
        f"aws elbv2 register-targets --target-group-arn {w.GROUP} --targets Id=NEW_INSTANCE,Port=8080",
        f"aws elbv2 deregister-targets --target-group-arn {w.GROUP} --targets Id=i-0a2,Port=8080",
    )


def test_many_instances_are_named_in_part():
    ids = tuple(f"i-0b{n}" for n in range(5))
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, tuple(w.target(i, *UNUSED.split()) for i in ids))
    for i in ids:
        stopped = w.instance("i-0a1", "stopped").model_copy(update={"instance_id": i})
        evidence = w.changed(s.INSTANCE, i, stopped, evidence)
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary == (
        "i-0b0 (stopped), i-0b1 (stopped), i-0b2 (stopped) +2 more of orders-tg do not run, "
        "and no other target is healthy."
    )


def test_the_fix_heals_the_model():
    evidence = instances("stopped", "stopped")
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.GROUP)]


UNHEALTHY = b.with_health("unhealthy", "unhealthy")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(p.probed(UNHEALTHY, **p.failed_tcp("refused")), [("fail", w.GROUP)], id="every target refuses"),
        pytest.param(p.probed(UNHEALTHY, **p.failed_tcp("timeout")), [("unknown", w.GROUP)], id="no answer"),
        pytest.param(p.probed(UNHEALTHY, **p.failed_tcp("unreachable")), [("unknown", w.GROUP)], id="unreachable"),
        pytest.param(p.probed(UNHEALTHY), [("pass", w.GROUP)], id="they listen"),
        pytest.param(
            p.one_bad(b.with_health("unhealthy", "healthy"), **p.failed_tcp("refused")),
            [("warn", w.GROUP)],
            id="one refuses, the other one serves",
        ),
        pytest.param(
            p.probed(b.with_health("healthy", "healthy"), **p.failed_tcp("refused")),
            [("fail", w.GROUP)],
            id="healthy by another port, and nothing listens on this one",
        ),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_nothing_listens_is_confirmed_and_explains_the_unhealthy_targets():
    (cause, *_) = report(p.probed(UNHEALTHY, **p.failed_tcp("refused"))).verdict.causes
    assert (cause.check, cause.confidence) == ("BE-02", "confirmed")
    assert "TG-01" in cause.symptoms
    assert "0.0.0.0:8080" in cause.fix.summary


def test_the_code_starts_what_is_stopped_and_replaces_what_is_gone():
    (finding,) = w.findings(CHECK, GONE)
    hcl = terraform(finding.fix.terraform)
    assert hcl["aws_ec2_instance_state"] == {"instance_id": '"i-0a1"', "state": '"running"'}
    assert hcl["aws_lb_target_group_attachment"]["target_id"] == '"NEW_INSTANCE"'
    group = cloudformation(finding.fix.cloudformation)["AWS::ElasticLoadBalancingV2::TargetGroup"]
    assert group == {"Targets": [{"Id": "NEW_INSTANCE", "Port": 8080}]}
