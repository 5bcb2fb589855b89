import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.what_if import what_if
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_chains as chains
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls

CHECK = by_code()["TLS-04"]
FAILED = (
    "Execution failed due to configuration error: PKIX path building failed: unable to find valid certification path"
)
E3 = ("HTTP Method: GET, Resource Path: /{proxy+}", FAILED)


def skipping(evidence):
    """The integration skips the verification of the authority."""
    return tls.with_uri(f"https://{tls.HOST}/{{proxy}}", evidence, insecure_skip_verification=True)


def imported(*pems):
    return skipping(chains.imported(tls.nlb_tls(), *pems))


PRIVATE = skipping(tls.nlb_tls(tls.certificate(tls.HOST, type="PRIVATE")))
CHAIN = (chains.LEAF, chains.INTERMEDIATE_PEM)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(tls.nlb_tls(), [("not-applicable", w.LISTENER)], id="nothing is skipped"),
        pytest.param(tls.http_api_tls(), [("not-applicable", tls.v2.ALB_LISTENER)], id="HTTP APIs cannot"),
        pytest.param(
            tls.with_uri("http://orders.example.com/{proxy}", insecure_skip_verification=True),
            [("not-applicable", w.LISTENER)],
            id="plain http",
        ),
        pytest.param(PRIVATE, [("pass", w.CERTIFICATE)], id="private authority"),
        pytest.param(imported(*CHAIN, chains.ROOT_PEM), [("pass", w.CERTIFICATE)], id="whole chain to a sound root"),
        pytest.param(imported(*CHAIN), [("pass", w.CERTIFICATE)], id="chain without its root"),
        pytest.param(imported(chains.SELF_SIGNED_AUTHORITY), [("pass", w.CERTIFICATE)], id="self-signed authority"),
        pytest.param(imported(chains.SELF_SIGNED), [("fail", w.CERTIFICATE)], id="plain self-signed"),
        pytest.param(
            imported(*CHAIN, chains.POOR_ROOT_PEM), [("warn", w.CERTIFICATE)], id="a root that may not sign others"
        ),
        pytest.param(imported(chains.LEAF), [("warn", w.CERTIFICATE)], id="leaf only"),
        pytest.param(skipping(tls.nlb_tls()), [("warn", w.CERTIFICATE)], id="public certificate: needless"),
        pytest.param(imported("garbage"), [("unknown", w.CERTIFICATE)], id="unreadable text"),
        pytest.param(w.denied(s.CERTIFICATE, PRIVATE), [("unknown", w.CERTIFICATE)], id="not readable"),
        pytest.param(
            w.denied(s.CERTIFICATE_BODY, imported(chains.LEAF)), [("unknown", w.CERTIFICATE)], id="text not readable"
        ),
        pytest.param(skipping(tls.nlb_pass_through()), [("not-applicable", w.LISTENER)], id="pass-through"),
    ],
)
def test_skip_verification_does_not_help(evidence, said):
    assert w.judged(CHECK, evidence) == said


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(PRIVATE, [("fail", w.CERTIFICATE)], id="private authority"),
        pytest.param(imported(chains.LEAF), [("fail", w.CERTIFICATE)], id="leaf only"),
        pytest.param(imported(*CHAIN, chains.ROOT_PEM), [("fail", w.CERTIFICATE)], id="whole chain"),
        pytest.param(skipping(tls.nlb_tls()), [("warn", w.CERTIFICATE)], id="Amazon's own: needless all the same"),
        pytest.param(skipping(tls.nlb_pass_through()), [("fail", w.LISTENER)], id="pass-through"),
    ],
)
def test_the_log_shows_that_no_root_was_found(evidence, said):
    assert w.judged(CHECK, w.logged(*E3, evidence=evidence)) == said


def test_several_certificates_of_which_one_is_hopeless():
    evidence = skipping(tls.nlb_tls(tls.certificate(tls.HOST), tls.certificate(tls.HOST, arn=tls.OTHER_CERTIFICATE)))
    evidence = chains.imported(evidence, chains.SELF_SIGNED, arn=tls.OTHER_CERTIFICATE)
    assert w.judged(CHECK, evidence) == [("warn", tls.OTHER_CERTIFICATE)]


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.CERTIFICATE_BODY, imported(chains.LEAF))) == {"acm:GetCertificate"}
    refused = w.denied(s.EXECUTION_LOG, skipping(tls.nlb_pass_through()))
    assert w.actions_missing(CHECK, refused) == {"logs:FilterLogEvents"}


def test_a_fail_cites_the_chain_and_the_setting():
    (finding,) = w.findings(CHECK, imported(chains.SELF_SIGNED))
    assert finding.summary == (
        "insecureSkipVerification is on, but the certificate of Listener TLS 443 of orders-nlb signed itself and is no "
        "authority (CA:TRUE, keyCertSign): the setting does not excuse that."
    )
    assert [(c.field, c.value) for c in finding.citations] == [
        ("Certificate, CertificateChain", "CN=orders.example.com (issuer CN=orders.example.com)"),
        ("ANY /{proxy+} tlsConfig/insecureSkipVerification", "true"),
    ]
    assert finding.fix.cli[-2].endswith("op=replace,path=/tlsConfig/insecureSkipVerification,value=false")


def test_the_fix_heals_the_model():
    evidence = imported(chains.SELF_SIGNED)
    (finding,) = w.findings(CHECK, evidence)
    healed = CHECK.repair(finding, w.Walk(evidence))
    assert w.judged(CHECK, healed) == [("not-applicable", w.LISTENER)]
    assert w.judged(by_code()["TLS-03"], healed) == [("pass", w.CERTIFICATE)]
    assert what_if(evidence, "TLS-04").remaining == ()


def test_it_is_one_cause_not_two():
    evidence = w.logged(*E3, evidence=imported(chains.SELF_SIGNED))
    assert [(c.check, c.confidence) for c in report(evidence).verdict.causes] == [("TLS-04", "confirmed")]


THROUGH = tls.with_uri("https://orders.example.com/", tls.nlb_pass_through(), insecure_skip_verification=True)
SELF_SIGNED = p.LEAF.model_copy(update={"self_signed": True})
AN_AUTHORITY = SELF_SIGNED.model_copy(update={"is_ca": True})


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(
            p.probed(THROUGH, tls=p.tls("self-signed", chain=(SELF_SIGNED,))), [("fail", w.LISTENER)], id="self-signed"
        ),
        pytest.param(
            p.probed(THROUGH, tls=p.tls("self-signed", chain=(AN_AUTHORITY,))),
            [("not-applicable", w.LISTENER)],
            id="self-signed, and an authority",
        ),
        pytest.param(p.probed(THROUGH, tls=p.tls("incomplete-chain")), [("warn", w.LISTENER)], id="root not served"),
        pytest.param(
            p.probed(THROUGH, tls=p.tls("untrusted-root", trusted_root="")),
            [("not-applicable", w.LISTENER)],
            id="a private authority: that is what the setting is for",
        ),
        pytest.param(p.probed(THROUGH), [("warn", w.LISTENER)], id="a public chain needs no such setting"),
        pytest.param(p.probed(tls.nlb_pass_through()), [("not-applicable", w.LISTENER)], id="the setting is off"),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said
