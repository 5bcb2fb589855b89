import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.checks import by_code
from bot.diagnosis.engine import report
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls

CHECK = by_code()["TLS-05"]
FAILED = "Execution failed due to configuration error: Unable to verify ECDH ServerKeyExchange signature"
ROUTE = "HTTP Method: GET, Resource Path: /{proxy+}"
E4 = (ROUTE, FAILED)
E5 = (ROUTE, "Execution failed due to an internal error")


def two_ways(evidence):
    """A second route takes a way of its own to the same listener."""
    for source, key in ((s.ROUTES, f"REST/{w.API}"), (s.DEPLOYED, f"REST/{w.API}/{w.STAGE}")):
        (route,) = evidence.get(source, key)
        other = route.integration.model_copy(update={"uri": "https://stock.example.com/"})
        evidence = w.changed(
            source, key, (route, route.model_copy(update={"path": "/s", "integration": other})), evidence
        )
    return evidence


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(w.changed(s.LISTENERS, w.NLB, ()), [("not-applicable", "orders")], id="nothing there"),
        pytest.param(w.healthy(), [("not-applicable", w.LISTENER)], id="plain http"),
        pytest.param(tls.nlb_pass_through(), [("not-applicable", w.LISTENER)], id="nothing fails"),
        pytest.param(
            w.logged(*E5, evidence=tls.nlb_pass_through()), [("not-applicable", w.LISTENER)], id="another failure"
        ),
        pytest.param(w.logged(*E4, evidence=tls.nlb_pass_through()), [("fail", w.GROUP)], id="E4"),
        pytest.param(
            w.logged(*E4, evidence=tls.nlb_tls()), [("fail", w.LISTENER)], id="E4 where the listener ends TLS"
        ),
        pytest.param(
            w.logged(*E4, evidence=two_ways(tls.nlb_pass_through())),
            [("fail", w.GROUP), ("not-applicable", w.LISTENER)],
            id="several: only the failing request's way",
        ),
        pytest.param(
            w.logged(FAILED, evidence=two_ways(tls.nlb_pass_through())),
            [("warn", w.GROUP), ("not-applicable", w.LISTENER)],
            id="several: the log names no route",
        ),
        pytest.param(
            w.denied(s.EXECUTION_LOG, tls.nlb_pass_through()), [("unknown", w.LOG_GROUP)], id="log not readable"
        ),
    ],
)
def test_private_key_does_not_pair(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_the_unknown_names_the_action():
    evidence = w.denied(s.EXECUTION_LOG, tls.nlb_pass_through())
    assert w.actions_missing(CHECK, evidence) == {"logs:FilterLogEvents"}


def test_a_log_group_that_does_not_exist_hides_nothing():
    gap = w.Gap(action="logs:FilterLogEvents", resource=w.LOG_GROUP, reason=w.GapReason.NOT_FOUND)
    evidence = w.changed(s.EXECUTION_LOG, w.LOG_GROUP, gap, tls.nlb_pass_through())
    assert w.judged(CHECK, evidence) == [("not-applicable", w.LISTENER)]


def test_a_fail_names_the_targets_and_cites_the_line():
    (finding,) = w.findings(CHECK, w.logged(*E4, evidence=tls.nlb_pass_through()))
    assert finding.summary == (
        "The private key of a target of orders-tg (i-0a1:8080, i-0a2:8080) does not belong to the certificate that is "
        "served (E4). Probe now to see which."
    )
    assert [c.value for c in finding.citations] == [FAILED]
    assert [command.split()[:2] for command in finding.fix.cli] == [["openssl", "x509"], ["openssl", "pkey"]]


def test_it_is_a_confirmed_cause():
    (cause,) = report(w.logged(*E4, evidence=tls.nlb_pass_through())).verdict.causes
    assert (cause.check, cause.confidence) == ("TLS-05", "confirmed")


THROUGH = tls.nlb_pass_through()
KEY = p.tls("key-mismatch")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param(p.probed(THROUGH, tls=KEY), [("fail", w.GROUP)], id="every target"),
        pytest.param(p.one_bad(THROUGH, tls=KEY), [("fail", w.GROUP)], id="one of two"),
        pytest.param(p.probed(THROUGH), [("pass", w.LISTENER)], id="they pair"),
        pytest.param(
            p.probed(THROUGH, tls=p.tls("handshake-failed")), [("not-applicable", w.LISTENER)], id="no handshake"
        ),
        pytest.param(p.probed(w.logged(*E4, evidence=THROUGH)), [("warn", w.GROUP)], id="E4, repaired since"),
        pytest.param(
            p.probed(w.logged(*E4, evidence=THROUGH), p.targets(THROUGH)[:1]),
            [("fail", w.GROUP)],
            id="E4, and only one of two probed",
        ),
        pytest.param(p.probed(w.denied(s.EXECUTION_LOG, THROUGH), tls=KEY), [("fail", w.GROUP)], id="log not readable"),
    ],
)
def test_with_a_probe(evidence, said):
    assert w.judged(CHECK, evidence) == said


def test_a_probe_names_the_target_and_confirms_without_a_log():
    (cause, *_) = report(p.one_bad(THROUGH, tls=KEY)).verdict.causes
    assert (cause.check, cause.confidence) == ("TLS-05", "confirmed")
    assert "10.20.11.10:8080 serves a certificate to which the private key does not belong" in cause.summary
    assert "10.20.12.10" not in cause.summary
