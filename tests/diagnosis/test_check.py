"""The framework around a check, and what every check must keep."""

import re

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.check import HEADINGS, Check, page, run
from bot.diagnosis.checks import all_checks, by_code
from bot.diagnosis.model import Hop
from bot.diagnosis.path import Walk
from bot.diagnosis.request_log import BACKEND_ANSWERED, NOT_THE_LINK
from tests.diagnosis import worlds as w


class Stumbles(Check):
    code, title, hop, needs, since = "XX-01", "t", Hop.TARGET_GROUP, (s.TARGET_HEALTH,), "0.1"

    def subjects(self, walk):
        return walk.target_groups

    def judge(self, subject, walk):
        yield self.passed("first", "said before it stumbled")
        raise ZeroDivisionError("a fault of ours")


def test_a_check_that_raises_becomes_a_visible_unknown():
    (finding,) = run(Stumbles(), Walk(w.healthy()))
    assert (finding.status, finding.resource) == ("unknown", w.GROUP)
    assert "XX-01 itself failed (ZeroDivisionError: a fault of ours)" in finding.summary


def test_a_check_whose_subjects_raise_becomes_a_visible_unknown():
    class Lost(Stumbles):
        def subjects(self, walk):
            raise KeyError("lost")

    assert [f.status for f in run(Lost(), Walk(w.healthy()))] == ["unknown"]


def test_a_gap_before_the_subjects_makes_them_unknown():
    (finding,) = run(by_code()["TG-01"], Walk(w.denied(s.LISTENERS)))
    assert finding.status == "unknown"
    assert [g.action for g in finding.gaps] == ["elasticloadbalancing:DescribeListeners"]
    assert "grant it" in finding.summary


def test_codes_and_names_are_unique_and_well_formed():
    checks = all_checks()
    assert len({c.code for c in checks}) == len(checks)
    assert len({c.name for c in checks}) == len(checks)
    assert all(re.fullmatch(r"[A-Z]{2,4}-\d\d", c.code) for c in checks)


@pytest.mark.parametrize("check", all_checks(), ids=lambda c: c.code)
def test_a_check_carries_everything_that_is_known_of_it(check):
    module = type(check).__module__.split(".")
    assert type(check).__name__.lower() == module[-1].replace("_", "")
    assert module[-2].replace("_", "-") == check.hop
    assert set(page(check)) == {"What", *HEADINGS}
    assert all(page(check).values())
    assert check.title
    assert check.since
    assert check.needs
    assert (check.signatures | check.warning_signatures) <= {
        *(f"E{n}" for n in range(1, 13)),
        BACKEND_ANSWERED,
        NOT_THE_LINK,
    }
