"""Alarms that nobody asked about follow the rules of their channel; whoever uses the shortcut follows their own."""

import pytest

from handlers import ids
from tests.diagnosis import worlds as w
from tests.handlers.alarm_bench import CARDS, alarm_bot, alarm_reader
from tests.handlers.bench import ALICE, BRUNO, CHANNEL, local_slack

REFUSED = "Alarms are not diagnosed about the account production in this channel."


@pytest.fixture(scope="module")
def reader():
    with alarm_reader() as (_, found):
        yield found


@pytest.fixture
def file(tmp_path):
    def write(rule, account=w.ACCOUNT):
        path = tmp_path / "vpclink.toml"
        path.write_text(f'[accounts.production]\nid = "{account}"\n[[access.allow]]\n{rule}\n')
        return str(path)

    return write


@pytest.fixture
async def slack():
    async with local_slack(alarms=CARDS) as running:
        yield running


async def test_a_channel_that_the_rules_name_is_answered_in(slack, reader, tmp_path, file):
    rule = f'channels = ["{CHANNEL}"]\nusers = ["{ALICE}"]'
    async with alarm_bot(slack, tmp_path / "db.sqlite3", reader, VPCLINK_CONFIG=file(rule)) as bench:
        card = await bench.alarm("orders-prod-5xx")
        assert "0 of 2 targets healthy" in bench.thread(card)[0]["text"]
        assert bench.reading.asked[0].account == w.ACCOUNT


async def test_elsewhere_it_is_said_once_an_hour_and_nothing_is_read(slack, reader, tmp_path, file):
    rule = f'users = ["{ALICE}"]'
    async with alarm_bot(slack, tmp_path / "db.sqlite3", reader, VPCLINK_CONFIG=file(rule)) as bench:
        card = await bench.alarm("orders-prod-5xx")
        (line,) = bench.thread(card)
        assert f"was not diagnosed. {REFUSED}" in line["text"]
        await bench.alarm("orders-prod-latency")
        assert bench.messages() == [line]
        assert bench.reading.asked == []


async def test_what_is_none_of_our_business_stays_unsaid_there(slack, reader, tmp_path, file):
    rule = f'users = ["{ALICE}"]'
    async with alarm_bot(slack, tmp_path / "db.sqlite3", reader, VPCLINK_CONFIG=file(rule)) as bench:
        await bench.alarm("cpu-high")
        assert bench.messages() == []


async def test_the_shortcut_of_somebody_who_may_not_is_answered_to_them_alone(slack, reader, tmp_path, file):
    rule = f'users = ["{ALICE}"]'
    async with alarm_bot(
        slack, tmp_path / "db.sqlite3", reader, VPCLINK_CONFIG=file(rule), VPCLINK_LANGUAGE="en"
    ) as bench:
        card = await bench.alarm("orders-prod-5xx")
        await bench.control(
            "shortcut", callback_id=ids.DIAGNOSE_ALARM, channel=CHANNEL, user=BRUNO, messageTs=card["ts"]
        )
        await bench.settle()
        *_, answer = bench.messages()
        assert answer["visible_to"] == BRUNO
        assert answer["text"] == "You may not ask about the account production in this channel."
        assert bench.reading.asked == []


async def test_an_account_that_is_not_configured_is_named(slack, reader, tmp_path, file):
    async with alarm_bot(slack, tmp_path / "db.sqlite3", reader, VPCLINK_CONFIG=file("", "999988887777")) as bench:
        card = await bench.alarm("orders-prod-5xx")
        assert [m["text"] for m in bench.thread(card) if "is not configured" in m["text"]]
        assert bench.reading.asked == []
