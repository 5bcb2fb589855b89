"""Which addresses of the resolved path a probe would try: a pure function of the evidence.

Only what AWS named on the path is here: the load balancers' own addresses and the registered targets. The
integration's host is the name they are asked for; it is never resolved, and no text of a user leads anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from urllib.parse import quote

from bot.diagnosis.checks.listener.protocol_matrix import way
from bot.diagnosis.checks.vpc_link.link_peers import cloud_map_ports
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.hops import BalancerHop, LinkHop, ListenerHop, Path, TargetGroupHop, TargetHop
from bot.diagnosis.path import Walk
from bot.language import _

MOST_TARGETS = 8
"""Addresses that one press probes: enough for every zone twice, little enough to be no scan."""
_NODES = 2
"""How many of them are kept for load balancers where there are more targets than that."""
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", re.IGNORECASE)
_GETS_NO_TRAFFIC = frozenset({"unused", "draining"})


@dataclass(frozen=True)
class ProbeTarget:
    """One address, and how it is asked: as API Gateway or the load balancer before it would."""

    address: str
    port: int
    scheme: str
    server_name: str
    """The integration's host: SNI, Host header and the name to verify; empty where it is not known."""
    path: str = field(compare=False)
    what: str = field(compare=False)
    """What stands there, in words: `target i-0a1 of orders-tg`, `load balancer orders-nlb`."""
    group: str = field(default="", compare=False)
    """The target group of a target; empty for a load balancer's own address."""
    is_node: bool = field(default=False, compare=False)
    """Whether it is an address of a load balancer."""
    internet_facing: bool = field(default=False, compare=False)
    """Whether its load balancer faces the internet: only then may a public address be tried."""

    @property
    def place(self) -> str:
        """`10.0.1.5:8443`, or `[fd00::5]:8443`."""
        return place_of(self.address, self.port)

    @property
    def key(self) -> str:
        """The key under which evidence holds what it showed."""
        return f"{self.scheme}://{self.place} as {self.server_name}"


@dataclass(frozen=True)
class ProbePlan:
    """What is probed; `left_out` is more of the same, beyond `MOST_TARGETS`. `why_none` says why there is nothing."""

    targets: tuple[ProbeTarget, ...] = ()
    left_out: tuple[ProbeTarget, ...] = ()
    why_none: str = ""


def place_of(address: str, port: int) -> str:
    """Return how an address and a port are written together."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def probe_plan(evidence: Evidence) -> ProbePlan:
    """Return what one press probes: a sample over every path, the failing request's own first."""
    walk = Walk(evidence)
    paths = walk.paths.items
    if not paths:
        return ProbePlan(
            why_none=_("This request leads through no VPC link that I know, so there is no backend to probe.")
        )
    every = tuple(dict.fromkeys(target for path in paths for target in probe_targets(evidence, path)))
    if not every:
        return ProbePlan(why_none=_why_none(walk))
    chosen = _sample(every)
    return ProbePlan(tuple(x for x in every if x in chosen), tuple(x for x in every if x not in chosen))


def probe_targets(evidence: Evidence, path: Path) -> tuple[ProbeTarget, ...]:
    """Return every address of one path that could be probed: targets, instances and load balancer nodes by turns."""
    listeners = [x for x in Walk(evidence).listeners.items if x.path.index == path.index]
    groups = [x for x in Walk(evidence).target_groups.items if x.path.index == path.index]
    columns = [targets_of(x) for x in groups] + [nodes_of(x) for x in listeners] + [instances_of(path.link)]
    turns = (target for row in zip_longest(*columns) for target in row if target is not None)
    return tuple(dict.fromkeys(turns))


def nodes_of(hop: ListenerHop) -> tuple[ProbeTarget, ...]:
    """Return the load balancer's own addresses on a listener's port, asked as API Gateway asks."""
    try:
        addresses, port = hop.balancer.addresses, hop.listener.port
        name = hop.balancer.balancer.load_balancer_name if hop.balancer.balancer else ""
    except MissingEvidence:
        return ()
    if not port or hop.balancer.scheme not in {"http", "https"}:
        return ()
    what, scheme = _("load balancer {name}", name=name), hop.balancer.scheme
    return tuple(replace(_made(hop.balancer, a, port, scheme, what), is_node=True) for a in addresses)


