import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.checks.integration.response_mapping import unmapped
from bot.diagnosis.engine import report
from bot.diagnosis.resources import IntegrationResponse
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_requests as wr
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["INT-01"]
ROUTE = "ANY /{proxy+}"
GOOD_REPLY = "Received response. Status: 200, Integration latency: 9 ms"
UNMAPPED = (wr.TAKEN, GOOD_REPLY, wr.NO_MATCH, wr.ENDED)
ADDRESS = (wr.TAKEN, "Execution failed due to configuration error: Invalid endpoint address", wr.ENDED)
UNDECLARED = (
    wr.TAKEN,
    "Execution failed due to configuration error: Output mapping refers to an invalid method response: 200",
    wr.ENDED,
)


def mapped(*patterns, declared=("200",), method="ANY", path="/{proxy+}"):
    """A method of type HTTP with these mappings: pattern, or (pattern, status)."""
    pairs = [(p, "200") if not isinstance(p, tuple) else p for p in patterns]
    responses = tuple(IntegrationResponse(status_code=status, selection_pattern=p) for p, status in pairs)
    route = wl.private(method, path, type="HTTP", responses=responses)
    return route.model_copy(update={"method_responses": declared})


def api(*routes):
    return wl.with_routes(*routes)


ALL_BUT_404 = r"[235]\d\d|40[0-3]|409|422|429"


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, wl.ROUTES_KEY, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("pass", ROUTE)], id="a proxy maps nothing"),
        pytest.param(api(mapped("")), [("pass", ROUTE)], id="default mapping, empty pattern"),
        pytest.param(api(mapped(None)), [("pass", ROUTE)], id="default mapping, no pattern"),
        pytest.param(api(mapped(r"\d{3}")), [("pass", ROUTE)], id="patterns for everything"),
        pytest.param(api(mapped()), [("fail", ROUTE)], id="no mapping at all"),
        pytest.param(api(mapped("404")), [("fail", ROUTE)], id="no good reply mapped"),
        pytest.param(api(mapped(ALL_BUT_404)), [("warn", ROUTE)], id="some statuses left out"),
        pytest.param(api(mapped("200(")), [("unknown", ROUTE)], id="a pattern that is none"),
        pytest.param(api(mapped("", declared=())), [("warn", ROUTE)], id="a status that the method does not declare"),
        pytest.param(
            api(
                mapped(method="GET", path="/a"),
                mapped("", method="GET", path="/b").model_copy(
                    update={"integration": wl.integration(type="HTTP", uri="http://b.example.com/", responses=())}
                ),
            ),
            [("fail", "GET /a"), ("fail", "GET /b")],
            id="several: one finding a path",
        ),
        pytest.param(w.denied(s.ROUTES), [("unknown", "orders")], id="methods not readable"),
    ],
)
def test_integration_mapping_broken(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.ROUTES)) == {"apigateway:GET"}


@pytest.mark.parametrize(
    ("evidence", "statuses"),
    [
        pytest.param(wr.log(UNMAPPED, evidence=api(mapped("404", declared=("200", "404")))), ["fail"], id="both agree"),
        pytest.param(
            wr.log(
                (wr.TAKEN, GOOD_REPLY.replace("200", "404"), wr.NO_MATCH, wr.ENDED), evidence=api(mapped(ALL_BUT_404))
            ),
            ["fail"],
            id="the log shows the status that is left out",
        ),
        pytest.param(wr.log(UNMAPPED, evidence=api(mapped(ALL_BUT_404))), ["warn"], id="it shows one that is mapped"),
        pytest.param(wr.log(UNMAPPED), ["warn"], id="the edited integration has no such gap"),
        pytest.param(wr.log(UNDECLARED, evidence=api(mapped("", declared=()))), ["fail"], id="undeclared, logged"),
        pytest.param(wr.log(UNDECLARED, evidence=api(mapped(""))), ["warn"], id="declared since"),
        pytest.param(wr.log(ADDRESS), ["fail"], id="another mapping failure"),
        pytest.param(wr.log(ADDRESS, (wr.TAKEN, wr.E1), (wr.TAKEN, wr.E1)), ["warn"], id="… of a few requests"),
        pytest.param(
            wr.log(
                (
                    wr.TAKEN,
                    "Request body does not match model schema for content type x",
                    "Method completed with status: 400",
                )
            ),
            ["warn"],
            id="a 400 is no 500",
        ),
        pytest.param(w.denied(s.EXECUTION_LOG, api(mapped())), ["fail"], id="the log is not needed"),
    ],
)
def test_the_log_decides_where_the_configuration_alone_does_not(evidence, statuses):
    assert [f.status for f in w.findings(CHECK, evidence)] == statuses


def test_a_uri_whose_stage_variable_has_no_value_is_no_address():
    evidence = wl.with_stage(wl.with_routes(wl.private(uri="http://${stageVariables.host}/{proxy}")), variables={})
    (finding,) = w.findings(CHECK, evidence)
    assert finding.status == "warn"
    assert "stage variable host has no value" in finding.summary
    (finding,) = w.findings(CHECK, wr.log(ADDRESS, evidence=evidence))
    assert finding.status == "fail"
    assert finding.fix.cli == (
        f"aws apigateway update-stage --rest-api-id {w.API} --stage-name prod "
        "--patch-operations op=replace,path=/variables/host,value=VALUE",
    )


def test_an_http_api_has_no_mappings_to_judge():
    assert w.judged(CHECK, v2.http_api()) == [("pass", ROUTE)]


def test_a_fail_cites_the_mappings_and_the_fix_adds_a_default():
    (finding,) = w.findings(CHECK, api(mapped(("404", "404"), declared=("404",))))
    assert finding.citations[0].value == "404 → 404"
    method = f"--rest-api-id {w.API} --resource-id res1 --http-method ANY --status-code 200"
    assert finding.fix.cli == (
        f"aws apigateway put-method-response {method}",
        f"aws apigateway put-integration-response {method} --selection-pattern ''",
        f"aws apigateway create-deployment --rest-api-id {w.API} --stage-name prod",
    )


def test_a_mapping_to_200_that_is_there_loses_its_pattern_instead_of_being_replaced():
    (finding,) = w.findings(CHECK, api(mapped("299")))
    assert "update-integration-response" in finding.fix.cli[0]
    assert "path=/selectionPattern" in finding.fix.cli[0]


@pytest.mark.parametrize("route", [mapped(), mapped("404"), mapped("", declared=())], ids=["none", "404", "undeclared"])
def test_the_fix_heals_the_model(route):
    evidence = api(route)
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", ROUTE)]


def test_a_pattern_is_matched_as_a_whole():
    assert unmapped(mapped("2")).nothing_good


def test_the_log_confirms_it():
    route = mapped("404", declared=("200", "404"))
    evidence = wr.log(UNMAPPED, evidence=w.changed(s.DEPLOYED, wl.STAGE_KEY, (route,), api(route)))
    (cause,) = report(evidence).verdict.causes
    assert (cause.check, cause.confidence) == ("INT-01", "confirmed")
