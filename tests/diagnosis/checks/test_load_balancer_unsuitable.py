import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["LB-02"]
ELSEWHERE = w.NLB.replace(w.REGION, "us-east-1")
FOREIGN = w.NLB.replace(w.ACCOUNT, "444455556666")
CLASSIC = f"arn:aws:elasticloadbalancing:{w.REGION}:{w.ACCOUNT}:loadbalancer/old-elb"
GATEWAY = w.NLB.replace("/net/", "/gwy/")


def linked(arn: str):
    """The link of the first generation leads to this ARN, and AWS knows no load balancer there."""
    link = w.changed(s.VPC_LINK_V1, w.LINK, r.VpcLinkV1(id=w.LINK, status="AVAILABLE", target_arns=(arn,)))
    return w.gone(s.LOAD_BALANCER, arn, evidence=link)


def targeted(arn: str):
    """… and a REST API names it as the target of its integration."""
    route = v2.rest_v2().get(s.ROUTES, b.ROUTES)[0]
    integration = route.integration.model_copy(update={"target": arn})
    routes = (route.model_copy(update={"integration": integration}),)
    return w.gone(s.LOAD_BALANCER, arn, evidence=w.changed(s.ROUTES, b.ROUTES, routes, v2.rest_v2()))


def several():
    routes = v2.rest_v2().get(s.ROUTES, b.ROUTES)
    other = routes[0].integration.model_copy(update={"target": GATEWAY})
    both = (*routes, routes[0].model_copy(update={"path": "/z", "integration": other}))
    return w.gone(s.LOAD_BALANCER, GATEWAY, evidence=w.changed(s.ROUTES, b.ROUTES, both, v2.rest_v2()))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, b.ROUTES, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("pass", w.NLB)], id="link v1 to a network load balancer"),
        pytest.param(v2.rest_v2(), [("pass", w.ALB)], id="REST, link v2 to an application load balancer"),
        pytest.param(v2.rest_v2("nlb"), [("pass", w.NLB)], id="REST, link v2 to a network load balancer"),
        pytest.param(v2.http_api(), [("pass", w.ALB)], id="HTTP API"),
        pytest.param(linked(w.ALB), [("fail", w.ALB)], id="link v1 to an application load balancer"),
        pytest.param(b.with_balancer(type="application"), [("fail", w.NLB)], id="the type counts, not the ARN"),
        pytest.param(targeted(GATEWAY), [("fail", GATEWAY)], id="link v2 to a gateway load balancer"),
        pytest.param(targeted(CLASSIC), [("fail", CLASSIC)], id="link v2 to a classic load balancer"),
        pytest.param(targeted(w.GROUP), [("fail", w.GROUP)], id="link v2 to a target group"),
        pytest.param(linked(ELSEWHERE), [("fail", ELSEWHERE)], id="another region"),
        pytest.param(linked(FOREIGN), [("fail", FOREIGN)], id="another account"),
        pytest.param(w.gone(s.LOAD_BALANCER, w.NLB), [("not-applicable", w.NLB)], id="gone is LB-01's"),
        pytest.param(b.with_balancer(scheme="internet-facing"), [("warn", w.NLB)], id="internet-facing"),
        pytest.param(b.with_balancer(type="quantum"), [("unknown", w.NLB)], id="a type that AWS adds"),
        pytest.param(several(), [("fail", GATEWAY), ("pass", w.ALB)], id="several"),
        pytest.param(w.denied(s.LOAD_BALANCER), [("unknown", w.NLB)], id="not readable"),
    ],
)
def test_load_balancer_unsuitable(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    missing = w.actions_missing(CHECK, w.denied(s.LOAD_BALANCER))
    assert missing == {"elasticloadbalancing:DescribeLoadBalancers"}


def test_what_the_arn_tells_needs_no_load_balancer():
    evidence = w.denied(s.LOAD_BALANCER, linked(ELSEWHERE))
    assert w.judged(CHECK, evidence) == [("fail", ELSEWHERE)]


@pytest.mark.parametrize(
    ("evidence", "summary", "field"),
    [
        (
            linked(w.ALB),
            "orders-alb is an application load balancer; a VPC link of the first generation needs a network one.",
            "Type",
        ),
        (linked(ELSEWHERE), "Load balancer orders-nlb is in us-east-1, the API in eu-west-1.", "targetArns[0]"),
        (
            linked(FOREIGN),
            "Load balancer orders-nlb belongs to account 444455556666, the API to 111122223333.",
            "targetArns[0]",
        ),
        (
            targeted(w.GROUP),
            f"ANY /{{proxy+}} leads to {w.GROUP}, which is no application or network load balancer.",
            "ANY /{proxy+} integrationTarget",
        ),
    ],
    ids=["kind", "region", "account", "no load balancer"],
)
def test_a_fail_says_what_does_not_fit(evidence, summary, field):
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary == summary
    assert finding.citations[0].field == field


def test_the_fix_makes_a_new_load_balancer_and_link():
    (finding,) = w.findings(CHECK, linked(w.ALB))
    assert finding.fix.cli[0].startswith("aws elbv2 create-load-balancer --name orders-alb --type network")
    assert "aws apigateway create-vpc-link" in finding.fix.cli[1]
    assert finding.fix.cli[-1] == f"aws apigateway create-deployment --rest-api-id {w.API} --stage-name prod"
    assert CHECK.repair(finding, w.Walk(linked(w.ALB))) is None


def test_an_integration_target_is_replaced_and_deployed():
    (finding,) = w.findings(CHECK, targeted(GATEWAY))
    assert "path=/integrationTarget,value=NEW_LOAD_BALANCER_ARN" in finding.fix.cli[1]


def test_an_http_api_gets_a_new_listener():
    evidence = b.with_balancer(v2.http_api(), arn=w.ALB, type="gateway")
    (finding,) = w.findings(CHECK, evidence)
    assert finding.fix.cli[1].endswith("--integration-uri NEW_LISTENER_ARN")


def test_the_code_makes_a_load_balancer_that_fits():
    (finding,) = w.findings(CHECK, targeted(GATEWAY))
    assert terraform(finding.fix.terraform)["aws_lb"]["load_balancer_type"] == '"application"'
    (properties,) = cloudformation(finding.fix.cloudformation).values()
    assert (properties["Type"], properties["Scheme"]) == ("application", "internal")
