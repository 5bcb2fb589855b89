import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls
from tests.diagnosis import worlds_v2 as v2

CHECK = by_code()["TLS-06"]
POLICY = "ELBSecurityPolicy-Test"
COMMON = ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256")
ROUTE = "HTTP Method: GET, Resource Path: /{proxy+}"
E12 = (ROUTE, "Execution failed due to configuration error: Received fatal alert: handshake_failure")


def policy(*protocols, ciphers=COMMON, evidence=None):
    """The listener that ends TLS has a policy with these protocols and suites."""
    evidence = evidence or tls.nlb_tls()
    found = r.SslPolicy(name=POLICY, protocols=protocols, ciphers=ciphers)
    return w.changed(s.SSL_POLICY, POLICY, found, named(POLICY, evidence))


def named(name, evidence):
    for source in (s.LISTENERS, s.LISTENER):
        for key, value in list(evidence.items(source)):
            found = value if isinstance(value, tuple) else (value,)
            changed = tuple(
                x.model_copy(update={"ssl_policy": name}) if x.protocol in {"TLS", "HTTPS"} else x for x in found
            )
            evidence = w.changed(source, key, changed if isinstance(value, tuple) else changed[0], evidence)
    return evidence


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.LISTENER)], id="plain http"),
        pytest.param(policy("TLSv1.2", "TLSv1.3"), [("pass", w.LISTENER)], id="TLS 1.2 and 1.3"),
        pytest.param(
            policy("TLSv1.3", ciphers=("TLS_AES_128_GCM_SHA256",)), [("warn", w.LISTENER)], id="TLS 1.3 alone"
        ),
        pytest.param(policy("TLSv1.2", ciphers=("AES128-SHA",)), [("unknown", w.LISTENER)], id="TLS 1.2, rare suites"),
        pytest.param(policy("TLSv1", "TLSv1.1"), [("unknown", w.LISTENER)], id="old protocols"),
        pytest.param(named("", tls.nlb_tls()), [("unknown", w.LISTENER)], id="no policy"),
        pytest.param(
            w.gone(s.SSL_POLICY, POLICY, evidence=policy("TLSv1.2")), [("unknown", w.LISTENER)], id="policy is gone"
        ),
        pytest.param(policy("TLSv1.3", evidence=tls.http_api_tls()), [("warn", v2.ALB_LISTENER)], id="HTTP API, ALB"),
        pytest.param(
            policy("TLSv1.3", evidence=tls.alb_tls_behind_nlb()),
            [("not-applicable", w.LISTENER), ("warn", v2.ALB_LISTENER)],
            id="several listeners: the one that ends TLS",
        ),
        pytest.param(tls.nlb_pass_through(), [("not-applicable", w.LISTENER)], id="pass-through, nothing fails"),
        pytest.param(
            w.logged(*E12, evidence=tls.nlb_pass_through()), [("unknown", w.LISTENER)], id="pass-through, E12: probe"
        ),
        pytest.param(w.denied(s.SSL_POLICY, policy("TLSv1.2")), [("unknown", POLICY)], id="policy not readable"),
    ],
)
def test_security_policy_too_narrow(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    refused = {"elasticloadbalancing:DescribeSSLPolicies"}
    assert w.actions_missing(CHECK, w.denied(s.SSL_POLICY, policy("TLSv1.2"))) == refused


def test_a_warning_names_the_policy_and_a_better_one():
    (finding,) = w.findings(CHECK, policy("TLSv1.3"))
    assert [(c.resource, c.field, c.value) for c in finding.citations] == [(POLICY, "SslProtocols", "TLSv1.3")]
    assert finding.fix.cli == (
        f"aws elbv2 modify-listener --listener-arn {w.LISTENER} --ssl-policy ELBSecurityPolicy-TLS13-1-2-2021-06",
    )


def test_a_failed_handshake_in_the_log_makes_it_a_possible_cause():
    (cause,) = report(w.logged(*E12, evidence=policy("TLSv1.3")), [CHECK]).verdict.causes
    assert (cause.check, cause.confidence) == ("TLS-06", "possible")
    assert report(policy("TLSv1.3"), [CHECK]).verdict.state == "no-fault-found"


THROUGH = tls.nlb_pass_through()
FAILED = p.tls("handshake-failed")
HANDSHAKE = "Execution failed due to configuration error: Received fatal alert: handshake_failure"


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(p.probed(THROUGH, tls=FAILED), [("warn", w.LISTENER)], id="nothing in common with us"),
        pytest.param(
            p.probed(w.logged(HANDSHAKE, evidence=THROUGH), tls=FAILED), [("fail", w.LISTENER)], id="and E12 in the log"
        ),
        pytest.param(p.probed(THROUGH), [("pass", w.LISTENER)], id="TLS 1.3"),
        pytest.param(
            p.probed(THROUGH, tls=p.tls("handshake-failed", client_certificate="required")),
            [("not-applicable", w.LISTENER)],
            id="a client certificate is demanded: another check's question",
        ),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said
