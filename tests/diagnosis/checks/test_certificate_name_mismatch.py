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

CHECK = by_code()["TLS-01"]
E2 = (
    "Execution failed due to configuration error: Host name 'orders.example.com' does not match the certificate "
    "subject provided by the peer (CN=orders.internal.example.com)"
)
STATUS = "Method completed with status: 500"


def one(*names, **changes):
    return tls.certificate(*names, **changes)


def other(*names):
    return tls.certificate(*names, arn=tls.OTHER_CERTIFICATE)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.LISTENER)], id="plain http"),
        pytest.param(tls.nlb_tls(), [("pass", w.CERTIFICATE)], id="the certificate names the host"),
        pytest.param(tls.nlb_tls(one("other.example.com")), [("fail", w.CERTIFICATE)], id="it names another host"),
        pytest.param(
            tls.nlb_tls(one("other.example.com"), other("orders.example.com")),
            [("pass", tls.OTHER_CERTIFICATE)],
            id="several: SNI selects the second",
        ),
        pytest.param(
            tls.nlb_tls(one("other.example.com"), other("third.example.com")),
            [("fail", w.CERTIFICATE)],
            id="several: none fits, the default is served",
        ),
        pytest.param(w.denied(s.CERTIFICATE, tls.nlb_tls()), [("unknown", w.CERTIFICATE)], id="not readable"),
        pytest.param(
            w.denied(s.LISTENER_CERTIFICATES, tls.nlb_tls()),
            [("pass", w.CERTIFICATE)],
            id="the default one fits anyway",
        ),
        pytest.param(
            w.denied(s.LISTENER_CERTIFICATES, tls.nlb_tls(one("other.example.com"))),
            [("unknown", w.LISTENER)],
            id="another one may fit, and the list is not readable",
        ),
        pytest.param(
            w.gone(s.CERTIFICATE, w.CERTIFICATE, evidence=tls.nlb_tls()), [("unknown", w.CERTIFICATE)], id="gone"
        ),
        pytest.param(
            tls.with_uri("https://${stageVariables.host}/{proxy}", tls.nlb_tls()),
            [("unknown", w.LISTENER)],
            id="the URI names no host",
        ),
    ],
)
def test_certificate_name_mismatch(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.CERTIFICATE, tls.nlb_tls())) == {"acm:DescribeCertificate"}


@pytest.mark.parametrize(
    ("host", "certificate", "status"),
    [
        pytest.param("orders.example.com", one("*.example.com"), "pass", id="wildcard, one label"),
        pytest.param("v1.orders.example.com", one("*.example.com"), "fail", id="wildcard, two labels"),
        pytest.param("example.com", one("*.example.com"), "fail", id="wildcard, the apex"),
        pytest.param("ORDERS.example.com", one("orders.Example.com"), "pass", id="case does not count"),
        pytest.param("10.20.1.20", one("orders.example.com"), "fail", id="an address that no name covers"),
        pytest.param("10.20.1.20", one("10.20.1.20"), "pass", id="an address among the names"),
        pytest.param(
            "orders.example.com",
            one("other.example.com", domain_name="orders.example.com"),
            "fail",
            id="the common name does not count beside alternative names",
        ),
        pytest.param(
            "orders.example.com",
            one(domain_name="orders.example.com", subject_alternative_names=()),
            "pass",
            id="without alternative names it does",
        ),
        pytest.param("orders.co.uk", one("*.co.uk"), "warn", id="a wildcard over a public suffix"),
        pytest.param(
            "orders-nlb-0123456789abcdef.elb.eu-west-1.amazonaws.com",
            one("orders.example.com"),
            "fail",
            id="the load balancer's own name",
        ),
        pytest.param("orders.example.com", one(), "unknown", id="no names known"),
    ],
)
def test_names(host, certificate, status):
    assert w.judged(CHECK, tls.nlb_tls(certificate, host=host)) == [(status, w.CERTIFICATE)]


