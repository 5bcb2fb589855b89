import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["VPL-01"]
STAGE, INTEGRATION = f"{w.API}/{w.STAGE}", "ANY /{proxy+}"


def canary(**variables):
    return r.Canary(percent_traffic=10, deployment_id="dep2", stage_variables=variables)


def literal(text):
    return wl.no_link(text, wl.with_routes(wl.private(connection_id=text)))


def value(text):
    return wl.no_link(text, wl.with_variable({"linkId": text}))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(wl.with_routes(wl.lambda_route()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("pass", w.LINK)], id="literal id"),
        pytest.param(wl.with_variable({"linkId": w.LINK}), [("pass", w.LINK)], id="stage variable"),
        pytest.param(
            wl.with_variable({"n": "lnk7"}, "v1${stageVariables.n}"), [("pass", w.LINK)], id="partly a stage variable"
        ),
        pytest.param(wl.with_variable({}), [("fail", STAGE)], id="variable missing"),
        pytest.param(wl.with_variable({"linkId": ""}), [("fail", STAGE)], id="variable empty"),
        pytest.param(wl.with_variable({"linkID": w.LINK}), [("fail", STAGE)], id="names are case-sensitive"),
        pytest.param(value("vpc-0aa1"), [("fail", STAGE)], id="a VPC"),
        pytest.param(value("vpce-0c1"), [("fail", STAGE)], id="a VPC endpoint"),
        pytest.param(value("vpce-svc-0d1"), [("fail", STAGE)], id="an endpoint service"),
        pytest.param(value(w.NLB), [("fail", STAGE)], id="an ARN"),
        pytest.param(literal("orders-link"), [("fail", INTEGRATION)], id="a link's name"),
        pytest.param(literal("${stageVariable.linkId}"), [("fail", INTEGRATION)], id="expression misspelt"),
        pytest.param(literal(""), [("fail", INTEGRATION)], id="no id at all"),
        pytest.param(literal("zz9qk2"), [("pass", "zz9qk2")], id="no such link: that is VPL-02's"),
        pytest.param(
            wl.with_variable({"linkId": w.LINK}, canary=canary(linkId="vpc-0aa1")),
            [("pass", w.LINK), ("fail", STAGE)],
            id="several: only the canary's own value is wrong",
        ),
        pytest.param(
            wl.with_variable(
                {"linkId": w.LINK}, canary=canary(linkId="vpc-0aa1").model_copy(update={"percent_traffic": 0})
            ),
            [("pass", w.LINK)],
            id="a canary without traffic does not count",
        ),
        pytest.param(w.denied(s.ROUTES), [("unknown", "orders")], id="not readable"),
    ],
)
def test_link_id_not_resolved(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.ROUTES)) == {"apigateway:GET"}


def test_the_name_of_a_link_fails_only_where_aws_knows_no_such_link():
    evidence = wl.with_routes(wl.private(connection_id="Orders-Link"))
    assert w.judged(CHECK, evidence) == [("unknown", "Orders-Link")]
    known = evidence.with_value(s.VPC_LINK_V1, "Orders-Link", r.VpcLinkV1(id="Orders-Link"))
    assert w.judged(CHECK, known) == [("pass", "Orders-Link")]


def test_a_missing_variable_names_the_near_one_and_the_fix_uses_its_value():
    evidence = wl.with_variable({"linkid": w.LINK, "unrelated": "x"})
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary == (
        "Stage variable linkId, which names the VPC link of ANY /{proxy+}, is not set on stage prod. "
        "There is one called linkid: is that what is meant?"
    )
    assert finding.fix.cli == (
        "aws apigateway update-stage --rest-api-id a1b2c3d4e5 --stage-name prod "
        "--patch-operations op=replace,path=/variables/linkId,value=v1lnk7",
    )
    assert [(c.field, c.value) for c in finding.citations] == [
        ("connectionId", "${stageVariables.linkId}"),
        ("variables", "linkid, unrelated"),
    ]


def test_the_values_of_other_stage_variables_are_not_shown():
    (finding,) = w.findings(CHECK, wl.with_variable({"password": "hunter2"}))
    assert "hunter2" not in finding.model_dump_json()


def test_the_near_name_heals_the_model():
    evidence = wl.with_variable({"linkid": w.LINK})
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.LINK)]


