"""What people are shown in French: the main surfaces as files in `golden/fr/`, and each beside its English twin.

Twins have the same blocks, the same ids and the same values, and nothing is left out that the English shows.

To record the files again: `RECORD_GOLDEN=1 python -m pytest tests/report/test_french.py`.
"""

import json
import os
import re

import pytest

from bot.language import speaking
from bot.report.chart_view import chart_block, trends_of
from bot.report.conservative import conservative
from bot.report.limits import CHART_LABEL, VIEW_TITLE
from bot.report.path_picture import path_picture
from bot.report.pictures import svg
from bot.report.thread import thread_messages
from tests.report import samples
from tests.report.block_kit import problems, shown, view_problems
from tests.report.test_golden import GOLDEN, MESSAGES, RENDERER, VIEWS, as_json
from tests.report.test_pictures import evidence, minute

FRENCH = GOLDEN / "fr"
MAIN_MESSAGES = ("cause_found", "no_fault_found", "inconclusive", "help")
MAIN_VIEWS = ("logs_view", "explain_view", "home")
LONG = re.compile(r"hostile|huge")
TEXTS = {"text", "title", "details", "label", "alt_text", "placeholder", "close", "submit", "confirm", "deny", "name"}
CUT = re.compile(r"\+\d+|…")


def message(name, language):
    with speaking(language):
        return RENDERER.message(MESSAGES[name]())


def view(name, language):
    with speaking(language):
        return RENDERER.view(VIEWS[name]())


def thread(language, report):
    with speaking(language):
        return thread_messages(RENDERER, report, samples.RUN)


def shape(value):
    """Blocks without their words: what machines read of them, and which kinds of text stand where."""
    if isinstance(value, dict):
        kept = {key: shape(inner) for key, inner in value.items() if not (key in TEXTS and isinstance(inner, str))}
        return kept | {key: "…" for key in value if key in TEXTS and isinstance(value[key], str)}
    return [shape(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def cuts(blocks):
    return sorted(CUT.findall(shown(blocks)))


def check(name, value):
    path = FRENCH / f"{name}.json"
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("RECORD_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{name} is shown in another way now; see this file's first lines"


@pytest.mark.parametrize("name", MAIN_MESSAGES)
def test_a_message_is_shown_in_french_as_recorded(name):
    check(name, as_json(message(name, "fr")))


@pytest.mark.parametrize("name", MAIN_VIEWS)
def test_a_modal_is_shown_in_french_as_recorded(name):
    check(name, view(name, "fr"))


def test_a_thread_is_shown_in_french_as_recorded():
    messages = thread("fr", samples.report())
    assert [problem for one in messages for problem in problems(one)] == []
    check("thread", [as_json(one) for one in messages])


def test_no_golden_file_is_left_over():
    assert {path.stem for path in FRENCH.glob("*.json")} == {*MAIN_MESSAGES, *MAIN_VIEWS, "thread"}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_says_in_french_what_it_says_in_english(name):
    english, french = message(name, "en"), message(name, "fr")
    assert problems(french) == []
    assert shape(english.blocks) == shape(french.blocks)
    if not LONG.search(name):
        assert cuts(english.blocks) == cuts(french.blocks)


@pytest.mark.parametrize("name", VIEWS)
def test_a_modal_says_in_french_what_it_says_in_english(name):
    english, french = view(name, "en"), view(name, "fr")
    assert view_problems(french) == []
    assert shape(english) == shape(french)
    assert all(len(french[key]["text"]) <= VIEW_TITLE for key in ("title", "submit", "close") if key in french)
    if not LONG.search(name):
        assert cuts(english["blocks"]) == cuts(french["blocks"])


@pytest.mark.parametrize("report", [samples.report(), samples.healthy(), samples.undecided()], ids=["a", "b", "c"])
def test_a_thread_says_in_french_what_it_says_in_english(report):
    english, french = thread("en", report), thread("fr", report)
    assert [shape(one.blocks) for one in english] == [shape(one.blocks) for one in french]
    assert [cuts(one.blocks) for one in english] == [cuts(one.blocks) for one in french]


@pytest.mark.parametrize("name", ["cause_found", "progress_half"])
def test_the_older_blocks_are_valid_in_french(name):
    assert problems(conservative(message(name, "fr"))) == []


def test_a_picture_speaks_french():
    with speaking("fr"):
        drawn = path_picture(samples.report())
        assert "premier maillon en panne" in svg(drawn)
    assert [zone.title for zone in drawn.zones] == ["API GATEWAY", "LIEN VPC", "VPC"]
    assert drawn.alt.startswith("Le chemin de orders / prod. Confirmé\u00a0: SG-03")


def test_a_heading_in_front_of_a_colon_keeps_its_no_break_space():
    assert "*Requête en échec* `" in shown(thread("fr", samples.report())[-1].blocks)
    assert "orders / prod*\u00a0: *non tranché*" in re.sub(
        r"<[^|>]*\|([^>]*)>", r"\1", shown(message("inconclusive", "fr").blocks)
    )


def test_a_cause_is_counted_in_french():
    with speaking("fr"):
        report = samples.report(verdict=samples.report().verdict.model_copy(update={"causes": (samples.cause(),) * 2}))
        assert "Cause 1 sur 2\u00a0: SG-03" in shown(thread_messages(RENDERER, report, samples.RUN)[0].blocks)


def test_the_chart_names_its_lines_in_french_without_cutting_them():
    report, read = (
        samples.report(),
        evidence(errors=[(minute(9), 3)], resets=[(minute(9), 1)], unhealthy=[(minute(9), 2)]),
    )
    with speaking("fr"):
        found = trends_of(report, read)
        (block,) = RENDERER.message(chart_block(report, found)).blocks
    names = [line["name"] for line in block["chart"]["series"]]
    assert names == ["Requêtes en échec", "Réinitialisations", "Cibles non saines"]
    assert all(len(name) <= CHART_LABEL for name in names)
