"""The path as lines: one a hop, with its state from the findings and a short description from the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import BalancerHop, LinkHop, ListenerHop, Path, TargetGroupHop
from bot.diagnosis.model import Finding, Gap, Hop, HopState, PathHop, Status
from bot.diagnosis.path import Walk
from bot.diagnosis.resources import VpcLinkV2
from bot.language import _, plural

_SHOWN_TARGETS = 3
Line = tuple[Hop, str, str]
"""A hop, the resource that stands there, and a description."""


def draw(walk: Walk, findings: Sequence[Finding]) -> tuple[PathHop, ...]:
    """Return the hops of every path; the failing request's own path is number 0."""
    lines: list[PathHop] = []
    for hop, resource, text in _entrance(walk):
        lines.append(_line(hop, resource, text, 0, findings))
    for path in walk.paths.items:
        known: dict[Hop, list[Line]] = {}
        for line in _path_lines(path, walk):
            known.setdefault(line[0], []).append(line)
        for hop in list(Hop)[2:9]:
            if hop is Hop.ENDPOINT_SERVICE and hop not in known and _is_v2(path):
                continue
            for _hop, resource, text in known.get(hop, [(hop, "", _("Not reached."))]):
                lines.append(_line(hop, resource, text, path.index, findings))
    return tuple(lines)


def _is_v2(path: Path) -> bool:
    return path.link.expects_v2


def _line(hop: Hop, resource: str, text: str, path: int, findings: Sequence[Finding]) -> PathHop:
    about = [f for f in findings if f.hop is hop and (not f.paths or path in f.paths)]
    failed = next((f for f in about if f.status is Status.FAIL), None)
    warned = next((f for f in about if f.status is Status.WARN), None)
    if failed:
        return PathHop(
            hop=hop, resource=resource or failed.resource, state=HopState.BROKEN, summary=failed.summary, path=path
        )
    if not resource:
        return PathHop(hop=hop, resource="", state=HopState.UNKNOWN, summary=text, path=path)
    if warned:
        return PathHop(hop=hop, resource=resource, state=HopState.DEGRADED, summary=warned.summary, path=path)
    blind = any(f.gaps for f in about if f.status is Status.UNKNOWN)
    passed = any(f.status is Status.PASS for f in about)
    state = HopState.UNKNOWN if blind and not passed else HopState.OK
    return PathHop(hop=hop, resource=resource, state=state, summary=text, path=path)


def _entrance(walk: Walk) -> Iterator[Line]:
    def api() -> Iterator[Line]:
        found = walk.api
        if found:
            yield Hop.API, found.id, _("{protocol} API {name}", protocol=found.protocol, name=found.name)

    def stage() -> Iterator[Line]:
        found = walk.stage
        if found:
            text = _("stage {stage}, deployment not known", stage=found.name)
            if found.deployment_id:
                text = _("stage {stage}, deployment {deployment}", stage=found.name, deployment=found.deployment_id)
            yield Hop.STAGE, found.name, text

    yield from _or_gap(Hop.API, api)
    yield from _or_gap(Hop.STAGE, stage)


def _path_lines(path: Path, walk: Walk) -> Iterator[Line]:
    text = f"{path.name} → {_aim(path)}"
    yield Hop.INTEGRATION, path.resource, _("{integration} (canary)", integration=text) if path.canary else text
    yield from _or_gap(Hop.VPC_LINK, lambda: _link(path.link))
    yield from _or_gap(Hop.ENDPOINT_SERVICE, lambda: _services(path.link))
    for balancer in (b for b in walk.balancers.items if b.path is path):
        yield from _or_gap(Hop.LOAD_BALANCER, lambda hop=balancer: _balancer(hop))  # type: ignore[misc]  # the default binds the loop's value
    for listener in (x for x in walk.listeners.items if x.path is path):
        yield from _or_gap(Hop.LISTENER, lambda hop=listener: _listener(hop))  # type: ignore[misc]  # as above
    for group in (x for x in walk.target_groups.items if x.path is path):
        yield from _or_gap(Hop.TARGET_GROUP, lambda hop=group: _group(hop))  # type: ignore[misc]  # as above
        yield from _or_gap(Hop.TARGET, lambda hop=group: _targets(hop))  # type: ignore[misc]  # as above


def _aim(path: Path) -> str:
    """Where the integration aims: host, port and scheme, or the tail of an ARN. No URL: it stands inside a link."""
    endpoint, text = path.endpoint, path.uri.text
    if text.startswith("arn:"):
        return text.rpartition(":")[2]
    return f"{endpoint.host}:{endpoint.port} ({endpoint.scheme})" if endpoint.host and endpoint.port else text


def _or_gap(hop: Hop, lines: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    try:
        yield from list(lines())
    except MissingEvidence as missing:
        yield hop, "", _gap_text(missing.gap)


def _gap_text(gap: Gap) -> str:
    return _("Not readable: {action} ({reason}).", action=gap.action, reason=gap.reason)


def _link(hop: LinkHop) -> Iterator[Line]:
    link = hop.link
    if link:
        generation = "v2" if isinstance(link, VpcLinkV2) else "v1"
        name = f"{link.name or link.id} ({generation})"
        yield Hop.VPC_LINK, link.id, _("VPC link {name} {status}", name=name, status=link.status)


def _services(hop: LinkHop) -> Iterator[Line]:
    for service in hop.services:
        found = service.service
        if found:
            states = ", ".join(dict.fromkeys(c.vpc_endpoint_state for c in service.own_connections))
            text = _("endpoint service {state}, connection none", state=found.service_state)
            if states:
                text = _("endpoint service {state}, connection {states}", state=found.service_state, states=states)
            yield Hop.ENDPOINT_SERVICE, found.service_id, text


def _balancer(hop: BalancerHop) -> Iterator[Line]:
    found = hop.balancer
    if found:
        kind = {"network": "NLB", "application": "ALB"}.get(found.type, found.type)
        yield Hop.LOAD_BALANCER, found.load_balancer_arn, f"{kind} {found.load_balancer_name} {found.state.code}"


def _listener(hop: ListenerHop) -> Iterator[Line]:
    text = _("listener {protocol} {port}", protocol=hop.listener.protocol, port=hop.listener.port)
    yield Hop.LISTENER, hop.listener.listener_arn, text


def _group(hop: TargetGroupHop) -> Iterator[Line]:
    found = hop.group
    if found:
        healthy = sum(x.target_health.state == "healthy" for x in hop.health)
        text = _(
            "target group {name} {protocol} {port}: {healthy} of {total} healthy",
            name=found.target_group_name,
            protocol=found.protocol,
            port=found.port,
            healthy=healthy,
            total=len(hop.health),
        )
        yield Hop.TARGET_GROUP, found.target_group_arn, text


def _targets(hop: TargetGroupHop) -> Iterator[Line]:
    health = hop.health
    if health:
        names = ", ".join(dict.fromkeys(x.target.id for x in health[:_SHOWN_TARGETS]))
        if len(health) > _SHOWN_TARGETS:
            more = len(health) - _SHOWN_TARGETS
            names = plural("{names} +{count} more", "{names} +{count} more", more, names=names)
        ports = ", ".join(dict.fromkeys(str(x.target.port) for x in health if x.target.port))
        text = _("{targets} on port {ports}", targets=names, ports=ports) if ports else names
        yield Hop.TARGET, health[0].target.id, text
