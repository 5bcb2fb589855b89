"""Any single action refused, all of them one by one: no wrong verdict, and the gaps name exactly that action."""

import time
from datetime import UTC, datetime

import pytest

from bot.demo.aws.faults import FAULTS
from bot.demo.aws.topology import http_v2, rest_v1_nlb
from bot.diagnosis import engine
from bot.diagnosis.checks import by_code
from bot.diagnosis.model import GapReason, Report, Request, State
from bot.diagnosis.policy import ALARM_ACTION, OPTIONAL, actions

OPTIONAL_ACTIONS = {ALARM_ACTION, *(source.action for source in OPTIONAL)}
NEVER_REFUSED = {"sts:GetCallerIdentity"}
ACTIONS = [action for action in actions() if action not in OPTIONAL_ACTIONS | NEVER_REFUSED]
"""AWS answers GetCallerIdentity whatever the policy says."""


@pytest.fixture(scope="module")
def worlds(world):
    rest_v1_nlb(world, "healthy")
    http_v2(world, "healthy-http", balancer="alb")
    FAULTS["target-security-group-closed"].apply(rest_v1_nlb(world, "closed"))
    FAULTS["certificate-names-another-host"].apply(rest_v1_nlb(world, "misnamed", scheme="https", listener="TLS"))
    FAULTS["balancer-closed-to-link"].apply(http_v2(world, "closed-http", balancer="alb"))
    return {"healthy": "", "healthy-http": "", "closed": "SG-03", "misnamed": "TLS-01", "closed-http": "SG-04"}


@pytest.fixture
def diagnose(reader, local_aws, worlds):
    def run(api: str, *denied: str) -> Report:
        local_aws.switches.reset()
        local_aws.switches.deny = set(denied)
        request = Request(api=api, stage="prod", region="eu-west-1")
        clock = engine.Clock(lambda: datetime.now(UTC), time.monotonic)
        return engine.report(engine.collect(request, reader(), clock))

    yield run
    local_aws.switches.reset()


def concerned(action: str) -> list[str]:
    """The worlds on which an action can tell: the plain ones always, a further one by its service."""
    service = action.partition(":")[0]
    further = {"acm": "misnamed", "elasticloadbalancing": "misnamed", "ec2": "closed-http", "logs": "healthy-http"}
    return ["healthy", "closed", *([further[service]] if service in further else [])]


@pytest.mark.parametrize("action", ACTIONS)
def test_one_action_refused(diagnose, worlds, action):
    for api in concerned(action):
        cause = worlds[api]
        report = diagnose(api, action)
        refused = {gap.action for gap in report.gaps if gap.reason is GapReason.ACCESS_DENIED}
        assert refused <= {action}, api
        named = [found.check for found in report.verdict.causes]
        if not cause:
            assert report.verdict.state is not State.CAUSE_FOUND, (api, named)
        elif report.verdict.state is State.CAUSE_FOUND:
            assert named[0] == cause, (api, named)
        else:
            assert refused == {action}, (api, report.verdict.summary)
            assert set(named) <= {cause, *by_code()[cause].explains}, (api, named)


def test_with_everything_allowed_each_world_is_judged_right(diagnose, worlds):
    for api, cause in worlds.items():
        assert [c.check for c in diagnose(api).verdict.causes[:1]] == ([cause] if cause else []), api
