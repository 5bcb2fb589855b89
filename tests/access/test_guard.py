"""Who may ask about which account, where."""

import pytest

from bot.access import Guard, RefusedError
from bot.config import Accounts, Config
from bot.diagnosis.model import Request

PRODUCTION, SANDBOX = "111122223333", "444455556666"
ALICE, BRUNO, INCIDENTS, RANDOM = "U01ALICE", "U02BRUNO", "C01INCIDENTS", "C02RANDOM"


class Groups:
    """User groups whose members are known; of any other, Slack tells nothing."""

    def __init__(self, **members):
        self._members = members

    async def members(self, group):
        return self._members.get(group)


def guard(*rules, groups=None, **access):
    accounts = {
        "production": {"id": PRODUCTION},
        "sandbox": {"id": SANDBOX, "role_arn": f"arn:aws:iam::{SANDBOX}:role/r"},
    }
    config = Config.model_validate({"accounts": accounts, "access": {"allow": list(rules), **access}})
    return Guard(Accounts(config), groups or Groups(S01ONCALL={ALICE}))


async def admitted(guard, account="production", channel=INCIDENTS, user=ALICE):
    request = Request(api="orders", stage="prod", region="eu-west-1", account=account)
    try:
        return (await guard.admit(request, channel=channel, user=user)).account
    except RefusedError:
        return None


async def test_without_rules_everybody_may_ask_everywhere():
    assert await admitted(guard()) == PRODUCTION
    assert await admitted(guard(), user="") == PRODUCTION


@pytest.mark.parametrize(
    ("rule", "asked", "allowed"),
    [
        ({}, {}, True),
        ({"accounts": ["production"]}, {"account": "production"}, True),
        ({"accounts": ["production"]}, {"account": "sandbox"}, False),
        ({"channels": [INCIDENTS]}, {"channel": INCIDENTS}, True),
        ({"channels": [INCIDENTS]}, {"channel": RANDOM}, False),
        ({"users": [ALICE]}, {"user": ALICE}, True),
        ({"users": [ALICE]}, {"user": BRUNO}, False),
        ({"groups": ["S01ONCALL"]}, {"user": ALICE}, True),
        ({"groups": ["S01ONCALL"]}, {"user": BRUNO}, False),
        ({"groups": ["S01ONCALL"], "users": [BRUNO]}, {"user": BRUNO}, True),
        ({"groups": ["S02UNREADABLE"]}, {"user": ALICE}, False),
        ({"channels": [INCIDENTS], "users": [ALICE]}, {"user": ALICE, "channel": RANDOM}, False),
    ],
)
async def test_a_rule(rule, asked, allowed):
    assert bool(await admitted(guard(rule), **asked)) is allowed


async def test_rules_add_up():
    both = guard({"accounts": ["production"], "users": [ALICE]}, {"accounts": ["sandbox"]})
    assert await admitted(both, "sandbox", user=BRUNO)
    assert not await admitted(both, "production", user=BRUNO)


@pytest.mark.parametrize(
    ("rule", "channel", "allowed"),
    [
        pytest.param({}, RANDOM, True, id="no restriction"),
        pytest.param({"channels": [INCIDENTS]}, INCIDENTS, True, id="the channel is named"),
        pytest.param({"channels": [INCIDENTS], "users": [ALICE]}, INCIDENTS, True, id="it reads along there anyway"),
        pytest.param({"users": [ALICE]}, INCIDENTS, False, id="only some people, anywhere"),
        pytest.param({"channels": [INCIDENTS]}, RANDOM, False, id="another channel"),
    ],
)
async def test_alarms_that_nobody_asked_about_follow_their_channel(rule, channel, allowed):
    assert bool(await admitted(guard(rule), channel=channel, user="")) is allowed


async def refusal(guard, **asked):
    with pytest.raises(RefusedError) as caught:
        await guard.admit_to(PRODUCTION, **{"channel": INCIDENTS, "user": BRUNO, **asked})
    return caught.value


async def test_a_refusal_says_who_can_here():
    error = await refusal(guard({"groups": ["S01ONCALL"], "users": [ALICE]}))
    assert error.problem == "You may not ask about the account production in this channel."
    assert (error.who.users, error.who.groups) == ((ALICE,), ("S01ONCALL",))
    assert str(error).endswith("Who can: user group S01ONCALL, user U01ALICE.")


async def test_a_refusal_says_where_one_may_ask():
    error = await refusal(guard({"channels": [RANDOM]}))
    assert error.who.channels == (RANDOM,)
    assert not error.who.users


async def test_a_group_that_slack_does_not_tell_of_is_said():
    error = await refusal(guard({"groups": ["S02UNREADABLE"]}))
    assert "usergroups:read" in error.problem


async def test_an_account_that_is_not_configured_is_refused_with_those_that_are():
    with pytest.raises(RefusedError) as caught:
        await guard().admit_account("staging", "eu-west-1", channel=INCIDENTS, user=ALICE)
    assert "one of production" in caught.value.expected


async def test_administrators():
    named = guard(administrators={"users": [BRUNO], "groups": ["S01ONCALL"]})
    assert [await named.is_administrator(user) for user in (ALICE, BRUNO, "U03CARLA")] == [True, True, False]
    assert not await guard().is_administrator(ALICE)
