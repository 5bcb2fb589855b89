import pytest

from bot.diagnosis import metrics
from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["SG-01"]
NLB_SG, SECOND_SG = "sg-0nlb", "sg-0nlb2"
IN_VPC = w.rule(80, "10.20.0.0/16")
TO_ALL = w.rule(80, "0.0.0.0/0")


def enforcing(setting, *rules, groups=(NLB_SG,)):
    """The NLB carries security groups, the first with these inbound rules."""
    field = "enforce_security_group_inbound_rules_on_private_link_traffic"
    evidence = w.changed(s.LOAD_BALANCER, w.NLB, w.balancer(security_groups=groups, **{field: setting}))
    for i, group in enumerate(groups):
        evidence = w.changed(s.SECURITY_GROUP, group, w.security_group(group, *(rules if i == 0 else ())), evidence)
    return evidence


def prefix_list():
    listed = r.IpPermission(
        ip_protocol="tcp", from_port=80, to_port=80, prefix_list_ids=(r.PrefixListId(prefix_list_id="pl-1"),)
    )
    return enforcing("on", listed)


def dropped(count, evidence):
    key = metrics.of_balancer(w.NLB)["SecurityGroupBlockedFlowCount_Inbound_TCP"]
    return w.changed(s.METRIC, key, r.Series(points=((0, count),)), evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.gone(s.LOAD_BALANCER, w.NLB), ("not-applicable", w.NLB), id="nothing there"),
        pytest.param(w.healthy(), ("pass", w.NLB), id="no security group"),
        pytest.param(enforcing("off"), ("pass", w.NLB), id="off, although nothing is admitted"),
        pytest.param(enforcing("on", IN_VPC), ("fail", w.NLB), id="on, the VPC's range is admitted"),
        pytest.param(enforcing("", IN_VPC), ("fail", w.NLB), id="absent: on is the default"),
        pytest.param(enforcing("ON", IN_VPC), ("fail", w.NLB), id="on in capitals"),
        pytest.param(enforcing("on"), ("fail", w.NLB), id="on, nothing is admitted"),
        pytest.param(enforcing("on", w.rule(80, groups=("sg-0link",))), ("fail", w.NLB), id="a group does not help"),
        pytest.param(
            enforcing("on", w.rule(443, "0.0.0.0/0")), ("fail", w.NLB), id="another port is open to everybody"
        ),
        pytest.param(enforcing("on", TO_ALL), ("warn", w.NLB), id="the port is open to everybody"),
        pytest.param(enforcing("on", w.rule(None, "0.0.0.0/0")), ("warn", w.NLB), id="everything is"),
        pytest.param(
            enforcing("on", w.rule(80, "0.0.0.0/1", "128.0.0.0/1")),
            ("warn", w.NLB),
            id="open to everybody in two halves",
        ),
        pytest.param(enforcing("maybe", IN_VPC), ("unknown", w.NLB), id="a setting that we do not know"),
        pytest.param(w.gone(s.SECURITY_GROUP, NLB_SG, evidence=enforcing("on")), ("unknown", w.NLB), id="group gone"),
        pytest.param(w.denied(s.SECURITY_GROUP, enforcing("on")), ("unknown", NLB_SG), id="groups not readable"),
        pytest.param(w.denied(s.SECURITY_GROUP, enforcing("off")), ("pass", w.NLB), id="off needs no group"),
        pytest.param(prefix_list(), ("unknown", "pl-1"), id="prefix list not read"),
        pytest.param(
            w.changed(s.PREFIX_LIST, "pl-1", ("0.0.0.0/0",), prefix_list()), ("warn", w.NLB), id="list of all"
        ),
        pytest.param(
            w.changed(s.PREFIX_LIST, "pl-1", ("10.0.0.0/8",), prefix_list()), ("fail", w.NLB), id="another list"
        ),
        pytest.param(v2.rest_v2("nlb"), ("not-applicable", w.NLB), id="link v2: no PrivateLink"),
        pytest.param(v2.rest_v2(), ("not-applicable", w.ALB), id="application load balancer"),
        pytest.param(v2.alb_behind_nlb(), ("pass", w.NLB), id="an ALB behind is not asked"),
    ],
)
def test_private_link_rules_enforced(evidence, said):
    assert w.judged(CHECK, evidence) == [said]


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.SECURITY_GROUP, enforcing("on"))) == {"ec2:DescribeSecurityGroups"}