def test_an_address_is_never_selected_by_sni():
    evidence = tls.nlb_tls(one("orders.example.com"), other("10.20.1.20"), host="10.20.1.20")
    assert w.judged(CHECK, evidence) == [("fail", w.CERTIFICATE)]


def test_insecure_skip_verification_does_not_help():
    uri = "https://orders.example.com/{proxy}"
    evidence = tls.with_uri(uri, tls.nlb_tls(one("other.example.com")), insecure_skip_verification=True)
    assert w.judged(CHECK, evidence) == [("fail", w.CERTIFICATE)]


def test_an_iam_server_certificate_counts_too():
    evidence = tls.nlb_tls(one("other.example.com", arn=tls.SERVER_CERTIFICATE))
    assert w.judged(CHECK, evidence) == [("fail", tls.SERVER_CERTIFICATE)]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(tls.http_api_tls(), [("pass", w.CERTIFICATE)], id="HTTP API: names the server"),
        pytest.param(tls.http_api_tls(one("other.example.com")), [("fail", w.CERTIFICATE)], id="HTTP API: does not"),
        pytest.param(v2.http_api(), [("not-applicable", v2.ALB_LISTENER)], id="HTTP API without TLS"),
        pytest.param(
            tls.alb_tls_behind_nlb(),
            [("not-applicable", w.LISTENER), ("pass", w.CERTIFICATE)],
            id="ALB behind an NLB that passes TLS through",
        ),
        pytest.param(
            tls.alb_tls_behind_nlb(one("other.example.com")),
            [("not-applicable", w.LISTENER), ("fail", w.CERTIFICATE)],
            id="that ALB has another name",
        ),
    ],
)
def test_where_tls_ends(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_an_http_api_without_a_server_name_compares_nothing():
    evidence = tls.http_api_tls(one("other.example.com"))
    (route,) = evidence.get(s.ROUTES, f"HTTP/{w.API}")
    integration = route.integration.model_copy(update={"server_name_to_verify": ""})
    evidence = w.changed(s.ROUTES, f"HTTP/{w.API}", (route.model_copy(update={"integration": integration}),), evidence)
    assert w.judged(CHECK, evidence) == [("not-applicable", v2.ALB_LISTENER)]


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        pytest.param(tls.nlb_pass_through(), "unknown", id="only the target knows"),
        pytest.param(w.logged(E2, STATUS, evidence=tls.nlb_pass_through()), "fail", id="the log names both"),
        pytest.param(
            w.logged(E2.partition(" (CN")[0], STATUS, evidence=tls.nlb_pass_through()),
            "unknown",
            id="log without subject",
        ),
        pytest.param(
            w.logged(
                E2.replace("orders.example.com'", "billing.example.com'"), STATUS, evidence=tls.nlb_pass_through()
            ),
            "unknown",
            id="the log is about another host",
        ),
        pytest.param(
            tls.nlb_pass_through("orders-nlb-0123456789abcdef.elb.eu-west-1.amazonaws.com"),
            "warn",
            id="a network load balancer's own name",
        ),
        pytest.param(
            tls.nlb_pass_through("internal-orders-1234.eu-west-1.elb.amazonaws.com"),
            "warn",
            id="an application load balancer's own name",
        ),
    ],
)
def test_pass_through(evidence, status):
    assert w.judged(CHECK, evidence) == [(status, w.LISTENER)]


def test_without_the_certificate_the_log_decides():
    evidence = w.logged(E2, STATUS, evidence=w.denied(s.CERTIFICATE, tls.nlb_tls()))
    assert w.judged(CHECK, evidence) == [("fail", w.LISTENER)]


