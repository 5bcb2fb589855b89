"""What is pressed → what is enqueued, or answered at once."""

import pytest

from bot.access import Guard
from bot.aws.probe_function import FunctionVantage
from bot.config import Accounts
from bot.probing.asking import PROBE, ProbeAsk
from bot.probing.vantage import LocalVantage
from bot.settings import Settings, SettingsError
from bot.world import vantage_of
from handlers import ids
from tests.handlers import payloads
from tests.handlers.conftest import keep
from tests.handlers.payloads import pressed
from tests.handlers.test_access import config
from tests.report import samples


async def test_a_press_becomes_one_job_that_names_no_address(store):
    desk = payloads.Desk(store, can_probe=True)
    for _ in range(2):
        response = await desk.send(pressed(ids.PROBE, samples.RUN))
        assert response.status == 200
    job = desk.jobs.only
    assert job["kind"] == PROBE
    assert (job["run"], job["message_ts"], job["thread_ts"]) == (samples.RUN, "1700000000.000200", "")
    assert job["group"] == "message:C01:1700000000.000200"
    assert set(ProbeAsk.model_fields) == {
        "run",
        "channel",
        "message_ts",
        "thread_ts",
        "user",
        "response_url",
        "reference",
        "language",
    }


async def test_where_nothing_is_set_up_the_press_says_what_to_install(desk):
    await desk.send(pressed(ids.PROBE, samples.RUN))
    (answer,) = desk.answers
    assert answer["response_type"] == "ephemeral"
    assert "VPCLINK_PROBE=local" in answer["text"]
    assert "docs/probe-now.md" in answer["text"]
    assert desk.jobs.put_jobs == {}


def test_the_setting_chooses_the_vantage(monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert vantage_of("") is None
    assert isinstance(vantage_of("local"), LocalVantage)
    assert isinstance(vantage_of("lambda:vpclink-probe"), FunctionVantage)


@pytest.mark.parametrize("value", ["yes", "lambda:", "lambda", "http://x", "lambda:a b"])
def test_a_setting_that_means_nothing_says_what_was_expected(value):
    with pytest.raises(SettingsError, match="VPCLINK_PROBE: expected local, or lambda:"):
        Settings.from_environment({"VPCLINK_PROBE": value}, for_slack=False)


async def test_who_may_not_ask_about_the_account_may_not_probe_either(store):
    desk = payloads.Desk(store, can_probe=True)
    rules = config({"accounts": ["sandbox"], "users": ["U01ALICE"]}, {"users": ["U0NOBODY"]})
    object.__setattr__(desk.edge, "guard", Guard(Accounts(rules)))  # frozen: what a running bot cannot do, a test may
    await keep(store)
    await desk.send(pressed(ids.PROBE, samples.RUN))
    assert desk.jobs.put_jobs == {}
    (answer,) = desk.answers
    assert answer["text"].startswith("You may not ask about this account")
