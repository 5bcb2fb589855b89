import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["IP-01"]
V6 = b.with_group(ip_address_type="ipv6", target_type="ip")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(b.with_group(target_type="lambda"), [("not-applicable", w.NLB)], id="no addresses"),
        pytest.param(w.healthy(), [("pass", w.NLB)], id="IPv4 on both sides"),
        pytest.param(b.with_balancer(ip_address_type="dualstack"), [("pass", w.NLB)], id="dualstack, IPv4 targets"),
        pytest.param(b.with_balancer(V6, ip_address_type="dualstack"), [("pass", w.NLB)], id="dualstack, IPv6 targets"),
        pytest.param(V6, [("fail", w.NLB)], id="IPv6 targets of an IPv4 NLB"),
        pytest.param(
            b.with_group(v2.rest_v2(), arn=v2.ALB_GROUP, ip_address_type="ipv6"), [("warn", w.ALB)], id="… of an ALB"
        ),
        pytest.param(v2.alb_behind_nlb(), [("pass", w.NLB), ("pass", w.ALB)], id="NLB to ALB is IPv4"),
        pytest.param(b.with_balancer(ip_address_type="ipv7"), [("unknown", w.NLB)], id="a type that AWS adds"),
        pytest.param(b.two_groups(ip_address_type="ipv6"), [("pass", w.NLB), ("fail", w.NLB)], id="several"),
        pytest.param(w.denied(s.LOAD_BALANCER), [("unknown", w.NLB)], id="not readable"),
    ],
)
def test_address_families_do_not_fit(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.TARGET_GROUP)) == {"elasticloadbalancing:DescribeTargetGroups"}


def test_a_fail_cites_both_types():
    (finding,) = w.findings(CHECK, V6)
    assert finding.summary == "Target group orders-tg is ipv6, but orders-nlb is ipv4 and has no such address."
    assert [(c.resource, c.value) for c in finding.citations] == [(w.NLB, "ipv4"), (w.GROUP, "ipv6")]
    assert finding.fix.cli == (
        f"aws elbv2 set-ip-address-type --load-balancer-arn {w.NLB} --ip-address-type dualstack",
    )


def test_the_fix_heals_the_model():
    (finding,) = w.findings(CHECK, V6)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(V6))) == [("pass", w.NLB)]


def test_the_code_makes_the_load_balancer_dualstack():
    (finding,) = w.findings(CHECK, V6)
    assert terraform(finding.fix.terraform) == {"aws_lb": {"ip_address_type": '"dualstack"'}}
    (properties,) = cloudformation(finding.fix.cloudformation).values()
    assert properties == {"IpAddressType": "dualstack"}
