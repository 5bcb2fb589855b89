"""Who is spoken to in which language: Slack is asked once, and nobody waits for it."""

import asyncio
import json
from urllib.parse import urlencode

import pytest
from slack_sdk.errors import SlackApiError

from bot.language import _, spoken
from bot.store.errors import StorageBusy
from handlers.languages import Languages, person_of
from tests.handlers import payloads
from tests.handlers.payloads import FORM, body_of, command, signed


class People:
    """Slack's users.info: each person's locale, and how often it was asked."""

    def __init__(self, *, trouble=None, hangs=False, **locales):
        self.locales, self.trouble, self.hangs = locales, trouble, hangs
        self.asked = []

    async def users_info(self, *, user, include_locale):
        assert include_locale
        self.asked.append(user)
        if self.hangs:
            await asyncio.Event().wait()
        if self.trouble:
            raise self.trouble
        return {"ok": True, "user": {"id": user, "locale": self.locales.get(user)}}


REFUSED = SlackApiError("no", {"ok": False, "error": "missing_scope"})


@pytest.mark.parametrize(("locale", "language"), [("fr-FR", "fr"), ("fr-CA", "fr"), ("de-DE", "en"), (None, "en")])
async def test_a_persons_slack_decides(store, locale, language):
    assert await Languages("auto", store.values, People(U1=locale)).of("U1") == language


async def test_slack_is_asked_once_for_each_person_whatever_process_asks(store):
    people = People(U1="fr-FR")
    first = Languages("auto", store.values, people)
    assert [await first.of("U1"), await first.of("U1")] == ["fr", "fr"]
    assert await Languages("auto", store.values, people).of("U1") == "fr"
    assert people.asked == ["U1"]


async def test_after_a_day_it_is_read_again():
    moment = 0.0
    people = People(U1="fr-FR")
    languages = Languages("auto", None, people, monotonic=lambda: moment)
    await languages.of("U1")
    people.locales["U1"], moment = "en-US", 24 * 3600.0 - 1
    assert await languages.of("U1") == "fr"
    moment += 1
    assert await languages.of("U1") == "en"


@pytest.mark.parametrize("setting", ["en", "fr"])
async def test_a_setting_of_one_language_asks_nobody(setting):
    people = People(U1="fr-FR", U2="en-GB")
    languages = Languages(setting, None, people)
    assert [await languages.of("U1"), await languages.of("U2"), languages.of_everybody] == [setting] * 3
    assert people.asked == []


async def test_what_nobody_asks_for_is_english_unless_the_setting_says_otherwise():
    assert Languages("auto").of_everybody == "en"
    assert await Languages("auto", None, People()).of("") == "en"


@pytest.mark.parametrize(
    "people",
    [People(trouble=REFUSED), People(trouble=TimeoutError()), People(hangs=True)],
    ids=["refused", "slow", "hangs"],
)
async def test_while_slack_does_not_tell_it_is_english_and_slack_is_left_alone_for_a_minute(people):
    moment = 0.0
    languages = Languages("auto", None, people, monotonic=lambda: moment, limit=0.01)
    assert [await languages.of("U1"), await languages.of("U1")] == ["en", "en"]
    assert people.asked == ["U1"]
    people.hangs, people.trouble, people.locales["U1"], moment = False, None, "fr-FR", 60.0
    assert await languages.of("U1") == "fr"


async def test_a_storage_with_trouble_is_no_reason_to_fail(store, monkeypatch):
    async def busy(*_args, **_more):
        raise StorageBusy("busy")

    monkeypatch.setattr(store.values, "get", busy)
    assert await Languages("auto", store.values, People(U1="fr-FR")).of("U1") == "en"


@pytest.mark.parametrize(
    ("body", "person"),
    [
        ({"command": "/vpclink", "user_id": "U1"}, "U1"),
        ({"type": "block_actions", "user": {"id": "U1"}}, "U1"),
        ({"type": "view_submission", "user": {"id": "U1"}}, "U1"),
        ({"event": {"type": "app_mention", "user": "U1"}}, "U1"),
        ({"event": {"type": "app_home_opened", "user": "U1"}}, "U1"),
        ({"event": {"type": "app_mention", "user": "U1", "bot_id": "B1"}}, ""),
        ({"event": {"type": "message", "user": "U1"}}, ""),
        ({"event": {"type": "reaction_added", "user": "U1"}}, ""),
        ({"ssl_check": "1"}, ""),
    ],
)
def test_whose_language_a_payload_asks_for(body, person):
    assert person_of(body) == person


async def test_a_mistake_is_told_in_the_callers_language_and_a_request_carries_it(store):
    desk = payloads.Desk(store, languages=Languages("auto", None, People(U01ALICE="fr-FR")))
    told = body_of(await desk.send(command("diagnoze orders prod")))
    assert "Vouliez-vous dire diagnose" in told["text"]
    await desk.send(command("diagnose orders prod"))
    assert desk.jobs.only["language"] == "fr"


async def test_a_slack_that_hangs_makes_no_late_acknowledgement(store):
    desk = payloads.Desk(store, languages=Languages("auto", store.values, People(hangs=True), limit=0.01))
    response = await desk.send(command("diagnose orders prod"))
    assert response.status == 200
    assert desk.jobs.only["language"] == "en"
    assert "Did you mean diagnose?" in body_of(await desk.send(command("diagnoze orders prod")))["text"]


async def test_the_next_request_in_the_same_task_does_not_inherit_the_language(store):
    desk = payloads.Desk(store, languages=Languages("auto", None, People(U01ALICE="fr-FR")))
    await desk.send(command("help"))
    assert spoken() == "fr"  # one task, as all requests of one connection are
    posted = {"type": "block_actions", "user": {"id": "U02BOB"}, "trigger_id": "1.1.a", "response_url": "http://x"}
    posted["actions"] = [{"action_id": "none-of-ours", "action_ts": "1.1", "block_id": "b"}]
    await desk.send(signed(urlencode({"payload": json.dumps(posted)}), FORM))
    assert spoken() == "en"
    assert "belongs to another version" in desk.answers[-1]["text"]
    assert _("The stage is missing.") == "The stage is missing."
