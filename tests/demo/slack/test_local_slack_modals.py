"""Modals and Home tabs, from opening to closing, with the real Bolt app."""

from __future__ import annotations

import asyncio

import pytest
from local_slack_blocks import plain
from local_slack_helpers import ALICE, deliveries, section
from slack_sdk.errors import SlackApiError


def text_input(block_id: str, **element) -> dict:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id),
        "element": {"type": "plain_text_input", "action_id": "value", **element},
    }


def modal(*blocks: dict, title: str = "Ask", **more) -> dict:
    return {
        "type": "modal",
        "callback_id": "ask",
        "title": plain(title),
        "submit": plain("Go"),
        "blocks": list(blocks) or [section("x")],
        **more,
    }


@pytest.fixture
async def open_modal(slack, connected, control):
    """Open a modal for Alice by a slash command, as an app does; returns it as the control interface shows it."""

    async def open_it(view: dict) -> dict:
        @connected.command("/vpclink")
        async def run(ack, body, client):
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=view)

        await control("command", channel="general", user="alice", command="/vpclink")
        await slack.until(lambda: slack.state.views.stack(ALICE))
        return await shown(control)

    return open_it


async def shown(control) -> dict:
    """The modal that Alice sees."""
    return (await control("state"))["views"][ALICE][-1]


async def stack(control) -> list[str]:
    return [view["title"]["text"] for view in (await control("state"))["views"][ALICE]]


@pytest.fixture
def submissions(connected):
    """What was submitted, and the answer that the app gives."""
    seen: list[dict] = []
    answer: dict = {}

    @connected.view("ask")
    async def submitted(ack, body):
        seen.append(body)
        await ack(**answer)

    return seen, answer


class TestSubmitting:
    @pytest.mark.parametrize(
        "values", [{"api": {"value": "orders"}}, {"value": "orders"}], ids=["by block and action", "by action"]
    )
    async def test_the_app_gets_the_values_and_the_modal_closes(self, open_modal, submissions, control, values):
        view = await open_modal(modal(text_input("api"), private_metadata="m1"))
        answer = await control("interact", viewId=view["id"], user="alice", submit=True, values=values)
        submitted = submissions[0][0]
        assert answer["outcome"] == "closed"
        assert submitted["type"] == "view_submission"
        assert submitted["view"]["private_metadata"] == "m1"
        state = submitted["view"]["state"]["values"]
        assert state == {"api": {"value": {"type": "plain_text_input", "value": "orders"}}}
        assert await stack(control) == []

    async def test_initial_values_count_as_entered(self, open_modal, submissions, control):
        view = await open_modal(modal(text_input("api", initial_value="payments")))
        await control("interact", viewId=view["id"], user="alice", submit=True)
        assert submissions[0][0]["view"]["state"]["values"]["api"]["value"]["value"] == "payments"

    @pytest.mark.parametrize(
        ("element", "value", "error"),
        [
            ({}, "", "Please fill in this field."),
            ({"min_length": 3}, "ab", "Please write at least 3 characters."),
            ({"max_length": 3}, "abcd", "Please write at most 3 characters."),
            ({"type": "email_text_input"}, "alice", "Please write an e-mail address."),
            ({"type": "url_text_input"}, "example.com", "Please write an address that begins with"),
            ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please write a whole number."),
            ({"type": "number_input", "is_decimal_allowed": True, "max_value": "2"}, "2.5", "Please write 2 or less."),
        ],
    )
    async def test_slack_itself_refuses(self, slack, open_modal, submissions, control, element, value, error):
        view = await open_modal(modal(text_input("api", **element)))
        answer = await control("interact", viewId=view["id"], user="alice", submit=True, values={"value": value})
        assert answer["outcome"] == "invalid_input"
        assert answer["errors"]["api"].startswith(error)
        assert (await shown(control))["errors"] == answer["errors"]
        assert deliveries(slack, "interactive:view_submission") == []

    async def test_an_optional_input_may_be_empty(self, open_modal, submissions, control):
        view = await open_modal(modal({**text_input("api"), "optional": True}))
        answer = await control("interact", viewId=view["id"], user="alice", submit=True)
        assert answer["outcome"] == "closed"

    async def test_the_app_may_refuse(self, open_modal, submissions, control):
        submissions[1].update(response_action="errors", errors={"api": "No such API"})
        view = await open_modal(modal(text_input("api")))
        await control("interact", viewId=view["id"], user="alice", submit=True, values={"value": "x"})
        assert (await shown(control))["errors"] == {"api": "No such API"}

    async def test_the_app_may_update_push_and_clear(self, open_modal, submissions, control):
        answer = submissions[1]
        view = await open_modal(modal(title="One"))
        answer.update(response_action="update", view=modal(title="Two"))
        await control("interact", viewId=view["id"], user="alice", submit=True)
        assert await stack(control) == ["Two"]
        answer.update(response_action="push", view=modal(title="Three"))
        await control("interact", viewId=view["id"], user="alice", submit=True)
        assert await stack(control) == ["Two", "Three"]
        answer.update(response_action="clear")
        await control("interact", viewId=(await shown(control))["id"], user="alice", submit=True)
        assert await stack(control) == []

    @pytest.mark.parametrize(
        "answer",
        [
            {"response_action": "errors", "errors": {"nosuch": "x"}},
            {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        ],
        ids=["errors for no input", "an invalid view"],
    )
    async def test_an_invalid_answer_is_trouble(self, open_modal, submissions, control, answer):
        submissions[1].update(answer)
        view = await open_modal(modal(text_input("api")))
        result = await control("interact", viewId=view["id"], user="alice", submit=True, values={"value": "x"})
        assert result["outcome"] == "invalid_response"
        assert (await shown(control))["trouble"].startswith("We had some trouble")

    async def test_no_answer_is_trouble(self, open_modal, connected, control, clock):
        never = asyncio.Event()

        @connected.view("ask")
        async def submitted():
            await never.wait()

        view = await open_modal(modal())
        pressed = asyncio.create_task(control("interact", viewId=view["id"], user="alice", submit=True))
        await clock.until_sleeping(3)
        clock.move(3.1)
        assert (await pressed)["outcome"] == "timeout"
        assert (await shown(control))["trouble"]


class TestStack:
    async def test_three_views_at_most(self, open_modal, connected, control):
        refused = []
        button = {"type": "button", "action_id": "more", "text": plain("More")}
        view = modal({"type": "actions", "elements": [button]}, title="Level 1")

        @connected.action("more")
        async def more(ack, body, client):
            await ack()
            level = {**view, "title": plain("Another")}
            try:
                await client.views_push(trigger_id=body["trigger_id"], view=level)
            except SlackApiError as error:
                refused.append(error.response["error"])

        await open_modal(view)
        for _ in range(3):
            await control("interact", viewId=(await shown(control))["id"], user="alice", action="more")
            await asyncio.sleep(0)
        await wait_for(lambda: refused)
        assert await stack(control) == ["Level 1", "Another", "Another"]
        assert refused == ["push_limit_reached"]

    async def test_an_update_with_an_old_hash_is_refused(self, open_modal, client, control):
        view = await open_modal(modal(external_id="mine"))
        await client.views_update(external_id="mine", hash=view["hash"], view=modal(title="New", external_id="mine"))
        assert await stack(control) == ["New"]
        with pytest.raises(SlackApiError, match="hash_conflict"):
            await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(title="Late"))

    async def test_what_was_entered_survives_an_update(self, open_modal, client, control):
        view = await open_modal(modal(text_input("api")))
        await control("interact", viewId=view["id"], user="alice", action="value", value="orders")
        await client.views_update(view_id=view["id"], view=modal(section("more"), text_input("api")))
        assert (await shown(control))["state"]["values"]["api"]["value"]["value"] == "orders"

    @pytest.mark.parametrize(("everything", "left"), [(False, ["One"]), (True, [])], ids=["close button", "cross"])
    async def test_closing_tells_an_app_that_wants_to_know(
        self, slack, open_modal, submissions, connected, control, everything, left
    ):
        told = []

        @connected.view_closed("ask")
        async def closed(ack, body):
            await ack()
            told.append(body["is_cleared"])

        view = await open_modal(modal(title="One"))
        submissions[1].update(response_action="push", view=modal(title="Two", notify_on_close=True))
        await control("interact", viewId=view["id"], user="alice", submit=True)
        top = await shown(control)
        await control("interact", viewId=top["id"], user="alice", close=True, everything=everything)
        assert await stack(control) == left
        await slack.settled()
        assert told == [everything]


