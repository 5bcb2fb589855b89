from datetime import timedelta

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.certificates import read_chain
from bot.diagnosis.checks import by_code
from bot.diagnosis.checks.listener import trust
from bot.diagnosis.engine import report
from bot.diagnosis.supported_authorities import SupportedAuthorities
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_chains as chains
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls

CHECK = by_code()["TLS-03"]
BUILDING = (
    "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: "
    "unable to find valid certification path to requested target"
)
FAILED = f"Execution failed due to configuration error: {BUILDING}"
E3 = ("HTTP Method: GET, Resource Path: /{proxy+}", FAILED)
PRIVATE = {
    "type": "PRIVATE",
    "certificate_authority_arn": "arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/0a1",
}


def private(*, arn=w.CERTIFICATE):
    return tls.certificate(tls.HOST, arn=arn, **PRIVATE)


def imported(*pems, evidence=None):
    return chains.imported(evidence or tls.nlb_tls(), *pems)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.LISTENER)], id="plain http"),
        pytest.param(tls.nlb_tls(), [("pass", w.CERTIFICATE)], id="Amazon's own"),
        pytest.param(tls.nlb_tls(private()), [("fail", w.CERTIFICATE)], id="private authority"),
        pytest.param(tls.http_api_tls(private()), [("fail", w.CERTIFICATE)], id="private authority, HTTP API"),
        pytest.param(imported(chains.LEAF), [("fail", w.CERTIFICATE)], id="imported: leaf only"),
        pytest.param(imported(chains.LEAF, chains.ROOT_PEM), [("fail", w.CERTIFICATE)], id="imported: a gap"),
        pytest.param(imported(chains.SELF_SIGNED), [("fail", w.CERTIFICATE)], id="imported: self-signed"),
        pytest.param(
            imported(chains.SELF_SIGNED_AUTHORITY), [("fail", w.CERTIFICATE)], id="imported: self-signed authority"
        ),
        pytest.param(
            imported(chains.LEAF, chains.INTERMEDIATE_PEM),
            [("pass", w.CERTIFICATE)],
            id="imported: the root is not sent",
        ),
        pytest.param(
            imported(chains.LEAF, chains.INTERMEDIATE_PEM, chains.ROOT_PEM), [("pass", w.CERTIFICATE)], id="with root"
        ),
        pytest.param(
            imported(chains.LEAF, chains.ROOT_PEM, chains.INTERMEDIATE_PEM),
            [("warn", w.CERTIFICATE)],
            id="out of order",
        ),
        pytest.param(imported("garbage"), [("unknown", w.CERTIFICATE)], id="imported: unreadable text"),
        pytest.param(
            tls.nlb_tls(tls.certificate(tls.HOST, type="NEW")), [("unknown", w.CERTIFICATE)], id="unknown type"
        ),
        pytest.param(
            tls.nlb_tls(tls.certificate(tls.HOST, type="IMPORTED")),
            [("unknown", w.CERTIFICATE)],
            id="chain was not read",
        ),
        pytest.param(
            tls.alb_tls_behind_nlb(private()),
            [("not-applicable", w.LISTENER), ("fail", w.CERTIFICATE)],
            id="ALB behind an NLB that passes TLS on",
        ),
        pytest.param(w.denied(s.CERTIFICATE, tls.nlb_tls()), [("unknown", w.CERTIFICATE)], id="not readable"),
        pytest.param(
            w.denied(s.CERTIFICATE_BODY, imported(chains.LEAF)), [("unknown", w.CERTIFICATE)], id="text not readable"
        ),
    ],
)
def test_certificate_not_trusted(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.CERTIFICATE_BODY, imported(chains.LEAF))) == {"acm:GetCertificate"}


def test_of_several_certificates_that_name_the_host_one_is_private():
    evidence = tls.nlb_tls(tls.certificate(tls.HOST), private(arn=tls.OTHER_CERTIFICATE))
    assert w.judged(CHECK, evidence) == [("warn", tls.OTHER_CERTIFICATE)]