def test_several_groups_count_together():
    evidence = enforcing("on", IN_VPC, groups=(NLB_SG, SECOND_SG))
    open_second = w.changed(s.SECURITY_GROUP, SECOND_SG, w.security_group(SECOND_SG, TO_ALL), evidence)
    assert w.judged(CHECK, evidence) == [("fail", w.NLB)]
    assert w.judged(CHECK, open_second) == [("warn", w.NLB)]


def test_a_fail_cites_setting_and_rules():
    (finding,) = w.findings(CHECK, enforcing("", IN_VPC))
    assert finding.summary == (
        "orders-nlb enforces inbound rules on PrivateLink traffic, and sg-0nlb does not admit API Gateway on TCP "
        "80: it comes from addresses of AWS's own, and the rules admit tcp 80 from 10.20.0.0/16."
    )
    assert [(c.resource, c.value) for c in finding.citations] == [
        (w.NLB, "absent (the default is on)"),
        (NLB_SG, "tcp 80 from 10.20.0.0/16"),
    ]


@pytest.mark.parametrize(("count", "cited"), [(42.0, ["42"]), (0.0, [])])
def test_dropped_flows_are_further_evidence(count, cited):
    (finding,) = w.findings(CHECK, dropped(count, enforcing("on", IN_VPC)))
    assert [c.value for c in finding.citations if c.source == "cloudwatch:GetMetricData"] == cited


def test_unreadable_metrics_change_nothing():
    evidence = w.denied(s.METRIC, dropped(42.0, enforcing("on", IN_VPC)))
    assert w.judged(CHECK, evidence) == [("fail", w.NLB)]


def test_the_fix_names_all_current_groups():
    (finding,) = w.findings(CHECK, enforcing("on", IN_VPC, groups=(NLB_SG, SECOND_SG)))
    assert finding.fix.cli == (
        f"aws elbv2 set-security-groups --load-balancer-arn {w.NLB} --security-groups sg-0nlb sg-0nlb2 "
        "--enforce-security-group-inbound-rules-on-private-link-traffic off",
    )


def test_the_fix_heals_the_model():
    evidence = enforcing("on", IN_VPC)
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.NLB)]


def test_the_fix_can_uncover_a_rule_that_names_only_the_group():
    """Enforced, the target's rule for the NLB's group admits the requests; switched off, it does not (SG-03)."""
    evidence = enforcing("on", IN_VPC)
    target = w.security_group(w.TARGET_SG, w.rule(8080, groups=(NLB_SG,)))
    evidence = w.changed(s.SECURITY_GROUP, w.TARGET_SG, target, evidence)
    (finding,) = w.findings(CHECK, evidence)
    targets = by_code()["SG-03"]
    assert w.judged(targets, evidence) == [("pass", w.TARGET_SG)]
    assert w.judged(targets, CHECK.repair(finding, w.Walk(evidence))) == [("fail", w.TARGET_SG)]


def test_the_code_switches_the_setting_off_and_not_to_false():
    (finding,) = w.findings(CHECK, enforcing("on", IN_VPC))
    field = "enforce_security_group_inbound_rules_on_private_link_traffic"
    assert terraform(finding.fix.terraform) == {"aws_lb": {field: '"off"'}}
    (properties,) = cloudformation(finding.fix.cloudformation).values()
    assert properties == {"EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off"}