def test_a_fail_from_the_log_cites_its_line():
    (finding,) = w.findings(CHECK, w.logged(E2, STATUS, evidence=tls.nlb_pass_through()))
    assert finding.summary == (
        "The certificate behind orders-nlb TCP 443 does not name orders.example.com: "
        "it is for CN=orders.internal.example.com."
    )
    (citation,) = finding.citations
    assert citation.source == "logs:FilterLogEvents"
    assert "does not match the certificate subject" in citation.value
    assert finding.fix.cli[0] == (
        "aws apigateway update-integration --rest-api-id a1b2c3d4e5 --resource-id res1 --http-method ANY "
        "--patch-operations 'op=replace,path=/uri,value=https://orders.internal.example.com/{proxy}'"
    )


def test_a_fail_says_which_names_there_are():
    (finding,) = w.findings(CHECK, tls.nlb_tls(one("*.internal.example.com")))
    assert finding.summary == (
        "The certificate of orders-nlb TLS 443 does not name orders.example.com: orders.example.com is not in the "
        "certificate; the nearest name is *.internal.example.com."
    )
    assert [(c.field, c.value) for c in finding.citations] == [
        ("SubjectAlternativeNames", "*.internal.example.com"),
        ("Certificates", w.CERTIFICATE),
    ]
    assert finding.fix.summary.startswith("Put orders.internal.example.com into the integration's URI")


def test_an_http_apis_fix_changes_the_name_to_verify():
    (finding,) = w.findings(CHECK, tls.http_api_tls(one("other.example.com")))
    assert finding.fix.cli[0] == (
        "aws apigatewayv2 update-integration --api-id a1b2c3d4e5 --integration-id int1 "
        "--tls-config ServerNameToVerify=other.example.com"
    )


def test_a_host_from_a_stage_variable_is_changed_there():
    evidence = tls.with_uri("https://${stageVariables.host}/{proxy}", tls.nlb_tls(one("other.example.com")))
    stage = w.stage(variables={"host": "orders.example.com"})
    (finding,) = w.findings(CHECK, w.changed(s.STAGE, f"REST/{w.API}/{w.STAGE}", stage, evidence))
    assert finding.fix.cli[0] == (
        "aws apigateway update-stage --rest-api-id a1b2c3d4e5 --stage-name prod "
        "--patch-operations op=replace,path=/variables/host,value=other.example.com"
    )


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(tls.nlb_tls(one("other.example.com")), id="ACM"),
        pytest.param(tls.nlb_tls(one("other.example.com", arn=tls.SERVER_CERTIFICATE)), id="IAM"),
        pytest.param(tls.http_api_tls(one("other.example.com")), id="HTTP API"),
    ],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", finding.resource)]


def test_a_targets_certificate_cannot_be_healed_on_the_model():
    evidence = w.logged(E2, STATUS, evidence=tls.nlb_pass_through())
    (finding,) = w.findings(CHECK, evidence)
    assert CHECK.repair(finding, w.Walk(evidence)) is None


def test_odd_references_do_not_disturb():
    (listener,) = tls.nlb_tls().get(s.LISTENERS, w.NLB)
    bare = listener.model_copy(update={"certificates": (r.CertificateReference(),)})
    evidence = w.changed(s.LISTENERS, w.NLB, (bare,), tls.nlb_tls())
    assert w.judged(CHECK, w.changed(s.LISTENER_CERTIFICATES, w.LISTENER, (), evidence)) == [("unknown", w.LISTENER)]


