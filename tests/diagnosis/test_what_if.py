"""Testing a fix on the model, with the checks that exist."""

import pytest

from bot.diagnosis import sources as s
from bot.diagnosis.engine import report
from bot.diagnosis.model import State
from bot.diagnosis.what_if import CannotTest, can_be_tested, what_if
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_probed as p
from tests.diagnosis import worlds_tls as tls

FAILURE = "Execution failed due to configuration error: There was an internal error while executing your request"


def sick(evidence=None):
    health = tuple(w.target(t, "unhealthy", "Target.FailedHealthChecks") for t in w.TARGETS)
    return w.logged(FAILURE, evidence=w.changed(s.TARGET_HEALTH, w.GROUP, health, evidence))


def test_after_the_only_fault_is_fixed_nothing_remains():
    result = what_if(sick(w.changed(s.SECURITY_GROUP, w.TARGET_SG, w.security_group(w.TARGET_SG))), "SG-03")
    assert (result.state, result.remaining) == (State.NO_FAULT_FOUND, ())
    assert result.fixed == (w.TARGET_SG,)


def test_a_second_fault_remains_and_is_said():
    acl = w.acl(w.entry(50, "deny", egress=True))
    world = w.changed(s.SECURITY_GROUP, w.TARGET_SG, w.security_group(w.TARGET_SG))
    for subnet in w.TARGET_SUBNETS:
        world = w.changed(s.NETWORK_ACL, subnet, acl, world)
    result = what_if(sick(world), "SG-03")
    assert [c.check for c in result.remaining] == ["NACL-01"]
    assert "would still be broken: NACL-01" in result.summary


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        pytest.param(sick(), {"TG-01": True}, id="the model can show it"),
        pytest.param(w.changed(s.TARGET_HEALTH, w.GROUP, ()), {"TG-01": False}, id="it cannot"),
    ],
)
def test_whether_a_fix_can_be_tested_is_known_beforehand(evidence, expected):
    causes = report(evidence).verdict.causes
    assert {cause.check: can_be_tested(evidence, cause) for cause in causes} == expected


@pytest.mark.parametrize(
    ("evidence", "code", "said"),
    [
        pytest.param(w.healthy(), "XX-99", "there is no check", id="unknown check"),
        pytest.param(w.healthy(), "SG-03", "does not fail here", id="nothing to fix"),
        pytest.param(
            w.changed(s.TARGET_HEALTH, w.GROUP, ()), "TG-01", "not a change of configuration", id="no model of it"
        ),
    ],
)
def test_what_cannot_be_tested_says_why(evidence, code, said):
    with pytest.raises(CannotTest, match=said):
        what_if(evidence, code)


def test_what_a_probe_saw_of_a_fault_was_before_its_fix():
    evidence = tls.nlb_tls(tls.certificate("other.example.com"))
    seen = p.probed(evidence, p.nodes(evidence), tls=p.tls("hostname-mismatch", sans=("other.example.com",)))
    assert what_if(seen, "TLS-01").remaining == ()
