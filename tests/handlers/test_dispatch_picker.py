"""The modal that asks what is to be diagnosed."""

import json
from datetime import UTC, datetime

import pytest

from bot.store.catalogue import NamedApi, Parts, Place
from handlers import ids
from handlers.picker import PickerState
from tests.handlers.conftest import asked
from tests.handlers.payloads import TRIGGER, body_of, command, in_modal, option, pressed, submitted, suggestion
from tests.report.block_kit import view_problems

PLACE = Place("eu-west-1")
ORDERS = NamedApi("a1b2c3d4e5", "orders", "REST")
STATE = PickerState(channel="C01", region="eu-west-1")


def state(**changes) -> str:
    return json.dumps({**vars(STATE), **changes})


def filled(**values) -> dict:
    """The fields as they are sent; their blocks carry the round."""
    given = {"region": "eu-west-1", "api": "orders", "stage": "prod", "route": None, "since": "1h", **values}
    blocks = {
        "region": f"{ids.PICK_REGION}-0",
        "api": f"{ids.PICK_API}-0",
        "stage": f"{ids.PICK_STAGE}-0",
        "route": f"{ids.PICK_ROUTE}-0",
        "since": ids.PICK_SINCE,
    }
    return {blocks[name]: option(value) for name, value in given.items()}


async def remember(desk, apis=(ORDERS,), **parts):
    now = datetime.now(UTC)
    await desk.edge.catalogue.keep_apis(PLACE, apis, now)
    if parts:
        await desk.edge.catalogue.keep_parts(PLACE, ORDERS.id, Parts(**parts), now)


async def offered(desk, menu, typed, **changes):
    answer = body_of(await desk.send(suggestion(menu, typed, state(**changes))))
    return [(option["text"]["text"], option["value"]) for option in answer["options"]]


async def test_the_command_alone_opens_it_and_has_the_names_read(desk):
    response = await desk.send(command(""))
    assert (response.status, body_of(response)) == (200, {})
    view = desk.view("views.open")
    assert view_problems(view) == []
    assert desk.calls[0][1]["trigger_id"] == TRIGGER
    assert (desk.jobs.only["kind"], desk.jobs.only["region"]) == ("catalogue", "eu-west-1")


async def test_fresh_names_are_not_read_again(desk):
    await remember(desk)
    await desk.send(command(""))
    assert desk.jobs.put_jobs == {}


async def test_the_button_in_app_home_asks_for_the_channel_too(desk):
    button = {"type": "button", "action_id": ids.PICK, "value": "home"}
    await desk.send(in_modal(button, "", "", type="home"))
    view = desk.view("views.open")
    assert ids.PICK_CHANNEL in json.dumps(view)
    assert view_problems(view) == []


async def test_menus_offer_the_names_that_hold_what_was_typed_and_the_text_itself(desk):
    await remember(desk, [ORDERS, NamedApi("bbbbbbbbbb", "payments", "HTTP")])
    assert await offered(desk, ids.PICK_API, "") == [
        ("orders · REST · a1b2c3d4e5", "a1b2c3d4e5"),
        ("payments · HTTP · bbbbbbbbbb", "bbbbbbbbbb"),
    ]
    assert await offered(desk, ids.PICK_API, "ORD") == [
        ("orders · REST · a1b2c3d4e5", "a1b2c3d4e5"),
        ("Use “ORD”", "ORD"),
    ]


async def test_stages_and_routes_are_those_of_the_chosen_api(desk):
    await remember(desk, stages=("dev", "prod"), routes=("GET /orders", "ANY /{proxy+}"))
    assert await offered(desk, ids.PICK_STAGE, "", api=ORDERS.id) == [("dev", "dev"), ("prod", "prod")]
    assert await offered(desk, ids.PICK_ROUTE, "get", api=ORDERS.id) == [
        ("GET /orders", "GET /orders"),
        ("Use “get”", "get"),
    ]


async def test_where_nothing_was_read_yet_everything_can_be_typed(desk):
    for menu, typed in ((ids.PICK_REGION, "us-east-1"), (ids.PICK_API, "orders"), (ids.PICK_STAGE, "prod")):
        assert (f"Use “{typed}”", typed) in await offered(desk, menu, typed)


async def test_a_thousand_apis_are_offered_a_hundred_at_a_time(desk):
    await remember(desk, [NamedApi(f"{number:010}", f"api-{number}" * 20, "REST") for number in range(1000)])
    options = await offered(desk, ids.PICK_API, "api-9")
    assert len(options) == 100
    assert options[-1] == ("Use “api-9”", "api-9")
    assert all(len(label) <= 75 for label, _ in options)


