import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_tls as tls
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["LB-04"]
SECOND = w.GROUP.replace("orders-tg", "orders-blue")
RULE = v2.ALB_LISTENER.replace("listener/", "listener-rule/")


def forward(**weights):
    """A forward action to `orders` (the healthy group) and `blue`, by weight."""
    arns = {"orders": w.GROUP, "blue": SECOND, "alb": v2.ALB_GROUP}
    groups = tuple(r.WeightedTargetGroup(target_group_arn=arns[n], weight=weight) for n, weight in weights.items())
    return r.Action(type="forward", forward_config=r.ForwardConfig(target_groups=groups))


def doing(*actions):
    """The NLB's listener does this by default; a second target group exists beside the healthy one."""
    (listener,) = w.healthy().get(s.LISTENERS, w.NLB)
    evidence = w.changed(s.LISTENERS, w.NLB, (listener.model_copy(update={"default_actions": actions}),))
    return w.changed(
        s.TARGET_GROUP, SECOND, w.group(target_group_arn=SECOND, target_group_name="orders-blue"), evidence
    )


def rule(priority, *actions, path="", host=""):
    conditions = []
    if path:
        conditions.append(r.RuleCondition(field="path-pattern", path_pattern_config=r.HostHeaderConfig(values=(path,))))
    if host:
        conditions.append(r.RuleCondition(field="host-header", host_header_config=r.HostHeaderConfig(values=(host,))))
    return r.Rule(
        rule_arn=f"{RULE}/{priority}",
        priority=str(priority),
        is_default=priority == "default",
        conditions=tuple(conditions),
        actions=actions,
    )


def ruled(*rules, evidence=None):
    """The ALB's listener has these rules."""
    return w.changed(s.RULES, v2.ALB_LISTENER, rules, evidence or v2.rest_v2())


FIXED = r.Action(type="fixed-response", fixed_response_config=r.FixedResponse(status_code="404"))
REDIRECT = r.Action(type="redirect", redirect_config={"Protocol": "HTTPS", "StatusCode": "HTTP_301"})
LOGIN = r.Action(type="authenticate-oidc")


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        pytest.param(w.healthy(), "pass", id="forwards"),
        pytest.param(doing(forward(orders=1, blue=0)), "pass", id="several: one has all the weight"),
        pytest.param(doing(forward(orders=None)), "pass", id="no weight given"),
        pytest.param(doing(), "fail", id="no action"),
        pytest.param(doing(r.Action(type="forward")), "fail", id="forward without a group"),
        pytest.param(doing(forward(orders=0, blue=0)), "fail", id="several: all weights 0"),
        pytest.param(doing(r.Action(type="teleport")), "unknown", id="an action that we do not know"),
        pytest.param(w.gone(s.TARGET_GROUP, w.GROUP), "fail", id="group does not exist"),
        pytest.param(
            w.changed(s.TARGET_GROUP, w.GROUP, w.group(load_balancer_arns=())), "fail", id="group not attached"
        ),
        pytest.param(
            w.gone(s.TARGET_GROUP, SECOND, evidence=doing(forward(orders=1, blue=1))), "warn", id="several: one is gone"
        ),
        pytest.param(w.denied(s.TARGET_GROUP), "unknown", id="groups not readable"),
        pytest.param(w.denied(s.TARGET_GROUP, doing(forward(orders=0))), "fail", id="weight 0 needs no group"),
    ],
)
def test_listener_leads_nowhere(evidence, status):
    assert {said for said, _ in w.judged(CHECK, evidence)} == {status}


def test_nothing_there():
    assert w.judged(CHECK, w.changed(s.LISTENERS, w.NLB, ())) == [("not-applicable", "orders")]


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.TARGET_GROUP)) == {"elasticloadbalancing:DescribeTargetGroups"}
    assert w.actions_missing(CHECK, w.denied(s.RULES, v2.rest_v2())) == {"elasticloadbalancing:DescribeRules"}


