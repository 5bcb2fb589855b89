import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_tls as tls
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["TLS-07"]
ROUTE = "ANY /{proxy+}"
ROUTES = f"HTTP/{w.API}"


def setting(evidence, *, tls_configured):
    """The integration has a TlsConfig, or none."""
    (route,) = evidence.get(s.ROUTES, ROUTES)
    name = tls.HOST if tls_configured else ""
    changes = {"tls_configured": tls_configured, "server_name_to_verify": name}
    changed = route.model_copy(update={"integration": route.integration.model_copy(update=changes)})
    return w.changed(s.ROUTES, ROUTES, (changed,), evidence)


def speaking(protocol, evidence):
    """The listener that the integration names has this protocol."""
    arn = evidence.get(s.ROUTES, ROUTES)[0].integration.uri
    listener = evidence.get(s.LISTENER, arn).model_copy(update={"protocol": protocol})
    evidence = w.changed(s.LISTENERS, listener.load_balancer_arn, (listener,), evidence)
    return w.changed(s.LISTENER, arn, listener, evidence)


WITHOUT = setting(tls.http_api_tls(), tls_configured=False)
NEEDLESS = setting(v2.http_api(), tls_configured=True)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.healthy(), [("not-applicable", ROUTE)], id="REST API"),
        pytest.param(
            w.gone(s.LISTENER, v2.ALB_LISTENER, evidence=v2.http_api()), [("not-applicable", ROUTE)], id="gone"
        ),
        pytest.param(v2.http_api(), [("pass", ROUTE)], id="plain HTTP to HTTP"),
        pytest.param(tls.http_api_tls(), [("pass", ROUTE)], id="TLS to HTTPS"),
        pytest.param(v2.http_api("nlb"), [("pass", ROUTE)], id="plain HTTP to TCP"),
        pytest.param(v2.http_api("nlb", tls=True), [("pass", ROUTE)], id="TLS to TCP"),
        pytest.param(WITHOUT, [("fail", ROUTE)], id="plain HTTP to HTTPS"),
        pytest.param(speaking("TLS", v2.http_api("nlb")), [("fail", ROUTE)], id="plain HTTP to TLS"),
        pytest.param(NEEDLESS, [("fail", ROUTE)], id="TLS to HTTP"),
        pytest.param(speaking("GENEVE", v2.http_api("nlb")), [("unknown", ROUTE)], id="another protocol"),
        pytest.param(w.denied(s.LISTENER, WITHOUT), [("unknown", v2.ALB_LISTENER)], id="listener not readable"),
    ],
)
def test_tls_setting_does_not_fit(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.LISTENER, WITHOUT)) == {"elasticloadbalancing:DescribeListeners"}


def test_each_integration_is_judged_by_itself():
    (route,) = tls.http_api_tls().get(s.ROUTES, ROUTES)
    plain = route.integration.model_copy(update={"id": "int2", "tls_configured": False, "server_name_to_verify": ""})
    evidence = w.changed(
        s.ROUTES, ROUTES, (route, route.model_copy(update={"path": "/b", "integration": plain})), tls.http_api_tls()
    )
    assert sorted(w.judged(CHECK, evidence)) == [("fail", "ANY /b"), ("pass", ROUTE)]


def test_a_fail_names_both_sides_and_a_name_of_the_certificate():
    (finding,) = w.findings(CHECK, WITHOUT)
    assert finding.summary == (
        "ANY /{proxy+} has no TlsConfig, so it sends plain HTTP to listener HTTPS 443, which expects TLS."
    )
    assert [(c.resource, c.field, c.value) for c in finding.citations] == [
        ("int1", "TlsConfig", "none"),
        (v2.ALB_LISTENER, "Protocol", "HTTPS"),
    ]
    assert finding.fix.cli == (
        f"aws apigatewayv2 update-integration --api-id {w.API} --integration-id int1 "
        "--tls-config ServerNameToVerify=orders.example.com",
    )


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(w.denied(s.CERTIFICATE, WITHOUT), id="the certificate is not readable"),
        pytest.param(
            setting(tls.http_api_tls(tls.certificate("*.example.com")), tls_configured=False), id="a wildcard"
        ),
    ],
)
def test_the_name_in_the_fix_is_optional(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert finding.fix.cli[0].endswith("ServerNameToVerify=NAME_IN_THE_CERTIFICATE")


@pytest.mark.parametrize("evidence", [pytest.param(WITHOUT, id="missing"), pytest.param(NEEDLESS, id="needless")])
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", ROUTE)]


@pytest.mark.parametrize("evidence", [pytest.param(WITHOUT, id="missing"), pytest.param(NEEDLESS, id="needless")])
def test_it_is_one_cause_not_two(evidence):
    open_group = w.security_group(v2.BALANCER_SG, w.rule(None, "10.20.0.0/16"))
    (cause,) = report(w.changed(s.SECURITY_GROUP, v2.BALANCER_SG, open_group, evidence)).verdict.causes
    assert (cause.check, "LB-06" in cause.symptoms) == ("TLS-07", True)
