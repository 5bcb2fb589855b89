"""Certificates as a TLS client judges them: the host name, the dates, and the chain that a server sends.

Host names follow RFC 6125 and RFC 9525, as the Java clients do whose messages API Gateway's execution log shows:
a name of the certificate's subjectAltName counts, the common name only where there is none.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Literal, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bot.language import _, plural

ValidityState = Literal["valid", "expired", "not-yet-valid", "expires-soon", "unknown"]
ChainState = Literal["complete", "incomplete", "self-signed", "unordered", "unreadable"]
ExtensionT = TypeVar("ExtensionT", bound=x509.ExtensionType)

MAX_CERTIFICATES = 20
"""How many certificates of one text are read; Java clients give up at ten."""

_PEM_BLOCK = re.compile(r"-----BEGIN (?:X509 )?CERTIFICATE-----.*?(?=-----BEGIN |\Z)", re.DOTALL)
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_SHARED_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})
"""Second-level names under which countries register domains: co.uk, com.au, or.jp."""


def name_matches(host: str, names: Sequence[str]) -> str | None:
    """Return the name that covers this host, or None: an exact one first, then the least doubtful wildcard.

    Case and a trailing dot do not count; international names compare in their ASCII form. `*` stands for exactly
    one label and must be the whole left-most one: RFC 9525 gave up `api-*.example.com`, and no public authority
    issues it. An IP host needs that same address among the names.
    """
    wanted = _canonical(host)
    if not wanted or "*" in wanted:
        return None
    forms = [(name, _canonical(name)) for name in names]
    exact = [name for name, form in forms if form == wanted]
    wild = [name for name, form in forms if _wildcard_covers(form, wanted)]
    return next(iter([*exact, *sorted(wild, key=wildcard_doubt)]), None)


def wildcard_doubt(name: str) -> str:
    """Say why a client may refuse this wildcard although it covers the host, or return an empty text.

    Clients with a list of public suffixes refuse `*.co.uk`. Which list API Gateway uses is not documented, and the
    rule of thumb here knows only the usual shapes: enough for a warning, never for a fault.
    """
    wild, _dot, parent = _canonical(name).partition(".")
    labels = parent.split(".")
    country = len(labels) == 2 and labels[0] in _SHARED_SECOND_LEVELS and len(labels[1]) == 2
    if wild == "*" and (len(labels) == 1 or country):
        return _("{name} spans a whole public suffix; many clients refuse such a wildcard", name=name)
    return ""


def explain_mismatch(host: str, names: Sequence[str]) -> str:
    """Return one sentence that says why no name covers this host, with the name that comes nearest."""
    match = name_matches(host, names)
    if match is not None:
        return _("{host} is covered by {match}", host=host, match=match)
    usable = [name for name in names if _canonical(name)]
    if not _canonical(host):
        return _("{host} is not a host name", host=repr(host))
    if not usable:
        return _("the certificate names no host")
    if _address(host):
        addresses = [name for name in usable if _address(name)]
        if addresses:
            return _("{host} is an IP address, and the certificate names only {some}", host=host, some=_some(addresses))
        return _(
            "{host} is an IP address, and the certificate names no address at all, only {some}",
            host=host,
            some=_some(usable),
        )
    nearest = max(usable, key=lambda name: _nearness(_canonical(host), _canonical(name)))
    return _reason(host, nearest) or _(
        "{host} is none of the names in the certificate: {some}", host=host, some=_some(usable)
    )


def _canonical(name: str) -> str:
    """One spelling for each name or address; empty where the text is neither. IDNA 2003 is what Java uses too."""
    text = name.strip()
    if not text.isascii():
        try:
            text = text.encode("idna").decode("ascii") if len(text) <= 253 else ""
        except UnicodeError:
            return ""
    text = text.lower().removesuffix(".")
    return _address(text) or (text if all(text.split(".")) else "")


def _address(text: str) -> str:
    """Return an IP address in its usual spelling, or an empty text."""
    try:
        return str(ip_address(text.strip().removeprefix("[").removesuffix("]")))
    except ValueError:
        return ""


def _wildcard_covers(pattern: str, host: str) -> bool:
    wild, _, parent = pattern.partition(".")
    return wild == "*" and bool(parent) and not _address(host) and host.partition(".")[2] == parent


def _nearness(host: str, name: str) -> tuple[int, bool, float]:
    """How many labels agree from the right, whether only `*` stands before them, how alike the spellings are."""
    common = 0
    for ours, theirs in zip(reversed(host.split(".")), reversed(name.split(".")), strict=False):
        if ours != theirs:
            break
        common += 1
    wild = name.startswith("*.") and common == name.count(".")
    return common, wild, difflib.SequenceMatcher(None, host[:99], name[:99], autojunk=False).ratio()


def _reason(host: str, name: str) -> str:
    """Why this one name does not cover the host; empty where it is simply another name."""
    wanted, form = _canonical(host), _canonical(name)
    wild, _dot, parent = form.partition(".")
    if wild == "*" and wanted == parent:
        return _("{name} covers names one label below {parent}, not {parent} itself", name=name, parent=parent)
    if wild == "*" and wanted.endswith(f".{parent}"):
        extra = wanted.removesuffix(f".{parent}").count(".") + 1
        return _(
            "{name} covers exactly one label before {parent}, and {host} has {extra}",
            name=name,
            parent=parent,
            host=host,
            extra=extra,
        )
    if "*" in form and wild != "*":
        return _("{name} does not count: a wildcard must be the whole left-most label", name=name)
    if _nearness(wanted, form)[0] < 2:
        return ""
    return _("{host} is not in the certificate; the nearest name is {name}", host=host, name=name)


def _some(names: Sequence[str], limit: int = 3) -> str:
    shown, more = ", ".join(names[:limit]), len(names) - limit
    return plural("{names} (+{count} more)", "{names} (+{count} more)", more, names=shown) if more > 0 else shown


@dataclass(frozen=True)
class Validity:
    """Whether a certificate is valid at one moment."""

    state: ValidityState
    days: int
    """Whole days, never negative: since the end if `expired`, to the beginning if `not-yet-valid`, else to the end."""


def validity(
    not_before: datetime | None, not_after: datetime | None, now: datetime, *, soon: timedelta = timedelta(days=30)
) -> Validity:
    """Judge the dates at `now`; both ends belong to the period (RFC 5280, 4.1.2.5).

    A date without a zone is UTC. No beginning means none is known to bar it; no end makes the answer `unknown`.
    """
    moment = _utc(now)
    if not_after is not None and moment > _utc(not_after):
        return Validity("expired", (moment - _utc(not_after)).days)
    if not_before is not None and moment < _utc(not_before):
        return Validity("not-yet-valid", (_utc(not_before) - moment).days)
    if not_after is None:
        return Validity("unknown", 0)
    left = _utc(not_after) - moment
    return Validity("expires-soon" if left < soon else "valid", left.days)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


@dataclass(frozen=True)
class ServedCertificate:
    """One certificate of a chain, or, where `problem` is not empty, why it cannot be read."""

    problem: str = ""
    subject: str = ""
    """A distinguished name as RFC 4514 writes it: `CN=api.example.com,O=Example`."""
    issuer: str = ""
    common_name: str = ""
    sans: tuple[str, ...] = ()
    """DNS names, then IP addresses. An address wrongly entered as a DNS name keeps the mark `DNS:`, for it counts
    as neither."""
    not_before: datetime | None = None
    not_after: datetime | None = None
    self_signed: bool = False
    is_ca: bool = False
    """basicConstraints says CA:TRUE."""
    key_cert_sign: bool = False
    """keyUsage is present and lists keyCertSign, which a private root needs for API Gateway."""
    sha256: str = ""
    """The fingerprint: 64 lower-case hexadecimal digits."""
    der: bytes = field(default=b"", repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that count for a host: the SANs, or the common name where there are none.

        A common name that is an address keeps the mark `CN:`: it counts as nothing, for an address must be a SAN.
        """
        if self.sans or not self.common_name:
            return self.sans
        return (f"CN:{self.common_name}" if _address(self.common_name) else self.common_name,)


