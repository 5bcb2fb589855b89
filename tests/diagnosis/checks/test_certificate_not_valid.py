from datetime import timedelta

import pytest

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from bot.diagnosis.path import Walk
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls
from tests.diagnosis.fix_code import cloudformation, terraform

CHECK = by_code()["TLS-02"]
EXPIRED = "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed"
E12 = ("HTTP Method: GET, Resource Path: /{proxy+}", f"Execution failed due to configuration error: {EXPIRED}")


def dated(*, since=-100, until=200, arn=w.CERTIFICATE, names=(tls.HOST,), **changes):
    """A certificate whose dates are days from now."""
    days = {"not_before": w.NOW + timedelta(days=since), "not_after": w.NOW + timedelta(days=until)}
    return tls.certificate(*names, arn=arn, **{**days, **changes})


def renewal(status):
    return r.CertificateRenewal(renewal_status=status)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.LISTENER)], id="plain http"),
        pytest.param(tls.nlb_tls(dated()), [("pass", w.CERTIFICATE)], id="valid"),
        pytest.param(tls.nlb_tls(dated(until=-3)), [("fail", w.CERTIFICATE)], id="expired"),
        pytest.param(tls.nlb_tls(dated(since=2)), [("fail", w.CERTIFICATE)], id="not valid yet"),
        pytest.param(tls.nlb_tls(dated(until=29)), [("warn", w.CERTIFICATE)], id="expires soon"),
        pytest.param(tls.nlb_tls(dated(until=30)), [("pass", w.CERTIFICATE)], id="30 days left"),
        pytest.param(tls.nlb_tls(dated(status="EXPIRED")), [("fail", w.CERTIFICATE)], id="status EXPIRED"),
        pytest.param(tls.nlb_tls(dated(status="REVOKED")), [("fail", w.CERTIFICATE)], id="status REVOKED"),
        pytest.param(
            tls.nlb_tls(dated(status="PENDING_VALIDATION")), [("fail", w.CERTIFICATE)], id="status PENDING_VALIDATION"
        ),
        pytest.param(tls.nlb_tls(dated(status="SHINY")), [("unknown", w.CERTIFICATE)], id="unknown status"),
        pytest.param(
            tls.nlb_tls(dated(renewal_summary=renewal("FAILED"))), [("warn", w.CERTIFICATE)], id="renewal failed"
        ),
        pytest.param(
            tls.nlb_tls(dated(renewal_summary=renewal("PENDING_VALIDATION"))),
            [("warn", w.CERTIFICATE)],
            id="renewal waits for validation",
        ),
        pytest.param(
            tls.nlb_tls(dated(renewal_summary=renewal("PENDING_AUTO_RENEWAL"))),
            [("pass", w.CERTIFICATE)],
            id="renewal is going on",
        ),
        pytest.param(tls.http_api_tls(dated(until=-3)), [("fail", w.CERTIFICATE)], id="HTTP API, ALB"),
        pytest.param(
            tls.alb_tls_behind_nlb(dated(until=-3)),
            [("not-applicable", w.LISTENER), ("fail", w.CERTIFICATE)],
            id="ALB behind an NLB that passes TLS on",
        ),
        pytest.param(tls.nlb_pass_through(), [("not-applicable", w.LISTENER)], id="pass-through, nothing fails"),
        pytest.param(
            w.logged(*E12, evidence=tls.nlb_pass_through()), [("unknown", w.LISTENER)], id="pass-through, E12: probe"
        ),
        pytest.param(w.denied(s.CERTIFICATE, tls.nlb_tls()), [("unknown", w.CERTIFICATE)], id="not readable"),
        pytest.param(
            w.gone(s.CERTIFICATE, w.CERTIFICATE, evidence=tls.nlb_tls()), [("unknown", w.LISTENER)], id="gone"
        ),
    ],
)
def test_certificate_not_valid(evidence, said):
    assert w.judged(CHECK, evidence) == said


OTHER = {"arn": tls.OTHER_CERTIFICATE}
ELSEWHERE = {"names": ("third.example.com",)}


@pytest.mark.parametrize(
    ("certificates", "said"),
    [
        pytest.param((dated(until=-3, **ELSEWHERE), dated(**OTHER)), "pass", id="SNI selects the valid one"),
        pytest.param((dated(**ELSEWHERE), dated(until=-3, **OTHER)), "fail", id="SNI selects the expired one"),
        pytest.param((dated(until=-3), dated(**OTHER)), "warn", id="both name the host, one has expired"),
        pytest.param((dated(until=-3), dated(until=-1, **OTHER)), "fail", id="both have expired"),
        pytest.param((dated(**ELSEWHERE), dated(until=-3, **OTHER, **ELSEWHERE)), "pass", id="none fits: the default"),
    ],
)
def test_several_certificates(certificates, said):
    assert [status for status, _ in w.judged(CHECK, tls.nlb_tls(*certificates))] == [said]


