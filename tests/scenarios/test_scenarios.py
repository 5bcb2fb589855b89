"""Every scenario's verdict is the expected one: the right first cause, no cause where nothing is wrong."""

import pytest

from bot.diagnosis.engine import report
from tests.scenarios.library import Scenario, scenarios


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s.name)
def test_scenario(scenario: Scenario):
    expected, result = scenario.expected, report(scenario.evidence)
    causes = [cause.check for cause in result.verdict.causes]
    assert (result.verdict.state, causes[:1]) == (expected.state, [expected.cause] if expected.cause else []), causes
    assert set(causes) <= {expected.cause, *expected.may}
    if expected.finding:
        assert expected.finding in {f.check for f in result.findings if f.status in {"warn", "fail"}}
    if expected.gap:
        assert expected.gap in {gap.action for gap in result.gaps}


def test_the_library_is_large_and_every_kind_is_there():
    tags = [tag for scenario in scenarios() for tag in scenario.expected.tags]
    assert len(scenarios()) >= 80
    assert tags.count("healthy") >= 15
    assert tags.count("half-blind") >= 10
