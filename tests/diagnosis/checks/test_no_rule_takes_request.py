import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_balancing as b
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["LB-09"]
OTHER_HOST = b.alb_rule("10", host="shop.example.com")
BARE_PATH = b.alb_rule("20", path="/orders*")
STRAY = b.alb_rules(OTHER_HOST)


def asking(uri: str, evidence=None):
    return b.with_uri(uri, evidence or v2.rest_v2())


def two_paths():
    """Two methods share the endpoint; only one has a rule."""
    route = v2.rest_v2().get(s.ROUTES, b.ROUTES)[0]
    routes = tuple(
        route.model_copy(
            update={
                "path": path,
                "integration": route.integration.model_copy(update={"uri": f"http://orders.example.com{path}"}),
            }
        )
        for path in ("/carts", "/orders")
    )
    return b.alb_rules(
        b.alb_rule("10", path="/prod/orders"), evidence=w.changed(s.ROUTES, b.ROUTES, routes, v2.rest_v2())
    )


REGEX = r.RuleCondition(field="path-pattern")
"""A pattern of a kind that we do not read."""


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(
            w.changed(s.LISTENERS, w.ALB, (), v2.rest_v2()), [("not-applicable", "orders")], id="nothing there"
        ),
        pytest.param(w.healthy(), [("not-applicable", w.LISTENER)], id="a network load balancer"),
        pytest.param(v2.rest_v2(), [("not-applicable", v2.ALB_LISTENER)], id="no rules"),
        pytest.param(b.alb_rules(), [("not-applicable", v2.ALB_LISTENER)], id="only a fixed answer is LB-04's"),
        pytest.param(
            b.alb_rules(b.alb_rule("10", host="orders.example.com")),
            [("pass", v2.ALB_LISTENER)],
            id="a rule for the host",
        ),
        pytest.param(
            b.alb_rules(b.alb_rule("10", path="/prod/*")), [("pass", v2.ALB_LISTENER)], id="a rule for the path"
        ),
        pytest.param(STRAY, [("warn", v2.ALB_LISTENER)], id="a rule for another host"),
        pytest.param(b.alb_rules(OTHER_HOST, default="503"), [("warn", v2.ALB_LISTENER)], id="answered 503"),
        pytest.param(
            b.alb_rules(OTHER_HOST, default="200"), [("pass", v2.ALB_LISTENER)], id="an answer that is no error"
        ),
        pytest.param(b.alb_rules(BARE_PATH), [("warn", v2.ALB_LISTENER)], id="the stage's name stands in front"),
        pytest.param(
            b.alb_rules(b.alb_rule("10", header="x-tenant")), [("pass", v2.ALB_LISTENER)], id="a header may fit"
        ),
        pytest.param(
            b.alb_rules(b.alb_rule("10").model_copy(update={"conditions": (REGEX,)})),
            [("pass", v2.ALB_LISTENER)],
            id="a pattern that we cannot read may fit",
        ),
        pytest.param(
            asking(
                "http://orders.example.com/orders",
                b.with_uri(
                    "http://orders.example.com/orders",
                    STRAY,
                    request_parameters={"integration.request.header.Host": "'shop.example.com'"},
                ),
            ),
            [("pass", v2.ALB_LISTENER)],
            id="a Host that is overridden may fit",
        ),
        pytest.param(
            b.alb_rules(OTHER_HOST, evidence=v2.http_api()),
            [("pass", v2.ALB_LISTENER)],
            id="an HTTP API's Host may fit",
        ),
        pytest.param(
            b.alb_rules(b.alb_rule("10", path="/orders"), evidence=v2.http_api()),
            [("warn", v2.ALB_LISTENER)],
            id="an HTTP API's path begins with the stage",
        ),
        pytest.param(
            b.alb_rules(OTHER_HOST, evidence=v2.alb_behind_nlb()),
            [("not-applicable", w.LISTENER), ("warn", v2.ALB_LISTENER)],
            id="an ALB behind an NLB",
        ),
        pytest.param(two_paths(), [("warn", v2.ALB_LISTENER)], id="several paths, one without a rule"),
        pytest.param(w.denied(s.RULES, STRAY), [("unknown", v2.ALB_LISTENER)], id="not readable"),
    ],
)
def test_no_rule_takes_request(evidence, said):
    assert list(dict.fromkeys(w.judged(CHECK, evidence))) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.RULES, STRAY)) == {"elasticloadbalancing:DescribeRules"}


def test_a_warning_says_what_was_asked_and_what_the_client_sees():
    (finding,) = w.findings(CHECK, asking("http://orders.example.com/orders", STRAY))
    assert finding.summary == (
        "Listener HTTP 80 of orders-alb has no rule for orders.example.com with path /prod/orders: "
        "it answers 404 by itself, and the client sees that."
    )
    assert [c.value for c in finding.citations] == ["404", "host-header shop.example.com"]
    assert finding.fix.cli == (
        f"aws elbv2 create-rule --listener-arn {v2.ALB_LISTENER} --priority 11 "
        "--conditions Field=host-header,Values=orders.example.com "
        f"--actions Type=forward,TargetGroupArn={v2.ALB_GROUP}",
    )


def test_a_stage_name_in_front_is_told():
    (finding,) = w.findings(CHECK, asking("http://orders.example.com/orders", b.alb_rules(BARE_PATH)))
    assert "API Gateway puts /prod in front of the path" in finding.summary
    assert "'Field=path-pattern,Values=/prod/*'" in finding.fix.cli[0]
    assert any("$context.requestOverride.path" in step for step in finding.fix.steps)


def test_an_http_api_can_leave_the_stage_out():
    (finding,) = w.findings(CHECK, b.alb_rules(b.alb_rule("10", path="/orders"), evidence=v2.http_api()))
    assert finding.fix.cli[1].endswith("--request-parameters 'overwrite:path=$request.path'")


@pytest.mark.parametrize("evidence", [STRAY, b.alb_rules(BARE_PATH), two_paths()], ids=["host", "path", "two paths"])
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", v2.ALB_LISTENER)]


def test_the_code_adds_the_rule():
    (finding,) = w.findings(CHECK, asking("http://orders.example.com/orders", STRAY))
    rule = cloudformation(finding.fix.cloudformation)["AWS::ElasticLoadBalancingV2::ListenerRule"]
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["orders.example.com"]}}
    assert rule["Conditions"] == [host]
    assert rule["Actions"][0]["Type"] == "forward"
    (condition,) = terraform(finding.fix.terraform)["aws_lb_listener_rule"]["condition"]
    assert condition["host_header"][0]["values"] == ['"orders.example.com"']