def test_with_verification_skipped_it_is_another_checks_question():
    skipped = tls.with_uri(f"https://{tls.HOST}/{{proxy}}", tls.nlb_tls(private()), insecure_skip_verification=True)
    assert w.judged(CHECK, skipped) == [("not-applicable", w.LISTENER)]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(tls.nlb_pass_through(), "not-applicable", id="nothing fails"),
        pytest.param(w.logged(*E3, evidence=tls.nlb_pass_through()), "fail", id="E3 on this path"),
        pytest.param(
            w.logged(
                "HTTP Method: GET, Resource Path: /{proxy+}",
                "Execution failed due to an internal error",
                evidence=tls.nlb_pass_through(),
            ),
            "not-applicable",
            id="another failure",
        ),
    ],
)
def test_behind_a_listener_that_passes_tls_on_the_log_decides(evidence, said):
    assert w.judged(CHECK, evidence) == [(said, w.LISTENER)]


def two_paths():
    """Two routes with ways of their own, and a failing request whose log does not name its route."""
    evidence = tls.nlb_pass_through()
    for source, key in ((s.ROUTES, f"REST/{w.API}"), (s.DEPLOYED, f"REST/{w.API}/{w.STAGE}")):
        (route,) = evidence.get(source, key)
        other = route.integration.model_copy(update={"uri": "https://stock.example.com/"})
        second = route.model_copy(update={"path": "/stock", "integration": other})
        evidence = w.changed(source, key, (route, second), evidence)
    return w.logged(FAILED, evidence=evidence)


def test_a_request_that_could_be_of_any_path_only_warns():
    assert w.judged(CHECK, two_paths()) == [("warn", w.LISTENER), ("not-applicable", w.LISTENER)]


def test_a_refused_log_is_unknown_where_only_the_log_tells():
    evidence = w.denied(s.EXECUTION_LOG, tls.nlb_pass_through())
    assert w.actions_missing(CHECK, evidence) == {"logs:FilterLogEvents"}
    assert w.judged(CHECK, w.denied(s.EXECUTION_LOG, tls.nlb_tls())) == [("pass", w.CERTIFICATE)]


def test_a_whole_chain_that_the_log_speaks_against_warns():
    evidence = w.logged(*E3, evidence=imported(chains.LEAF, chains.INTERMEDIATE_PEM))
    (finding,) = w.findings(CHECK, evidence)
    assert (finding.status, finding.citations[-1].source) == ("warn", "logs:FilterLogEvents")
    (cause,) = report(evidence, [CHECK]).verdict.causes
    assert (cause.check, cause.confidence) == ("TLS-03", "possible")


def test_a_fail_from_the_log_cites_the_line():
    (finding,) = w.findings(CHECK, w.logged(*E3, evidence=tls.nlb_pass_through()))
    assert finding.summary.startswith("The targets behind Listener TCP 443 of orders-nlb serve a certificate")
    assert finding.citations[0].value == FAILED


def test_a_fail_names_what_is_missing():
    (finding,) = w.findings(CHECK, imported(chains.LEAF))
    assert finding.summary == (
        "Listener TLS 443 of orders-nlb: its certificate is served without the certificate of its issuer "
        "(CN=Example Intermediate)."
    )
    assert finding.citations[0].value == "CN=orders.example.com (issuer CN=Example Intermediate)"
    assert finding.fix.cli[0].startswith(f"aws acm import-certificate --certificate-arn {w.CERTIFICATE}")


def test_only_rest_apis_can_skip_verification():
    (rest,) = w.findings(CHECK, tls.nlb_tls(private()))
    (http,) = w.findings(CHECK, tls.http_api_tls(private()))
    assert "value=true" in rest.fix.steps[-1]
    assert not any("insecureSkipVerification" in step for step in http.fix.steps)


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(tls.nlb_tls(private()), id="private"),
        pytest.param(imported(chains.LEAF), id="incomplete"),
        pytest.param(imported(chains.SELF_SIGNED), id="self-signed"),
    ],
)
def test_the_fix_heals_the_model(evidence):
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.CERTIFICATE)]


