import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.resources import VpcLinkV1
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["VPL-03"]
ASSOCIATED = "NLB is already associated with another VPC Endpoint Service"
TWO = wl.with_routes(wl.private("GET", "/orders"), wl.private("GET", "/carts", connection_id="zz9qk2")).with_value(
    s.VPC_LINK_V1, "zz9qk2", VpcLinkV1(id="zz9qk2", status="FAILED", target_arns=(w.NLB,))
)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(wl.with_routes(wl.lambda_route()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(wl.second_generation(), [("not-applicable", wl.LINK_V2)], id="second generation"),
        pytest.param(wl.with_variable({}), [("not-applicable", "ANY /{proxy+}")], id="no link's id"),
        pytest.param(w.healthy(), [("pass", w.LINK)], id="available"),
        pytest.param(wl.link(status="PENDING"), [("warn", w.LINK)], id="pending"),
        pytest.param(wl.link(status="DELETING"), [("fail", w.LINK)], id="deleting"),
        pytest.param(wl.link(status="FAILED"), [("fail", w.LINK)], id="failed"),
        pytest.param(wl.link(status="INACTIVE"), [("unknown", w.LINK)], id="a status that v1 does not have"),
        pytest.param(wl.link(status=""), [("unknown", w.LINK)], id="no status"),
        pytest.param(TWO, [("fail", "zz9qk2"), ("pass", w.LINK)], id="several"),
        pytest.param(w.denied(s.VPC_LINK_V1), [("unknown", "orders")], id="not readable"),
    ],
)
def test_vpc_link_not_available(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.VPC_LINK_V1)) == {"apigateway:GET"}


def test_a_failed_link_tells_the_message_and_how_to_free_the_load_balancer():
    (finding,) = w.findings(CHECK, wl.link(status="FAILED", status_message=ASSOCIATED))
    assert finding.summary == f"VPC link v1lnk7 is FAILED: {ASSOCIATED}."
    assert [(c.field, c.value) for c in finding.citations] == [("status", "FAILED"), ("statusMessage", ASSOCIATED)]
    assert finding.fix.cli[0].startswith("aws ec2 describe-vpc-endpoint-service-configurations")
    assert w.NLB in finding.fix.cli[0]


def test_a_failed_link_is_replaced_and_the_integration_repointed():
    (finding,) = w.findings(CHECK, wl.link(status="FAILED", name="orders link"))
    assert finding.fix.cli == (
        f"aws apigateway create-vpc-link --name 'orders link' --target-arns {w.NLB}",
        "aws apigateway get-vpc-link --vpc-link-id NEW_LINK_ID   # until AVAILABLE, two to ten minutes",
        "aws apigateway update-integration --rest-api-id a1b2c3d4e5 --resource-id res1 --http-method ANY "
        "--patch-operations op=replace,path=/connectionId,value=NEW_LINK_ID",
        "aws apigateway create-deployment --rest-api-id a1b2c3d4e5 --stage-name prod",
        "aws apigateway delete-vpc-link --vpc-link-id v1lnk7",
    )


def test_a_link_from_a_stage_variable_needs_no_deployment():
    (finding,) = w.findings(CHECK, wl.link(wl.with_variable({"linkId": w.LINK}), status="FAILED"))
    assert "create-deployment" not in " ".join(finding.fix.cli)
    assert "Deploy." not in finding.fix.steps
    assert "path=/variables/linkId,value=NEW_LINK_ID" in finding.fix.cli[2]


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(wl.link(status="FAILED"), id="link"),
        pytest.param(w.changed(s.ENDPOINT_SERVICES, w.NLB, (), wl.link(status="FAILED")), id="service gone too"),
        pytest.param(
            w.changed(s.ENDPOINT_CONNECTIONS, w.SERVICE, (), wl.link(status="DELETING")), id="connection gone too"
        ),
    ],
)
def test_the_new_link_heals_the_model_with_its_service_and_connection(evidence):
    finding = w.findings(CHECK, evidence)[0]
    healed = CHECK.repair(finding, w.Walk(evidence))
    assert w.judged(CHECK, healed) == [("pass", w.LINK)]
    assert [status for code in ("VPL-06", "VPL-07") for status, _ in w.judged(by_code()[code], healed)] == ["pass"] * 2


def test_what_could_not_be_read_stays_unread_behind_the_new_link():
    evidence = w.denied(s.ENDPOINT_SERVICES, wl.link(status="FAILED"))
    healed = CHECK.repair(w.findings(CHECK, evidence)[0], w.Walk(evidence))
    assert [status for status, _ in w.judged(by_code()["VPL-06"], healed)] == ["unknown"]


def test_the_code_makes_a_new_link_and_leads_the_integration_over_it():
    (finding,) = w.findings(CHECK, wl.link(status="FAILED", name="orders link"))
    assert terraform(finding.fix.terraform) == {
        "aws_api_gateway_vpc_link": {"name": '"orders link"', "target_arns": [f'"{w.NLB}"']},
        "aws_api_gateway_integration": {"connection_id": "${aws_api_gateway_vpc_link.new_link.id}"},
    }
    assert cloudformation(finding.fix.cloudformation) == {
        "AWS::ApiGateway::VpcLink": {"Name": "orders link", "TargetArns": [w.NLB]},
        "AWS::ApiGateway::Method": {"Integration": {"ConnectionId": {"Ref": "NewLink"}}},
    }
