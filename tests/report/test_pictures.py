"""The drawing of the path and the chart of trends: what they show, their words, and that every text keeps its place."""

import io
import re
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Hop, HopState, Request, State, Verdict
from bot.diagnosis.resources import Series
from bot.report.chart_view import chart_block, chart_picture, trends_of
from bot.report.path_picture import path_picture
from bot.report.pictures import Painter, svg
from bot.report.render import Renderer
from handlers import ids
from tests.report import samples
from tests.report.block_kit import problems

ERRORS = "AWS/ApiGateway|5XXError|Sum|ApiName=orders|Stage=prod"
RESETS = "AWS/NetworkELB|TCP_Target_Reset_Count|Sum|LoadBalancer=net/orders-nlb/0123456789abcdef"
UNHEALTHY = "AWS/NetworkELB|UnHealthyHostCount|Maximum|LoadBalancer=net/a/b|TargetGroup=targetgroup/c/d"


def texts(drawing: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")]


def minute(before: int) -> int:
    return int((samples.AT - timedelta(minutes=before)).timestamp())


def evidence(**series: list[tuple[int, float]]) -> Evidence:
    keys = {"errors": ERRORS, "resets": RESETS, "unhealthy": UNHEALTHY}
    reads = {(s.METRIC.name, keys[name]): Series(points=tuple(points)) for name, points in series.items()}
    return Evidence(request=Request(api="orders", stage="prod", region="eu-west-1"), at=samples.AT, reads=reads)


# --- the path ----------------------------------------------------------------------------------------------------


def test_the_first_broken_hop_and_what_is_not_reached_are_named():
    drawn = path_picture(samples.report())
    notes = {node.title: node.note for node in drawn.nodes}
    assert notes["Target group"] == "first broken hop"
    assert notes["Targets"] == "not reached"
    assert [zone.title for zone in drawn.zones] == ["API GATEWAY", "VPC LINK", "VPC"]
    assert "Target group · first broken hop" in " ".join(texts(svg(drawn)))


def test_a_cause_behind_the_first_broken_hop_is_marked_as_the_cause():
    cause = samples.cause(hop=Hop.TARGET, summary="i-0a1 is stopped.")
    report = samples.report(
        path=samples.path(Hop.TARGET_GROUP, Hop.TARGET),
        verdict=Verdict(state=State.CAUSE_FOUND, summary="x", causes=(cause,)),
    )
    target = path_picture(report).nodes[-1]
    assert (target.note, target.state) == ("the cause", "broken")
    assert target.lines[-1] == "i-0a1 is stopped."


def test_every_state_has_a_sign_of_its_own_beside_its_colour():
    states = (HopState.OK, HopState.DEGRADED, HopState.UNKNOWN)
    path = tuple(samples.hop(Hop.API, f"api-{state}", str(state), state) for state in states)
    drawing = svg(path_picture(samples.healthy(path=path)))
    assert drawing.count("l4 4.5") == 1
    assert drawing.count("v7") == 1
    assert "?" in texts(drawing)


def test_the_words_of_the_path_begin_with_what_is_broken():
    said = path_picture(samples.report()).alt
    assert re.match(r"The path of orders / prod\. Confirmed: SG-03 .*first broken hop is Target group", said)


def test_nothing_lies_outside_the_picture():
    many = tuple(samples.hop(Hop.TARGET, f"i-{n}", f"target {n} " + "word " * 60, HopState.BROKEN) for n in range(60))
    drawn = path_picture(samples.report(path=(*samples.path(Hop.TARGET_GROUP)[:-1], *many)))
    drawing = ET.fromstring(svg(drawn))
    lowest = max(float(node.get("y", 0)) for node in drawing.iter("{http://www.w3.org/2000/svg}text"))
    assert lowest < drawn.height
    assert any("+39 more" in node.title for node in drawn.nodes)
    assert max(len(line) for node in drawn.nodes for line in node.lines) <= 80


@pytest.mark.parametrize("text", [samples.HOSTILE, "</svg><script>x</script>", "\u0634\u0631\u0643\u0629", "😀 注文"])
async def test_any_text_makes_a_picture_and_stays_text(text):
    report = samples.report(
        request=samples.request(api_name=text), path=(samples.hop(Hop.API, text, text, HopState.BROKEN),)
    )
    drawn = path_picture(report)
    ET.fromstring(svg(drawn))
    assert "<script" not in svg(drawn)
    assert len(drawn.alt) <= 1000
    assert (await Painter().paint(drawn)).png.startswith(b"\x89PNG")


async def test_a_picture_is_drawn_at_twice_its_size_with_letters_in_it():
    """Fonts come with the package: without them the picture would have no text, and nearly no dark pixels."""
    drawn = path_picture(samples.report())
    image = Image.open(io.BytesIO((await Painter().paint(drawn)).png)).convert("L")
    assert image.size == (1520, drawn.height * 2)
    title = image.crop((40, 30, 700, 80))
    assert sum(title.histogram()[:80]) > 1000


async def test_a_template_of_your_own_is_used_and_a_broken_one_is_not(tmp_path, caplog):
    own = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><text fill="{{ color }}">x</text></svg>'
    (tmp_path / "path.svg.j2").write_text(own.replace("{{ color }}", "red"))
    assert Image.open(io.BytesIO((await Painter(tmp_path).paint(path_picture(samples.report()))).png)).size == (20, 20)
    (tmp_path / "path.svg.j2").write_text(own)
    assert Image.open(io.BytesIO((await Painter(tmp_path).paint(path_picture(samples.report()))).png)).size[0] == 1520
    assert "your template is not used, ours is: path.svg.j2" in caplog.text


# --- the trends --------------------------------------------------------------------------------------------------


def test_counts_add_up_and_hosts_do_not():
    read = evidence(errors=[(minute(9), 2), (minute(8), 3)], unhealthy=[(minute(9), 2), (minute(8), 2)])
    found = trends_of(samples.report(), read)
    assert found is not None
    assert {trend.kind: trend.total for trend in found.trends} == {"failures": 5, "unhealthy": 2}


@pytest.mark.parametrize(("window", "spans"), [(5, 5), (60, 20), (90, 18), (1440, 20), (10080, 20)])
def test_a_window_of_any_length_takes_at_most_twenty_spans_and_holds_every_failure(window, spans):
    points = [(minute(n), 1.0) for n in range(1, window)]
    report = samples.report(request=samples.request(since_minutes=window))
    found = trends_of(report, evidence(errors=points))
    assert found is not None
    assert len(found.starts) == spans
    assert found.trends[0].total == len(points)


def test_without_failures_or_without_evidence_there_is_nothing_to_draw():
    assert trends_of(samples.report(), evidence(errors=[])) is None
    assert trends_of(samples.report(), evidence(unhealthy=[(minute(3), 2)])) is None
    assert trends_of(samples.report(), None) is None


def test_logged_failures_are_marked_at_their_times():
    found = trends_of(samples.report(), evidence(errors=[(minute(3), 2)]))
    assert found is not None
    drawn = chart_picture(samples.report(), found)
    assert len(drawn.logged) == len(found.logged) > 0
    assert all(24 <= x <= 736 for x in drawn.logged)
    assert "a failing request in the log" in texts(svg(drawn))


def test_the_words_of_the_chart_say_what_is_to_be_seen():
    found = trends_of(samples.report(), evidence(errors=[(minute(9), 2)], resets=[(minute(9), 4)]))
    assert found is not None
    said = chart_picture(samples.report(), found).alt
    assert re.search(r"failed requests 2 in all, first at \d\d:\d\d UTC; resets by targets 4 in all", said)


def test_the_chart_block_is_one_that_slack_takes():
    found = trends_of(samples.report(), evidence(errors=[(minute(9), 2)], resets=[(minute(9), 4)]))
    assert found is not None
    message = Renderer(ids.for_templates()).message(chart_block(samples.report(), found))
    assert problems(message) == []
    (chart,) = message.blocks
    assert len(chart["chart"]["series"]) == 2


def test_the_fonts_come_with_their_licence():
    fonts = Path(__file__).parents[2] / "bot/report/fonts"
    assert {path.name for path in fonts.iterdir()} == {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "LICENSE.txt"}
