"""Clicks, choices, response URLs and shortcuts, answered by the real Bolt app."""

from __future__ import annotations

import asyncio

import pytest
from local_slack_blocks import plain
from local_slack_helpers import ALICE, BRUNO, CHANNEL, actions, button, deliveries, ignore, post, section
from slack_sdk.errors import SlackApiError

from bot.demo.slack import Shortcut, Workspace


def option(value: str) -> dict:
    return {"text": plain(value.title()), "value": value}


CHOICES = [option("one"), option("two")]


class TestClicks:
    async def test_the_payload_is_complete(self, slack, client, clicks, control):
        root = await post(client, section("root"))
        ts = await post(client, actions(button("go", value="v1", style="primary")), thread_ts=root)
        await control("interact", channel=CHANNEL, messageTs=ts, user="bruno", action="go")
        body = clicks[0]
        assert body["user"]["id"] == BRUNO
        assert body["channel"] == {"id": CHANNEL, "name": "incidents"}
        assert body["container"] == {
            "type": "message",
            "message_ts": ts,
            "channel_id": CHANNEL,
            "is_ephemeral": False,
            "thread_ts": root,
        }
        assert body["message"]["thread_ts"] == root
        assert body["api_app_id"] == "A01VPCLINK"
        assert body["trigger_id"]
        assert body["response_url"].startswith(slack.url)
        action = body["actions"][0]
        assert (action["action_id"], action["block_id"], action["value"]) == ("go", "buttons", "v1")
        assert (action["type"], action["text"]["text"], action["style"]) == ("button", "Go", "primary")

    @pytest.mark.parametrize(
        ("element", "given", "expected"),
        [
            ({"type": "overflow", "options": CHOICES}, "two", {"selected_option": "two"}),
            ({"type": "static_select", "options": CHOICES}, "one", {"selected_option": "one"}),
            (
                {"type": "static_select", "option_groups": [{"label": plain("g"), "options": CHOICES}]},
                "two",
                {"selected_option": "two"},
            ),
            ({"type": "multi_static_select", "options": CHOICES}, ["two"], {"selected_options": ["two"]}),
            ({"type": "checkboxes", "options": CHOICES}, ["one", "two"], {"selected_options": ["one", "two"]}),
            ({"type": "radio_buttons", "options": CHOICES}, "one", {"selected_option": "one"}),
            ({"type": "users_select"}, ALICE, {"selected_user": ALICE}),
            ({"type": "channels_select"}, CHANNEL, {"selected_channel": CHANNEL}),
            ({"type": "multi_conversations_select"}, [CHANNEL], {"selected_conversations": [CHANNEL]}),
            ({"type": "datepicker"}, "2026-11-22", {"selected_date": "2026-11-22"}),
            ({"type": "timepicker"}, "23:59", {"selected_time": "23:59"}),
            ({"type": "datetimepicker"}, 1795385716, {"selected_date_time": 1795385716}),
        ],
        ids=lambda value: value.get("type") if isinstance(value, dict) and "type" in value else "",
    )
    async def test_what_was_chosen(self, client, clicks, control, element, given, expected):
        ts = await post(client, actions({**element, "action_id": "choose"}))
        answer = await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action="choose", value=given)
        assert answer["acknowledged"]
        chosen = {key: _bare(clicks[0]["actions"][0][key]) for key in expected}
        assert chosen == expected
        kept = clicks[0]["state"]["values"].get("buttons", {}).get("choose")
        if element["type"] == "overflow":
            assert kept is None
        else:
            assert {key: _bare(kept[key]) for key in expected} == expected

    async def test_state_holds_what_was_chosen_before(self, client, clicks, control):
        select = {"type": "static_select", "action_id": "pick", "options": CHOICES}
        ts = await post(client, actions(select, button("go")))
        for action, value in (("pick", "two"), ("go", None)):
            await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action=action, value=value)
        await control("interact", channel=CHANNEL, messageTs=ts, user="bruno", action="go")
        alices, brunos = (body["state"]["values"]["buttons"]["pick"]["selected_option"] for body in clicks[1:])
        assert (alices["value"], brunos) == ("two", None)

    async def test_a_button_in_an_attachment(self, client, clicks, control):
        attachments = [{"text": "a"}, {"blocks": [actions(button("go"))]}]
        ts = (await client.chat_postMessage(channel=CHANNEL, text="x", attachments=attachments))["ts"]
        await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action="go")
        assert clicks[0]["container"]["type"] == "message_attachment"
        assert clicks[0]["container"]["attachment_id"] == 2

    async def test_buttons_in_a_section_a_container_and_feedback(self, client, clicks, control):
        accessory = {**section("s"), "accessory": button("in_section")}
        inner = {**section("c"), "accessory": button("in_container")}
        container = {"type": "container", "title": plain("Evidence"), "child_blocks": [inner]}
        good = {"text": plain("Good"), "value": "good"}
        bad = {"text": plain("Bad"), "value": "bad"}
        feedback = {"type": "feedback_buttons", "action_id": "rate", "positive_button": good, "negative_button": bad}
        ts = await post(client, accessory, container, {"type": "context_actions", "elements": [feedback]})
        for action, value in (("in_section", None), ("in_container", None), ("rate", "bad")):
            await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action=action, value=value)
        assert [body["actions"][0]["action_id"] for body in clicks] == ["in_section", "in_container", "rate"]
        assert clicks[2]["actions"][0]["value"] == "bad"

    async def test_a_click_in_an_ephemeral_message_has_no_message(self, slack, client, clicks, control):
        answer = await client.chat_postEphemeral(channel=CHANNEL, user=ALICE, text="x", blocks=[actions(button("go"))])
        ts = answer["message_ts"]
        refused = await control("interact", channel=CHANNEL, messageTs=ts, user="bruno", action="go")
        assert "sees no message" in refused["error"]
        await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action="go")
        assert clicks[0]["container"]["is_ephemeral"]
        assert "message" not in clicks[0]

    async def test_an_external_select_asks_the_app_for_options(self, client, connected, clicks, control):
        @connected.options("api")
        async def offer(ack, payload):
            await ack(options=[option(f"{payload['value']}-{n}") for n in (1, 2)])

        select = {"type": "external_select", "action_id": "api", "min_query_length": 0}
        ts = await post(client, actions(select))
        place = {"channel": CHANNEL, "messageTs": ts, "user": "alice", "action": "api"}
        too_soon = await control("interact", **place, value="orders-1")
        offered = await control("options", **place, query="orders")
        await control("interact", **place, value="orders-2")
        assert "expects one of" in too_soon["error"]
        assert [one["value"] for one in offered["options"]] == ["orders-1", "orders-2"]
        assert clicks[0]["actions"][0]["selected_option"]["text"]["text"] == "Orders-2"

    async def test_invalid_options_are_refused(self, client, connected, control):
        @connected.options("api")
        async def offer(ack):
            await ack(options=[{"text": plain("no value")}])

        ts = await post(client, actions({"type": "external_select", "action_id": "api"}))
        answer = await control("options", channel=CHANNEL, messageTs=ts, user="alice", action="api", query="x")
        assert "missing required field: value" in answer["error"]

    async def test_an_unknown_action_is_answered_with_those_there_are(self, client, control):
        ts = await post(client, actions(button("go"), button("stop")))
        answer = await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action="run")
        assert answer == {"ok": False, "error": "action: expected one of go, stop; got 'run'"}

    async def test_a_click_that_nobody_handles_is_told_to_the_person(self, slack, client, connected, control, clock):
        ts = await post(client, actions(button("go")))
        await slack.settled()
        click = asyncio.create_task(control("interact", channel=CHANNEL, messageTs=ts, user="alice", action="go"))
        await clock.until_sleeping(3)
        clock.move(3.1)
        answer = await click
        assert answer["outcome"] == "timeout"
        assert slack.messages(CHANNEL)[-1]["text"] == 'vpclink failed with the error "operation_timeout"'
        assert deliveries(slack, "interactive:block_actions") == ["timeout"]


