import pytest

from bot.diagnosis.api_reference import ApiReference, parse_api_text
from bot.diagnosis.integration import Endpoint, Expanded, expand, matching_route, parse_endpoint
from bot.diagnosis.resources import Route


@pytest.mark.parametrize(
    ("text", "variables", "expanded"),
    [
        ("v1lnk7", {}, Expanded("v1lnk7")),
        ("${stageVariables.link}", {"link": "v1lnk7"}, Expanded("v1lnk7", ("link",))),
        ("${stageVariables.link}", {}, Expanded("", ("link",), ("link",))),
        ("${stageVariables.link}", {"Link": "x"}, Expanded("", ("link",), ("link",))),
        (
            "http://${stageVariables.h}:${stageVariables.p}/x",
            {"h": "a.b", "p": "81"},
            Expanded("http://a.b:81/x", ("h", "p")),
        ),
        ("pre${stageVariables.a}post", {"a": "-"}, Expanded("pre-post", ("a",))),
    ],
)
def test_stage_variables(text, variables, expanded):
    assert expand(text, variables) == expanded


@pytest.mark.parametrize(
    ("uri", "endpoint"),
    [
        ("http://orders.example.com/{proxy}", Endpoint("http", "orders.example.com", 80, "/{proxy}")),
        ("https://orders.example.com", Endpoint("https", "orders.example.com", 443, "")),
        ("HTTPS://Orders.Example.com:8443/a", Endpoint("https", "orders.example.com", 8443, "/a")),
        ("http://10.0.0.1:8080/", Endpoint("http", "10.0.0.1", 8080, "/")),
        ("http://[fd00::1]:8080/", Endpoint("http", "fd00::1", 8080, "/")),
        ("http://host:port/", Endpoint("http", "", None)),
        ("http://host:99999/", Endpoint("http", "", None)),
        ("", Endpoint("", "", None)),
    ],
)
def test_endpoints(uri, endpoint):
    assert parse_endpoint(uri) == endpoint


ROUTES = [
    Route(path="/orders", method="GET"),
    Route(path="/orders/{id}", method="GET"),
    Route(path="/orders/{id}", method="ANY"),
    Route(path="/orders/latest", method="GET"),
    Route(path="/{proxy+}", method="ANY"),
]


@pytest.mark.parametrize(
    ("path", "method", "taken"),
    [
        ("/orders", "GET", ("/orders", "GET")),
        ("/orders", None, ("/orders", "GET")),
        ("/orders/", "GET", ("/orders", "GET")),
        ("/orders/42", "GET", ("/orders/{id}", "GET")),
        ("/orders/42", "PUT", ("/orders/{id}", "ANY")),
        ("/orders/latest", "GET", ("/orders/latest", "GET")),
        ("/orders/42/lines", "GET", ("/{proxy+}", "ANY")),
        ("/orders/{id}", "GET", ("/orders/{id}", "GET")),
        ("/", "GET", None),
    ],
)
def test_the_route_that_a_request_takes(path, method, taken):
    route = matching_route(ROUTES, path, method)
    assert (route and (route.path, route.method)) == taken


def test_the_default_route_takes_what_no_other_does():
    default = Route(path="$default", method="")
    assert matching_route([*ROUTES, default], "/", "GET") is default
    assert matching_route([*ROUTES, default], "/orders", "GET") is ROUTES[0]


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("orders", ApiReference(name="orders")),
        (" my api ", ApiReference(name="my api")),
        ("a1b2c3d4e5", ApiReference(id="a1b2c3d4e5", name="a1b2c3d4e5")),
        (
            "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders/42?x=1",
            ApiReference("a1b2c3d4e5", None, "eu-west-1", "prod", "/orders/42"),
        ),
        ("a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn", ApiReference("a1b2c3d4e5", None, "cn-north-1")),
        ("arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5", ApiReference("a1b2c3d4e5", None, "eu-west-1")),
        (
            "arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5/stages/prod",
            ApiReference("a1b2c3d4e5", None, "eu-west-1", "prod"),
        ),
        (
            "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/prod/GET/orders",
            ApiReference("a1b2c3d4e5", None, "eu-west-1", "prod", "/orders"),
        ),
        ("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/*", ApiReference("a1b2c3d4e5", None, "eu-west-1")),
        ("", ApiReference(name="")),
    ],
)
def test_what_a_person_wrote_for_the_api(text, reference):
    assert parse_api_text(text) == reference