def picked(menu, value, values=None, **changes):
    """A choice in the form, with what stands in its fields by then."""
    choice = {"type": "external_select", "action_id": menu, **option(value)}
    entered = {block: {block.partition("-")[0]: given} for block, given in (values or {}).items()}
    return in_modal(choice, state(**changes), ids.PICKER_VIEW, state={"values": entered})


async def test_another_region_empties_what_depends_on_it(desk):
    await desk.send(picked(ids.PICK_REGION, "us-east-1", filled(), api=ORDERS.id, label="orders"))
    view = desk.view("views.update")
    after = json.loads(view["private_metadata"])
    assert (after["region"], after["api"], after["api_round"], after["parts_round"]) == ("us-east-1", "", 1, 1)
    # Slack keeps what stands in a field whose block has the same id.
    blocks = {block["block_id"] for block in view["blocks"]}
    assert {f"{ids.PICK_API}-1", f"{ids.PICK_STAGE}-1", f"{ids.PICK_ROUTE}-1"} <= blocks
    assert (desk.jobs.only["region"], desk.jobs.only["api"]) == ("us-east-1", "")


async def test_an_empty_field_is_left_alone_for_somebody_may_be_typing(desk):
    await desk.send(picked(ids.PICK_API, ORDERS.id, filled(stage=None)))
    after = json.loads(desk.view("views.update")["private_metadata"])
    assert (after["api"], after["api_round"], after["parts_round"]) == (ORDERS.id, 0, 0)


async def test_an_api_that_is_chosen_has_its_stages_and_routes_read(desk):
    choice = {"type": "external_select", "action_id": ids.PICK_API, **option(ORDERS.id)}
    await desk.send(in_modal(choice, state(), ids.PICKER_VIEW))
    assert (desk.jobs.only["kind"], desk.jobs.only["api"]) == ("catalogue", ORDERS.id)


async def test_sending_it_is_the_same_as_the_command(desk):
    entered = filled(route="GET /orders", since="3h")
    response = await desk.send(submitted(ids.PICKER_VIEW, state(response_url="http://r"), entered))
    assert (response.status, body_of(response)) == (200, {})
    job = desk.jobs.only
    assert asked(job) == {
        "api": "orders",
        "stage": "prod",
        "path": "/orders",
        "method": "GET",
        "region": "eu-west-1",
    }
    assert job["request"]["since_minutes"] == 180
    assert (job["channel"], job["response_url"], job["thread_ts"]) == ("C01", "http://r", "")


async def test_sent_twice_it_is_one_run(desk):
    for _ in range(2):
        await desk.send(submitted(ids.PICKER_VIEW, state(), filled()))
    assert len(desk.jobs.put_jobs) == 1


@pytest.mark.parametrize(
    ("changes", "block", "said"),
    [
        ({"stage": "pr!od"}, f"{ids.PICK_STAGE}-0", "is no name of a stage"),
        ({"stage": None}, f"{ids.PICK_STAGE}-0", "The stage is missing"),
        ({"route": "GET orders"}, f"{ids.PICK_ROUTE}-0", "A path begins with /"),
        ({"region": "Ireland"}, f"{ids.PICK_REGION}-0", "is no region"),
        ({"api": "https://api.example.com"}, f"{ids.PICK_API}-0", "custom domain name"),
    ],
)
async def test_what_is_wrong_is_said_below_its_field(desk, changes, block, said):
    answer = body_of(await desk.send(submitted(ids.PICKER_VIEW, state(), filled(**changes))))
    assert answer["response_action"] == "errors"
    ((name, error),) = answer["errors"].items()
    assert name == block
    assert said in error
    assert desk.jobs.put_jobs == {}


async def test_from_app_home_the_report_goes_into_the_chosen_channel(desk):
    entered = {
        **filled(),
        ids.PICK_CHANNEL: {"type": "conversations_select", "selected_conversation": "C02"},
    }
    answer = body_of(await desk.send(submitted(ids.PICKER_VIEW, state(channel=""), entered)))
    assert desk.jobs.only["channel"] == "C02"
    assert "into the channel that you chose" in json.dumps(answer["view"])


async def test_a_form_of_another_version_says_so(desk):
    answer = body_of(await desk.send(submitted(ids.PICKER_VIEW, '{"from": "the future"}', filled())))
    assert "another version" in json.dumps(answer["view"])
    assert desk.jobs.put_jobs == {}


async def test_a_link_that_is_pressed_is_acknowledged(desk):
    assert (await desk.send(pressed(ids.OPEN, "open"))).status == 200
    assert (desk.calls, desk.answers) == ([], [])