def test_what_targets_serve_is_not_on_the_model():
    evidence = w.logged(*E3, evidence=tls.nlb_pass_through())
    (finding,) = w.findings(CHECK, evidence)
    assert CHECK.repair(finding, w.Walk(evidence)) is None


def test_the_log_confirms_it():
    (cause,) = report(w.logged(*E3, evidence=imported(chains.LEAF)), [CHECK]).verdict.causes
    assert (cause.check, cause.confidence) == ("TLS-03", "confirmed")


def _listing(monkeypatch, *listed, complete, age=timedelta(0)):
    copy = SupportedAuthorities("the page", (w.NOW - age).date(), complete, dict.fromkeys(listed, "exampleroot"))
    monkeypatch.setattr(trust, "supported_authorities", lambda: copy)


ROOT_SHA256 = read_chain(chains.ROOT_PEM)[0].sha256
WITH_ROOT = (chains.LEAF, chains.INTERMEDIATE_PEM, chains.ROOT_PEM)


def test_a_chain_to_an_authority_on_the_list_passes_even_where_the_log_complains(monkeypatch):
    _listing(monkeypatch, ROOT_SHA256, complete=False)
    (finding,) = w.findings(CHECK, imported(*WITH_ROOT, evidence=w.logged(*E3, evidence=tls.nlb_tls())))
    assert finding.status == "pass"
    assert "an authority that API Gateway trusts (exampleroot)" in finding.summary


@pytest.mark.parametrize(
    ("complete", "age", "served", "status"),
    [
        pytest.param(True, timedelta(0), WITH_ROOT, "fail", id="whole and fresh"),
        pytest.param(True, timedelta(days=200), WITH_ROOT, "warn", id="whole and old"),
        pytest.param(False, timedelta(0), WITH_ROOT, "pass", id="an extract"),
        pytest.param(True, timedelta(0), WITH_ROOT[:2], "pass", id="the root was not served"),
    ],
)
def test_a_root_that_is_not_on_the_list_is_ruled_out_by_a_whole_and_fresh_copy(
    monkeypatch, complete, age, served, status
):
    _listing(monkeypatch, complete=complete, age=age)
    (finding,) = w.findings(CHECK, imported(*served))
    assert finding.status == status
    assert ("not among the authorities" in finding.summary) == (status != "pass")


THROUGH = tls.nlb_pass_through()
E3_LINE = "Execution failed due to configuration error: PKIX path building failed"


@pytest.mark.parametrize("fault", ["self-signed", "incomplete-chain", "untrusted-root"])
def test_a_probe_tells_which_way_the_chain_fails(fault):
    (finding,) = w.findings(CHECK, p.probed(THROUGH, tls=p.tls(fault, trusted_root="")))
    assert finding.status == "fail"
    assert f"what the probe says of {fault}" in finding.summary


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(p.probed(THROUGH), [("pass", w.LISTENER)], id="a public chain"),
        pytest.param(p.one_bad(THROUGH, tls=p.tls("untrusted-root")), [("fail", w.LISTENER)], id="one of two"),
        pytest.param(p.probed(w.logged(E3_LINE, evidence=THROUGH)), [("warn", w.LISTENER)], id="E3, and sound now"),
        pytest.param(p.probed(THROUGH, **p.failed_tcp("timeout")), [("not-applicable", w.LISTENER)], id="no answer"),
        pytest.param(
            p.probed(tls.nlb_tls(), p.nodes(tls.nlb_tls()), tls=p.tls("incomplete-chain")),
            [("fail", w.LISTENER)],
            id="the listener serves no intermediates",
        ),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_with_insecure_skip_verification_it_is_not_this_checks_question():
    evidence = tls.with_uri("https://orders.example.com/", THROUGH, insecure_skip_verification=True)
    assert w.judged(CHECK, p.probed(evidence, tls=p.tls("untrusted-root"))) == [("not-applicable", w.LISTENER)]
