import pytest

from bot.diagnosis.engine import report as judge
from bot.diagnosis.model import Hop, State, Status, Verdict
from bot.report.difference import difference
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls
from tests.report.samples import finding, report

SG, TG = ("SG-03", "sg-0target"), ("TG-01", "orders-tg")


def made(*told: tuple[str, str, Status], causes=()):
    findings = tuple(
        finding(check, Hop.TARGET, status, resource, f"{check} {status}") for check, resource, status in told
    )
    return report(findings=findings, verdict=Verdict(state=State.CAUSE_FOUND, summary="", causes=causes))


def kinds(before, after):
    found = difference(before, after)
    return {
        kind: [(fault.check, fault.resource) for fault in getattr(found, kind)]
        for kind in ("fixed", "new", "still", "unseen")
        if getattr(found, kind)
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([(*SG, Status.FAIL)], [(*SG, Status.FAIL)], {"still": [SG]}, id="still broken"),
        pytest.param([(*SG, Status.FAIL)], [(*SG, Status.PASS)], {"fixed": [SG]}, id="fixed"),
        pytest.param([(*SG, Status.FAIL)], [(*SG, Status.WARN)], {"fixed": [SG]}, id="better"),
        pytest.param([(*SG, Status.FAIL)], [], {"fixed": [SG]}, id="no longer on the path"),
        pytest.param([(*SG, Status.FAIL)], [(*SG, Status.UNKNOWN)], {"unseen": [SG]}, id="not readable any more"),
        pytest.param(
            [(*SG, Status.FAIL)], [("SG-03", "orders", Status.UNKNOWN)], {"unseen": [SG]}, id="not even found any more"
        ),
        pytest.param([(*SG, Status.PASS)], [(*SG, Status.FAIL)], {"new": [SG]}, id="new"),
        pytest.param(
            [(*SG, Status.FAIL), (*TG, Status.FAIL)],
            [(*TG, Status.FAIL), ("TG-01", "other", Status.FAIL)],
            {"fixed": [SG], "still": [TG], "new": [("TG-01", "other")]},
            id="some of each",
        ),
        pytest.param(
            [("LOG-06", "log", Status.FAIL)], [("LOG-06", "log", Status.UNKNOWN)], {}, id="a symptom is no fault"
        ),
        pytest.param([(*SG, Status.WARN)], [(*SG, Status.PASS)], {}, id="a warning is no fault"),
    ],
)
def test_what_became_of_each_fault(before, after, expected):
    assert kinds(made(*before), made(*after)) == expected


def test_a_possible_cause_is_a_fault_although_it_only_warns():
    possible = report().verdict.causes
    assert kinds(made((*SG, Status.WARN), causes=possible), made((*SG, Status.PASS))) == {"fixed": [SG]}


def test_the_same_faults_are_the_same():
    assert difference(report(), report()).same
    assert not difference(report(), made()).same


def test_a_fault_that_only_a_probe_showed_is_not_fixed_because_nobody_probed_again():
    through = tls.nlb_pass_through()
    before, after = judge(p.probed(through, tls=p.tls("key-mismatch"))), judge(through)
    found = difference(before, after)
    assert [fault.check for fault in found.unseen] == ["TLS-05"]
    assert found.fixed == ()


def test_a_fault_that_a_second_probe_does_not_show_is_fixed():
    through = tls.nlb_pass_through()
    found = difference(judge(p.probed(through, tls=p.tls("key-mismatch"))), judge(p.probed(through)))
    assert [fault.check for fault in found.fixed] == ["TLS-05"]
