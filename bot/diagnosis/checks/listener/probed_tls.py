"""What probes saw where the TLS of a path ends: on the load balancer's own addresses, or on the targets behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.diagnosis.checks.listener.tls_end import End, tls_end
from bot.diagnosis.evidence import MissingEvidence
from bot.diagnosis.hops import ListenerHop
from bot.diagnosis.model import Citation, Finding, Status
from bot.diagnosis.probe_targets import nodes_of, targets_of
from bot.diagnosis.probed import CANNOT_SEE, Probed, probed, was_probed
from bot.language import _

NO_ROOT = ("self-signed", "incomplete-chain", "untrusted-root")
"""What a probe calls the three ways to lead to no trusted authority."""
_NO_HANDSHAKE = frozenset({"not-tls", "handshake-failed", "key-mismatch"})


@dataclass(frozen=True)
class Wire:
    """The probed addresses that end API Gateway's TLS. `known` is how many such addresses there are."""

    ends: tuple[Probed, ...]
    known: int

    def showing(self, *faults: str) -> tuple[Probed, ...]:
        """Return those that showed any of these faults of TLS."""
        return tuple(one for one in self.ends if set(faults) & set(one.tls.faults))

    @property
    def served(self) -> tuple[Probed, ...]:
        """Those that served a certificate in a handshake that came to its end: the others could not be judged."""
        return tuple(one for one in self.ends if one.tls.chain and not _NO_HANDSHAKE & set(one.tls.faults))

    @property
    def whole(self) -> bool:
        """Whether every address was judged: a fault that none of them shows is nowhere."""
        return bool(self.ends) and len(self.served) == self.known

    @property
    def limits(self) -> str:
        """How much was probed, and what that cannot tell."""
        place = self.served[0].probe.seen_from
        probed_here = _(
            "Probed {count} of {known} from {place}.", count=len(self.served), known=self.known, place=place
        )
        return f"{probed_here} {_(CANNOT_SEE)}"


def wire(hop: ListenerHop) -> Wire:
    """Return what probes saw of the certificate that this listener, or the targets behind it, serve."""
    if not was_probed(hop.evidence):
        return Wire((), 0)
    end = tls_end(hop).end
    if end is End.HERE:
        targets = nodes_of(hop)
    elif end is End.TARGETS:
        targets = tuple(dict.fromkeys(x for group in hop.target_groups for x in targets_of(group)))
    else:
        targets = ()
    return Wire(probed(hop.evidence, targets), len(targets))


def agreed(configured: Callable[[], Finding], seen: Sequence[Citation], shown: Callable[[], Finding]) -> Finding:
    """Join what is configured with the fault that a probe saw, if it saw one.

    A failing configuration is confirmed by it. Where the configuration looks well or could not be read, what is served
    decides: that is `shown`.
    """
    if not seen:
        return configured()
    try:
        finding = configured()
    except MissingEvidence:
        return shown()
    if finding.status is not Status.FAIL:
        return shown()
    return finding.model_copy(update={"citations": (*finding.citations, *seen)})
