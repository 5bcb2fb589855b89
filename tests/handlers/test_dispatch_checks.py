"""Explain, Test this fix, and the menu beside the buttons: what is pressed → what is opened, kept or enqueued."""

import json

import pytest

from bot.diagnosis.engine import report as judged
from bot.diagnosis.evidence import to_json
from bot.store.interface import Run, RunState
from handlers import ids
from tests.handlers.bench import broken
from tests.handlers.conftest import REQUEST, keep
from tests.handlers.payloads import chosen, in_modal, pressed, submitted
from tests.report import samples
from tests.report.block_kit import view_problems

ABOUT = f"SG-03 {samples.RUN}"


async def keep_broken(store):
    """A run with the evidence that its report was judged from."""
    evidence = broken()
    run = Run(
        run_id=samples.RUN,
        job_key="k",
        request=REQUEST,
        created=samples.AT,
        state=RunState.DONE,
        report=judged(evidence).to_json(),
    )
    await store.runs.save(run, evidence=to_json(evidence))


def menu(action_id, value):
    return {"type": "static_select", "action_id": action_id, "selected_option": {"value": value}}


# --- Explain ------------------------------------------------------------------------------------------------------


async def test_explain_opens_the_checks_own_page_with_what_else_failed(desk, store):
    await keep(store)
    assert (await desk.send(chosen(ids.MORE, f"explain:{ABOUT}"))).status == 200
    view = desk.view("views.open")
    assert view_problems(view) == []
    said = json.dumps(view)
    for heading in ("Why it gives a 500", "How it is decided", "How to fix it", "References"):
        assert heading in said
    options = view["blocks"][0]["elements"][0]["options"]
    assert [option["value"] for option in options] == ["SG-03", "TG-01"]


async def test_explain_opens_even_where_the_run_is_forgotten(desk):
    await desk.send(chosen(ids.MORE, f"explain:{ABOUT}"))
    assert "Targets' security group" in json.dumps(desk.view("views.open"))


async def test_another_checks_page_takes_the_place_of_the_first(desk, store):
    await keep(store)
    await desk.send(in_modal(menu(ids.EXPLAIN_CHECK, "TG-01"), ABOUT, ids.EXPLAIN_VIEW))
    view = desk.view("views.update")
    assert view["private_metadata"] == f"TG-01 {samples.RUN}"
    assert view["title"]["text"] == "Check TG-01"


async def test_a_check_of_another_version_is_told(desk):
    await desk.send(chosen(ids.MORE, "explain:ZZ-99 x"))
    assert "another version" in json.dumps(desk.view("views.open"))


# --- Test this fix ------------------------------------------------------------------------------------------------


async def test_a_fix_is_tested_on_the_stored_evidence(desk, store):
    await keep_broken(store)
    await desk.send(pressed(ids.TEST_FIX, f"TG-01 {samples.RUN}"))
    view = desk.view("views.open")
    assert view_problems(view) == []
    assert "Nothing on this path would explain an HTTP 500 any more" in json.dumps(view)
    assert "Nothing was changed in AWS" in json.dumps(view)


async def test_a_fix_that_is_no_change_of_configuration_says_so(desk, store):
    await keep_broken(store)
    await desk.send(in_modal(menu(ids.FIX_CHECK, "VPL-03"), f"TG-01 {samples.RUN}", ids.FIX_VIEW))
    assert "VPL-03 does not fail here" in json.dumps(desk.view("views.update"))


async def test_a_fix_of_a_forgotten_run_says_why_it_cannot_be_tested(desk, store):
    await keep(store)  # without its evidence
    await desk.send(pressed(ids.TEST_FIX, ABOUT))
    assert "no longer kept" in json.dumps(desk.view("views.open"))


@pytest.mark.parametrize(("name", "title"), [("explain", "Check TG-01"), ("test", "Test this fix")])
async def test_the_menu_beside_a_cause_opens_both(desk, store, name, title):
    await keep_broken(store)
    await desk.send(chosen(ids.ABOUT_CAUSE, f"{name}:TG-01 {samples.RUN}"))
    assert desk.view("views.open")["title"]["text"] == title


# --- the menu -----------------------------------------------------------------------------------------------------


async def test_a_right_cause_is_counted_once_for_each_person(desk, store):
    await keep(store)
    for _ in range(2):
        await desk.send(chosen(ids.MORE, f"right:{ABOUT}"))
    (opinion,) = await desk.edge.feedback.of_run(samples.RUN)
    assert (opinion.user, opinion.right, opinion.cause) == ("U01ALICE", True, "SG-03")
    assert "right cause" in desk.answers[0]["text"]


async def test_a_wrong_cause_is_counted_at_once_and_asks_what_it_was(desk, store):
    await keep(store)
    await desk.send(chosen(ids.MORE, f"wrong:{ABOUT}"))
    assert (await desk.edge.feedback.tally(samples.RUN)).wrong == 1
    view = desk.view("views.open")
    assert view_problems(view) == []
    comment = {ids.COMMENT: {"type": "plain_text_input", "value": " a WAF rule "}}
    response = await desk.send(submitted(ids.WRONG_CAUSE_VIEW, view["private_metadata"], comment))
    assert response.status == 200
    (opinion,) = await desk.edge.feedback.of_run(samples.RUN)
    assert (opinion.right, opinion.comment) == (False, "a WAF rule")


async def test_the_last_word_of_a_person_counts(desk, store):
    await keep(store)
    for name in ("wrong", "right"):
        await desk.send(chosen(ids.MORE, f"{name}:{ABOUT}"))
    tally = await desk.edge.feedback.tally(samples.RUN)
    assert (tally.right, tally.wrong) == (1, 0)


async def test_export_is_a_job_for_the_thread_of_the_report(desk, store):
    await keep(store)
    await desk.send(chosen(ids.MORE, f"export:{ABOUT}"))
    job = desk.jobs.only
    assert (job["kind"], job["what"], job["run"]) == ("export", "bundle", samples.RUN)
    assert (job["channel"], job["thread_ts"]) == ("C01", "1700000000.000200")
    assert "in some seconds" in desk.answers[0]["text"]


@pytest.mark.parametrize("name", ["right", "wrong", "export"])
async def test_a_choice_about_a_forgotten_run_says_why(desk, name):
    await desk.send(chosen(ids.MORE, f"{name}:SG-03 gone"))
    assert "no longer kept: reports are forgotten after 30 days" in desk.answers[0]["text"]
    assert desk.jobs.put_jobs == {}


async def test_a_choice_of_another_version_is_told(desk):
    await desk.send(chosen(ids.MORE, "fly:SG-03 x"))
    assert "another version" in desk.answers[0]["text"]
