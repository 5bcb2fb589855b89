"""Why a served chain leads to no trusted root: an intermediate is missing, or the root is unknown.

Where the last served certificate's issuer is neither served nor trusted, both look the same on the wire: only the
issuer's name and the hints of the certificate tell whether a root or another intermediate stands above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from bot.diagnosis.certificates import ServedCertificate, chain_state
from bot.probe.trust import Trust

TrustFault = Literal["self-signed", "incomplete-chain", "untrusted-root"]

_ROOT_WORDS = re.compile(r"\broots?\b|untrusted|unknown|rogue|fake", re.IGNORECASE)
"""Also what test authorities call themselves."""
_INTERMEDIATE_WORDS = re.compile(r"intermediate|\bissuing\b|\bsubordinate\b|\bsub-?\s?ca\b|\bica\b", re.IGNORECASE)
_NAMING_NOBODY = frozenset(
    {"authority", "ca", "certificate", "certification", "inc", "ltd", "root", "test", "tls", "trust"}
)
"""Words in the names of authorities that do not tell one from another."""


def served_path(chain: Sequence[ServedCertificate]) -> list[ServedCertificate]:
    """From the server's certificate upwards, each next to the one that signed it, as far as what was served leads."""
    if not chain or chain[0].problem:
        return []
    path = [chain[0]]
    while not path[-1].self_signed:
        issuer = next((c for c in chain if c not in path and not c.problem and issued(path[-1], c)), None)
        if issuer is None:
            break
        path.append(issuer)
    return path


def issued(child: ServedCertificate, parent: ServedCertificate) -> bool:
    """Whether the parent signed the child: the two alone then make a complete chain."""
    return child.issuer == parent.subject and chain_state((child, parent)) == "complete"


def trust_fault(chain: Sequence[ServedCertificate], trust: Trust) -> tuple[TrustFault, str]:
    """Name the fault of a chain that was not trusted, with a sentence that says how it was told."""
    path = served_path(chain)
    if not path:
        return "untrusted-root", "the server's certificate cannot be read, so no trusted root can be reached"
    top = path[-1]
    if len(path) == 1 and top.self_signed:
        return "self-signed", f"the server's certificate ({top.subject}) signed itself and is not among the trusted"
    if top.self_signed:
        return "untrusted-root", f"the chain is served whole and ends in {top.subject}, which is not a trusted root"
    missing, how = _above_is_intermediate(top, is_leaf=len(path) == 1, trust=trust)
    if missing:
        return "incomplete-chain", f"the server does not send {top.issuer}, which issued {top.subject}: {how}"
    return "untrusted-root", f"{top.subject} was issued by {top.issuer}, which is not a trusted root: {how}"


def _above_is_intermediate(top: ServedCertificate, *, is_leaf: bool, trust: Trust) -> tuple[bool, str]:
    """Whether the unseen issuer is an intermediate, and how that was told; the surest sign decides."""
    if top.issuer in trust.subjects():
        return False, "a trusted root has that name and another key"
    signer = _issuer_of_issuer(top)
    if signer is not None:
        return signer != top.issuer, f"the certificate names {signer} as the one above it"
    if _INTERMEDIATE_WORDS.search(top.issuer):
        return True, "its name is that of an intermediate"
    if _ROOT_WORDS.search(top.issuer):
        return False, "its name is that of a root"
    if is_leaf and _tells_where_issuer_is(top):
        return True, "the certificate says where to fetch it, as those below an intermediate do"
    kin = next((root for root in sorted(trust.subjects()) if _words(root) & _words(top.issuer)), None)
    if is_leaf and kin:
        return True, f"by its name it belongs to {kin}, and nothing served leads there"
    return False, "nothing hints at a further intermediate, although one may be missing too"


def _words(name: str) -> set[str]:
    """What tells an authority from another: the words of its common name and organization."""
    parts = re.findall(r"(?:^|,)(?:CN|O|OU)=((?:\\.|[^,\\])*)", name)
    words = {word for part in parts for word in re.split(r"[^\w-]+", part.lower())}
    return {word for word in words if len(word) > 2 and not word.isdigit()} - _NAMING_NOBODY


def _issuer_of_issuer(certificate: ServedCertificate) -> str | None:
    """The issuer's own issuer, where the authority key identifier names it (RFC 5280, 4.2.1.1)."""
    try:
        extensions = x509.load_der_x509_certificate(certificate.der).extensions
        identifier = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    names = identifier.authority_cert_issuer or []
    return next((n.value.rfc4514_string() for n in names if isinstance(n, x509.DirectoryName)), None)


def _tells_where_issuer_is(certificate: ServedCertificate) -> bool:
    try:
        extensions = x509.load_der_x509_certificate(certificate.der).extensions
        access = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return any(entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS for entry in access)
