"""Code of fixes that depends on the kind of API, beyond what the scenario library holds."""

import pytest
import yaml

from bot.diagnosis.checks.stage.deployment_code import deployment_code
from bot.diagnosis.method_settings import settings_code
from bot.diagnosis.resources import Api, Stage
from tests.diagnosis import fix_code


def api(protocol):
    return Api(id="a1b2c3d4e5", name="orders", protocol=protocol)


def test_a_methods_path_is_encoded_as_cloudformation_wants_it():
    keys = ["*/*", "orders/{id}/GET", "GET"]
    cloudformation, terraform = settings_code(
        api("REST"), Stage(name="prod"), keys, {"LoggingLevel": "INFO"}, {"logging_level": "INFO"}
    )
    settings = yaml.safe_load(cloudformation)["Prod"]["Properties"]["MethodSettings"]
    assert [(x["ResourcePath"], x["HttpMethod"]) for x in settings] == [
        ("/*", "*"),
        ("/~1orders~1{id}", "GET"),
        ("/", "GET"),
    ]
    assert list(fix_code.terraform(terraform)) == ["aws_api_gateway_method_settings"]
    assert terraform.count('resource "') == len(keys)


def test_an_http_api_names_its_routes():
    cloudformation, terraform = settings_code(
        api("HTTP"),
        Stage(name="prod"),
        ["*/*", "GET /orders/{id}"],
        {"LoggingLevel": "INFO"},
        {"logging_level": "INFO"},
    )
    properties = yaml.safe_load(cloudformation)["Prod"]["Properties"]
    assert properties["DefaultRouteSettings"] == {"LoggingLevel": "INFO"}
    assert properties["RouteSettings"] == {"GET /orders/{id}": {"LoggingLevel": "INFO"}}
    assert 'route_key     = "GET /orders/{id}"' in terraform
    assert fix_code.terraform(terraform)


@pytest.mark.parametrize(
    ("protocol", "kind"),
    [
        ("REST", "AWS::ApiGateway::Deployment"),
        ("WEBSOCKET", "AWS::ApiGatewayV2::Deployment"),
        ("HTTP", "AWS::ApiGatewayV2::Stage"),
    ],
)
def test_a_deployment_is_another_resource_unless_the_stage_deploys_by_itself(protocol, kind):
    cloudformation, terraform = deployment_code(api(protocol), "prod")
    assert kind in fix_code.cloudformation(cloudformation)
    assert fix_code.terraform(terraform)