def _bare(value):
    """Options by their values alone."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return value["value"] if isinstance(value, dict) else value


MODAL = {"type": "modal", "title": plain("Hi"), "blocks": [section("x")]}


class TestTriggers:
    @pytest.mark.parametrize(
        ("seconds", "times", "error"),
        [(2.9, 1, None), (3.1, 1, "expired_trigger_id"), (0, 2, "exchanged_trigger_id")],
        ids=["in time", "too late", "twice"],
    )
    async def test_three_seconds_one_use(self, client, clicks, control, clock, seconds, times, error):
        ts = await post(client, actions(button("go")))
        await control("interact", channel=CHANNEL, messageTs=ts, user="alice", action="go")
        clock.move(seconds)
        trigger = clicks[0]["trigger_id"]
        for _ in range(times - 1):
            await client.views_open(trigger_id=trigger, view=MODAL)
        if error is None:
            assert (await client.views_open(trigger_id=trigger, view=MODAL))["ok"]
        else:
            with pytest.raises(SlackApiError, match=error):
                await client.views_open(trigger_id=trigger, view=MODAL)


class TestShortcuts:
    @pytest.fixture
    def workspace(self, workspace: Workspace) -> Workspace:
        vpclink = workspace.apps[0]
        everywhere = Shortcut(name="Doctor", type="global", callback_id="doctor")
        vpclink = vpclink.model_copy(update={"shortcuts": (*vpclink.shortcuts, everywhere)})
        return workspace.model_copy(update={"apps": (vpclink, workspace.apps[1])})

    async def test_a_message_shortcut_carries_the_message(self, connected, control):
        seen = []

        @connected.shortcut("vpclink_diagnose_message")
        async def diagnose(ack, body):
            await ack()
            seen.append(body)

        ignore(connected, "message")
        ts = (await control("alarm"))["ts"]
        place = {"channel": CHANNEL, "messageTs": ts}
        answer = await control("shortcut", **place, user="alice", callback_id="vpclink_diagnose_message")
        assert answer["acknowledged"]
        assert seen[0]["type"] == "message_action"
        assert seen[0]["message"]["attachments"][0]["fallback"].startswith("🚨 CloudWatch Alarm")
        assert seen[0]["message_ts"] == ts
        assert seen[0]["response_url"]
        assert seen[0]["trigger_id"]

    async def test_a_global_shortcut(self, connected, control):
        seen = []

        @connected.shortcut("doctor")
        async def doctor(ack, body):
            await ack()
            seen.append(body["type"])

        await control("shortcut", user="alice", callback_id="doctor")
        unknown = await control("shortcut", user="alice", callback_id="surgeon")
        assert seen == ["shortcut"]
        assert "expected one of doctor" in unknown["error"]
