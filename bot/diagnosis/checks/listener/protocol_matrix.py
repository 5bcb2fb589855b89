"""What a backend gets, by what API Gateway speaks, the listener's protocol and the target group's.

Sources: AWS: load-balancer-listeners and load-balancer-target-groups (network): a TCP listener passes the bytes on, a
TLS listener decrypts them, a TLS target group encrypts them again and checks no certificate; load-balancer-listeners
and load-balancer-troubleshooting (application); the article on HTTP 500 with VPC links ("double encryption").
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.language import marked

HTTP, HTTPS = "http", "https"
_PASSES = frozenset({"TCP", "TCP_UDP", "TCP_QUIC"})
_NO_TCP = frozenset({"UDP", "QUIC", "GENEVE"})
_ANY: frozenset[str] = frozenset()
KNOWN_PROTOCOLS = _PASSES | _NO_TCP | {"TLS", "HTTP", "HTTPS"}


@dataclass(frozen=True)
class Row:
    """One row of the matrix. An empty set of target-group protocols stands for any."""

    schemes: frozenset[str]
    listener: frozenset[str]
    group: frozenset[str]
    backend_gets: str
    """`http`, `https`, or empty: this listener can never take the request."""
    words: str
    """How the way is named, or why the listener refuses; marked for translation."""
    shown_by: frozenset[str] = frozenset()
    """What the log shows where the backend expects something else."""


def _row(
    scheme: str, listener: frozenset[str] | str, group: frozenset[str] | str, gets: str, words: str, log: str = ""
) -> Row:
    return Row(
        schemes=frozenset({HTTP, HTTPS} if scheme == "any" else {scheme}),
        listener=frozenset({listener}) if isinstance(listener, str) else listener,
        group=frozenset({group}) if isinstance(group, str) else group,
        backend_gets=gets,
        words=words,
        shown_by=frozenset(log.split()),
    )


MATRIX: tuple[Row, ...] = (
    _row("any", _NO_TCP, _ANY, "", marked("it carries no TCP, so no HTTP request can use it")),
    _row(HTTP, "TLS", _ANY, "", marked("it expects TLS, but the integration sends plain HTTP")),
    _row(HTTP, "HTTPS", _ANY, "", marked("it expects TLS, but plain HTTP arrives")),
    _row(HTTPS, "HTTP", _ANY, "", marked("it expects plain HTTP, but TLS arrives")),
    _row(HTTP, _PASSES, _PASSES, HTTP, marked("plain HTTP, passed on as it comes"), "E6"),
    _row(HTTPS, _PASSES, _PASSES, HTTPS, marked("TLS, passed on unopened"), "E12"),
    _row(HTTPS, "TLS", "TCP", HTTP, marked("plain HTTP, after the listener has decrypted it"), "E6"),
    _row(HTTPS, "TLS", "TLS", HTTPS, marked("TLS, encrypted anew by the load balancer"), "E5 E6"),
    _row(HTTP, "HTTP", "HTTP", HTTP, marked("plain HTTP from the application load balancer")),
    _row(HTTP, "HTTP", "HTTPS", HTTPS, marked("TLS from the application load balancer")),
    _row(HTTPS, "HTTPS", "HTTP", HTTP, marked("plain HTTP from the application load balancer")),
    _row(HTTPS, "HTTPS", "HTTPS", HTTPS, marked("TLS from the application load balancer")),
)


def refusal(scheme: str, listener: str) -> Row | None:
    """Return the row that says why a listener can never take such a request; None where it can."""
    rows = (row for row in MATRIX if not row.backend_gets and listener in row.listener)
    return next((row for row in rows if scheme in row.schemes or row.schemes == {HTTP, HTTPS}), None)


def way(scheme: str, listener: str, group: str) -> Row | None:
    """Return the row of a way to a target group; None where AWS knows no such combination."""
    rows = (row for row in MATRIX if scheme in row.schemes and listener in row.listener)
    return next((row for row in rows if not row.group or group in row.group), None)
