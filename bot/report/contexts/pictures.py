"""What the pictures are drawn from: places in pixels, so that a template only draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Drawing:
    """The fields of one SVG template. `template` is its file name without the suffix; `alt` says what is to be seen."""

    template: ClassVar[str]


NodeState = Literal["ok", "broken", "degraded", "unknown", "behind"]


@dataclass(frozen=True)
class Node:
    """One hop: where its circle's middle is, what stands beside it, and whether requests get down to it."""

    y: int
    state: NodeState
    title: str
    note: str
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
class PathPicture(Drawing):
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
class ChartPicture(Drawing):
    """Failures, resets and unhealthy hosts over the same time. `logged`: the times of logged failing requests, as x."""

    template: ClassVar[str] = "chart"
    title: str
    height: int
    panels: tuple[Panel, ...]
    ticks: tuple[Tick, ...]
    logged: tuple[float, ...]
    alt: str
