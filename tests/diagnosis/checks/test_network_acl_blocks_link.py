import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["NACL-02"]
LINK_ACL, BALANCER_ACL, DEFAULT = "acl-0link", "acl-0balancer", "acl-0default"
EPHEMERAL = (1024, 65535)


def acls(link=None, balancer=None, *, evidence=None, link_subnets=v2.LINK_SUBNETS):
    """The subnets of the link and of the load balancer have these entries before "allow all"."""
    evidence = evidence or v2.rest_v2()
    for acl_id, subnets, entries in (
        (LINK_ACL, link_subnets, link),
        (BALANCER_ACL, w.BALANCER_SUBNETS, balancer),
    ):
        for subnet in subnets if entries is not None else ():
            evidence = w.changed(s.NETWORK_ACL, subnet, w.acl(*entries, acl_id=acl_id), evidence)
    return evidence


def deny(*, egress, ports, cidr="0.0.0.0/0"):
    return w.entry(90, "deny", egress=egress, cidr=cidr, ports=ports)


OUT_OF_LINK = deny(egress=True, ports=(80, 80))
INTO_BALANCER = deny(egress=False, ports=(80, 80))
OUT_OF_BALANCER = deny(egress=True, ports=EPHEMERAL)
INTO_LINK = deny(egress=False, ports=EPHEMERAL)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.healthy(), [("not-applicable", w.LINK)], id="nothing there: first generation"),
        pytest.param(
            w.changed(s.LISTENERS, w.ALB, (), v2.rest_v2()), [("not-applicable", v2.LINK_V2)], id="no listener"
        ),
        pytest.param(v2.rest_v2(), [("pass", DEFAULT)], id="default ACL"),
        pytest.param(v2.rest_v2("nlb"), [("pass", DEFAULT)], id="NLB"),
        pytest.param(v2.http_api(), [("pass", DEFAULT)], id="HTTP API"),
        pytest.param(acls([OUT_OF_LINK]), [("fail", LINK_ACL), ("pass", DEFAULT)], id="requests out of the link"),
        pytest.param(acls(balancer=[INTO_BALANCER]), [("pass", DEFAULT), ("fail", BALANCER_ACL)], id="requests in"),
        pytest.param(acls(balancer=[OUT_OF_BALANCER]), [("pass", DEFAULT), ("fail", BALANCER_ACL)], id="replies out"),
        pytest.param(acls([INTO_LINK]), [("fail", LINK_ACL), ("pass", DEFAULT)], id="replies into the link"),
        pytest.param(
            acls([deny(egress=False, ports=(1024, 32767))]),
            [("warn", LINK_ACL), ("pass", DEFAULT)],
            id="a part of the reply ports",
        ),
        pytest.param(
            acls([OUT_OF_LINK], link_subnets=v2.LINK_SUBNETS[:1]),
            [("warn", LINK_ACL), ("pass", DEFAULT)],
            id="one of the link's subnets",
        ),
        pytest.param(
            acls([OUT_OF_LINK], [OUT_OF_BALANCER]),
            [("fail", LINK_ACL), ("fail", BALANCER_ACL)],
            id="several: both ACLs",
        ),
        pytest.param(acls([deny(egress=True, ports=(443, 443))]), [("pass", LINK_ACL), ("pass", DEFAULT)], id="443"),
        pytest.param(
            acls([deny(egress=True, ports=(80, 80), cidr="10.99.0.0/16")]),
            [("pass", LINK_ACL), ("pass", DEFAULT)],
            id="denied elsewhere",
        ),
        pytest.param(
            acls([w.entry(80, "allow", egress=True, ports=(80, 80)), OUT_OF_LINK]),
            [("pass", LINK_ACL), ("pass", DEFAULT)],
            id="the lower number decides",
        ),
        pytest.param(
            acls([OUT_OF_LINK], evidence=v2.http_api("nlb")), [("fail", LINK_ACL), ("pass", DEFAULT)], id="v2H"
        ),
        pytest.param(w.denied(s.NETWORK_ACL, v2.rest_v2()), [("unknown", v2.LINK_SUBNETS[0])], id="not readable"),
        pytest.param(
            w.gone(s.NETWORK_ACL, v2.LINK_SUBNETS[0], evidence=v2.rest_v2()),
            [("unknown", v2.LINK_V2), ("pass", DEFAULT)],
            id="one ACL is not known",
        ),
    ],
)
def test_network_acl_blocks_link(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.NETWORK_ACL, v2.rest_v2())) == {"ec2:DescribeNetworkAcls"}


def test_inside_one_subnet_no_acl_is_asked():
    link = v2.rest_v2().get(s.VPC_LINK_V2, v2.LINK_V2).model_copy(update={"subnet_ids": w.BALANCER_SUBNETS[:1]})
    evidence = w.changed(s.VPC_LINK_V2, v2.LINK_V2, link, v2.rest_v2())
    evidence = w.changed(s.LINK_INTERFACES, w.BALANCER_SUBNETS[0], (), evidence)
    closed = w.acl(INTO_BALANCER, acl_id=BALANCER_ACL)
    evidence = w.changed(s.NETWORK_ACL, w.BALANCER_SUBNETS[0], closed, evidence)
    assert ("warn", BALANCER_ACL) not in w.judged(CHECK, evidence)
    alone = w.balancer(
        load_balancer_arn=w.ALB,
        type="application",
        availability_zones=(w.r.LoadBalancerZone(subnet_id=w.BALANCER_SUBNETS[0]),),
    )
    evidence = w.changed(s.LOAD_BALANCER, w.ALB, alone, evidence)
    nodes = evidence.get(s.BALANCER_INTERFACES, w.ALB)[:1]
    assert w.judged(CHECK, w.changed(s.BALANCER_INTERFACES, w.ALB, nodes, evidence)) == [("not-applicable", v2.LINK_V2)]


