"""Evidence → failures, resets and unhealthy hosts over the window of the run, in at most twenty time spans.

API Gateway and the load balancers publish a value a minute (AWS: api-gateway-metrics-and-dimensions,
load-balancer-cloudwatch-metrics); a minute without a value counts as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from bot.diagnosis import resources as r
from bot.diagnosis import sources as s
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Report
from bot.language import _, marked, plural
from bot.report.contexts.chart import Chart, ChartPoint, ChartSeries
from bot.report.contexts.pictures import Bar, ChartPicture, Panel, Tick
from bot.report.limits import clip
from bot.report.wording import clock_time

MOST_SPANS: Final = 20
"""Points of a series in Slack's chart block."""
_TITLE = 50
"""Characters of a chart's title in Slack's block."""

Kind = Literal["failures", "resets", "unhealthy"]


@dataclass(frozen=True)
class _Measure:
    kind: Kind
    name: str
    metrics: frozenset[str]
    together: Callable[[Iterable[float]], float]
    """How values of one time span become one: counts add up, hosts do not."""


_MEASURES = (
    _Measure("failures", marked("Failed requests"), frozenset({"5XXError", "5xx"}), sum),
    _Measure("resets", marked("Resets by targets"), frozenset({"TCP_Target_Reset_Count"}), sum),
    _Measure(
        "unhealthy",
        marked("Unhealthy targets"),
        frozenset({"UnHealthyHostCount"}),
        lambda values: max(values, default=0.0),
    ),
)


@dataclass(frozen=True)
class Trend:
    """One measure by time span. `total` is the sum, or the highest value where a sum means nothing."""

    kind: Kind
    name: str
    values: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Trends:
    """What the metrics show, by spans of `minutes` that begin at `starts`; `logged` are the logged failures' times."""

    starts: tuple[datetime, ...]
    minutes: int
    trends: tuple[Trend, ...]
    logged: tuple[datetime, ...]


def trends_of(report: Report, evidence: Evidence | None) -> Trends | None:
    """What there is to draw; None where no request failed by the metrics, or where they were not read."""
    if evidence is None:
        return None
    window = report.request.since_minutes
    minutes = max(1, -(-window // MOST_SPANS))
    first = _whole_minute(report.at) - timedelta(minutes=window)
    starts = tuple(first + timedelta(minutes=minutes * n) for n in range(-(-window // minutes)))
    read = dict(evidence.items(s.METRIC))
    trends = tuple(trend for measure in _MEASURES if (trend := _trend(measure, read, starts, minutes)))
    if not any(trend.kind == "failures" and trend.total for trend in trends):
        return None
    end = starts[-1] + timedelta(minutes=minutes)
    logged = tuple(sorted(one.at for one in report.logs if first <= one.at < end))
    return Trends(starts, minutes, tuple(t for t in trends if t.total or t.kind == "failures"), logged)


def chart_block(report: Report, found: Trends) -> Chart:
    """The trends as Slack's own chart."""
    labels = [f"{start:%H:%M}" if found.minutes < 60 else f"{start:%d %H:%M}" for start in found.starts]

    def points(trend: Trend) -> tuple[ChartPoint, ...]:
        return tuple(map(ChartPoint, labels, trend.values))

    return Chart(
        title=_title(report, _TITLE),
        series=tuple(ChartSeries(trend.name, points(trend)) for trend in found.trends),
        alt=_alt(report, found),
    )


_LEFT, _WIDTH, _TOP, _PANEL, _BARS = 24, 712, 66, 96, 58
"""Pixels: the left edge, the width of the time axis, the head, a panel, and its highest bar."""


def chart_picture(report: Report, found: Trends) -> ChartPicture:
    """The trends as a picture of small charts, one below the other over one time axis."""
    span = _WIDTH / len(found.starts)
    step = max(1, len(found.starts) // 6)
    begin = found.starts[0]
    seconds = len(found.starts) * found.minutes * 60
    panels = tuple(_panel(trend, _TOP + n * _PANEL, span) for n, trend in enumerate(found.trends))
    return ChartPicture(
        title=_title(report, 70),
        height=_TOP + len(panels) * _PANEL + 40,
        panels=panels,
        ticks=tuple(
            Tick(round(_LEFT + n * span, 1), f"{start:%H:%M}") for n, start in enumerate(found.starts) if n % step == 0
        ),
        logged=tuple(round(_LEFT + (at - begin).total_seconds() / seconds * _WIDTH, 1) for at in found.logged),
        alt=_alt(report, found),
    )


def _panel(trend: Trend, top: int, span: float) -> Panel:
    highest = max(trend.values) or 1
    ground = top + 24 + _BARS
    bars = []
    for n, value in enumerate(trend.values):
        if value:
            tall = max(2.0, value / highest * _BARS)
            bars.append(
                Bar(round(_LEFT + n * span + 1, 1), round(ground - tall, 1), round(span - 2, 1), round(tall, 1))
            )
    most = f"{max(trend.values):,}"
    return Panel(trend.kind, trend.name, _("at most {count}", count=most), top, ground, tuple(bars))


def _trend(measure: _Measure, read: Mapping[str, r.Series], starts: tuple[datetime, ...], minutes: int) -> Trend | None:
    """None where no such series was read. Of several load balancers each minute counts together."""
    series = [value for key, value in read.items() if key.split("|")[1] in measure.metrics]
    if not series:
        return None
    spans: list[list[float]] = [[] for _ in starts]
    for one in series:
        for at, value in one.points:
            index = int((datetime.fromtimestamp(at, UTC) - starts[0]).total_seconds() // (60 * minutes))
            if 0 <= index < len(spans):
                spans[index].append(value)
    values = tuple(round(measure.together(span)) for span in spans)
    return Trend(measure.kind, _(measure.name), values, round(measure.together([float(value) for value in values])))


def _whole_minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)


def _title(report: Report, most: int) -> str:
    return clip(f"{report.request.api_name or report.request.api} / {report.request.stage}, UTC", most)


def _alt(report: Report, found: Trends) -> str:
    """What is to be seen, in words."""
    name = f"{report.request.api_name or report.request.api} / {report.request.stage}"
    ends = clock_time(found.starts[-1] + timedelta(minutes=found.minutes))
    told = [_told(trend, found) for trend in found.trends]
    said = [
        _(
            "{api} from {start} to {end}: {trends}.",
            api=name,
            start=clock_time(found.starts[0]),
            end=ends,
            trends="; ".join(told),
        )
    ]
    if found.logged:
        said.append(
            plural(
                "{count} logged failing request marked.", "{count} logged failing requests marked.", len(found.logged)
            )
        )
    return clip(" ".join(said), 1000)


def _told(trend: Trend, found: Trends) -> str:
    begun = next((start for start, value in zip(found.starts, trend.values, strict=True) if value), None)
    measure, total = trend.name.lower(), f"{trend.total:,}"
    if trend.kind == "unhealthy":
        said = _("{measure} {total} at most", measure=measure, total=total)
    else:
        said = _("{measure} {total} in all", measure=measure, total=total)
    return _("{trend}, first at {time}", trend=said, time=clock_time(begun)) if begun else said