THROUGH = tls.nlb_pass_through()
MISMATCH = p.tls("hostname-mismatch", sans=("other.example.com",), matched_name="")
LOGGED = (
    "Execution failed due to configuration error: Host name 'orders.example.com' does not match the certificate "
    "subject provided by the peer (CN=other.example.com)"
)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(p.probed(THROUGH, tls=MISMATCH), [("fail", w.LISTENER)], id="another name"),
        pytest.param(p.one_bad(THROUGH, tls=MISMATCH), [("fail", w.LISTENER)], id="one of two targets"),
        pytest.param(p.probed(THROUGH), [("pass", w.LISTENER)], id="the right name"),
        pytest.param(
            p.probed(THROUGH, tls=p.tls("expired")), [("pass", w.LISTENER)], id="another fault, the right name"
        ),
        pytest.param(p.probed(THROUGH, **p.failed_tcp("timeout")), [("unknown", w.LISTENER)], id="no answer"),
        pytest.param(
            p.probed(THROUGH, tls=p.tls("key-mismatch")), [("unknown", w.LISTENER)], id="no handshake: not judged"
        ),
        pytest.param(p.probed(w.logged(LOGGED, evidence=THROUGH)), [("warn", w.LISTENER)], id="repaired since"),
        pytest.param(
            p.probed(w.logged(LOGGED, evidence=THROUGH), p.targets(THROUGH)[:1]),
            [("fail", w.LISTENER)],
            id="the log, and one of two probed",
        ),
        pytest.param(
            p.probed(tls.nlb_tls(), p.nodes(tls.nlb_tls()), tls=MISMATCH),
            [("fail", w.LISTENER)],
            id="the listener serves another one than is configured",
        ),
        pytest.param(
            p.probed(w.denied(s.CERTIFICATE, tls.nlb_tls()), p.nodes(tls.nlb_tls()), tls=MISMATCH),
            [("fail", w.LISTENER)],
            id="the certificate is not readable, its name is on the wire",
        ),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_a_name_seen_on_the_wire_is_a_confirmed_cause_that_cites_the_probe():
    (cause, *_) = report(p.probed(THROUGH, tls=MISMATCH)).verdict.causes
    assert (cause.check, cause.confidence) == ("TLS-01", "confirmed")
    assert {(c.source, c.resource) for c in cause.citations} == {
        ("probe", "10.20.11.10:8080"),
        ("probe", "10.20.12.10:8080"),
    }
    assert cause.citations[0].seen_from.startswith(f"{p.BASTION} at ")
    assert "other.example.com" in cause.fix.cli[0]


def test_a_pass_says_what_the_probe_cannot_see():
    (finding,) = w.findings(CHECK, p.probed(THROUGH, p.targets(THROUGH)[:1]))
    assert f"Probed 1 of 2 from {p.BASTION}" in finding.summary
    assert "does not see the way through PrivateLink" in finding.summary


def test_a_configured_mismatch_keeps_its_certificate_and_cites_the_probe_too():
    evidence = tls.nlb_tls(tls.certificate("other.example.com"))
    (finding,) = w.findings(CHECK, p.probed(evidence, p.nodes(evidence), tls=MISMATCH))
    assert finding.resource == w.CERTIFICATE
    assert [c.source for c in finding.citations][-1] == "probe"


def test_an_http_api_without_a_server_name_compares_none():
    evidence = tls.http_api_tls()
    chosen = p.nodes(evidence)
    assert chosen
    assert "fail" not in {status for status, _ in w.judged(CHECK, p.probed(evidence, chosen))}


def test_the_code_names_another_host_where_the_path_takes_it_from():
    (literal,) = w.findings(CHECK, tls.nlb_tls(one("other.example.com")))
    (verified,) = w.findings(CHECK, tls.http_api_tls(one("other.example.com")))
    uri = "https://other.example.com/{proxy}"
    assert cloudformation(literal.fix.cloudformation) == {"AWS::ApiGateway::Method": {"Integration": {"Uri": uri}}}
    (integration,) = terraform(verified.fix.terraform)["aws_apigatewayv2_integration"]["tls_config"]
    assert integration["server_name_to_verify"] == '"other.example.com"'


def test_the_code_changes_the_stage_variable_that_holds_the_host():
    evidence = tls.with_uri("https://${stageVariables.host}/{proxy}", tls.nlb_tls(one("other.example.com")))
    stage = w.stage(variables={"host": "orders.example.com"})
    (finding,) = w.findings(CHECK, w.changed(s.STAGE, f"REST/{w.API}/{w.STAGE}", stage, evidence))
    assert cloudformation(finding.fix.cloudformation) == {
        "AWS::ApiGateway::Stage": {"Variables": {"host": "other.example.com"}}
    }