def read_chain(pem: str) -> tuple[ServedCertificate, ...]:
    """Read every certificate of a PEM text, in its order; other blocks and text between them are passed over."""
    blocks = _PEM_BLOCK.findall(pem)
    chain = [_read(block) for block in blocks[:MAX_CERTIFICATES]]
    if len(blocks) > MAX_CERTIFICATES:
        chain.append(
            ServedCertificate(
                problem=_(
                    "only the first {most} of {count} were read",
                    most=MAX_CERTIFICATES,
                    count=len(blocks),
                )
            )
        )
    return tuple(chain)


def chain_state(chain: Sequence[ServedCertificate]) -> ChainState:
    """Say whether the chain leads from its first certificate towards a root, each next to the one that signed it.

    `complete`: at least one issuer is served and each link stands in place; the last one's issuer may be a trusted
    root, which need not be sent and is another question. `incomplete`: nothing served signed the server's own
    certificate. `unordered`: the links are there, but not in the order of TLS (RFC 8446, 4.4.2). `self-signed`: the
    server's certificate signed itself. `unreadable`: what cannot be read may be what is missing. Certificates that
    have no part in the chain do not count.
    """
    if not chain or chain[0].problem:
        return "unreadable"
    leaf, others = chain[0], [c for c in chain[1:] if not c.problem and c.sha256 != chain[0].sha256]
    if any(_issued(child, leaf) for child in others):
        return "unordered"
    if leaf.self_signed:
        return "self-signed"
    path = [leaf]
    while not path[-1].self_signed:
        issuer = next((c for c in others if c not in path and _issued(path[-1], c)), None)
        if issuer is None:
            break
        path.append(issuer)
    if len(path) == 1:
        return "unreadable" if any(c.problem for c in chain) else "incomplete"
    return "complete" if path == list(chain[: len(path)]) else "unordered"


