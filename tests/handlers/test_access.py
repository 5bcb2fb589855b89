"""The rules hold at every door: command, mention, buttons, shortcut; and again before anything is read."""

from __future__ import annotations

import pytest

from bot.access import Guard
from bot.config import Accounts, Config
from bot.demo.slack.workspace import UserGroup
from bot.diagnosis.model import Request
from bot.report.asking import encode_request
from handlers import ids
from tests.handlers import payloads as p
from tests.handlers.bench import ALICE, BRUNO, CHANNEL, bot_on, local_slack
from tests.handlers.conftest import REQUEST, keep, rerun
from tests.report import samples

PRODUCTION, SANDBOX = "111122223333", "444455556666"
TOLD = "You may not ask about the account production in this channel."


def config(*rules):
    sandbox = {"id": SANDBOX, "role_arn": f"arn:aws:iam::{SANDBOX}:role/vpclink-readonly"}
    accounts = {"production": {"id": PRODUCTION}, "sandbox": sandbox}
    return Config.model_validate({"accounts": accounts, "access": {"allow": list(rules)}})


@pytest.fixture
def closed(desk):
    """A desk where Alice may ask about the sandbox alone."""
    guard = Guard(Accounts(config({"accounts": ["sandbox"], "users": [ALICE]}, {"users": ["U0NOBODY"]})))
    object.__setattr__(desk.edge, "guard", guard)  # frozen: what a running bot cannot do, a test may
    return desk


def refused(desk):
    return desk.jobs.put_jobs == {} and [answer["text"] for answer in desk.answers] == [TOLD]


async def test_the_command(closed):
    response = await closed.send(p.command("diagnose orders prod"))
    body = p.body_of(response)
    assert (response.status, body["text"], body["response_type"]) == (200, TOLD, "ephemeral")
    assert "<@U0NOBODY>" in body["blocks"][0]["text"]["text"], "it says who can"
    assert closed.jobs.put_jobs == {}


async def test_the_command_about_another_account(closed):
    await closed.send(p.command("diagnose orders prod --account sandbox"))
    assert closed.jobs.only["request"]["account"] == SANDBOX, "the name becomes the account's id"


async def test_an_account_that_is_not_configured(closed):
    body = p.body_of(await closed.send(p.command("diagnose orders prod --account staging")))
    assert body["text"].startswith("The account “staging” is not configured. Expected: one of production")


async def test_a_mention(closed):
    assert (await closed.send(p.mention("<@U0BOT> diagnose orders prod"))).status == 200
    ((method, said),) = closed.calls
    assert (method, said["user"], said["text"]) == ("chat.postEphemeral", ALICE, TOLD)
    assert closed.jobs.put_jobs == {}


async def test_the_button_of_an_old_report(closed):
    await closed.send(rerun())
    assert refused(closed)


async def test_the_button_of_a_report_whose_request_is_stored(closed, store):
    await keep(store)
    await closed.send(p.pressed(ids.RERUN, f'{{"run": "{samples.RUN}"}}'))
    assert refused(closed)


async def test_the_choice_of_an_api(closed):
    await closed.send(p.pressed(f"{ids.CHOOSE}-1", encode_request(Request(**REQUEST))))
    assert refused(closed)


async def test_the_logs_of_a_stored_report(closed, store):
    await keep(store)
    run = await store.runs.get(samples.RUN)
    await store.runs.save(type(run)(**{**vars(run), "account": PRODUCTION}))
    await closed.send(p.pressed(ids.SHOW_LOGS, samples.RUN))
    assert refused(closed)
    assert closed.calls == [], "no modal was opened"


# --- who may forget -----------------------------------------------------------------------------------------------


@pytest.fixture
def administered(desk):
    """A desk of which Alice is an administrator."""
    access = Config.model_validate({"access": {"administrators": {"users": [ALICE]}}})
    object.__setattr__(desk.edge, "guard", Guard(Accounts(access)))  # as above
    return desk


@pytest.mark.parametrize(("text", "left"), [("forget --before 0d", 0), ("forget abcdefgh12", 1)])
async def test_an_administrator_may_forget(administered, store, text, left):
    await keep(store)
    body = p.body_of(await administered.send(p.command(text)))
    assert body["text"].startswith(f"{1 - left} run{'s' if left else ''} forgotten")
    assert bool(await store.runs.get(samples.RUN)) is bool(left)


async def test_nobody_else_may_and_is_told_who_can(administered, store):
    await keep(store)
    body = p.body_of(await administered.send(p.command("forget --before 0", user_id=BRUNO)))
    assert body["text"] == "Only administrators of vpclink may forget reports here."
    assert f"<@{ALICE}>" in body["blocks"][0]["text"]["text"]
    assert await store.runs.get(samples.RUN)


async def test_without_administrators_nobody_may(desk):
    body = p.body_of(await desk.send(p.command("forget --before 0")))
    assert body["text"] == "Only administrators of vpclink may forget reports here."


@pytest.mark.parametrize("text", ["forget", "forget everything now", "forget --before", "forget Orders API"])
async def test_what_to_forget_must_be_said(administered, text):
    body = p.body_of(await administered.send(p.command(text)))
    assert body["text"].startswith("I cannot tell what to forget.")


# --- in the running bot -------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "vpclink.toml"

    def write(*lines):
        file.write_text("\n".join((f'[accounts.production]\nid = "{PRODUCTION}"', *lines)))
        return str(file)

    return write


ON_CALL = UserGroup(id="S01ONCALL", handle="oncall", users=(ALICE,))


async def test_who_is_in_the_user_group_may_ask_and_nobody_else(tmp_path, file):
    path = file("[[access.allow]]", f'groups = ["{ON_CALL.id}"]')
    async with (
        local_slack(user_groups=(ON_CALL,)) as slack,
        bot_on(slack, tmp_path / "db.sqlite3", VPCLINK_CONFIG=path) as bench,
    ):
        await bench.command("diagnose orders prod", user=BRUNO)
        await bench.idle()
        assert bench.reading.asked == []
        await bench.command("diagnose orders prod", user=ALICE)
        await bench.idle()
        (asked,) = bench.reading.asked
        assert asked.account == PRODUCTION
        assert len(bench.calls("usergroups.users.list")) == 1, "Slack is asked once in some minutes"


async def test_without_the_scope_nobody_is_in_a_user_group(tmp_path, file):
    path = file("[[access.allow]]", f'groups = ["{ON_CALL.id}"]')
    async with local_slack() as slack, bot_on(slack, tmp_path / "db.sqlite3", VPCLINK_CONFIG=path) as bench:
        await bench.command("diagnose orders prod", user=ALICE)
        await bench.idle()
        assert bench.reading.asked == []


async def test_a_job_that_was_put_before_the_rules_changed_is_not_read(tmp_path, file):
    database = tmp_path / "db.sqlite3"
    async with local_slack() as slack:
        async with bot_on(slack, database, VPCLINK_CONFIG=file()) as bench:
            await bench.service.queue.drain(0)
            await bench.command("diagnose orders prod")
        closed = file("[[access.allow]]", f'users = ["{BRUNO}"]')
        async with bot_on(slack, database, VPCLINK_CONFIG=closed) as bench:
            await bench.idle()
            (message,) = bench.messages(CHANNEL)
            assert "not diagnosed" in message["text"]
            assert f"{TOLD} Who can: user {BRUNO}." in message["text"]
            assert bench.reading.asked == []
