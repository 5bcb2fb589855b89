"""Evidence with what a probe saw of the path's addresses."""

from __future__ import annotations

from typing import Any

from bot.diagnosis import resources as r
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.path import Walk
from bot.diagnosis.probe_targets import ProbeTarget, nodes_of, targets_of
from bot.diagnosis.sources import PROBE
from tests.diagnosis import worlds as w

BASTION = "bastion.example.com"
LEAF = r.ProbedCertificate(subject="CN=orders.example.com", issuer="CN=Example Issuing")
SOUND = r.ProbedTls(
    subject="CN=orders.example.com",
    sans=("orders.example.com",),
    matched_name="orders.example.com",
    protocol="TLSv1.3",
    cipher="TLS_AES_128_GCM_SHA256",
    trusted_root="CN=Example Root",
    chain=(LEAF,),
)
OK = r.ProbedHttp(status=200)


def tls(*faults: str, **changes: Any) -> r.ProbedTls:
    """A handshake with these faults, each with a sentence."""
    explanations = {fault: f"what the probe says of {fault}" for fault in faults}
    return SOUND.model_copy(update={"faults": faults, "explanations": explanations, **changes})


def targets(evidence: Evidence) -> list[ProbeTarget]:
    """Every registered target that a probe would try."""
    return [x for group in Walk(evidence).target_groups.items for x in targets_of(group)]


def nodes(evidence: Evidence) -> list[ProbeTarget]:
    """Every load balancer address that a probe would try."""
    return [x for listener in Walk(evidence).listeners.items for x in nodes_of(listener)]


def seen(target: ProbeTarget, **changes: Any) -> r.Probe:
    """What a probe saw of one address; all is well unless said otherwise."""
    encrypted = target.scheme == "https"
    return r.Probe(
        **{
            "at": w.NOW,
            "seen_from": BASTION,
            "address": target.address,
            "port": target.port,
            "scheme": target.scheme,
            "server_name": target.server_name,
            "tcp": "ok",
            "tls": SOUND if encrypted else None,
            "http": OK,
            **changes,
        }
    )


def probed(evidence: Evidence, chosen: list[ProbeTarget] | None = None, **changes: Any) -> Evidence:
    """Evidence in which these addresses (every target by default) showed this."""
    wanted = targets(evidence) if chosen is None else chosen
    assert wanted, "nothing is probed: the test would say nothing"
    return evidence.with_reads({(PROBE.name, x.key): seen(x, **changes) for x in wanted})


def one_bad(evidence: Evidence, **changes: Any) -> Evidence:
    """The first target showed this; the others are well."""
    return probed(probed(evidence), targets(evidence)[:1], **changes)


def failed_tcp(state: str) -> dict[str, Any]:
    """What a probe shows that got no connection."""
    return {"tcp": state, "tls": None, "http": None, "explanation": f"what the probe says of {state}"}
