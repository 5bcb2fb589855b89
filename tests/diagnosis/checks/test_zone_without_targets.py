import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.checks.load_balancer.zones import CROSS_ZONE
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_metrics as m
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["LB-05"]
ZONES = tuple(r.LoadBalancerZone(zone_name=f"{w.REGION}{z}", subnet_id=f"subnet-0{z}") for z in ("a", "b", "c"))
SICK = "unhealthy Target.FailedHealthChecks"
UNUSED = "unused Target.NotInUse"
ONE_ZONE = b.with_health("healthy", SICK)
"""Zone b has no healthy target."""


def on(source, key, value, evidence=None):
    return b.with_attribute(source, key, CROSS_ZONE, value, evidence)


def addresses(zone: str, evidence=None):
    """Targets by address, of which AWS says the zone."""
    group = b.with_group(evidence, target_type="ip")
    return b.with_health("healthy", ids=("10.20.11.10",), availability_zone=zone, evidence=group)


def by_interface():
    """One target by address whose zone only its interface's subnet tells."""
    evidence = b.with_health("healthy", ids=("10.20.11.10",), evidence=b.with_group(target_type="ip"))
    interface = r.NetworkInterface(network_interface_id="eni-0x", subnet_id=w.TARGET_SUBNETS[1])
    return w.changed(s.INTERFACE_BY_ADDRESS, f"{w.VPC}/10.20.11.10", interface, evidence)


def third_zone(evidence=None, served: tuple[str, ...] = ()):
    """The load balancer stands in zone c too, which no target does; the endpoint service has these zones."""
    service = w.endpoint_service(availability_zones=served)
    evidence = b.with_balancer(evidence, availability_zones=ZONES)
    return w.changed(s.ENDPOINT_SERVICES, w.NLB, (service,), evidence)


def intermittent(evidence):
    return m.measured(b.failing(b.E1, evidence), errors={1: 5, 2: 5}, requests={1: 10, 2: 10, 3: 10})


def outside(*states: str):
    """All targets stand in zones c and d."""
    subnets = {"subnet-0t1": "c", "subnet-0t2": "d"}
    evidence = b.with_health(*states)
    for subnet, zone in subnets.items():
        found = evidence.get(s.SUBNET, subnet).model_copy(update={"availability_zone": f"{w.REGION}{zone}"})
        evidence = w.changed(s.SUBNET, subnet, found, evidence)
    return evidence


