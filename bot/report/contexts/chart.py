"""Slack's own chart (https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.report.contexts.parts import Context


@dataclass(frozen=True)
class ChartPoint:
    """One value, at one place of the axis."""

    label: str
    value: int


@dataclass(frozen=True)
class ChartSeries:
    """A line of the chart. Every series has a point for each place of the axis."""

    name: str
    points: tuple[ChartPoint, ...]


@dataclass(frozen=True)
class Chart(Context):
    """Failures, resets and unhealthy hosts over time; `alt` says what is to be seen."""

    template: ClassVar[str] = "chart"
    title: str
    series: tuple[ChartSeries, ...]
    alt: str
