"""The path as lines: what is well on few lines, the first broken hop on its own, what is behind it apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bot.diagnosis.model import Hop, HopState, PathHop, Report
from bot.language import _
from bot.report.contexts import Link, PathLine, PathView
from bot.report.limits import clip, limited
from bot.report.naming import linked
from bot.report.wording import BEHIND, HOP_MARKS, HOPS, inside, short_name

MOST_LINES = 7
"""Lines of the path in a channel message: with the verdict and what it cost, twelve in all."""
_LONGEST_PART = 140
_ENTRANCE = (Hop.API, Hop.STAGE)
_TOGETHER = {
    Hop.API: 0,
    Hop.STAGE: 0,
    Hop.INTEGRATION: 0,
    Hop.VPC_LINK: 1,
    Hop.ENDPOINT_SERVICE: 1,
    Hop.LOAD_BALANCER: 2,
    Hop.LISTENER: 2,
    Hop.TARGET_GROUP: 3,
    Hop.TARGET: 3,
}
"""Hops of one number share a line while they are alike."""


def path_view(report: Report, most: int = MOST_LINES) -> PathView:
    """The path that the first cause stands on; the failing request's own where there is no cause."""
    reached, behind = way_of(report)
    front = _lines(reached, report, behind=False)
    shown = front[-most:]  # the broken hop stands at the end, and is what must not be left out
    rest = limited(_lines(behind, report, behind=True), most - len(shown))
    ways = {hop.path for hop in report.path if hop.hop not in _ENTRANCE}
    return PathView(
        reached=tuple(shown),
        behind=rest.items,
        more=len(front) - len(shown) + rest.more,
        other_ways=max(0, len(ways) - 1),
    )


def way_of(report: Report) -> tuple[list[PathHop], list[PathHop]]:
    """The hops of that path up to the first broken one, and those behind it."""
    return _split(_hops(report, _chosen(report)))


def all_ways(report: Report) -> list[tuple[PathLine, ...]]:
    """Every path in full, one line a hop."""
    ways = sorted({hop.path for hop in report.path if hop.hop not in _ENTRANCE})
    found = []
    for way in ways:
        reached, behind = _split(_hops(report, way))
        lines = [_line([hop], report, behind=False) for hop in reached]
        found.append((*lines, *(_line([hop], report, behind=True) for hop in behind)))
    return found


def _chosen(report: Report) -> int:
    for cause in report.verdict.causes:
        for finding in report.findings:
            if (finding.check, finding.resource) == (cause.check, cause.resource) and finding.paths:
                return min(finding.paths)
    return 0


def _hops(report: Report, way: int) -> list[PathHop]:
    return [hop for hop in report.path if hop.path == way or hop.hop in _ENTRANCE]


def _split(hops: Sequence[PathHop]) -> tuple[list[PathHop], list[PathHop]]:
    """The hops up to the first broken one, that one last; and what is behind it."""
    broken = next((i for i, hop in enumerate(hops) if hop.state is HopState.BROKEN), len(hops))
    return list(hops[: broken + 1]), list(hops[broken + 1 :])


def _lines(hops: Sequence[PathHop], report: Report, *, behind: bool) -> list[PathLine]:
    def alike(hop: PathHop) -> tuple[int, str]:
        own_line = not behind and hop.state in {HopState.BROKEN, HopState.DEGRADED}
        return _TOGETHER.get(hop.hop, 9), f"{hop.hop} {hop.resource}" if own_line else "" if behind else str(hop.state)

    return [_line(list(group), report, behind=behind) for _key, group in groupby(hops, alike)]


def _line(hops: Sequence[PathHop], report: Report, *, behind: bool) -> PathLine:
    first = hops[0].state
    return PathLine(
        mark=BEHIND if behind else HOP_MARKS[first],
        parts=tuple(_part(hop, report) for hop in hops),
        first_broken=first is HopState.BROKEN and not behind,
    )


def _part(hop: PathHop, report: Report) -> Link:
    text = hop.summary.removesuffix(".")
    if hop.resource and hop.state is HopState.BROKEN and hop.summary == report.verdict.summary:
        text = _name(hop)  # the headline has said the rest
    elif not hop.resource:
        text = _("{what}: {text}", what=_(HOPS[hop.hop]), text=inside(text))
    elif hop.hop is Hop.TARGET and hop.state is not HopState.BROKEN:
        text = _("targets {targets}", targets=text)
    return linked(hop.resource, report, hop.hop, clip(text, _LONGEST_PART)) if hop.resource else Link(clip(text, 140))


def _name(hop: PathHop) -> str:
    """`Target group orders-tg`, `Listener of orders-nlb`."""
    kind, name = _(HOPS[hop.hop]), short_name(hop.resource)
    return f"{kind}{name[len(kind) :]}" if name.casefold().startswith(kind.casefold()) else f"{kind} {name}"
