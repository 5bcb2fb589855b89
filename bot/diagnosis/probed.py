"""What probes saw, for the checks: looked up by the addresses that they are about, and cited.

A probe tells of one address, at one moment, from where it stood. That a certificate or a refusal is served there is so
for everybody; that nothing answers is so only from there, for security groups, network ACLs and routes differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from bot.diagnosis.balancer_traffic import some
from bot.diagnosis.evidence import Evidence, MissingEvidence
from bot.diagnosis.hops import TargetGroupHop
from bot.diagnosis.model import Citation, Finding, ProbedAddress
from bot.diagnosis.probe_targets import ProbeTarget, place_of, targets_of
from bot.diagnosis.probe_words import http_words, tls_words
from bot.diagnosis.resources import Probe, ProbedHttp, ProbedTls
from bot.diagnosis.sources import PROBE
from bot.language import _, marked

_CITED = 4
SILENT = frozenset({"timeout", "unreachable"})
CANNOT_SEE = marked(
    "A probe does not see the way through PrivateLink, what API Gateway itself trusts, "
    "or what rules let pass from other sources."
)
"""What no probe can tell; marked for translation."""


@dataclass(frozen=True)
class Probed:
    """One address with what it showed."""

    target: ProbeTarget
    probe: Probe

    @property
    def tls(self) -> ProbedTls:
        """What it showed of TLS; nothing where the probe did not get to it."""
        return self.probe.tls or ProbedTls()

    @property
    def http(self) -> ProbedHttp:
        """What it showed of HTTP; nothing where the probe did not get to it."""
        return self.probe.http or ProbedHttp()

    def cite(self, field: str, value: str) -> Citation:
        """Cite what it showed, with where and when it was seen."""
        at = f"{self.probe.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        seen = _("{place} at {time} UTC", place=self.probe.seen_from, time=at)
        return Citation(source=PROBE.call, resource=self.target.place, field=field, value=value, seen_from=seen)


def probed(evidence: Evidence, targets: Iterable[ProbeTarget]) -> tuple[Probed, ...]:
    """Return those of the addresses that were probed."""
    found = []
    for target in targets:
        if evidence.was_read(PROBE, target.key):
            try:
                probe = evidence.get(PROBE, target.key)
            except MissingEvidence:
                continue  # a damaged entry of a bundle: as good as not probed
            found += [Probed(target, probe)] if probe else []
    return tuple(found)


def was_probed(evidence: Evidence) -> bool:
    """Whether anything was probed: on most evidence nothing was, and no check need look."""
    return any(name == PROBE.name for name, _ in evidence.reads)


def without_cited(evidence: Evidence, finding: Finding) -> Evidence:
    """Return evidence without the probes that a finding cites."""
    cited = {citation.resource for citation in finding.citations if citation.source == PROBE.call}
    gone = [(PROBE.name, key) for key, x in evidence.items(PROBE) if place_of(x.address, x.port) in cited]
    return replace(evidence, reads={key: value for key, value in evidence.reads.items() if key not in gone})


@dataclass(frozen=True)
class ProbedGroup:
    """The probed targets of one group, and how many there are in all."""

    every: tuple[Probed, ...]
    known: int

    @property
    def whole(self) -> bool:
        """Whether every target whose address is known was probed."""
        return bool(self.every) and len(self.every) == self.known


def probed_group(hop: TargetGroupHop) -> ProbedGroup:
    """Return what probes saw of a group's targets."""
    targets = targets_of(hop) if was_probed(hop.evidence) else ()
    return ProbedGroup(probed(hop.evidence, targets), len(targets))


def places(found: Iterable[Probed]) -> str:
    """Name addresses in a sentence."""
    return some(x.target.place for x in found)


def cite_fault(found: Sequence[Probed], part: str, *faults: str) -> list[Citation]:
    """Cite faults of `tls` or `http` with what was seen, in words."""
    cited = []
    for one in found[:_CITED]:
        for fault in faults:
            if part == "tls" and fault in one.tls.faults:
                cited.append(one.cite(f"tls {fault}", tls_words(one.probe, fault)))
            if part == "http" and fault == one.http.fault:
                cited.append(one.cite(f"http {fault}", http_words(one.probe)))
    return cited


def cite_tcp(found: Sequence[Probed]) -> list[Citation]:
    """Cite how TCP connections were taken."""
    return [one.cite("tcp", one.probe.tcp) for one in found[:_CITED]]


def probed_addresses(evidence: Evidence) -> tuple[ProbedAddress, ...]:
    """Return everything that was probed, for the report."""
    return tuple(
        ProbedAddress(
            address=x.address,
            port=x.port,
            scheme=x.scheme,
            server_name=x.server_name,
            at=x.at,
            seen_from=x.seen_from,
            tcp=x.tcp,
            tls_faults=x.tls.faults if x.tls else (),
            http_status=(x.http.status or None) if x.http else None,
            http_fault=x.http.fault if x.http else "",
            explanation=x.explanation,
        )
        for _, x in evidence.items(PROBE)
    )
