"""A press of Probe now against a local Slack: what is shown, what is stored, and that it is done once."""

from datetime import timedelta

import pytest

from bot.access import Guard
from bot.config import Accounts, Config
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import from_json
from bot.diagnosis.model import Report
from bot.probe.result import HttpResult
from bot.probing.vantage import CannotProbeError
from bot.store.interface import RunState
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_tls as tls
from tests.handlers.bench import Reading
from tests.handlers.worker_bench import NOW, job, new_worker, shown
from tests.probing.bench import Standin, probe_job, probe_worker
from tests.test_worker_failures import Crash, CrashingStore

RUN = job().id
SECRET = "abcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture
def vantage():
    return Standin()


async def diagnosed(slack, store, evidence=None):
    """A finished run whose report stands in the channel; its message."""
    reading = Reading(evidence or tls.nlb_pass_through())
    await new_worker(slack, store, reading, checks=None, vantage=Standin()).handle(job())
    return shown(slack)[0]


def texts(message):
    return " ".join(
        part["text"] if isinstance(part, dict) else part
        for block in message["blocks"]
        for part in [block.get("text") or "", *block.get("elements", [])]
        if isinstance(part, dict) and isinstance(part.get("text"), str)
    )


def buttons(message):
    shown = [e for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
    return {element["text"]["text"]: element for element in shown if element["type"] == "button"}


async def test_the_button_says_from_where_and_what(slack, store):
    report = await diagnosed(slack, store)
    button = buttons(report)["Probe now"]
    assert button["value"] == RUN
    words = button["confirm"]["text"]["text"]
    assert words.startswith("From the test's host to 10.20.11.10:8080, 10.20.1.20:443")
    assert "a TLS handshake as orders.example.com and one GET each. Nothing is changed." in words
    assert len(words) <= 300


async def test_a_press_shows_the_wire_and_judges_again(slack, store, vantage):
    report = await diagnosed(slack, store)
    assert "nothing on this path explains an HTTP 500" in report["text"]
    await probe_worker(slack, store, vantage).handle(probe_job(RUN, report["ts"]))

    after, *thread = shown(slack)
    assert after["ts"] == report["ts"]
    assert "Confirmed" in after["text"]
    assert "TLS-01" in after["text"]
    wire = next(m for m in thread if "What the wire says" in texts(m))
    assert wire["thread_ts"] == report["ts"]
    assert "`10.20.11.10:8080` `10.20.12.10:8080` 2 targets of orders-tg: TLS hostname-mismatch" in texts(wire)
    assert "Before the probe: no fault found." in texts(wire)
    assert "A probe does not see the way through PrivateLink" in texts(wire)
    assert any("Details of TLS-01" in m["text"] for m in thread)


async def test_it_is_stored_as_a_run_of_its_own_that_names_the_one_before(slack, store, vantage):
    report = await diagnosed(slack, store)
    press = probe_job(RUN, report["ts"])
    await probe_worker(slack, store, vantage).handle(press)
    run = await store.runs.get(press.id)
    assert (run.state, run.message_ts, run.api_id) == (RunState.DONE, report["ts"], w.API)
    assert run.request["previous_run"] == RUN
    stored = from_json(await store.runs.evidence(press.id))
    assert len(list(stored.items(s.PROBE))) == 4
    assert Report.model_validate_json(run.report).probes[0].seen_from == "the test's host"
    assert Report.model_validate_json((await store.runs.get(RUN)).report).probes == ()


async def test_a_verdict_that_stays_is_said_and_told_once(slack, store):
    report = await diagnosed(slack, store)
    sound = Standin(tls=Standin().tls.model_copy(update={"faults": (), "matched_name": "orders.example.com"}))
    await probe_worker(slack, store, sound).handle(probe_job(RUN, report["ts"]))
    _, *thread = shown(slack)
    (wire,) = [m for m in thread if "What the wire says" in texts(m)]
    assert "The verdict stays: no fault found." in texts(wire)
    assert not any("Details of" in m["text"] for m in thread)


async def test_in_a_thread_it_stays_in_the_thread(slack, store, vantage):
    report = await diagnosed(slack, store)
    await probe_worker(slack, store, vantage).handle(probe_job(RUN, report["ts"], thread_ts=report["ts"]))
    assert all(m["thread_ts"] == report["ts"] for m in shown(slack)[1:])


async def test_a_job_that_comes_again_probes_and_posts_nothing_twice(slack, store, vantage):
    report = await diagnosed(slack, store)
    press = probe_job(RUN, report["ts"])
    await probe_worker(slack, store, vantage).handle(press)
    before = [(m["ts"], m["text"]) for m in shown(slack)]
    await probe_worker(slack, store, vantage).handle(press)
    assert [(m["ts"], m["text"]) for m in shown(slack)] == before
    assert len(vantage.orders) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize(
    ("method", "number", "probes"),
    [
        ("posts.intend", 1, 1),
        ("posts.posted", 1, 1),
        ("runs.save", 1, None),
        ("posts.intend", 2, 1),
        ("posts.posted", 2, 1),
        ("runs.save", 2, 1),
    ],
)
async def test_a_probe_that_crashes_anywhere_is_completed_and_shown_once(
    slack, store, vantage, method, number, probes, after
):
    report = await diagnosed(slack, store)
    press = probe_job(RUN, report["ts"])
    with pytest.raises(Crash):
        await probe_worker(slack, CrashingStore(store, method, number, after=after), vantage).handle(press)
    await probe_worker(slack, store, vantage).handle(press)
    told, *thread = shown(slack)
    assert "TLS-01" in told["text"]
    assert len([m for m in thread if "What the wire says" in texts(m)]) == 1
    assert len([m for m in thread if "Details of TLS-01" in m["text"]]) == 1
    # What was probed is kept before anything else: only a crash in between probes again.
    assert len(vantage.orders) == (probes or (1 if after else 2))
    assert (await store.runs.get(press.id)).state is RunState.DONE


async def test_two_presses_are_two_probes_and_the_second_begins_where_the_first_ended(slack, store, vantage):
    report = await diagnosed(slack, store)
    first = probe_job(RUN, report["ts"])
    await probe_worker(slack, store, vantage).handle(first)
    again = buttons(shown(slack)[0])["Probe now"]["value"]
    assert again == first.id
    await probe_worker(slack, store, vantage).handle(probe_job(again, report["ts"], key="second"))
    second = [m for m in shown(slack) if "What the wire says" in texts(m)][-1]
    assert "The verdict stays: confirmed, TLS-01" in texts(second)


# --- every press gets an answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "vantage", "later", "said"),
    [
        pytest.param(None, None, 0, "Nothing is set up that could probe", id="not installed"),
        pytest.param(None, Standin(), 61, "Press Re-run first", id="too old"),
        pytest.param(
            w.changed(s.LISTENERS, w.NLB, ()),
            Standin(),
            0,
            "ends before a load balancer's listener",
            id="nothing there",
        ),
        pytest.param(
            None, Standin(trouble=CannotProbeError("I may not invoke it.")), 0, "I may not invoke it.", id="refused"
        ),
    ],
)
async def test_what_cannot_be_probed_is_said_in_the_thread(slack, store, evidence, vantage, later, said):
    report = await diagnosed(slack, store, evidence)
    await probe_worker(slack, store, vantage, now=NOW + timedelta(minutes=later)).handle(probe_job(RUN, report["ts"]))
    answer = shown(slack)[-1]
    assert said in answer["text"]
    assert answer["thread_ts"] == report["ts"]
    assert await store.runs.get(probe_job(RUN, report["ts"]).id) is None


