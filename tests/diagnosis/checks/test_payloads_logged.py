import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.check import Role
from bot.diagnosis.checks import by_code
from bot.diagnosis.resources import MethodSetting
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_links as wl
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["LOG-02"]
STAGE = f"{w.API}/{w.STAGE}"


def traced(*keys, evidence=None, **others):
    settings = {key: MethodSetting(logging_level="INFO", data_trace=True) for key in keys}
    settings |= {key: MethodSetting(logging_level="INFO") for key in others.get("untraced", ())}
    return wl.with_stage(evidence, method_settings=settings)


def stage_named(name):
    evidence = w.healthy(stage=name)
    stage = w.stage(name=name, method_settings={"*/*": MethodSetting(logging_level="INFO", data_trace=True)})
    return w.changed(s.STAGE, f"REST/{w.API}/{name}", stage, evidence)


GET_ORDERS, GET_STOCK = wl.private("GET", "/orders"), wl.private("GET", "/stock")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.ROUTES, wl.ROUTES_KEY, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(v2.http_api(), [("not-applicable", STAGE)], id="HTTP APIs have no execution log"),
        pytest.param(w.healthy(), [("pass", STAGE)], id="off"),
        pytest.param(traced("*/*"), [("warn", STAGE)], id="on for all"),
        pytest.param(traced("*/*", untraced=("{proxy+}/ANY",)), [("pass", STAGE)], id="off for this method"),
        pytest.param(
            traced("orders/GET", evidence=wl.with_routes(GET_ORDERS, GET_STOCK)), [("warn", STAGE)], id="on for one"
        ),
        pytest.param(
            traced("orders/GET", "*/*", evidence=wl.with_routes(GET_ORDERS, GET_STOCK)),
            [("warn", STAGE)],
            id="several, one finding",
        ),
        pytest.param(w.denied(s.STAGE), [("unknown", "orders")], id="stage not readable"),
    ],
)
def test_payloads_logged(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("prod", "warn"),
        ("live", "warn"),
        ("v1", "warn"),
        ("latest", "warn"),
        ("contest", "warn"),
        ("dev", "pass"),
        ("orders-staging", "pass"),
        ("qa2", "pass"),
        ("TEST", "pass"),
    ],
)
def test_only_a_name_that_says_so_is_no_production(name, status):
    assert [f.status for f in w.findings(CHECK, stage_named(name))] == [status]


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.STAGE)) == {"apigateway:GET"}


def test_it_is_context_and_the_fix_names_the_methods_own_key():
    assert CHECK.role is Role.CONTEXT
    (finding,) = w.findings(CHECK, traced("orders/GET", "*/*", evidence=wl.with_routes(GET_ORDERS, GET_STOCK)))
    assert [c.field for c in finding.citations] == [
        "methodSettings[orders/GET].dataTraceEnabled",
        "methodSettings[*/*].dataTraceEnabled",
    ]
    assert finding.fix.cli == (
        f"aws apigateway update-stage --rest-api-id {w.API} --stage-name prod --patch-operations "
        "'op=replace,path=/~1orders/GET/logging/dataTrace,value=false' "
        "'op=replace,path=/*/*/logging/dataTrace,value=false'",
    )


def test_a_websocket_api_is_changed_with_its_own_command():
    settings = {"*/*": MethodSetting(logging_level="INFO", data_trace=True)}
    (finding,) = w.findings(CHECK, wl.other_protocol("WEBSOCKET", method_settings=settings))
    assert finding.fix.cli[0].endswith("--default-route-settings DataTraceEnabled=false")


def test_the_fix_heals_the_model():
    evidence = traced("*/*")
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", STAGE)]
