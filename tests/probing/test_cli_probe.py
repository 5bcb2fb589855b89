"""`vpclink diagnose … --probe`: the same order and the same law, from the host that it runs on."""

import asyncio

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.engine import report
from bot.probing.from_here import probed_from_here
from bot.probing.vantage import CannotProbeError, LocalVantage
from bot.report.terminal import render_terminal
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls
from tests.probing.bench import Standin

THROUGH = tls.nlb_pass_through()


@pytest.fixture
def results(monkeypatch):
    """This host sees the wrong certificate everywhere."""
    standin = Standin()

    def probe_now(self, order):
        return asyncio.run(standin.probe(order, w.request()))

    monkeypatch.setattr(LocalVantage, "probe_now", probe_now)
    return standin


def test_what_this_host_sees_is_judged(results):
    (cause, *_) = report(probed_from_here(THROUGH, print)).verdict.causes
    assert (cause.check, cause.confidence) == ("TLS-01", "confirmed")
    assert cause.citations[0].seen_from.startswith("this host at ")


def test_where_there_is_nothing_to_probe_the_diagnosis_goes_on_and_says_why(results):
    evidence, told = w.changed(s.LISTENERS, w.NLB, ()), []
    assert probed_from_here(evidence, told.append) is evidence
    assert told[0].startswith("nothing was probed. The path ends before a load balancer's listener")


def test_what_cannot_be_probed_is_said(results, monkeypatch):
    def refused(self, order):
        raise CannotProbeError("The probe was refused.")

    monkeypatch.setattr(LocalVantage, "probe_now", refused)
    told = []
    assert probed_from_here(THROUGH, told.append) is THROUGH
    assert told == ["nothing was probed. The probe was refused."]


def test_the_terminal_says_what_was_probed_from_where_and_what_that_cannot_tell():
    told = render_terminal(report(p.probed(THROUGH, tls=p.tls("expired"))))
    assert f"Probed from {p.BASTION}" in told
    assert "BAD 10.20.11.10:8080 expired" in told
    assert "A probe does not see the way through PrivateLink" in told
