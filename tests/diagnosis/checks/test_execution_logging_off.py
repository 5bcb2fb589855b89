import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.check import Role
from bot.diagnosis.checks import by_code
from bot.diagnosis.resources import MethodSetting
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl

CHECK = by_code()["LOG-01"]
RESOURCE = f"{w.API}/{w.STAGE}"
PETS = "/pets/{id}"


def levels(evidence=None, **keys):
    settings = {key: MethodSetting(logging_level=level) for key, level in keys.items()}
    return wl.with_stage(evidence, method_settings=settings)


def pets(*verbs, **request):
    return wl.with_routes(*(wl.private(verb, PETS) for verb in verbs), **request)


ALL = "*/*"


@pytest.mark.parametrize(
    ("evidence", "statuses"),
    [
        pytest.param(wl.with_routes(wl.lambda_route()), ["not-applicable"], id="nothing there: no VPC link"),
        pytest.param(wl.other_protocol("HTTP"), ["not-applicable"], id="HTTP APIs have no execution log"),
        pytest.param(w.healthy(), ["pass"], id="INFO for all"),
        pytest.param(levels(**{ALL: "info"}), ["pass"], id="case does not matter"),
        pytest.param(levels(**{ALL: "ERROR"}), ["warn"], id="ERROR for all"),
        pytest.param(levels(**{ALL: "OFF"}), ["warn"], id="OFF for all"),
        pytest.param(levels(), ["warn"], id="nothing set is OFF"),
        pytest.param(levels(**{ALL: "CHATTY"}), ["unknown"], id="a level that we do not know"),
        pytest.param(
            levels(pets("GET"), **{ALL: "INFO", "pets/{id}/GET": "OFF"}), ["warn"], id="own OFF beats INFO for all"
        ),
        pytest.param(
            levels(pets("GET"), **{ALL: "OFF", "pets/{id}/GET": "INFO"}), ["pass"], id="own INFO beats OFF for all"
        ),
        pytest.param(
            levels(pets("GET"), **{ALL: "INFO", "pets/{id}/PUT": "OFF"}),
            ["pass"],
            id="another method's OFF is not ours",
        ),
        pytest.param(
            levels(wl.with_routes(wl.private("GET", "/")), **{ALL: "OFF", "GET": "INFO"}), ["pass"], id="root's own key"
        ),
        pytest.param(
            levels(pets("ANY", path="/pets/7", method="put"), **{ALL: "INFO", "pets/{id}/PUT": "OFF"}),
            ["warn"],
            id="ANY, asked for PUT",
        ),
        pytest.param(
            levels(pets("ANY", path="/pets/7", method="GET"), **{ALL: "OFF", "pets/{id}/ANY": "INFO"}),
            ["pass"],
            id="ANY has a key of its own",
        ),
        pytest.param(
            levels(pets("ANY"), **{ALL: "INFO", "pets/{id}/PUT": "OFF"}), ["pass", "warn"], id="ANY, no verb known"
        ),
        pytest.param(
            levels(pets("GET", "PUT"), **{ALL: "INFO", "pets/{id}/PUT": "OFF"}), ["pass", "warn"], id="several methods"
        ),
        pytest.param(w.denied(s.STAGE), ["unknown"], id="not readable"),
    ],
)
def test_execution_logging_off(evidence, statuses):
    assert [str(f.status) for f in w.findings(CHECK, evidence)] == statuses


def test_methods_that_cannot_be_read_are_no_reason_to_call_it_not_applicable():
    evidence = w.changed(s.ROUTES, wl.ROUTES_KEY, None)
    assert w.actions_missing(CHECK, evidence) == {"apigateway:GET"}


def test_it_is_never_a_cause():
    assert CHECK.role is Role.CONTEXT


def test_the_key_that_decides_is_cited_and_patched():
    evidence = levels(pets("GET"), **{ALL: "INFO", "pets/{id}/GET": "OFF"})
    (finding,) = w.findings(CHECK, evidence)
    assert finding.resource == RESOURCE
    assert finding.summary == (
        "Execution logging of GET /pets/{id} is OFF on stage prod: no log says why a request fails."
    )
    assert [(c.field, c.value) for c in finding.citations] == [("methodSettings[pets/{id}/GET].loggingLevel", "OFF")]
    assert finding.fix.cli == (
        "aws apigateway update-stage --rest-api-id a1b2c3d4e5 --stage-name prod "
        "--patch-operations 'op=replace,path=/~1pets~1{id}/GET/logging/loglevel,value=INFO'",
    )


@pytest.mark.parametrize(
    ("evidence", "patch"),
    [
        pytest.param(levels(), "'op=replace,path=/*/*/logging/loglevel,value=INFO'", id="all methods"),
        pytest.param(
            levels(wl.with_routes(wl.private("GET", "/")), GET="OFF"),
            "'op=replace,path=/~1/GET/logging/loglevel,value=INFO'",
            id="root",
        ),
    ],
)
def test_the_patch_names_the_method(evidence, patch):
    (finding,) = w.findings(CHECK, evidence)
    assert finding.fix.cli[0].endswith(patch)


def test_a_websocket_route_is_keyed_by_its_name():
    evidence = wl.other_protocol(
        "WEBSOCKET", w.LINK, method_settings={ALL: MethodSetting(), "placeOrder": MethodSetting(logging_level="ERROR")}
    )
    (finding,) = w.findings(CHECK, evidence)
    assert finding.summary.startswith("Execution logging of placeOrder is at level ERROR")
    assert finding.fix.cli[0].endswith("""--route-settings '{"placeOrder": {"LoggingLevel": "INFO"}}'""")


def test_the_fix_heals_the_model():
    evidence = levels(pets("GET", "PUT"), **{"pets/{id}/PUT": "OFF"})
    finding = w.findings(CHECK, evidence)[0]
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", RESOURCE)]