def instances_of(link: LinkHop) -> tuple[ProbeTarget, ...]:
    """Return the instances that an HTTP API reaches through Cloud Map, without a load balancer."""
    try:
        ports = cloud_map_ports(link)
    except MissingEvidence:
        return ()
    service, scheme = link.cloud_map_arn.rpartition("/")[2], link.path.endpoint.scheme
    name = _("instance of {service}", service=service)
    return tuple(
        ProbeTarget(address, port, scheme, _server_name(link.path), "/", name, group=service)
        for port, addresses in ports.items()
        for address in addresses
    )


def targets_of(hop: TargetGroupHop) -> tuple[ProbeTarget, ...]:
    """Return the targets of a group, asked as the load balancer asks: those that fail and those that work by turns."""
    try:
        group, targets = hop.group, hop.targets
    except MissingEvidence:
        return ()
    row = way(hop.balancer.scheme, hop.listener.listener.protocol.upper(), group.protocol.upper() if group else "")
    scheme = row.backend_gets if row else ""
    if group is None or not scheme:
        return ()
    return tuple(found for target in _by_turns(targets) if (found := _target(hop, target, scheme)))


def probe_target(hop: TargetGroupHop, target: TargetHop) -> ProbeTarget | None:
    """Return how one registered target is probed; None where its address or what it is sent is not known."""
    return next((x for x in targets_of(hop) if (x.address, x.port) == (_address(target), target.port)), None)


def _target(hop: TargetGroupHop, target: TargetHop, scheme: str) -> ProbeTarget | None:
    address, port, group = _address(target), target.port, hop.group
    if not address or not port:
        return None
    name = group.target_group_name if group else hop.arn
    what = (
        _("target {target} of {name}", target=target.id, name=name)
        if target.id != address
        else _("target of {name}", name=name)
    )
    return replace(_made(hop.balancer, address, port, scheme, what), group=name)


def _made(balancer: BalancerHop, address: str, port: int, scheme: str, what: str) -> ProbeTarget:
    try:
        facing = balancer.balancer.scheme == "internet-facing" if balancer.balancer else False
    except MissingEvidence:
        facing = False
    return ProbeTarget(
        address=address,
        port=port,
        scheme=scheme,
        server_name=_server_name(balancer.path),
        path=_asked_path(balancer.path, balancer),
        what=what,
        internet_facing=facing,
    )


def _server_name(path: Path) -> str:
    host = path.endpoint.host.rstrip(".").lower()
    return host if _NAME.fullmatch(host) else ""


def _asked_path(path: Path, balancer: BalancerHop) -> str:
    """The path that the backend sees, where the route names one that can be asked for as it stands; else the root."""
    try:
        seen = next((p for hop in balancer.listener_hops for p in hop.backend_paths if p and "{" not in p), "/")
    except MissingEvidence:
        seen = "/"
    asks = {"GET", "HEAD", "ANY", ""}
    return quote(seen, safe="/%:@-._~!$&'()*+,;=") if any(x.method.upper() in asks for x in path.routes) else "/"


def _address(target: TargetHop) -> str:
    try:
        return target.address
    except MissingEvidence:
        return ""


def _by_turns(targets: Sequence[TargetHop]) -> Iterator[TargetHop]:
    """Sick and well targets by turns, so that a sample shows both; those that get no traffic last."""
    idle = [x for x in targets if x.description.target_health.state in _GETS_NO_TRAFFIC]
    busy = [x for x in targets if x not in idle]
    well = [x for x in busy if x.description.target_health.state == "healthy"]
    sick = [x for x in busy if x not in well]
    for pair in zip_longest(sick, well):
        yield from (x for x in pair if x is not None)
    yield from idle


def _sample(every: Sequence[ProbeTarget]) -> frozenset[ProbeTarget]:
    nodes = [x for x in every if x.is_node]
    targets = [x for x in every if x not in nodes]
    kept = targets[: MOST_TARGETS - min(_NODES, len(nodes))]
    return frozenset((*kept, *nodes[: MOST_TARGETS - len(kept)]))


def _why_none(walk: Walk) -> str:
    gaps = {gap.action for gap in (*walk.target_groups.gaps, *walk.listeners.gaps)}
    if gaps:
        actions = ", ".join(sorted(gaps))
        return _("Which addresses stand on this path could not be read ({actions}).", actions=actions)
    if not walk.listeners.items:
        return _(
            "The path ends before a load balancer's listener, so no address is known that a request would reach.",
        )
    return _("No target and no load balancer address is known on this path.")
