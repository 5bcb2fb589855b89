"""What the pictures are drawn from: places in pixels, so that a template only draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bot.report.contexts.parts import Context

NodeState = Literal["ok", "broken", "degraded", "unknown", "behind"]


@dataclass(frozen=True)
class Node:
    """One hop: where its circle's middle is, what stands beside it, and whether requests get down to it."""

    y: int
    state: NodeState
    title: str
    note: Literal["", "first broken hop", "the cause", "not reached"]
    lines: tuple[str, ...]
    reached: bool
    height: int


@dataclass(frozen=True)
class Zone:
    """A part of the path that stands in one place: API Gateway, the link, or the VPC."""

    y: int
    height: int
    title: str


@dataclass(frozen=True)
class PathPicture(Context):
    """The path as a drawing, from the top down. `height` is the whole picture's."""

    template: ClassVar[str] = "path"
    title: str
    verdict: str
    height: int
    zones: tuple[Zone, ...]
    nodes: tuple[Node, ...]
    alt: str


@dataclass(frozen=True)
class Bar:
    """One time span of a panel that is not zero."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Panel:
    """One measure over time: its name, its highest value in words, its bars, and where its ground line is."""

    kind: Literal["failures", "resets", "unhealthy"]
    name: str
    most: str
    top: int
    ground: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Tick:
    """A time on the axis below the panels."""

    x: float
    text: str


@dataclass(frozen=True)
class ChartPicture(Context):
    """Failures, resets and unhealthy hosts over the same time. `logged` are the times of logged failing requests, as x."""

    template: ClassVar[str] = "chart"
    title: str
    height: int
    panels: tuple[Panel, ...]
    ticks: tuple[Tick, ...]
    logged: tuple[float, ...]
    alt: str


@dataclass(frozen=True)
class ChartSeries:
    """A line of Slack's own chart: one value for each category."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Chart(Context):
    """The same as Slack's own chart block (https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block)."""

    template: ClassVar[str] = "chart"
    title: str
    categories: tuple[str, ...]
    series: tuple[ChartSeries, ...]
    alt: str
