import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["VPL-02"]
GONE = wl.no_link("zz9qk2", wl.with_routes(wl.private(connection_id="zz9qk2")))
V1_WITH_TARGET = w.gone(s.VPC_LINK_V2, w.LINK, "", wl.with_routes(wl.private(target=w.ALB)))
TWO = wl.no_link(
    "zz9qk2",
    wl.with_routes(wl.private("GET", "/orders"), wl.private("GET", "/carts", connection_id="zz9qk2")),
)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(wl.with_routes(wl.lambda_route()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("pass", w.LINK)], id="REST and v1"),
        pytest.param(wl.second_generation(), [("pass", wl.LINK_V2)], id="REST and v2 with a target"),
        pytest.param(wl.other_protocol("HTTP"), [("pass", wl.LINK_V2)], id="HTTP and v2"),
        pytest.param(wl.other_protocol("WEBSOCKET", w.LINK), [("pass", w.LINK)], id="WebSocket and v1"),
        pytest.param(GONE, [("fail", "zz9qk2")], id="in neither generation"),
        pytest.param(wl.other_protocol("HTTP", w.LINK), [("fail", w.LINK)], id="HTTP and v1"),
        pytest.param(wl.second_generation(target=""), [("fail", wl.LINK_V2)], id="REST and v2 without a target"),
        pytest.param(
            wl.second_generation(target="${stageVariables.lb}"), [("fail", wl.LINK_V2)], id="REST and v2, target empty"
        ),
        pytest.param(V1_WITH_TARGET, [("warn", w.LINK)], id="REST and v1 with a target"),
        pytest.param(wl.other_protocol("WEBSOCKET"), [("unknown", wl.LINK_V2)], id="WebSocket and v2"),
        pytest.param(TWO, [("fail", "zz9qk2"), ("pass", w.LINK)], id="several: one of two links gone"),
        pytest.param(wl.with_variable({}), [("not-applicable", "ANY /{proxy+}")], id="no id to look for"),
        pytest.param(
            wl.no_link("vpc-0aa1", wl.with_routes(wl.private(connection_id="vpc-0aa1"))),
            [("not-applicable", "ANY /{proxy+}")],
            id="not an id at all",
        ),
        pytest.param(w.changed(s.VPC_LINK_V1, w.LINK, None), [("unknown", w.LINK)], id="not read"),
    ],
)
def test_link_missing_or_wrong_generation(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_a_link_that_one_generation_hides_is_not_called_missing():
    evidence = w.denied(s.VPC_LINK_V2, w.gone(s.VPC_LINK_V2, w.LINK))
    assert w.actions_missing(CHECK, evidence) == {"apigateway:GET"}


def test_a_missing_link_is_told_with_where_its_id_stands():
    evidence = wl.no_link("zz9qk2", wl.with_variable({"linkId": "zz9qk2"}))
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary == (
        "VPC link zz9qk2, from stage variable linkId, does not exist in eu-west-1: neither generation knows it. "
        "ANY /{proxy+} uses it."
    )
    assert finding.fix.cli[1] == (
        "aws apigateway update-stage --rest-api-id a1b2c3d4e5 --stage-name prod "
        "--patch-operations op=replace,path=/variables/linkId,value=LINK_ID"
    )


def test_a_missing_link_of_the_canary_says_so():
    canary = r.Canary(percent_traffic=10, stage_variables={"linkId": "zz9qk2"})
    evidence = wl.no_link("zz9qk2", wl.with_variable({"linkId": w.LINK}, canary=canary))
    failed = w.findings(CHECK, evidence)[1]
    assert failed.summary.endswith("uses it in the canary (10 % of the requests).")
    assert failed.paths == (1,)


def test_a_literal_id_is_repaired_by_an_edit_of_every_method_and_a_deployment():
    routes = [wl.private(verb, "/orders", connection_id="zz9qk2") for verb in ("DELETE", "GET", "PATCH", "POST", "PUT")]
    (finding,) = w.findings(CHECK, wl.no_link("zz9qk2", wl.with_routes(*routes)))
    assert finding.fix.cli[1:] == (
        *(
            f"aws apigateway update-integration --rest-api-id a1b2c3d4e5 --resource-id res1 --http-method {verb} "
            "--patch-operations op=replace,path=/connectionId,value=LINK_ID"
            for verb in ("DELETE", "GET", "PATCH")
        ),
        "# … and the same for 2 more of its methods",
        "aws apigateway create-deployment --rest-api-id a1b2c3d4e5 --stage-name prod",
    )


def test_an_http_api_is_pointed_at_another_link_with_its_own_commands():
    (finding,) = w.findings(CHECK, wl.other_protocol("HTTP", w.LINK, auto_deploy=True))
    assert finding.summary == ("VPC link v1lnk7 is of the first generation; HTTP API orders can use only the second.")
    assert finding.fix.cli == (
        "aws apigatewayv2 get-vpc-links --query 'Items[].[VpcLinkId,Name,VpcLinkStatus]' --output table",
        "aws apigatewayv2 update-integration --api-id a1b2c3d4e5 --integration-id int1 --connection-id LINK_ID",
    )


def test_a_missing_target_is_cited():
    (finding,) = w.findings(CHECK, wl.second_generation(target=""))
    assert (finding.citations[0].field, finding.citations[0].value) == ("integrationTarget", "(none)")
    assert "op=replace,path=/integrationTarget,value=LOAD_BALANCER_ARN" in finding.fix.cli[1]


def test_a_disturbing_target_is_removed_by_an_edit():
    (finding,) = w.findings(CHECK, V1_WITH_TARGET)
    assert "op=remove,path=/integrationTarget" in finding.fix.cli[0]


@pytest.mark.parametrize(
    ("evidence", "hcl", "yaml"),
    [
        pytest.param(
            wl.second_generation(target=""), '"LOAD_BALANCER_ARN"', "LOAD_BALANCER_ARN", id="the target is missing"
        ),
        pytest.param(V1_WITH_TARGET, None, {"Ref": "AWS::NoValue"}, id="the target disturbs"),
    ],
)
def test_the_code_sets_the_target_or_takes_it_away(evidence, hcl, yaml):
    (finding,) = w.findings(CHECK, evidence)
    assert terraform(finding.fix.terraform) == {"aws_api_gateway_integration": {"integration_target": hcl}}
    method = cloudformation(finding.fix.cloudformation)["AWS::ApiGateway::Method"]
    assert method == {"Integration": {"IntegrationTarget": yaml}}
