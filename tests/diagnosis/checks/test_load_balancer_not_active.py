import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["LB-01"]


def state(code, reason="", arn=w.NLB, evidence=None):
    evidence = evidence or w.healthy()
    changed = evidence.get(s.LOAD_BALANCER, arn).model_copy(
        update={"state": r.LoadBalancerState(code=code, reason=reason)}
    )
    return w.changed(s.LOAD_BALANCER, arn, changed, evidence)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.gone(s.VPC_LINK_V1, w.LINK), [("unknown", w.LINK)], id="nothing there: which link is not known"),
        pytest.param(w.healthy(), [("pass", w.NLB)], id="active"),
        pytest.param(w.gone(s.LOAD_BALANCER, w.NLB), [("fail", w.NLB)], id="deleted"),
        pytest.param(state("failed", "quota reached"), [("fail", w.NLB)], id="failed"),
        pytest.param(state("provisioning"), [("warn", w.NLB)], id="provisioning"),
        pytest.param(state("active_impaired"), [("warn", w.NLB)], id="impaired"),
        pytest.param(state("hibernating"), [("unknown", w.NLB)], id="a state that we do not know"),
        pytest.param(state(""), [("unknown", w.NLB)], id="no state"),
        pytest.param(v2.rest_v2(), [("pass", w.ALB)], id="link v2"),
        pytest.param(w.gone(s.LOAD_BALANCER, w.ALB, evidence=v2.rest_v2()), [("fail", w.ALB)], id="link v2, deleted"),
        pytest.param(w.gone(s.LOAD_BALANCER, w.ALB, evidence=v2.http_api()), [("fail", w.ALB)], id="HTTP API, deleted"),
        pytest.param(v2.alb_behind_nlb(), [("pass", w.NLB), ("pass", w.ALB)], id="several: NLB and the ALB behind it"),
        pytest.param(
            state("failed", arn=w.ALB, evidence=v2.alb_behind_nlb()),
            [("pass", w.NLB), ("fail", w.ALB)],
            id="several: the ALB behind has failed",
        ),
        pytest.param(
            w.gone(s.LOAD_BALANCER, w.ALB, evidence=v2.alb_behind_nlb()),
            [("pass", w.NLB), ("fail", w.ALB)],
            id="several: the ALB behind is gone",
        ),
        pytest.param(w.denied(s.LOAD_BALANCER), [("unknown", w.NLB), ("unknown", w.NLB)], id="not readable"),
    ],
)
def test_load_balancer_not_active(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.LOAD_BALANCER)) == {"elasticloadbalancing:DescribeLoadBalancers"}


def test_the_reason_is_told():
    (finding,) = w.findings(CHECK, state("failed", "The subnet has no free address."))
    assert finding.summary == (
        "Load balancer orders-nlb could not be set up, its state is failed: The subnet has no free address."
    )
    assert finding.citations[0].value == "failed The subnet has no free address."


@pytest.mark.parametrize(
    ("evidence", "commands"),
    [
        pytest.param(
            w.gone(s.LOAD_BALANCER, w.NLB),
            (
                "create-load-balancer --name orders-nlb --type network",
                "apigateway create-vpc-link",
                "path=/connectionId",
            ),
            id="v1: a new link follows",
        ),
        pytest.param(
            w.gone(s.LOAD_BALANCER, w.ALB, evidence=v2.rest_v2()),
            (
                "create-load-balancer --name orders-alb --type application",
                "path=/integrationTarget",
                "create-deployment",
            ),
            id="v2: the integration's target",
        ),
        pytest.param(
            w.gone(s.LOAD_BALANCER, w.ALB, evidence=v2.http_api()),
            ("create-load-balancer", "apigatewayv2 update-integration --api-id a1b2c3d4e5 --integration-id int1"),
            id="HTTP API: the integration's listener",
        ),
        pytest.param(
            w.gone(s.LOAD_BALANCER, w.ALB, evidence=v2.alb_behind_nlb()),
            ("create-load-balancer", f"register-targets --target-group-arn {w.GROUP} --targets Id=NEW_ALB_ARN"),
            id="behind an NLB: registered there",
        ),
    ],
)
def test_the_fix_leads_the_path_to_the_new_one(evidence, commands):
    (finding,) = [f for f in w.findings(CHECK, evidence) if f.status == "fail"]
    assert all(wanted in given for wanted, given in zip(commands, finding.fix.cli, strict=False))


def test_the_fix_heals_the_model():
    evidence = state("failed")
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.NLB)]


def test_one_that_is_gone_cannot_be_healed_on_the_model():
    evidence = w.gone(s.LOAD_BALANCER, w.NLB)
    (finding,) = w.findings(CHECK, evidence)
    assert CHECK.repair(finding, w.Walk(evidence)) is None


def test_the_code_makes_the_load_balancer_again():
    (finding,) = w.findings(CHECK, w.gone(s.LOAD_BALANCER, w.NLB))
    made = terraform(finding.fix.terraform)["aws_lb"]
    assert (made["name"], made["load_balancer_type"]) == ('"orders-nlb"', '"network"')
    (properties,) = cloudformation(finding.fix.cloudformation).values()
    assert (properties["Name"], properties["Type"], properties["Scheme"]) == ("orders-nlb", "network", "internal")