def test_a_canary_says_how_much_traffic_it_breaks_and_is_repaired_where_it_is():
    evidence = wl.with_variable({"linkId": w.LINK}, canary=canary(linkId=""))
    failed = w.findings(CHECK, evidence)[1]
    assert failed.summary.startswith(
        "Stage variable linkId, which names the VPC link of ANY /{proxy+}, is empty on stage prod "
        "in the canary (10 % of the requests)."
    )
    assert "path=/canarySettings/stageVariableOverrides/linkId,value=LINK_ID" in failed.fix.cli[-1]
    assert CHECK.repair(failed, w.Walk(evidence)) is None


def test_a_name_is_looked_up_by_name():
    (finding,) = w.findings(CHECK, value("orders-link"))
    assert finding.summary == (
        "Stage variable linkId is 'orders-link': that is no VPC link's id; is it a link's name? (ANY /{proxy+})"
    )
    assert finding.fix.cli[0] == (
        "aws apigateway get-vpc-links --query 'items[?name=='\"'\"'orders-link'\"'\"'].[id,name,status]' --output table"
    )


def test_a_part_that_is_missing_is_asked_for_as_a_part():
    (finding,) = w.findings(CHECK, wl.with_variable({}, "v1${stageVariables.n}"))
    assert finding.fix.cli[-1].endswith("path=/variables/n,value=PART_OF_THE_ID")


def test_an_http_api_is_repaired_with_its_own_commands():
    evidence = wl.other_protocol("HTTP", "${stageVariables.linkId}", variables={})
    (finding,) = w.findings(CHECK, evidence)
    assert finding.fix.cli[-1] == (
        "aws apigatewayv2 update-stage --api-id a1b2c3d4e5 --stage-name prod --stage-variables linkId=LINK_ID"
    )


@pytest.mark.parametrize(
    ("evidence", "kind", "attributes", "properties"),
    [
        pytest.param(
            wl.with_variable({"linkID": w.LINK}),
            ("aws_api_gateway_stage", "AWS::ApiGateway::Stage"),
            {"variables": {'"linkId"': f'"{w.LINK}"'}},
            {"Variables": {"linkId": w.LINK}},
            id="stage variable",
        ),
        pytest.param(
            wl.other_protocol("HTTP", "${stageVariables.linkId}", variables={}),
            ("aws_apigatewayv2_stage", "AWS::ApiGatewayV2::Stage"),
            {"stage_variables": {'"linkId"': '"LINK_ID"'}},
            {"StageVariables": {"linkId": "LINK_ID"}},
            id="of an HTTP API",
        ),
        pytest.param(
            literal("vpc-0aa1"),
            ("aws_api_gateway_integration", "AWS::ApiGateway::Method"),
            {"connection_id": '"LINK_ID"'},
            {"Integration": {"ConnectionId": "LINK_ID"}},
            id="literal id",
        ),
        pytest.param(
            wl.other_protocol("HTTP", "vpc-0aa1"),
            ("aws_apigatewayv2_integration", "AWS::ApiGatewayV2::Integration"),
            {"connection_id": '"LINK_ID"'},
            {"ConnectionId": "LINK_ID"},
            id="literal id of an HTTP API",
        ),
    ],
)
def test_the_code_changes_what_holds_the_id(evidence, kind, attributes, properties):
    finding = next(f for f in w.findings(CHECK, evidence) if f.fix)
    assert terraform(finding.fix.terraform) == {kind[0]: attributes}
    assert cloudformation(finding.fix.cloudformation) == {kind[1]: properties}


def test_the_code_changes_the_canarys_own_value():
    failed = w.findings(CHECK, wl.with_variable({"linkId": w.LINK}, canary=canary(linkId="")))[1]
    overrides = {"stage_variable_overrides": {'"linkId"': '"LINK_ID"'}}
    (settings,) = terraform(failed.fix.terraform)["aws_api_gateway_stage"]["canary_settings"]
    assert overrides.items() <= settings.items()
    assert cloudformation(failed.fix.cloudformation)["AWS::ApiGateway::Stage"] == {
        "CanarySetting": {"StageVariableOverrides": {"linkId": "LINK_ID"}}
    }
