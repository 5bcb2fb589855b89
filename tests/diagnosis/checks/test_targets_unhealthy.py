import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["TG-01"]
FAILED = "unhealthy Target.FailedHealthChecks"
INITIAL = "initial Elb.InitialHealthChecking"
DRAINING = "draining Target.DeregistrationInProgress"


def health(*states: str):
    """The targets are in these states, each with its reason."""
    targets = tuple(w.target(t, *state.split()) for t, state in zip(w.TARGETS, states, strict=True))
    return w.changed(s.TARGET_HEALTH, w.GROUP, targets)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), "not-applicable orders", id="nothing there"),
        pytest.param(w.gone(s.TARGET_GROUP, w.GROUP), f"not-applicable {w.GROUP}", id="group does not exist"),
        pytest.param(w.healthy(), f"pass {w.GROUP}", id="all healthy"),
        pytest.param(w.changed(s.TARGET_HEALTH, w.GROUP, ()), f"fail {w.GROUP}", id="none registered"),
        pytest.param(health(FAILED, FAILED), f"fail {w.GROUP}", id="none healthy"),
        pytest.param(health("healthy", FAILED), f"warn {w.GROUP}", id="several: one healthy, one not"),
        pytest.param(health("healthy", INITIAL), f"warn {w.GROUP}", id="several: one healthy, one initial"),
        pytest.param(health(INITIAL, INITIAL), f"warn {w.GROUP}", id="all still initial"),
        pytest.param(health(INITIAL, DRAINING), f"warn {w.GROUP}", id="the new one is initial, the old one leaves"),
        pytest.param(health(INITIAL, FAILED), f"fail {w.GROUP}", id="none healthy, one of them just started"),
        pytest.param(health(DRAINING, DRAINING), f"fail {w.GROUP}", id="all leave"),
        pytest.param(
            health(*["unused Target.NotInUse"] * 2), f"fail {w.GROUP}", id="not in use: zone or group without listener"
        ),
        pytest.param(health(*["unused Target.InvalidState"] * 2), f"fail {w.GROUP}", id="instances stopped"),
        pytest.param(
            health(*["unavailable Target.HealthCheckDisabled"] * 2), f"unknown {w.GROUP}", id="checks switched off"
        ),
        pytest.param(
            health("unavailable Elb.InternalError", FAILED),
            f"unknown {w.GROUP}",
            id="one may be healthy for all we know",
        ),
        pytest.param(health(*["unhealthy Elb.InternalError"] * 2), f"fail {w.GROUP}", id="unhealthy by an ELB fault"),
        pytest.param(health("dormant", "dormant"), f"unknown {w.GROUP}", id="a state that we do not know"),
        pytest.param(w.denied(s.TARGET_HEALTH), f"unknown {w.GROUP}", id="health not readable"),
    ],
)
def test_targets_unhealthy(evidence, said):
    assert [f"{status} {resource}" for status, resource in w.judged(CHECK, evidence)] == [said]


def test_both_groups_of_an_alb_behind_an_nlb_are_judged():
    assert w.judged(CHECK, v2.alb_behind_nlb()) == [("pass", w.GROUP), ("pass", v2.ALB_GROUP)]


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.TARGET_HEALTH)) == {"elasticloadbalancing:DescribeTargetHealth"}


def test_a_fail_cites_each_bad_target_with_its_reason():
    (finding,) = w.findings(CHECK, health(FAILED, FAILED))
    assert [c.field for c in finding.citations] == ["i-0a1:8080.TargetHealth", "i-0a2:8080.TargetHealth"]
    assert finding.citations[0].value == FAILED
    assert finding.summary == "Target group orders-tg: 0 of 2 targets healthy (Target.FailedHealthChecks)."


@pytest.mark.parametrize(
    ("state", "summary", "command"),
    [
        pytest.param(
            "unused Target.InvalidState",
            "Start the stopped instances, or register others in their place.",
            "aws ec2 start-instances --instance-ids i-0a1 i-0a2",
            id="stopped",
        ),
        pytest.param(
            "unused Target.NotInUse",
            "Let a listener use the target group, and enable the targets' zones on the load balancer.",
            f"aws elbv2 set-subnets --load-balancer-arn {w.NLB} --subnets ALL_SUBNET_IDS",
            id="zone not enabled",
        ),
        pytest.param(
            "unused Target.IpUnusable",
            "Register another address: this one belongs to a load balancer.",
            f"aws elbv2 register-targets --target-group-arn {w.GROUP} --targets Id=INSTANCE_ID,Port=8080",
            id="a load balancer's address",
        ),
    ],
)
def test_the_fix_follows_the_reason(state, summary, command):
    (finding,) = w.findings(CHECK, health(state, state))
    assert finding.fix.summary == summary
    assert command in finding.fix.cli


def test_an_empty_group_of_load_balancers_wants_a_load_balancer():
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, (), v2.alb_behind_nlb())
    (finding,) = w.findings(CHECK, evidence)
    assert finding.fix.cli[0].endswith("--targets Id=ALB_ARN,Port=80")


def test_the_fix_heals_the_model():
    evidence = health(FAILED, FAILED)
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.GROUP)]


def test_an_empty_group_cannot_be_healed_on_the_model():
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, ())
    (finding,) = w.findings(CHECK, evidence)
    assert CHECK.repair(finding, w.Walk(evidence)) is None


def test_the_code_registers_a_load_balancer_in_its_group():
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, (), v2.alb_behind_nlb())
    (finding,) = w.findings(CHECK, evidence)
    group = cloudformation(finding.fix.cloudformation)["AWS::ElasticLoadBalancingV2::TargetGroup"]
    assert group == {"Targets": [{"Id": "ALB_ARN", "Port": 80}]}
    attachment = terraform(finding.fix.terraform)["aws_lb_target_group_attachment"]
    assert attachment == {"target_group_arn": f'"{w.GROUP}"', "target_id": '"ALB_ARN"', "port": 80}
