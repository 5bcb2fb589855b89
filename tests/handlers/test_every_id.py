"""Every id that a template can send is handled, and every handler has a template that can send it."""

import re
from pathlib import Path

import pytest

from handlers import Edge, ids, more, register
from tests.handlers.payloads import pressed
from tests.test_manifest import Recorder

TEMPLATES = Path(__file__).parents[2] / "templates"
FIELDS = {ids.PICK_STAGE, ids.PICK_ROUTE, ids.PICK_SINCE, ids.PICK_CHANNEL, ids.COMMENT}
"""They only hold what is entered: their modal is sent as a whole."""
SAYS_ONE_THING = {ids.NOTICE_VIEW, ids.EXPLAIN_VIEW, ids.FIX_VIEW}
"""Modals without a button of their own: nothing is sent."""
NOT_IN_A_TEMPLATE = {ids.COMMAND, ids.DIAGNOSE_ALARM}
"""They stand in the manifest."""


class Bound(Recorder):
    """What is bound, with the patterns as they are."""

    def __init__(self):
        super().__init__()
        self.patterns = {}

    def __getattr__(self, kind):
        bind = super().__getattr__(kind)

        def both(what):
            if hasattr(what, "pattern"):
                self.patterns.setdefault(kind, []).append(what)
            return bind(what)

        return both

    def takes(self, kind, name):
        """Whether a listener of this kind takes it, and not only the one that catches the rest."""
        own = [pattern for pattern in self.patterns.get(kind, ()) if pattern.pattern != ".*"]
        return name in self.named.get(kind, ()) or any(pattern.match(name) for pattern in own)


@pytest.fixture(scope="module")
def bound():
    recorder = Bound()
    register(recorder, Edge(None, None, None))
    return recorder


def used_in_templates():
    names = {name for path in TEMPLATES.glob("*.j2") for name in re.findall(r"\bids\.([A-Z_]+)", path.read_text())}
    return {ids.for_templates()[name] for name in names}


def test_templates_use_every_id_and_no_other():
    assert used_in_templates() == set(ids.for_templates().values()) - NOT_IN_A_TEMPLATE


def test_every_id_of_the_templates_is_handled(bound):
    for name in used_in_templates() - FIELDS - SAYS_ONE_THING:
        sent = f"{name}-1" if name == ids.CHOOSE else name
        assert bound.takes("action", sent) or bound.takes("view", sent), f"nobody listens to {name}"


def test_every_menu_that_asks_for_options_gets_them(bound):
    text = (TEMPLATES / "picker_view.json.j2").read_text()
    asking = {ids.for_templates()[name] for name in re.findall(r"field\(ids\.([A-Z_]+)", text)}
    assert asking == set(bound.named["options"])


def test_every_listener_is_for_something_that_a_template_sends(bound):
    sent = used_in_templates()
    assert set(bound.named["action"]) | set(bound.named["view"]) <= sent


def test_every_choice_of_the_menu_is_handled_and_has_a_label():
    text = (TEMPLATES / "shared.j2").read_text()
    (table,) = re.findall(r"set labels = \{(.+?)\}", text)
    labels = set(re.findall(r'"(\w+)": _\("', table))
    assert labels == set(more.OPTIONS)


ACTIONS = sorted(used_in_templates() - FIELDS - SAYS_ONE_THING - {ids.LOGS_VIEW, ids.PICKER_VIEW, ids.WRONG_CAUSE_VIEW})


@pytest.mark.parametrize("action_id", ACTIONS)
@pytest.mark.parametrize("action", [{"type": "button", "value": "x"}, {"type": "static_select"}], ids=["value", "bare"])
async def test_a_press_that_carries_nothing_of_ours_breaks_nothing(desk, caplog, action_id, action):
    name = f"{action_id}-1" if action_id == ids.CHOOSE else action_id
    assert (await desk.send(pressed(name, "", action=action))).status == 200
    assert "a listener failed" not in caplog.text