async def wait_for(predicate) -> None:
    """Until it holds; the event loop runs on meanwhile."""
    async with asyncio.timeout(10):
        while not predicate():
            await asyncio.sleep(0)


class TestInputsThatTellAtOnce:
    async def test_dispatch_action_sends_a_click(self, slack, open_modal, connected, control):
        seen = []

        @connected.action("value")
        async def typed(ack, action):
            await ack()
            seen.append(action["value"])

        loud = {**text_input("loud"), "dispatch_action": True}
        quiet = {**text_input("quiet"), "element": {"type": "plain_text_input", "action_id": "other"}}
        view = await open_modal(modal(loud, quiet))
        await control("interact", viewId=view["id"], user="alice", action="value", value="a")
        await control("interact", viewId=view["id"], user="alice", action="other", value="b")
        assert seen == ["a"]
        assert deliveries(slack, "interactive:block_actions") == ["ok"]


HOME = {"type": "home", "blocks": [section("*Recent reports*")]}


class TestHome:
    async def test_opening_it_lets_the_app_publish(self, slack, connected, control):
        @connected.event("app_home_opened")
        async def opened(event, client):
            await client.views_publish(user_id=event["user"], view=HOME)

        await control("home", user="alice", app="vpclink")
        await slack.until(lambda: slack.state.views.home("A01VPCLINK", ALICE))
        home = (await control("state"))["homes"][0]
        assert (home["user"], home["blocks"][0]["text"]["text"]) == (ALICE, "*Recent reports*")

    @pytest.mark.parametrize(
        ("view", "error"),
        [
            ({"type": "modal", "title": plain("x"), "blocks": []}, "invalid_arguments"),
            ({"type": "home", "blocks": [{"type": "plan", "title": "x"}]}, "invalid_arguments"),
        ],
        ids=["a modal", "a block that no Home tab may hold"],
    )
    async def test_what_cannot_be_published(self, client, view, error):
        with pytest.raises(SlackApiError, match=error):
            await client.views_publish(user_id=ALICE, view=view)

    async def test_publishing_again_keeps_the_view_and_checks_the_hash(self, client):
        first = (await client.views_publish(user_id=ALICE, view=HOME))["view"]
        second = (await client.views_publish(user_id=ALICE, hash=first["hash"], view=HOME))["view"]
        assert first["id"] == second["id"]
        with pytest.raises(SlackApiError, match="hash_conflict"):
            await client.views_publish(user_id=ALICE, hash=first["hash"], view=HOME)
