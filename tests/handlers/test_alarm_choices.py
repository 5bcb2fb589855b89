"""What people choose for alarms: off in a channel, snoozed, or quiet by the alarm's own description."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.responding.channels import AlarmChannels, Shown
from bot.responding.quiet import is_quiet
from bot.store.database import Database
from bot.store.sqlite import SqliteStore
from handlers import ids
from handlers.parsing import Alarms, parse
from handlers.usage import UsageError
from tests.handlers.alarm_bench import CARDS, alarm_bot, alarm_reader
from tests.handlers.bench import ALICE, BRUNO, CHANNEL, local_slack

AT = datetime(2026, 11, 22, 3, 11, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader():
    with alarm_reader() as (_, found):
        yield found


@pytest.fixture
async def bench(reader, tmp_path):
    async with local_slack(alarms=CARDS) as slack, alarm_bot(slack, tmp_path / "db.sqlite3", reader) as running:
        yield running


async def pressed(bench, message, action, **more):
    await bench.control("interact", channel=CHANNEL, messageTs=message["ts"], user=BRUNO, action=action, **more)
    await bench.settle()


async def snoozed(bench, preset="1h"):
    """The card of an alarm that Bruno has snoozed."""
    card = await bench.alarm("orders-prod-5xx")
    menu = bench.introduction(card)
    value = next(
        option["value"] for option in menu["blocks"][0]["accessory"]["options"] if option["value"].startswith(preset)
    )
    await pressed(bench, menu, ids.SNOOZE_ALARM, value=value)
    return card


async def test_a_snoozed_alarm_is_left_alone_and_says_until_when_and_by_whom(bench):
    card = await snoozed(bench)
    line = bench.introduction(card)["blocks"][0]["text"]["text"]
    assert "is snoozed in this channel until" in line
    assert f"<@{BRUNO}>" in line
    await bench.alarm("orders-prod-5xx", "OK")
    said = len(bench.messages())
    await bench.alarm("orders-prod-5xx")
    assert len(bench.messages()) == said


async def test_a_snooze_can_be_ended(bench):
    card = await snoozed(bench)
    await pressed(bench, bench.introduction(card), ids.WAKE_ALARM)
    assert "is in ALARM since" in bench.introduction(card)["text"]
    await bench.alarm("orders-prod-5xx", "OK")
    said = len(bench.messages())
    await bench.alarm("orders-prod-5xx")
    assert len(bench.messages()) > said


async def test_an_alarm_of_another_name_is_not_snoozed_with_it(bench):
    await snoozed(bench)
    second = await bench.alarm("orders-prod-latency")
    assert bench.thread(second)


async def test_alarms_can_be_switched_off_and_on_in_a_channel_for_all_to_see(bench):
    await bench.command("alarms off")
    await bench.alarm("orders-prod-5xx")
    (told,) = bench.messages()
    assert "left alone" in told["text"]
    assert told["visible_to"] is None
    await bench.command("alarms on")
    card = await bench.alarm("orders-prod-latency")
    assert "0 of 2 targets healthy" in bench.thread(card)[0]["text"]


async def test_the_status_lists_what_is_snoozed_and_can_end_it(bench):
    await snoozed(bench)
    await bench.command("alarms status")
    status = bench.messages()[-1]
    assert status["visible_to"] == ALICE
    assert "orders-prod-5xx" in str(status["blocks"])
    assert ids.WAKE_ALARM in str(status["blocks"])


async def test_a_marker_in_the_description_asks_for_silence(bench):
    (row,) = [row for row in bench.aws.home.all("alarm") if row["AlarmName"] == "orders-prod-latency"]
    row["AlarmDescription"] = "Noisy. vpclink:off until June"
    await bench.alarm("orders-prod-latency")
    row["AlarmDescription"] = ""
    assert bench.messages() == []


@pytest.mark.parametrize(
    ("description", "quiet"),
    [("vpclink:off", True), ("See the runbook (VPCLINK: off).", True), ("not-vpclink:off", False), (None, False)],
)
def test_the_marker(description, quiet):
    assert is_quiet(description) is quiet


@pytest.mark.parametrize(
    ("text", "on"), [("alarms on", True), ("alarms OFF", False), ("alarms status", None), ("alarms", None)]
)
def test_the_command(text, on):
    assert parse(text, default_region=None) == Alarms(on)


def test_another_word_is_told_what_was_expected():
    with pytest.raises(UsageError, match="alarms on, alarms off or alarms status"):
        parse("alarms maybe", default_region=None)


@pytest.fixture
async def channels(tmp_path):
    async with Database(tmp_path / "vpclink.sqlite3") as database:
        yield AlarmChannels(SqliteStore(database, now=lambda: AT).values, lambda: AT)


@pytest.mark.parametrize(
    ("preset", "until"),
    [
        ("1h", AT + timedelta(hours=1)),
        ("4h", AT + timedelta(hours=4)),
        ("tomorrow", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("1w", AT + timedelta(weeks=1)),
    ],
)
async def test_how_long_a_snooze_lasts(channels, preset, until):
    snooze = await channels.snooze(Shown("C1", "x", "orders-prod-5xx", "eu-west-1", "03:11 UTC"), preset, "U1")
    assert snooze.ends == until
    assert await channels.snoozes() == (snooze,)
    assert await channels.snoozes("C2") == ()


async def test_an_unknown_preset_is_refused(channels):
    with pytest.raises(LookupError, match="expected one of 1h"):
        await channels.snooze(Shown("C1", "x", "a", "eu-west-1", "03:11 UTC"), "2y", "U1")


async def test_the_choices_of_channels_are_listed(channels):
    assert await channels.is_on("C1")
    chosen = await channels.switch("C1", "U1", on=False)
    assert not await channels.is_on("C1")
    assert await channels.settings() == (chosen,)
