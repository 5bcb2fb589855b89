"""Report → the drawing of its path: hops from the top down, in the zones where they stand, the first broken one marked.

Colours are those of Okabe and Ito, which people with any colour vision tell apart; every state has its own sign, too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from bot.diagnosis.model import Hop, HopState, PathHop, Report, State
from bot.language import _, marked
from bot.report.contexts.pictures import Node, NodeState, PathPicture, Zone
from bot.report.limits import clip, limited
from bot.report.path_view import way_of
from bot.report.wording import CONFIDENCES, HOPS

_TOP, _GAP, _ZONE_HEAD, _BOTTOM = 74, 10, 24, 14
_ROW, _LINE = 46, 18
"""Pixels of a hop with one line of text, and of every further line."""
_CHARACTERS = 78
"""What a line of the picture holds."""
_MOST_LINES = 4
_MOST_HOPS = 24
_ALT = 1000
"""Characters of a file's alternative text (https://docs.slack.dev/reference/methods/files.getUploadURLExternal)."""

_ZONES: tuple[tuple[str, frozenset[Hop]], ...] = (
    (marked("API GATEWAY"), frozenset({Hop.API, Hop.STAGE, Hop.INTEGRATION})),
    (marked("VPC LINK"), frozenset({Hop.VPC_LINK, Hop.ENDPOINT_SERVICE})),
    (marked("VPC"), frozenset({Hop.LOAD_BALANCER, Hop.LISTENER, Hop.TARGET_GROUP, Hop.TARGET})),
)
_STATES: dict[HopState, NodeState] = {
    HopState.OK: "ok",
    HopState.BROKEN: "broken",
    HopState.DEGRADED: "degraded",
    HopState.UNKNOWN: "unknown",
}

_TOLD: dict[HopState, str] = {
    HopState.OK: marked("{hop} well"),
    HopState.BROKEN: marked("{hop} broken"),
    HopState.DEGRADED: marked("{hop} doubtful"),
    HopState.UNKNOWN: marked("{hop} unknown"),
}


def path_picture(report: Report) -> PathPicture:
    """The drawing of the way that the first cause stands on; the failing request's own where there is no cause."""
    reached, behind = way_of(report)
    title = f"{report.request.api_name or report.request.api} / {report.request.stage}"
    zones: list[Zone] = []
    nodes: list[Node] = []
    y = _TOP
    for name, hops in _ZONES:
        here = [(hop, True) for hop in reached if hop.hop in hops] + [(hop, False) for hop in behind if hop.hop in hops]
        if not here:
            continue
        begin = y
        y += _ZONE_HEAD
        shown = limited(here, _MOST_HOPS)
        for hop, is_reached in shown.items:
            node = _node(hop, y, report, reached=is_reached)
            nodes.append(node)
            y += node.height
        if shown.more:
            more = _("+{count} more", count=shown.more)
            nodes.append(Node(y + _ROW // 2, "behind", more, "", (_("see the thread"),), reached=False, height=_ROW))
            y += _ROW
        y += _GAP
        zones.append(Zone(begin, y - begin - _GAP // 2, _(name)))
        y += _GAP
    return PathPicture(
        title=clip(title, _CHARACTERS - 20),
        verdict=_verdict(report),
        height=y + _BOTTOM,
        zones=tuple(zones),
        nodes=tuple(nodes),
        alt=clip(_alt(title, report, reached, behind), _ALT),
    )


def _node(hop: PathHop, top: int, report: Report, *, reached: bool) -> Node:
    broken = hop.state is HopState.BROKEN
    cause = report.verdict.causes[0] if report.verdict.causes else None
    caused_here = broken and cause is not None and hop.hop is cause.hop
    lines = _wrapped(hop.summary) if broken else (textwrap.shorten(hop.summary, _CHARACTERS, placeholder=" …"),)
    if caused_here and cause is not None and cause.summary != hop.summary:
        lines = (*lines, *_wrapped(cause.summary))
    return Node(
        y=top + _ROW // 2 - 4,
        state=_STATES[hop.state] if reached or caused_here else "behind",
        title=_(HOPS[hop.hop]),
        note=_("first broken hop")
        if broken and reached
        else _("the cause")
        if caused_here
        else ""
        if reached
        else _("not reached"),
        lines=lines,
        reached=reached,
        height=_ROW + _LINE * (len(lines) - 1),
    )


def _wrapped(text: str) -> tuple[str, ...]:
    lines = limited(textwrap.wrap(text, _CHARACTERS) or [""], _MOST_LINES)
    return lines.items if not lines.more else (*lines.items[:-1], f"{lines.items[-1]} …")


def _verdict(report: Report) -> str:
    if report.verdict.state is State.CAUSE_FOUND and report.verdict.causes:
        first = report.verdict.causes[0]
        return _(
            "{confidence}: {check}", confidence=_(CONFIDENCES[first.confidence]), check=f"{first.check} {first.name}"
        )
    if report.verdict.state is State.NO_FAULT_FOUND:
        return _("Nothing on this path is broken")
    return _("Not decided")


def _alt(title: str, report: Report, reached: Sequence[PathHop], behind: Sequence[PathHop]) -> str:
    """The picture in words, what is broken first: screen readers read from the front."""
    broken = next((hop for hop in reached if hop.state is HopState.BROKEN), None)
    said = [_("The path of {title}. {verdict}.", title=title, verdict=_verdict(report))]
    if broken:
        said.append(_("The first broken hop is {hop}: {summary}", hop=_(HOPS[broken.hop]), summary=broken.summary))
    said.append(_("Hops: {hops}.", hops=", ".join(_(_TOLD[hop.state], hop=_(HOPS[hop.hop])) for hop in reached)))
    if behind:
        said.append(_("Not reached: {hops}.", hops=", ".join(_(HOPS[hop.hop]) for hop in behind)))
    return " ".join(said)