NO_HEALTHY = b.with_health(SICK, SICK)
TWO = w.changed(s.TARGET_HEALTH, b.SECOND_GROUP, b.health("healthy", SICK), b.two_groups())


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.changed(s.TARGET_HEALTH, w.GROUP, ()), [("not-applicable", w.NLB)], id="no target"),
        pytest.param(NO_HEALTHY, [("not-applicable", w.NLB)], id="no healthy target anywhere is TG-01's"),
        pytest.param(w.healthy(), [("pass", w.NLB)], id="each zone has a healthy target"),
        pytest.param(v2.rest_v2(), [("pass", w.ALB)], id="an ALB balances across zones by default"),
        pytest.param(ONE_ZONE, [("warn", w.NLB)], id="a zone without a healthy target"),
        pytest.param(b.failing(b.E10, ONE_ZONE), [("fail", w.NLB)], id="… and the log shows E10"),
        pytest.param(b.failing(b.E1, ONE_ZONE), [("warn", w.NLB)], id="… and E1, which does not tell"),
        pytest.param(intermittent(ONE_ZONE), [("fail", w.NLB)], id="… and E1, while other requests succeed"),
        pytest.param(
            on(s.BALANCER_ATTRIBUTES, w.NLB, "true", ONE_ZONE), [("pass", w.NLB)], id="the load balancer's setting"
        ),
        pytest.param(on(s.GROUP_ATTRIBUTES, w.GROUP, "true", ONE_ZONE), [("pass", w.NLB)], id="the group's beats it"),
        pytest.param(
            on(s.GROUP_ATTRIBUTES, w.GROUP, "false", on(s.BALANCER_ATTRIBUTES, w.NLB, "true", ONE_ZONE)),
            [("warn", w.NLB)],
            id="the group's beats it, off too",
        ),
        pytest.param(
            on(
                s.GROUP_ATTRIBUTES,
                w.GROUP,
                "use_load_balancer_configuration",
                on(s.BALANCER_ATTRIBUTES, w.NLB, "true", ONE_ZONE),
            ),
            [("pass", w.NLB)],
            id="the group's word that leaves it to the load balancer",
        ),
        pytest.param(
            w.changed(s.BALANCER_ATTRIBUTES, w.NLB, {}, ONE_ZONE), [("warn", w.NLB)], id="an NLB's default is off"
        ),
        pytest.param(on(s.GROUP_ATTRIBUTES, w.GROUP, "auto", ONE_ZONE), [("unknown", w.NLB)], id="a strange setting"),
        pytest.param(
            b.with_health("unavailable Target.HealthCheckDisabled", "healthy"),
            [("pass", w.NLB)],
            id="targets that nobody checks get traffic",
        ),
        pytest.param(addresses(f"{w.REGION}a"), [("warn", w.NLB)], id="an address tells its zone"),
        pytest.param(addresses("all"), [("pass", w.NLB)], id="the zone all serves every one"),
        pytest.param(by_interface(), [("warn", w.NLB)], id="an address's zone is its subnet's"),
        pytest.param(third_zone(), [("warn", w.NLB)], id="an added zone without targets"),
        pytest.param(
            third_zone(served=(f"{w.REGION}a", f"{w.REGION}b")),
            [("pass", w.NLB)],
            id="… that the endpoint service does not have",
        ),
        pytest.param(outside(UNUSED, UNUSED), [("fail", w.NLB)], id="all targets in zones that are not enabled"),
        pytest.param(b.with_health(UNUSED, UNUSED), [("not-applicable", w.NLB)], id="not in use for another reason"),
        pytest.param(
            on(
                s.GROUP_ATTRIBUTES,
                v2.ALB_GROUP,
                "false",
                b.with_health("healthy", SICK, evidence=v2.rest_v2(), arn=v2.ALB_GROUP),
            ),
            [("warn", w.ALB)],
            id="an ALB whose group keeps to its zones",
        ),
        pytest.param(
            b.failing(
                b.E10,
                on(
                    s.GROUP_ATTRIBUTES,
                    v2.ALB_GROUP,
                    "false",
                    b.with_health("healthy", SICK, evidence=v2.rest_v2(), arn=v2.ALB_GROUP),
                ),
            ),
            [("warn", w.ALB)],
            id="… answers 503 and loses no connection",
        ),
        pytest.param(v2.alb_behind_nlb(), [("pass", w.NLB), ("pass", w.ALB)], id="an ALB behind an NLB"),
        pytest.param(
            b.with_balancer(v2.alb_behind_nlb(), arn=w.ALB, availability_zones=ZONES[:1]),
            [("warn", w.NLB), ("pass", w.ALB)],
            id="… that stands in fewer zones",
        ),
        pytest.param(
            on(
                s.GROUP_ATTRIBUTES,
                v2.ALB_GROUP,
                "false",
                on(s.BALANCER_ATTRIBUTES, w.NLB, "true", v2.alb_behind_nlb()),
            ),
            [("warn", w.NLB), ("pass", w.ALB)],
            id="… and keeps to its zones while the NLB does not",
        ),
        pytest.param(TWO, [("pass", w.NLB), ("warn", w.NLB)], id="several"),
        pytest.param(w.denied(s.BALANCER_ATTRIBUTES), [("unknown", w.NLB)], id="attributes not readable"),
        pytest.param(w.denied(s.INSTANCE), [("unknown", "i-0a1")], id="zones not readable"),
        pytest.param(
            w.denied(s.INSTANCE, outside(UNUSED, UNUSED)), [("fail", w.NLB)], id="the reason code needs no zones"
        ),
    ],
)
def test_zone_without_targets(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("source", "action"),
    [
        (s.BALANCER_ATTRIBUTES, "elasticloadbalancing:DescribeLoadBalancerAttributes"),
        (s.GROUP_ATTRIBUTES, "elasticloadbalancing:DescribeTargetGroupAttributes"),
        (s.INSTANCE, "ec2:DescribeInstances"),
    ],
)
def test_the_unknown_names_the_action(source, action):
    assert w.actions_missing(CHECK, w.denied(source)) == {action}


