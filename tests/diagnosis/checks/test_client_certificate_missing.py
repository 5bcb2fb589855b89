from datetime import timedelta

import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls
from tests.diagnosis import worlds_v2 as v2
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["TLS-08"]
HELD = "cc1"
STAGE = f"REST/{w.API}/{w.STAGE}"
ROUTE = "HTTP Method: GET, Resource Path: /{proxy+}"
E12 = (ROUTE, "Execution failed due to configuration error: Remote host terminated the handshake")


def mode(value, evidence=None):
    """The ALB's HTTPS listener handles client certificates in this mode."""
    evidence = evidence or tls.alb_tls_behind_nlb()
    found = None if value is None else r.MutualAuthentication(mode=value)
    (listener,) = evidence.get(s.LISTENERS, w.ALB)
    changed = listener.model_copy(update={"mutual_authentication": found})
    evidence = w.changed(s.LISTENERS, w.ALB, (changed,), evidence)
    if evidence.was_read(s.LISTENER, v2.ALB_LISTENER):
        evidence = w.changed(s.LISTENER, v2.ALB_LISTENER, changed, evidence)
    return evidence


def holding(evidence, *, days=200):
    """The stage has a client certificate that expires in so many days; None: it does not exist."""
    evidence = w.changed(s.STAGE, STAGE, w.stage(client_certificate_id=HELD), evidence)
    if days is None:
        return w.gone(s.CLIENT_CERTIFICATE, HELD, evidence=evidence)
    found = r.ClientCertificate(id=HELD, expires=w.NOW + timedelta(days=days))
    return w.changed(s.CLIENT_CERTIFICATE, HELD, found, evidence)


ASIDE = ("not-applicable", w.LISTENER)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [ASIDE], id="plain http"),
        pytest.param(mode(None), [ASIDE, ("pass", v2.ALB_LISTENER)], id="ALB: no mutual authentication"),
        pytest.param(mode("off"), [ASIDE, ("pass", v2.ALB_LISTENER)], id="ALB: off"),
        pytest.param(mode("passthrough"), [ASIDE, ("pass", v2.ALB_LISTENER)], id="ALB: passthrough"),
        pytest.param(mode("verify"), [ASIDE, ("fail", v2.ALB_LISTENER)], id="ALB verifies, the stage has none"),
        pytest.param(holding(mode("verify")), [ASIDE, ("pass", v2.ALB_LISTENER)], id="ALB verifies, the stage has one"),
        pytest.param(holding(mode("verify"), days=-1), [ASIDE, ("fail", v2.ALB_LISTENER)], id="it has expired"),
        pytest.param(holding(mode("verify"), days=None), [ASIDE, ("fail", v2.ALB_LISTENER)], id="it does not exist"),
        pytest.param(mode("sniff"), [ASIDE, ("unknown", v2.ALB_LISTENER)], id="unknown mode"),
        pytest.param(mode("verify", tls.http_api_tls()), [("fail", v2.ALB_LISTENER)], id="HTTP APIs have none"),
        pytest.param(tls.http_api_tls(), [("pass", v2.ALB_LISTENER)], id="HTTP API, nothing demanded"),
        pytest.param(tls.nlb_tls(), [("pass", w.LISTENER)], id="NLB ends TLS, the stage has none"),
        pytest.param(holding(tls.nlb_tls()), [("warn", w.LISTENER)], id="NLB ends TLS, the stage has one"),
        pytest.param(tls.nlb_pass_through(), [ASIDE], id="pass-through"),
        pytest.param(holding(tls.nlb_pass_through()), [ASIDE], id="pass-through, the stage has one"),
        pytest.param(holding(tls.nlb_pass_through(), days=-1), [("warn", w.LISTENER)], id="pass-through, expired"),
        pytest.param(
            w.logged(*E12, evidence=tls.nlb_pass_through()), [("unknown", w.LISTENER)], id="pass-through, E12: probe"
        ),
        pytest.param(
            w.denied(s.CLIENT_CERTIFICATE, holding(tls.nlb_pass_through())), [("unknown", "orders")], id="not readable"
        ),
    ],
)
def test_client_certificate_missing(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    gap = w.Gap(action="apigateway:GET", resource=HELD, reason=w.GapReason.ACCESS_DENIED)
    evidence = w.changed(s.CLIENT_CERTIFICATE, HELD, gap, holding(mode("verify")))
    assert w.judged(CHECK, evidence) == [ASIDE, ("unknown", HELD)]
    assert w.actions_missing(CHECK, evidence) == {"apigateway:GET"}


def test_a_fail_cites_the_demand_and_the_lack():
    finding = w.findings(CHECK, holding(mode("verify"), days=-1))[-1]
    assert finding.summary == (
        "Listener HTTPS 443 of orders-alb demands a client certificate, and stage prod has cc1, which expired on "
        "2026-11-21."
    )
    assert [(c.field, c.value) for c in finding.citations] == [
        ("MutualAuthentication.Mode", "verify"),
        ("expirationDate", "2026-11-21 03:11:00+00:00"),
    ]
    assert finding.fix.cli[0] == "aws apigateway generate-client-certificate"
    assert "op=replace,path=/clientCertificateId,value=NEW_CLIENT_CERTIFICATE_ID" in finding.fix.cli[2]


def test_an_http_api_can_only_stop_the_demand():
    (finding,) = w.findings(CHECK, mode("verify", tls.http_api_tls()))
    assert finding.fix.cli == (
        f"aws elbv2 modify-listener --listener-arn {v2.ALB_LISTENER} --mutual-authentication Mode=off",
    )


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(mode("verify"), id="none"),
        pytest.param(holding(mode("verify"), days=-1), id="expired"),
        pytest.param(mode("verify", tls.http_api_tls()), id="HTTP API"),
    ],
)
def test_the_fix_heals_the_model(evidence):
    finding = w.findings(CHECK, evidence)[-1]
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence)))[-1] == ("pass", v2.ALB_LISTENER)


def test_the_log_confirms_it():
    (cause,) = report(w.logged(*E12, evidence=mode("verify")), [CHECK]).verdict.causes
    assert (cause.check, cause.confidence) == ("TLS-08", "confirmed")


THROUGH = tls.nlb_pass_through()
DEMANDS = p.tls("handshake-failed", client_certificate="required")


def test_a_backend_that_demands_a_certificate_of_a_probe_fails_where_the_stage_has_none():
    (finding,) = w.findings(CHECK, p.probed(THROUGH, tls=DEMANDS))
    assert finding.status == "fail"
    assert finding.citations[0].source == "probe"


def test_a_backend_that_demands_none_passes():
    assert w.judged(CHECK, p.probed(THROUGH)) == [("pass", w.LISTENER)]


def test_the_code_switches_mutual_authentication_off():
    (finding,) = w.findings(CHECK, mode("verify", tls.http_api_tls()))
    assert list(cloudformation(finding.fix.cloudformation).values()) == [{"MutualAuthentication": {"Mode": "off"}}]
    assert terraform(finding.fix.terraform)["aws_lb_listener"]["mutual_authentication"][0]["mode"] == '"off"'
