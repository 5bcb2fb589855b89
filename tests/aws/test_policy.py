"""The generated policy is sufficient and minimal, and reads alone: enforced and recorded in worlds that reach it."""

from __future__ import annotations

import fnmatch

import pytest
from policy_sentry.querying.actions import get_action_data

from bot.diagnosis import engine
from bot.diagnosis.model import Gap, GapReason
from bot.diagnosis.policy import GATEWAY_PATHS, actions
from tests.aws.policy_worlds import Recording, diagnose, look_up_an_alarm, stop_a_slow_query, worlds

READS = {"Read", "List"}
FREE = {"sts:GetCallerIdentity"}
"""AWS answers it whatever the policy says."""


def access_level(action: str) -> str:
    """What kind of access AWS's own table says that an action is."""
    service, name = action.split(":")
    return str(get_action_data(service, name)[service][0]["access_level"])


@pytest.fixture(scope="module")
def recording(connection):
    return Recording()


@pytest.fixture(scope="module")
def recorded(local_aws, recording):
    """Every world read once with the policy enforced: the calls, and the gaps of each."""
    gaps = {}
    with pytest.MonkeyPatch.context() as patch:
        evidence = {name: diagnose(local_aws, recording, *made) for name, made in worlds().items()}
        evidence["slow query"] = stop_a_slow_query(local_aws, recording, patch)
    gaps |= {name: engine.report(read).gaps for name, read in evidence.items()}
    alarm, stages, failing = look_up_an_alarm(local_aws, recording)
    assert alarm
    assert not isinstance(alarm, Gap)
    assert stages == ("prod",)
    assert not isinstance(failing, Gap)
    return recording.calls, gaps


def test_it_is_sufficient(recorded):
    _, gaps = recorded
    denied = [(name, gap) for name, some in gaps.items() for gap in some if gap.reason is GapReason.ACCESS_DENIED]
    assert denied == []


def test_nothing_outside_of_it_is_called(recorded):
    calls, _ = recorded
    assert calls.actions <= set(actions())


def test_it_is_minimal(recorded):
    calls, _ = recorded
    assert set(actions()) - calls.actions == set()


def test_every_source_calls_what_it_declares_and_nothing_else(recorded):
    calls, _ = recorded
    undeclared = {
        source.name: called - {source.action, *source.also}
        for source, called in calls.by_source.items()
        if called - {source.action, *source.also}
    }
    assert undeclared == {}


def test_its_paths_are_those_that_are_called(recorded):
    calls, _ = recorded
    assert {path for path in calls.paths if not any(fnmatch.fnmatchcase(path, each) for each in GATEWAY_PATHS)} == set()
    unused = {each for each in GATEWAY_PATHS if not any(fnmatch.fnmatchcase(path, each) for path in calls.paths)}
    assert unused == set()


@pytest.mark.parametrize("action", actions())
def test_every_action_reads(action):
    assert access_level(action) in READS


def test_every_call_reads(recorded):
    calls, _ = recorded
    assert {action: access_level(action) for action in calls.actions if access_level(action) not in READS} == {}


def test_a_policy_without_one_action_is_not_sufficient(local_aws, recording):
    """The enforcement is real: what is taken out of the policy is missed."""
    name, made = next(iter(worlds().items()))
    reads = diagnose(local_aws, recording, *made)
    assert not [gap for gap in engine.report(reads).gaps if gap.reason is GapReason.ACCESS_DENIED], name
    for policy in local_aws.world.policies[""]:
        policy["Statement"][1]["Action"].remove("ec2:DescribeSubnets")
    reader = recording.reader()
    again = engine.collect(reads.request, reader, engine.Clock(lambda: reads.at, lambda: 0.0))
    denied = {gap.action for gap in engine.report(again).gaps if gap.reason is GapReason.ACCESS_DENIED}
    assert denied == {"ec2:DescribeSubnets"}