def _read(block: str) -> ServedCertificate:
    try:
        served = _served(x509.load_pem_x509_certificate(block.encode("utf-8", "replace")))
    except _UNREADABLE as error:
        return ServedCertificate(problem=_("the certificate cannot be read: {error}", error=error))
    return replace(served, self_signed=_issued(served, served))


def _served(certificate: x509.Certificate) -> ServedCertificate:
    alternative = _extension(certificate, x509.SubjectAlternativeName)
    dns = alternative.get_values_for_type(x509.DNSName) if alternative else []
    addresses = alternative.get_values_for_type(x509.IPAddress) if alternative else []
    constraints, usage = _extension(certificate, x509.BasicConstraints), _extension(certificate, x509.KeyUsage)
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return ServedCertificate(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        common_name=str(common[-1].value) if common else "",
        sans=tuple(f"DNS:{n}" if _address(n) else n for n in dns) + tuple(str(a) for a in addresses),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        is_ca=bool(constraints and constraints.ca),
        key_cert_sign=bool(usage and usage.key_cert_sign),
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        der=certificate.public_bytes(Encoding.DER),
    )


def _extension(certificate: x509.Certificate, kind: type[ExtensionT]) -> ExtensionT | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _issued(child: ServedCertificate, parent: ServedCertificate) -> bool:
    """Whether the parent's name and key made the child's signature. Where it cannot be verified, the names decide."""
    if child.issuer != parent.subject:
        return False
    try:
        return _signed(x509.load_der_x509_certificate(child.der), x509.load_der_x509_certificate(parent.der))
    except _UNREADABLE:
        return True


def _signed(child: x509.Certificate, parent: x509.Certificate) -> bool:
    """As `_issued`; raises `UnsupportedAlgorithm` or `TypeError` for algorithms that are not known here."""
    outdated = isinstance(child.signature_hash_algorithm, hashes.SHA1 | hashes.MD5)
    try:
        child.verify_directly_issued_by(parent)
    except InvalidSignature:
        return False
    except ValueError:  # other names, a key of another kind, or a digest too old to be verified here
        return outdated and child.issuer == parent.subject
    return True
