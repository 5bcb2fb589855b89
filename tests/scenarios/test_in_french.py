"""What is judged in French says the same as in English: the same findings, the same values."""

import re

import pytest

from bot.diagnosis.engine import report
from bot.diagnosis.model import Hop
from bot.language import speaking
from tests.scenarios.library import Scenario, scenarios

WAY_IN = {Hop.VPC_LINK, Hop.ENDPOINT_SERVICE, Hop.LOAD_BALANCER}
BACKEND = {Hop.LISTENER, Hop.TARGET_GROUP, Hop.TARGET}
VALUE = re.compile(r"\b(?:sg|subnet|vpce?(?:-svc)?|acl)-\w+|\b\d+\b")
"""Ids and numbers: what a summary holds in every language."""
BACKEND_CHOSEN = (
    "lb-04-listener-without-forward-v1-instance",
    "nacl-01-acl-denies-into-targets-v1-instance",
    "sg-03-target-security-group-closed-v1-instance",
    "tls-02-certificate-expired-v1-tls",
    "tls-03-certificate-from-private-authority-v1-tls",
)
CHOSEN = ("sg-01-privatelink-rules-enforced-v1-instance", "vpl-07-endpoint-connection-rejected-v1-instance")


def said(scenario: Scenario, language: str, hops: set[Hop] = WAY_IN) -> list:
    with speaking(language):
        return [f for f in report(scenario.evidence).findings if f.hop in hops]


@pytest.mark.parametrize("scenario", [x for x in scenarios() if x.name in CHOSEN], ids=lambda s: s.name)
def test_the_way_in_is_judged_in_french(scenario: Scenario):
    _say_the_same(said(scenario, "en"), said(scenario, "fr"))


@pytest.mark.parametrize("scenario", [x for x in scenarios() if x.name in BACKEND_CHOSEN], ids=lambda s: s.name)
def test_the_backend_is_judged_in_french(scenario: Scenario):
    _say_the_same(said(scenario, "en", BACKEND), said(scenario, "fr", BACKEND))


def _say_the_same(english: list, french: list) -> None:
    assert [(f.check, f.status, f.resource) for f in english] == [(f.check, f.status, f.resource) for f in french]
    for ours, theirs in zip(english, french, strict=True):
        if ours.summary != "There is nothing on this path that this check is about.":
            assert ours.summary != theirs.summary
        assert sorted(VALUE.findall(ours.summary)) == sorted(VALUE.findall(theirs.summary))
        assert (ours.fix and ours.fix.cli) == (theirs.fix and theirs.fix.cli)


def test_a_cause_and_its_fix_are_french():
    scenario = next(x for x in scenarios() if x.name == CHOSEN[0])
    (fault,) = [f for f in said(scenario, "fr") if f.check == "SG-01"]
    assert "applique les règles entrantes au trafic PrivateLink" in fault.summary
    assert fault.fix
    assert fault.fix.summary == "Désactivez l'application des règles entrantes au trafic PrivateLink."
    assert fault.fix.terraform.endswith('traffic = "off"\n}')


def test_a_closed_security_group_is_told_in_french():
    scenario = next(x for x in scenarios() if x.name == BACKEND_CHOSEN[2])
    (fault,) = [f for f in said(scenario, "fr", BACKEND) if f.check == "SG-03"]
    assert "n'admet pas TCP 8080 depuis " in fault.summary
    assert fault.summary.endswith("où se trouve orders-nlb.")
    assert fault.fix
    assert fault.fix.summary.startswith("Autorisez TCP 8080 en entrée sur sg-")