def test_an_iam_server_certificate_without_dates_is_unknown():
    found = tls.certificate(tls.HOST, arn=tls.SERVER_CERTIFICATE, type="IMPORTED")
    assert w.judged(CHECK, tls.nlb_tls(found)) == [("unknown", tls.SERVER_CERTIFICATE)]


def test_skipping_verification_does_not_skip_the_dates():
    evidence = tls.nlb_tls(dated(until=-3))
    skipped = tls.with_uri("https://orders.example.com/{proxy}", evidence, insecure_skip_verification=True)
    assert w.judged(CHECK, skipped) == [("fail", w.CERTIFICATE)]


def test_the_unknown_names_the_action():
    assert w.actions_missing(CHECK, w.denied(s.CERTIFICATE, tls.nlb_tls())) == {"acm:DescribeCertificate"}


def test_a_fail_tells_the_day():
    (finding,) = w.findings(CHECK, tls.nlb_tls(dated(until=-3)))
    assert finding.summary == (
        "Listener TLS 443 of orders-nlb: the certificate for orders.example.com expired on 2026-11-19, 3 days ago."
    )
    assert [(c.field, c.value) for c in finding.citations] == [("NotAfter", "2026-11-19 03:11:00+00:00")]


@pytest.mark.parametrize(
    ("changes", "commands"),
    [
        pytest.param(
            {"type": "IMPORTED"},
            [f"aws acm import-certificate --certificate-arn {w.CERTIFICATE}"],
            id="imported: again, in place",
        ),
        pytest.param(
            {},
            [
                f"aws acm describe-certificate --certificate-arn {w.CERTIFICATE}",
                "aws acm request-certificate --domain-name orders.example.com",
                f"aws elbv2 modify-listener --listener-arn {w.LISTENER} --certificates CertificateArn=",
            ],
            id="Amazon's: validation, or a new one",
        ),
    ],
)
def test_the_fix_fits_the_kind_of_certificate(changes, commands):
    (finding,) = w.findings(CHECK, tls.nlb_tls(dated(until=-3, **changes)))
    assert [cli.startswith(begin) for cli, begin in zip(finding.fix.cli, commands, strict=True)] == [True] * len(
        commands
    )


def test_the_fix_heals_the_model():
    evidence = tls.nlb_tls(dated(until=-3))
    (finding,) = w.findings(CHECK, evidence)
    assert w.judged(CHECK, CHECK.repair(finding, w.Walk(evidence))) == [("pass", w.CERTIFICATE)]


def test_the_log_confirms_it():
    (cause,) = report(w.logged(*E12, evidence=tls.nlb_tls(dated(until=-3))), [CHECK]).verdict.causes
    assert (cause.check, cause.confidence) == ("TLS-02", "confirmed")


THROUGH = tls.nlb_pass_through()


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(p.probed(THROUGH, tls=p.tls("expired")), [("fail", w.LISTENER)], id="expired"),
        pytest.param(p.one_bad(THROUGH, tls=p.tls("not-yet-valid")), [("fail", w.LISTENER)], id="one not yet valid"),
        pytest.param(p.probed(THROUGH), [("pass", w.LISTENER)], id="valid"),
        pytest.param(p.probed(THROUGH, tls=p.tls("hostname-mismatch")), [("pass", w.LISTENER)], id="another fault"),
        pytest.param(p.probed(THROUGH, **p.failed_tcp("refused")), [("not-applicable", w.LISTENER)], id="no answer"),
        pytest.param(
            p.probed(tls.nlb_tls(), p.nodes(tls.nlb_tls()), tls=p.tls("expired")),
            [("fail", w.LISTENER)],
            id="the listener still serves an old one",
        ),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_a_certificate_that_a_target_serves_cannot_be_repaired_on_the_model():
    evidence = p.probed(THROUGH, tls=p.tls("expired"))
    (finding,) = w.findings(CHECK, evidence)
    assert CHECK.repair(finding, Walk(evidence)) is None


def test_the_code_orders_a_certificate_that_the_listener_serves():
    (finding,) = w.findings(CHECK, tls.nlb_tls(dated(until=-3)))
    hcl, yaml = terraform(finding.fix.terraform), cloudformation(finding.fix.cloudformation)
    assert hcl["aws_acm_certificate"]["domain_name"] == '"orders.example.com"'
    assert hcl["aws_lb_listener"] == {"certificate_arn": "${aws_acm_certificate.new.arn}"}
    assert yaml["AWS::ElasticLoadBalancingV2::Listener"] == {
        "Certificates": [{"CertificateArn": {"Ref": "NewCertificate"}}]
    }


def test_the_code_imports_an_imported_certificate_again():
    (finding,) = w.findings(CHECK, tls.nlb_tls(dated(until=-3, type="IMPORTED")))
    certificate = terraform(finding.fix.terraform)["aws_acm_certificate"]
    assert set(certificate) == {"certificate_body", "private_key", "certificate_chain"}
    assert finding.fix.cloudformation == ""