async def test_a_run_that_is_no_longer_kept_is_said(slack, store, vantage):
    report = await diagnosed(slack, store)
    await probe_worker(slack, store, vantage).handle(probe_job("forgotten", report["ts"]))
    assert "no longer kept" in shown(slack)[-1]["text"]
    assert vantage.orders == []


async def test_rules_that_changed_since_the_press_hold(slack, store, vantage):
    report = await diagnosed(slack, store)
    closed = Guard(Accounts(Config.model_validate({"access": {"allow": [{"users": ["U0NOBODY"]}]}})))
    await probe_worker(slack, store, vantage, guard=closed).handle(probe_job(RUN, report["ts"]))
    assert "You may not ask about this account in this channel." in shown(slack)[-1]["text"]
    assert vantage.orders == []


async def test_a_job_that_was_given_up_is_said(slack, store, vantage):
    report = await diagnosed(slack, store)
    await probe_worker(slack, store, vantage).on_dead(probe_job(RUN, report["ts"]), "it broke")
    assert "The probe itself failed" in shown(slack)[-1]["text"]


async def test_a_forged_job_brings_no_address(slack, store, vantage):
    report = await diagnosed(slack, store)
    press = probe_job(RUN, report["ts"])
    press.body["targets"] = [{"address": "169.254.169.254", "port": 80, "scheme": "http"}]
    press.body["order"] = {"targets": press.body["targets"]}
    await probe_worker(slack, store, vantage).handle(press)
    assert {target.address for target in vantage.orders[0].targets} == {
        "10.20.11.10",
        "10.20.12.10",
        *w.NODE_ADDRESSES,
    }


async def test_what_a_server_says_is_redacted_before_it_is_kept_or_shown(slack, store):
    report = await diagnosed(slack, store, w.healthy())
    said = f"it answered with 'Authorization: Bearer {SECRET}'"
    leak = Standin(http=HttpResult(fault="not-http", explanation=said))
    press = probe_job(RUN, report["ts"])
    await probe_worker(slack, store, leak).handle(press)
    kept = await store.runs.evidence(press.id)
    assert SECRET not in kept
    assert SECRET not in str(shown(slack))
