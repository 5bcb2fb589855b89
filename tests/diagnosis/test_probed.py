"""What a probe saw as evidence: kept, replayed, told in the report, weighed in the verdict."""

import json

import pytest

from bot.diagnosis.engine import report
from bot.diagnosis.evidence import from_json, to_json
from bot.diagnosis.probed import probed, probed_addresses
from bot.diagnosis.sources import PROBE
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls

THROUGH = tls.nlb_pass_through()
WRONG = p.tls("hostname-mismatch", sans=("other.example.com",), matched_name="")
INTERNAL = "Execution failed due to configuration error: There was an internal error while executing your request"


def test_a_bundle_with_probes_is_replayed_to_the_same_report():
    evidence = p.probed(THROUGH, tls=WRONG)
    assert report(from_json(to_json(evidence))).to_json() == report(evidence).to_json()


def test_a_damaged_probe_in_a_bundle_is_as_good_as_none():
    document = json.loads(to_json(p.probed(THROUGH, tls=WRONG)))
    for row in document["reads"]:
        if row["source"] == PROBE.name:
            row["value"] = {"tcp": "ok"}
    evidence = from_json(json.dumps(document))
    assert probed(evidence, p.targets(evidence)) == ()
    assert report(evidence).verdict.causes == ()


def test_the_report_says_what_was_probed_and_from_where():
    (first, *_) = json.loads(report(p.probed(THROUGH, tls=WRONG)).to_json())["probes"]
    assert first == {
        "address": "10.20.11.10",
        "port": 8080,
        "scheme": "https",
        "server_name": "orders.example.com",
        "at": "2026-11-22T03:11:00Z",
        "seen_from": p.BASTION,
        "tcp": "ok",
        "tls_faults": ["hostname-mismatch"],
        "http_status": 200,
        "http_fault": "",
        "explanation": "",
    }


def test_a_report_without_a_probe_has_none():
    assert report(THROUGH).probes == ()


@pytest.mark.parametrize(
    ("evidence", "confidence"),
    [
        pytest.param(THROUGH, "confirmed", id="no log"),
        pytest.param(w.logged(INTERNAL, evidence=THROUGH), "likely", id="the log shows another failure"),
    ],
)
def test_how_sure_a_probe_makes(evidence, confidence):
    causes = report(p.probed(evidence, tls=WRONG)).verdict.causes
    assert [c.confidence for c in causes if c.check == "TLS-01"] == [confidence]


def test_every_check_bears_whatever_a_probe_can_say():
    """No combination of states and faults makes a check raise."""
    faults = ["not-tls", "handshake-failed", "key-mismatch", "self-signed", "expired", "a fault of tomorrow"]
    for fault in faults:
        for evidence in (THROUGH, tls.nlb_tls(), tls.alb_tls_behind_nlb(), w.healthy()):
            chosen = p.targets(evidence) + p.nodes(evidence)
            for changes in ({"tls": p.tls(fault, chain=(), sans=())}, p.failed_tcp("refused"), {"tls": None}):
                told = report(p.probed(evidence, chosen, **changes))
                assert not [f.check for f in told.findings if "itself failed" in f.summary]


def test_what_was_probed_is_listed_once_for_each_address():
    evidence = p.probed(p.probed(THROUGH), p.nodes(THROUGH))
    assert len(probed_addresses(evidence)) == 4
