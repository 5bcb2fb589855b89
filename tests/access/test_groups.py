"""User groups as a Slack tells them, with and without the scope."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.access.groups import FRESH_SECONDS, SlackGroups


class Client:
    """Answers usergroups.users.list; `trouble` is Slack's refusal."""

    def __init__(self):
        self.users, self.trouble, self.asked = ["U01ALICE"], None, 0

    async def usergroups_users_list(self, *, usergroup):
        self.asked += 1
        if self.trouble:
            raise SlackApiError("refused", {"ok": False, "error": self.trouble})
        return {"ok": True, "users": self.users}


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def groups(client, clock):
    return SlackGroups(client, monotonic=lambda: clock[0])


async def test_members_are_asked_for_once_in_a_while(groups, client, clock):
    assert await groups.members("S01") == {"U01ALICE"}
    client.users = ["U02BRUNO"]
    assert await groups.members("S01") == {"U01ALICE"}
    clock[0] += FRESH_SECONDS
    assert await groups.members("S01") == {"U02BRUNO"}
    assert client.asked == 2


async def test_what_slack_said_last_counts_for_an_hour_while_it_cannot_be_asked(groups, client, clock):
    await groups.members("S01")
    client.trouble = "internal_error"
    clock[0] += FRESH_SECONDS
    assert await groups.members("S01") == {"U01ALICE"}
    clock[0] += 3600
    assert await groups.members("S01") is None


async def test_without_the_scope_nothing_is_known(groups, client, caplog):
    client.trouble = "missing_scope"
    assert await groups.members("S01") is None
    assert "user group S01 cannot be read: missing_scope" in caplog.text
