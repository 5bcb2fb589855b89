import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.report.limits import clip, clip_lines, fit, limited, pages, pieces, weight


def section(text, kind="mrkdwn"):
    return {"type": "section", "text": {"type": kind, "text": text}}


def test_limited_counts_what_it_leaves_out():
    assert limited("abcde", 3).items == ("a", "b", "c")
    assert limited("abcde", 3).more == 2
    assert limited("ab", 3).more == 0


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("short", 10, "short"),
        ("x" * 60, 40, "x" * 12 + "… (+48 more characters)"),
        ("x" * 60, 5, "xxxxx"),
    ],
)
def test_clip(text, most, expected):
    clipped = clip(text, most)
    assert len(clipped) <= most
    assert clipped.startswith(expected[:5])
    if "more" in expected:
        assert "more characters)" in clipped


@given(st.text(max_size=400), st.integers(min_value=40, max_value=200))
def test_no_clipped_text_is_too_long(text, most):
    assert len(clip(text, most)) <= most
    assert len(clip_lines(text, most)) <= most


def test_lines_are_cut_whole_and_counted():
    assert clip_lines("one\ntwo\n" + "x" * 50, 40) == "one\ntwo\n+1 more lines"


@pytest.mark.parametrize("markup", ["<https://a.example.com/" + "b" * 60, "&am", "`" + "c" * 60])
def test_a_line_is_never_cut_inside_markup(markup):
    text = "begin " + markup + "d" * 60
    assert clip_lines(text, len("begin " + markup)) == "begin …"


@given(st.text(alphabet="ab\n", max_size=300), st.integers(min_value=1, max_value=50))
def test_pieces_hold_the_whole_text(text, most):
    found = pieces(text, most)
    assert all(0 < len(piece) <= most for piece in found)
    assert "".join(found).replace("\n", "") == text.replace("\n", "")


def test_fit_brings_every_text_inside_its_limit():
    assert len(fit({"type": "header", "text": {"type": "plain_text", "text": "x" * 200}})["text"]["text"]) == 150
    assert len(fit(section("x" * 4000))["text"]["text"]) <= 3000
    assert fit(section(""))["text"]["text"] == " "
    button = {"type": "button", "text": {"type": "plain_text", "text": "x" * 100}, "action_id": "a"}
    assert len(fit({"type": "actions", "elements": [button]})["elements"][0]["text"]["text"]) == 75
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": "x" * 4000}]}
    assert len(fit(context)["elements"][0]["text"]) <= 3000


@pytest.mark.parametrize(
    ("blocks", "sizes"),
    [
        pytest.param([section("x" * 2000)] * 7, [6, 1], id="by their text"),
        pytest.param([{"type": "divider"}] * 120, [50, 50, 20], id="by their number"),
        pytest.param([], [], id="none"),
    ],
)
def test_pages_drop_nothing(blocks, sizes):
    found = list(pages(blocks))
    assert [len(page) for page in found] == sizes
    assert [block for page in found for block in page] == blocks
    assert all(weight(list(page)) <= 12_000 for page in found)
