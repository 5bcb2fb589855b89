import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl

CHECK = by_code()["CTX-01"]
OWN = f"{w.API}/{w.STAGE}"
NONE = r.ApiMatches()
OTHER = "z9y8x7w6v5"
GET, MOCK = wl.route("GET", "/orders"), wl.route("GET", "/ping", integration=r.Integration(type="MOCK"))
PUBLIC = wl.route("GET", "/out", integration=r.Integration(type="HTTP_PROXY", uri="https://api.example.com/v1?key=x"))
QUEUE = wl.route("POST", "/q", integration=r.Integration(type="AWS", uri="arn:aws:apigateway:eu-west-1:sqs:path/1/q"))
BARE = wl.route("PUT", "/orders", integration=None)


def unknown(*near):
    return w.changed(s.REST_APIS, "orders", r.ApiMatches(near=near))


def two_apis(*with_stage):
    evidence = w.changed(s.REST_APIS, "orders", r.ApiMatches(apis=(wl.api(), wl.api(id=OTHER))))
    evidence = w.gone(s.STAGE, f"REST/{OTHER}/prod", "test", evidence)
    evidence = w.gone(s.STAGE, f"REST/{w.API}/prod", "dev", evidence)
    for api_id in with_stage:
        evidence = w.changed(s.STAGE, f"REST/{api_id}/prod", w.stage(), evidence)
        evidence = w.changed(s.ROUTES, f"REST/{api_id}", (GET,), evidence)
    return evidence


def said(evidence):
    return [(str(f.status), f.resource, f.summary) for f in w.findings(CHECK, evidence)]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        pytest.param(w.healthy(), [("pass", OWN)], id="healthy"),
        pytest.param(unknown(), [("fail", "orders")], id="no such API"),
        pytest.param(two_apis(w.API, OTHER), [("unknown", "orders")], id="two of one name with the stage"),
        pytest.param(
            two_apis(OTHER), [("pass", f"{OTHER}/prod")], id="two of one name, one with the stage: it is meant"
        ),
        pytest.param(two_apis(), [("fail", "orders")], id="two of one name, none with the stage"),
        pytest.param(w.gone(s.STAGE, wl.STAGE_KEY, "dev, test"), [("fail", OWN)], id="no such stage"),
        pytest.param(wl.with_api(wl.api(status="FAILED")), [("fail", OWN)], id="API failed"),
        pytest.param(wl.with_api(wl.api(status="UPDATING")), [("pass", OWN)], id="API updating still serves"),
        pytest.param(wl.with_api(wl.api(status="NEW")), [("unknown", OWN), ("pass", OWN)], id="API status not known"),
        pytest.param(wl.with_routes(GET, path="/orders"), [("pass", OWN)], id="path asked"),
        pytest.param(wl.with_routes(GET, path="/carts"), [("fail", OWN)], id="path matches nothing"),
        pytest.param(wl.with_routes(GET, path="/orders", method="DELETE"), [("fail", OWN)], id="verb matches nothing"),
        pytest.param(wl.with_routes(GET, MOCK, path="/ping"), [("not-applicable", OWN)], id="path leads to a MOCK"),
        pytest.param(wl.with_routes(MOCK, PUBLIC), [("not-applicable", OWN)], id="no VPC link in the API"),
        pytest.param(wl.with_routes(), [("not-applicable", OWN)], id="no method at all"),
        pytest.param(wl.with_routes(GET, BARE), [("warn", OWN), ("pass", OWN)], id="a method without integration"),
        pytest.param(
            wl.with_routes(GET, BARE, path="/orders", method="PUT"),
            [("warn", OWN)],
            id="own method without integration",
        ),
        pytest.param(
            wl.with_routes(wl.private(connection_type="SATELLITE"), path="/x"),
            [("unknown", OWN)],
            id="unknown connection",
        ),
        pytest.param(wl.other_protocol("HTTP"), [("pass", OWN)], id="HTTP API"),
        pytest.param(w.denied(s.STAGE), [("unknown", "orders")], id="not readable"),
    ],
)
def test_request_not_resolved(evidence, expected):
    assert w.judged(CHECK, evidence) == expected


def test_one_listing_that_is_not_readable_does_not_make_the_api_missing():
    evidence = w.changed(s.HTTP_APIS, "orders", NONE, w.denied(s.REST_APIS))
    assert w.actions_missing(CHECK, evidence) == {"apigateway:GET"}


def test_near_names_are_proposed():
    (finding,) = w.findings(CHECK, unknown("orders-api", "order"))
    assert finding.summary == "No API in eu-west-1 has the name or id orders. Near names: orders-api, order."
    assert finding.fix.cli[0] == "vpclink diagnose orders-api prod --region eu-west-1"


