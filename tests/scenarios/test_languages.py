"""A diagnosis says the same in every language, and judges the same."""

import re

import pytest

from bot.diagnosis.engine import report
from bot.language import speaking
from tests.scenarios.library import Scenario, scenarios

BY_NAME = {scenario.name: scenario for scenario in scenarios()}
VALUE = re.compile(r"[\w/.-]*\d[\w/.-]*|[A-Z]{2,}[\w-]*")


def verdicts(scenario: Scenario):
    evidence = scenario.evidence
    english = report(evidence).verdict
    with speaking("fr"):
        return english, report(evidence).verdict


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.name)
def test_the_verdict_does_not_depend_on_the_language(scenario: Scenario):
    english, french = verdicts(scenario)
    assert french.state == english.state
    assert [(c.check, c.resource, c.confidence, c.symptoms) for c in french.causes] == [
        (c.check, c.resource, c.confidence, c.symptoms) for c in english.causes
    ]


@pytest.mark.parametrize("name", ["int-01-no-response-mapping-v1-instance", "dep-01-change-not-deployed-v1-instance"])
def test_a_cause_is_told_in_french_with_the_same_values(name):
    (english, *_), (french, *_) = (verdict.causes for verdict in verdicts(BY_NAME[name]))
    assert french.summary != english.summary
    assert french.reason != english.reason
    assert sorted(VALUE.findall(french.summary)) == sorted(VALUE.findall(english.summary))
    assert french.fix.summary != english.fix.summary
    assert (french.fix.cli, french.fix.terraform, french.fix.cloudformation) == (
        english.fix.cli,
        english.fix.terraform,
        english.fix.cloudformation,
    )


def test_a_log_that_was_read_in_one_language_is_told_in_another():
    evidence = BY_NAME["int-01-no-response-mapping-v1-instance"].evidence
    with speaking("fr"):
        french = [f.summary for f in report(evidence).findings if f.check == "LOG-06"]
    english = [f.summary for f in report(evidence).findings if f.check == "LOG-06"]
    assert "L'intégration" in french[0] or "Le mappage" in french[0]
    assert "The integration's own mapping" in english[0]