def test_a_fail_names_the_rule_and_where_to_put_the_missing_ones():
    finding = w.findings(CHECK, acls([OUT_OF_LINK]))[0]
    assert finding.summary == (
        "acl-0link stops requests out of the link's subnet on TCP 80 (outbound rule 90 denies tcp 80 to 0.0.0.0/0). "
        "VPC link v2lnk9 cannot reach orders-alb."
    )
    assert [c.value for c in finding.citations] == ["outbound rule 90 denies tcp 80 to 0.0.0.0/0"]
    assert finding.fix.cli == (
        "aws ec2 create-network-acl-entry --network-acl-id acl-0link --rule-number 89 --protocol 6 --rule-action allow "
        "--egress --cidr-block 10.20.1.0/24 --port-range From=80,To=80",
        "aws ec2 create-network-acl-entry --network-acl-id acl-0link --rule-number 88 --protocol 6 --rule-action allow "
        "--egress --cidr-block 10.20.2.0/24 --port-range From=80,To=80",
    )


def test_replies_are_opened_towards_the_other_end():
    finding = next(f for f in w.findings(CHECK, acls(balancer=[OUT_OF_BALANCER])) if f.status == "fail")
    assert [command.partition("--egress ")[2] for command in finding.fix.cli] == [
        "--cidr-block 10.20.21.0/24 --port-range From=1024,To=65535",
        "--cidr-block 10.20.22.0/24 --port-range From=1024,To=65535",
    ]


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(acls([OUT_OF_LINK]), id="requests out of the link"),
        pytest.param(acls(balancer=[INTO_BALANCER]), id="requests in"),
        pytest.param(acls(balancer=[OUT_OF_BALANCER]), id="replies out"),
        pytest.param(acls([INTO_LINK]), id="replies into the link"),
        pytest.param(acls([OUT_OF_LINK, INTO_LINK]), id="two legs of one ACL"),
    ],
)
def test_the_fix_heals_the_model(evidence):
    finding = next(f for f in w.findings(CHECK, evidence) if f.status == "fail")
    assert ("pass", finding.resource) in w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence)))


CLOUD_MAP = f"arn:aws:servicediscovery:{w.REGION}:{w.ACCOUNT}:service/srv-0orders"


def cloud_map(*addresses, evidence=None):
    """HTTP API → VPC link v2 → instances of Cloud Map on port 8080."""
    evidence = evidence or v2.http_api()
    (route,) = evidence.get(s.ROUTES, f"HTTP/{w.API}")
    changed = route.model_copy(update={"integration": route.integration.model_copy(update={"uri": CLOUD_MAP})})
    registered = tuple(
        w.r.CloudMapInstance(id=a, attributes={"AWS_INSTANCE_IPV4": a, "AWS_INSTANCE_PORT": "8080"}) for a in addresses
    )
    evidence = w.changed(s.ROUTES, f"HTTP/{w.API}", (changed,), evidence)
    return w.changed(s.CLOUD_MAP, CLOUD_MAP, registered, evidence)


TO_INSTANCES = deny(egress=True, ports=(8080, 8080))
FAR, NEAR = "10.20.11.10", "10.20.21.99"


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(cloud_map(), [("not-applicable", v2.LINK_V2)], id="no instance"),
        pytest.param(cloud_map(FAR), [("pass", DEFAULT)], id="open"),
        pytest.param(acls([TO_INSTANCES], evidence=cloud_map(FAR)), [("fail", LINK_ACL)], id="requests out"),
        pytest.param(acls([INTO_LINK], evidence=cloud_map(FAR)), [("fail", LINK_ACL)], id="replies back"),
        pytest.param(acls([INTO_BALANCER], evidence=cloud_map(FAR)), [("pass", LINK_ACL)], id="requests into the link"),
        pytest.param(
            acls([TO_INSTANCES], evidence=cloud_map(NEAR)), [("warn", LINK_ACL)], id="one of the subnets is its own"
        ),
        pytest.param(
            acls([TO_INSTANCES], evidence=cloud_map(NEAR), link_subnets=v2.LINK_SUBNETS[:1]),
            [("pass", DEFAULT)],
            id="the ACL of its own subnet is not asked",
        ),
    ],
)
def test_towards_instances_of_cloud_map_the_links_own_acl_counts(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_entry_for_an_instance_names_its_address():
    evidence = acls([TO_INSTANCES], evidence=cloud_map(FAR))
    (finding,) = w.findings(CHECK, evidence)
    assert "--egress --cidr-block 10.20.11.10/32 --port-range From=8080,To=8080" in finding.fix.cli[0]
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", LINK_ACL)]