def test_other_routes_that_succeed_prove_nothing():
    route = w.healthy().get(s.ROUTES, b.ROUTES)[0]
    function = route.model_copy(update={"path": "/report", "integration": r.Integration(type="AWS_PROXY")})
    evidence = w.changed(s.ROUTES, b.ROUTES, (route, function), intermittent(ONE_ZONE))
    assert w.judged(CHECK, evidence) == [("warn", w.NLB)]


def test_unreadable_metrics_leave_it_a_warning():
    assert w.judged(CHECK, w.denied(s.METRIC, intermittent(ONE_ZONE))) == [("warn", w.NLB)]


def test_targets_beyond_the_hundred_that_are_read_may_stand_anywhere():
    many = tuple(w.target(f"i-0{n:03}", SICK) for n in range(100))
    late = w.target("i-0last", "healthy")
    evidence = w.changed(s.TARGET_HEALTH, w.GROUP, (w.target("i-0a1", "healthy"), *many[1:], late))
    assert w.judged(CHECK, evidence) == [("unknown", w.NLB)]


def test_a_fail_names_the_empty_zone_and_the_setting():
    (finding,) = w.findings(CHECK, b.failing(b.E10, ONE_ZONE))
    assert finding.summary == (
        "orders-nlb keeps to its zones, and orders-tg has no healthy target in eu-west-1b: "
        "requests that arrive there are lost."
    )
    assert [(c.field, c.value) for c in finding.citations] == [
        (CROSS_ZONE, "false"),
        ("zones", "eu-west-1b: 0 healthy"),
    ]
    assert finding.fix.cli == (
        f"aws elbv2 modify-load-balancer-attributes --load-balancer-arn {w.NLB} "
        f"--attributes Key={CROSS_ZONE},Value=true",
    )


def test_the_fix_goes_where_the_setting_stands():
    (finding,) = w.findings(CHECK, on(s.GROUP_ATTRIBUTES, w.GROUP, "false", ONE_ZONE))
    assert finding.fix.cli[0].startswith(
        f"aws elbv2 modify-target-group-attributes --target-group-arn {w.GROUP} --attributes"
    )


def test_targets_out_of_reach_are_named_with_their_zones():
    (finding,) = w.findings(CHECK, outside(UNUSED, UNUSED))
    assert finding.summary == (
        "All 2 targets of orders-tg stand in eu-west-1c, eu-west-1d, where orders-nlb is not enabled; "
        "it stands in eu-west-1a, eu-west-1b."
    )
    assert "--subnets subnet-0b1 subnet-0b2 SUBNET_IN_eu-west-1c SUBNET_IN_eu-west-1d" in finding.fix.cli[0]


@pytest.mark.parametrize(
    "evidence",
    [
        ONE_ZONE,
        b.failing(b.E10, ONE_ZONE),
        on(s.GROUP_ATTRIBUTES, w.GROUP, "false", ONE_ZONE),
        outside(UNUSED, UNUSED),
    ],
    ids=["load balancer", "with E10", "target group", "zones"],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.NLB)]


def test_the_code_sets_the_attribute_where_the_setting_stands():
    (by_balancer,) = w.findings(CHECK, ONE_ZONE)
    (by_group,) = w.findings(CHECK, on(s.GROUP_ATTRIBUTES, w.GROUP, "false", ONE_ZONE))
    attribute = [{"Key": CROSS_ZONE, "Value": "true"}]
    assert list(terraform(by_balancer.fix.terraform)) == ["aws_lb"]
    assert terraform(by_group.fix.terraform) == {"aws_lb_target_group": {"load_balancing_cross_zone_enabled": '"true"'}}
    assert list(cloudformation(by_balancer.fix.cloudformation).values()) == [{"LoadBalancerAttributes": attribute}]
    assert list(cloudformation(by_group.fix.cloudformation).values()) == [{"TargetGroupAttributes": attribute}]


def test_the_code_names_all_subnets():
    (finding,) = w.findings(CHECK, outside(UNUSED, UNUSED))
    subnets = ["subnet-0b1", "subnet-0b2", "SUBNET_IN_eu-west-1c", "SUBNET_IN_eu-west-1d"]
    assert list(cloudformation(finding.fix.cloudformation).values()) == [{"Subnets": subnets}]
    assert terraform(finding.fix.terraform)["aws_lb"]["subnets"] == [f'"{x}"' for x in subnets]