ALB = forward(alb=1)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(v2.rest_v2(), ["pass"], id="forwards by default"),
        pytest.param(ruled(rule("default", FIXED)), ["warn"], id="answers by itself"),
        pytest.param(ruled(rule("default", REDIRECT)), ["warn"], id="redirects"),
        pytest.param(ruled(rule("default", LOGIN, ALB)), ["warn"], id="demands a login"),
        pytest.param(ruled(rule("default", r.Action(type="jwt-validation"), ALB)), ["pass"], id="checks a token first"),
        pytest.param(ruled(rule("default", forward(alb=0))), ["fail"], id="weight 0"),
        pytest.param(ruled(rule(1, ALB, path="/prod/*"), rule("default", FIXED)), ["pass"], id="a rule takes the path"),
        pytest.param(
            ruled(rule(1, ALB, path="/other/*"), rule("default", FIXED)), ["warn"], id="that rule is for another path"
        ),
        pytest.param(
            ruled(rule(1, FIXED, host="orders.example.com"), rule("default", ALB)), ["warn"], id="a rule takes the host"
        ),
        pytest.param(
            ruled(rule(1, FIXED, host="other.example.com"), rule("default", ALB)),
            ["pass"],
            id="a rule for another host",
        ),
        pytest.param(
            ruled(rule(1, FIXED, path="/prod/health"), rule("default", ALB)),
            ["pass"],
            id="a rule that only may take it",
        ),
        pytest.param(
            ruled(rule(1, forward(alb=0), path="/prod/health"), rule("default", ALB)),
            ["warn"],
            id="one may lead nowhere",
        ),
        pytest.param(w.denied(s.RULES, v2.rest_v2()), ["unknown", "unknown"], id="rules not readable"),
        pytest.param(
            ruled(rule("default", FIXED), evidence=v2.alb_behind_nlb()), ["pass", "warn"], id="an ALB behind an NLB"
        ),
    ],
)
def test_rules_of_an_application_load_balancer(evidence, said):
    assert [status for status, _ in w.judged(CHECK, evidence)] == said


def test_one_of_two_methods_meets_a_fixed_answer():
    evidence = tls.with_uri("http://orders.example.com/a", ruled(rule(1, ALB, path="/prod/a"), rule("default", FIXED)))
    (route,) = evidence.get(s.ROUTES, f"REST/{w.API}")
    other = route.model_copy(
        update={
            "path": "/b",
            "integration": route.integration.model_copy(update={"uri": "http://orders.example.com/b"}),
        }
    )
    findings = w.findings(CHECK, w.changed(s.ROUTES, f"REST/{w.API}", (route, other), evidence))
    assert sorted(f.status for f in findings) == ["pass", "warn"]


@pytest.mark.parametrize(
    ("evidence", "summary"),
    [
        pytest.param(
            doing(forward(orders=0, blue=0)),
            "Listener TCP 80 of orders-nlb leads nowhere: every target group of its default action has weight 0.",
            id="weights",
        ),
        pytest.param(
            doing(),
            "Listener TCP 80 of orders-nlb has no forward action in its default action: a request goes nowhere.",
            id="no action",
        ),
        pytest.param(
            w.gone(s.TARGET_GROUP, w.GROUP),
            "Listener TCP 80 of orders-nlb leads nowhere: target group orders-tg does not exist.",
            id="group gone",
        ),
        pytest.param(
            ruled(rule("default", FIXED)),
            "Listener HTTP 80 of orders-alb: its default action answers 404 instead of forwarding the request.",
            id="fixed answer",
        ),
        pytest.param(
            ruled(rule(7, REDIRECT, path="/prod/*")),
            "Listener HTTP 80 of orders-alb: its rule 7 redirects (301) instead of forwarding the request.",
            id="redirect by a rule",
        ),
    ],
)
def test_it_says_where_requests_end(evidence, summary):
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary == summary
    assert finding.citations


@pytest.mark.parametrize(
    ("evidence", "command"),
    [
        pytest.param(
            doing(forward(blue=0)),
            f"aws elbv2 modify-listener --listener-arn {w.LISTENER} "
            f"--default-actions Type=forward,TargetGroupArn={SECOND}",
            id="default action",
        ),
        pytest.param(
            ruled(rule(7, forward(alb=0), path="/prod/*")),
            f"aws elbv2 modify-rule --rule-arn {RULE}/7 --actions Type=forward,TargetGroupArn={v2.ALB_GROUP}",
            id="rule",
        ),
    ],
)
def test_the_fix_names_a_group_that_is_there(evidence, command):
    (finding,) = w.findings(CHECK, evidence)
    assert finding.fix.cli == (command,)


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(doing(forward(orders=0, blue=0)), id="listener"),
        pytest.param(ruled(rule("default", forward(alb=0))), id="rule"),
        pytest.param(ruled(rule("default", forward(alb=0)), evidence=v2.http_api()), id="HTTP API"),
    ],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    healed = CHECK.repair(finding, w.Walk(evidence))
    assert w.judged(CHECK, healed) == [("pass", finding.resource)]


def test_a_listener_without_groups_cannot_be_healed_on_the_model():
    (finding,) = w.findings(CHECK, doing())
    assert CHECK.repair(finding, w.Walk(doing())) is None