def test_an_invoke_url_of_another_region_says_so():
    url = "https://a1b2c3d4e5.execute-api.us-east-2.amazonaws.com/prod"
    evidence = w.healthy(api=url).with_reads({(x.name, url): NONE for x in (s.REST_APIS, s.HTTP_APIS)})
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary.endswith("It names the region us-east-2.")
    assert finding.fix.cli[0].endswith("--region us-east-2")


def test_several_apis_are_listed_by_id():
    (finding,) = w.findings(CHECK, two_apis(w.API, OTHER))
    assert finding.summary.endswith("a1b2c3d4e5 (REST), z9y8x7w6v5 (REST). Give the id.")


def test_a_missing_stage_names_those_that_there_are_and_the_near_one():
    (finding,) = w.findings(CHECK, w.gone(s.STAGE, wl.STAGE_KEY, "dev, production"))
    assert finding.summary == "API orders (a1b2c3d4e5) has no stage prod. It has: dev, production."
    assert finding.fix.cli[0] == "vpclink diagnose a1b2c3d4e5 production"
    assert finding.citations[0].value == "not found; there are: dev, production"


def test_none_of_several_apis_has_the_stage():
    (finding,) = w.findings(CHECK, two_apis())
    assert finding.summary.endswith("Stages: a1b2c3d4e5: dev; z9y8x7w6v5: test.")


def test_a_failed_api_tells_its_message():
    (finding,) = w.findings(CHECK, wl.with_api(wl.api(status="FAILED", status_message="Certificate is missing.")))
    assert finding.summary == "API orders (a1b2c3d4e5) is FAILED: Certificate is missing."


@pytest.mark.parametrize(
    ("path", "method", "summary"),
    [
        pytest.param(
            "/carts",
            None,
            "API orders has no method for /carts: API Gateway answers 403 itself. It has: GET /orders.",
            id="path",
        ),
        pytest.param(
            "/orders",
            "DELETE",
            "API orders has no method for DELETE /orders: API Gateway answers 403 itself. It has: GET /orders.",
            id="verb",
        ),
        pytest.param(
            "/prod/orders",
            "GET",
            "API orders has no method for GET /prod/orders: API Gateway answers 403 itself. It has: GET /orders. "
            "Leave the stage's name out: /orders.",
            id="stage in the path",
        ),
    ],
)
def test_a_path_that_matches_nothing_is_told_with_what_there_is(path, method, summary):
    (finding,) = w.findings(CHECK, wl.with_routes(GET, path=path, method=method))
    assert finding.summary == summary


@pytest.mark.parametrize(
    ("route", "summary"),
    [
        (wl.lambda_route(), "GET /report of API orders calls the Lambda function report-fn; no VPC link is involved."),
        (MOCK, "GET /ping of API orders is answered by API Gateway itself (MOCK); no VPC link is involved."),
        (
            PUBLIC,
            "GET /out of API orders calls https://api.example.com over the public internet; no VPC link is involved.",
        ),
        (QUEUE, "POST /q of API orders calls the AWS service sqs; no VPC link is involved."),
    ],
    ids=["Lambda", "MOCK", "public HTTP", "AWS service"],
)
def test_what_is_not_behind_a_vpc_link_is_said_in_plain_words(route, summary):
    (finding,) = w.findings(CHECK, wl.with_routes(route, GET, path=route.path))
    assert finding.summary == summary


def test_an_api_without_vpc_link_says_what_it_has():
    (finding,) = w.findings(CHECK, wl.with_routes(MOCK, PUBLIC, wl.lambda_route(), wl.lambda_route("POST")))
    assert finding.summary == (
        "API orders has no VPC-link integration: "
        "2 × a Lambda function, 1 × a MOCK integration, 1 × a public HTTP endpoint."
    )


def test_the_logged_method_counts_where_none_is_asked_for():
    evidence = w.changed(s.ROUTES, wl.ROUTES_KEY, (GET, wl.lambda_route()))
    evidence = w.logged(
        "HTTP Method: GET, Resource Path: /report",
        "Execution failed due to configuration error: Invalid permissions on Lambda function",
        "Method completed with status: 500",
        evidence=evidence,
    )
    ((status, _, summary),) = said(evidence)
    assert status == "not-applicable"
    assert summary.endswith("The newest failing request took it.")


def test_a_canary_and_a_disabled_default_endpoint_are_mentioned():
    evidence = wl.with_stage(canary=r.Canary(percent_traffic=12.5))
    (finding,) = w.findings(CHECK, wl.with_api(wl.api(disable_execute_api_endpoint=True), evidence))
    assert finding.summary == (
        "ANY /{proxy+} of API orders goes through a VPC link. 12.5 % of the requests take the stage's canary. "
        "Its default endpoint is disabled: only a custom domain name leads here."
    )
