import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["LB-08"]
WORLD = v2.alb_behind_nlb()
SECOND_ALB = w.ALB.replace("orders-alb", "orders-alb2")


def registered(*targets):
    return w.changed(s.TARGET_HEALTH, w.GROUP, targets, WORLD)


def two_balancers():
    """A second ALB is registered, whose listener is on another port."""
    evidence = registered(w.target(w.ALB, "healthy", port=80), w.target(SECOND_ALB, "healthy", port=80))
    alb = WORLD.get(s.LOAD_BALANCER, w.ALB).model_copy(
        update={"load_balancer_arn": SECOND_ALB, "load_balancer_name": "orders-alb2"}
    )
    listener = WORLD.get(s.LISTENERS, w.ALB)[0].model_copy(update={"port": 8080, "load_balancer_arn": SECOND_ALB})
    return evidence.with_value(s.LOAD_BALANCER, SECOND_ALB, alb).with_value(s.LISTENERS, SECOND_ALB, (listener,))


MOVED = b.with_listener(WORLD, balancer=w.ALB, port=8080)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.GROUP)], id="instances"),
        pytest.param(registered(), [("not-applicable", w.GROUP)], id="none registered is TG-01's"),
        pytest.param(
            w.gone(s.LOAD_BALANCER, w.ALB, evidence=WORLD),
            [("not-applicable", w.ALB)],
            id="gone is LB-01's",
        ),
        pytest.param(WORLD, [("pass", w.ALB), ("not-applicable", v2.ALB_GROUP)], id="wired"),
        pytest.param(MOVED, [("fail", w.ALB)], id="no listener on the port"),
        pytest.param(
            registered(w.target(w.ALB, "healthy", port=81)), [("fail", w.ALB)], id="the target's own port counts"
        ),
        pytest.param(w.changed(s.LISTENERS, w.ALB, (), WORLD), [("fail", w.ALB)], id="no listener at all"),
        pytest.param(
            b.with_balancer(WORLD, arn=w.ALB, vpc_id="vpc-0bb2"),
            [("fail", w.ALB), ("not-applicable", v2.ALB_GROUP)],
            id="another VPC",
        ),
        pytest.param(
            b.with_group(WORLD, health_check_protocol="HTTPS"),
            [("warn", w.ALB), ("not-applicable", v2.ALB_GROUP)],
            id="the health check speaks another protocol",
        ),
        pytest.param(
            b.with_group(WORLD, health_check_port="9000"),
            [("warn", w.ALB), ("not-applicable", v2.ALB_GROUP)],
            id="… or goes to another port",
        ),
        pytest.param(
            b.with_group(WORLD, protocol="TLS"),
            [("warn", w.ALB), ("not-applicable", v2.ALB_GROUP)],
            id="a group that is not TCP",
        ),
        pytest.param(
            b.with_listener(WORLD, protocol="TLS"),
            [("warn", w.ALB), ("not-applicable", v2.ALB_GROUP)],
            id="a listener that is not TCP",
        ),
        pytest.param(
            two_balancers(),
            [("pass", w.ALB), ("fail", SECOND_ALB), ("not-applicable", v2.ALB_GROUP)],
            id="several",
        ),
    ],
)
def test_alb_target_not_wired(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("source", "action"),
    [
        (s.TARGET_HEALTH, "elasticloadbalancing:DescribeTargetHealth"),
        (s.LISTENERS, "elasticloadbalancing:DescribeListeners"),
    ],
)
def test_the_unknown_names_the_action(source, action):
    assert w.actions_missing(CHECK, w.denied(source, WORLD)) == {action}


def test_a_port_that_nobody_names_is_not_judged():
    evidence = b.with_group(registered(w.target(w.ALB, "healthy", port=80)), port=None)
    target = w.r.TargetHealthDescription(target=w.r.TargetDescription(id=w.ALB))
    assert w.judged(CHECK, w.changed(s.TARGET_HEALTH, w.GROUP, (target,), evidence)) == [("unknown", w.ALB)]


def test_a_fail_says_where_the_load_balancer_listens_instead():
    (finding,) = w.findings(CHECK, MOVED)
    assert finding.summary == "orders-tg sends to port 80 of orders-alb, which listens on HTTP 8080."
    assert [(c.resource, c.value) for c in finding.citations] == [(w.GROUP, "80"), (w.ALB, "HTTP 8080")]
    assert finding.fix.cli == (
        f"aws elbv2 create-listener --load-balancer-arn {w.ALB} --protocol HTTP --port 80 "
        f"--default-actions Type=forward,TargetGroupArn={v2.ALB_GROUP}",
    )


@pytest.mark.parametrize("evidence", [MOVED, b.with_group(WORLD, health_check_protocol="HTTPS")])
def test_the_fix_heals_the_model(evidence):
    (finding, *_) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence)))[0] == ("pass", w.ALB)


def test_another_vpc_cannot_be_repaired_in_place():
    evidence = b.with_balancer(WORLD, arn=w.ALB, vpc_id="vpc-0bb2")
    (finding, *_) = w.findings(CHECK, evidence)
    assert finding.summary == "orders-alb is in vpc-0bb2, its target group orders-tg in vpc-0aa1."
    assert CHECK.repair(finding, w.Walk(evidence)) is None


def test_the_code_creates_the_listener():
    (finding,) = w.findings(CHECK, MOVED)
    listener = cloudformation(finding.fix.cloudformation)["AWS::ElasticLoadBalancingV2::Listener"]
    assert (listener["LoadBalancerArn"], listener["Protocol"], listener["Port"]) == (w.ALB, "HTTP", 80)
    assert terraform(finding.fix.terraform)["aws_lb_listener"]["port"] == 80
