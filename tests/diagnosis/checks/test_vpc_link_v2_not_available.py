import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["VPL-04"]


def link(status, message="", evidence=None):
    evidence = evidence or v2.rest_v2()
    found = evidence.get(s.VPC_LINK_V2, v2.LINK_V2).model_copy(update={"status": status, "status_message": message})
    return w.changed(s.VPC_LINK_V2, v2.LINK_V2, found, evidence)


def two_links():
    evidence = link("INACTIVE")
    other = evidence.get(s.VPC_LINK_V2, v2.LINK_V2).model_copy(update={"id": "v2two", "status": "AVAILABLE"})
    routes = (
        wl.private("GET", "/a", connection_id=v2.LINK_V2, target=w.ALB),
        wl.private("GET", "/b", connection_id="v2two", target=w.ALB),
    )
    return w.changed(s.VPC_LINK_V2, "v2two", other, w.changed(s.ROUTES, wl.ROUTES_KEY, routes, evidence))


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, wl.ROUTES_KEY, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.LINK)], id="a link of the first generation"),
        pytest.param(link("AVAILABLE"), [("pass", v2.LINK_V2)], id="AVAILABLE"),
        pytest.param(link("INACTIVE"), [("fail", v2.LINK_V2)], id="INACTIVE"),
        pytest.param(link("FAILED"), [("fail", v2.LINK_V2)], id="FAILED"),
        pytest.param(link("DELETING"), [("fail", v2.LINK_V2)], id="DELETING"),
        pytest.param(link("PENDING"), [("warn", v2.LINK_V2)], id="PENDING"),
        pytest.param(link("RESTING"), [("unknown", v2.LINK_V2)], id="a status that nobody knows"),
        pytest.param(link(""), [("unknown", v2.LINK_V2)], id="no status"),
        pytest.param(two_links(), [("fail", v2.LINK_V2), ("pass", "v2two")], id="several"),
        pytest.param(link("INACTIVE", evidence=v2.http_api()), [("fail", v2.LINK_V2)], id="HTTP API"),
        pytest.param(
            w.changed(s.VPC_LINK_V2, v2.LINK_V2, wr.gap(s.VPC_LINK_V2), v2.rest_v2()),
            [("unknown", "there")],
            id="link not readable",
        ),
    ],
)
def test_vpc_link_v2_not_available(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.VPC_LINK_V2, v2.rest_v2())) == {"apigateway:GET"}


def test_an_inactive_link_heals_itself_and_is_not_replaced():
    (finding,) = w.findings(CHECK, link("INACTIVE"))
    assert "no traffic for 60 days" in finding.summary
    assert not any("create-vpc-link" in command for command in finding.fix.cli)
    assert f"https://{w.API}.execute-api.{w.REGION}.amazonaws.com/prod/PATH" in finding.fix.cli[0]
    assert "60 days" in finding.fix.steps[-1]


def test_a_failed_link_is_replaced_with_the_same_subnets_and_groups():
    (finding,) = w.findings(CHECK, link("FAILED", "insufficient free addresses."))
    assert finding.summary == (
        f"VPC link {v2.LINK_V2} is FAILED. It cannot be repaired. AWS says: insufficient free addresses."
    )
    assert [c.field for c in finding.citations] == ["VpcLinkStatus", "VpcLinkStatusMessage"]
    assert finding.fix.cli[0] == (
        "aws apigatewayv2 create-vpc-link --name orders-link --subnet-ids subnet-0l1 subnet-0l2 "
        "--security-group-ids sg-0link"
    )
    assert finding.fix.cli[2].endswith("op=replace,path=/connectionId,value=NEW_LINK_ID")
    assert finding.fix.cli[-1] == f"aws apigatewayv2 delete-vpc-link --vpc-link-id {v2.LINK_V2}"


def test_the_fix_heals_the_model():
    evidence = link("INACTIVE")
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", v2.LINK_V2)]


def test_the_log_confirms_it():
    (cause,) = report(wr.log((wr.TAKEN, wr.E1, wr.ENDED), evidence=link("INACTIVE"))).verdict.causes
    assert (cause.check, cause.confidence) == ("VPL-04", "confirmed")


def test_the_code_keeps_an_inactive_link_warm():
    (finding,) = w.findings(CHECK, link("INACTIVE"))
    url = f"https://{w.API}.execute-api.{w.REGION}.amazonaws.com/prod/PATH"
    hcl, yaml = terraform(finding.fix.terraform), cloudformation(finding.fix.cloudformation)
    assert hcl["aws_cloudwatch_event_api_destination"]["invocation_endpoint"] == f'"{url}"'
    assert hcl["aws_cloudwatch_event_rule"]["schedule_expression"] == '"rate(1 day)"'
    assert yaml["AWS::Events::ApiDestination"]["InvocationEndpoint"] == url
    assert yaml["AWS::Events::Rule"]["ScheduleExpression"] == "rate(1 day)"


def test_the_code_makes_a_new_link_in_place_of_a_failed_one():
    (finding,) = w.findings(CHECK, link("FAILED"))
    assert cloudformation(finding.fix.cloudformation)["AWS::ApiGatewayV2::VpcLink"] == {
        "Name": "orders-link",
        "SubnetIds": ["subnet-0l1", "subnet-0l2"],
        "SecurityGroupIds": ["sg-0link"],
    }
    assert terraform(finding.fix.terraform)["aws_apigatewayv2_vpc_link"]["name"] == '"orders-link"'
