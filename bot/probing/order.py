"""From a plan to an order and from results to evidence: where the pure core and the probe meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.probe_targets import ProbePlan, ProbeTarget, probe_plan
from bot.diagnosis.redaction import redact
from bot.diagnosis.resources import Probe
from bot.diagnosis.sources import PROBE
from bot.language import _, plural
from bot.probe.order import Order, OrderedTarget, refusal
from bot.probe.result import ProbeResult


@dataclass(frozen=True)
class Prepared:
    """What one press probes. `left_out` are sentences: what is not probed, and why. No order: `why_none` says why."""

    order: Order | None
    targets: tuple[ProbeTarget, ...] = ()
    left_out: tuple[str, ...] = field(default=())
    why_none: str = ""


def prepared(evidence: Evidence) -> Prepared:
    """Make the order from the evidence alone, and leave out what the law of addresses forbids."""
    plan = probe_plan(evidence)
    if not plan.targets:
        return Prepared(None, why_none=plan.why_none)
    kept: list[tuple[ProbeTarget, OrderedTarget]] = []
    forbidden: list[str] = []
    for target in plan.targets:
        try:
            ordered = _ordered(target)
        except ValidationError:
            forbidden.append(_("{place}: it is not an address that can be probed", place=target.place))
            continue
        why = refusal(ordered.address, public=target.internet_facing)
        if why:
            forbidden.append(_("{place}: {reason}", place=target.place, reason=why))
        else:
            kept.append((target, ordered))
    left_out = (*forbidden, *_more(plan))
    if not kept:
        return Prepared(
            None,
            left_out=left_out,
            why_none=_("No address of this path may be probed: {addresses}", addresses="; ".join(left_out)),
        )
    public = any(target.internet_facing for target, _ in kept)
    order = Order(targets=tuple(ordered for _, ordered in kept), public=public)
    return Prepared(order, tuple(target for target, _ in kept), left_out)


def _ordered(target: ProbeTarget) -> OrderedTarget:
    values: dict[str, Any] = {
        "address": target.address,
        "port": target.port,
        "scheme": target.scheme,
        "server_name": target.server_name,
        "path": target.path,
    }
    return OrderedTarget.model_validate(values)


def _more(plan: ProbePlan) -> tuple[str, ...]:
    if not plan.left_out:
        return ()
    shown = ", ".join(target.place for target in plan.left_out[:3])
    more = len(plan.left_out) - 3
    if more > 0:
        shown = plural("{names} +{count} more", "{names} +{count} more", more, names=shown)
    return (_("{places}: {number} addresses are probed at a time", places=shown, number=len(plan.targets)),)


def with_results(
    evidence: Evidence, targets: Sequence[ProbeTarget], results: Sequence[ProbeResult], *, at: datetime, seen_from: str
) -> Evidence:
    """Return evidence that holds what the probe saw; ValueError where there is not one result for each target."""
    reads = {
        (PROBE.name, target.key): _mirrored(target, result, at, seen_from)
        for target, result in zip(targets, results, strict=True)
    }
    return evidence.with_reads(reads)


def _mirrored(target: ProbeTarget, result: ProbeResult, at: datetime, seen_from: str) -> Probe:
    """The result as the core knows it. What servers sent may hold secrets: sentences that quote them are redacted."""
    found = result.model_dump(mode="json")
    tls, http = found["tls"], found["http"]
    if tls:
        tls = {**tls, "explanations": {fault: redact(text) for fault, text in tls["explanations"].items()}}
    if http:
        http = {**http, "explanation": redact(http["explanation"]), "fault": http["fault"] or ""}
    return Probe.model_validate(
        {
            "at": at,
            "seen_from": seen_from,
            "address": target.address,
            "port": target.port,
            "scheme": target.scheme,
            "server_name": target.server_name,
            "path": target.path,
            "tcp": result.tcp,
            "explanation": redact(result.explanation),
            "tls": tls,
            "http": http,
        }
    )
