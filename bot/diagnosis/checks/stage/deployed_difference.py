"""What differs between the integration that a stage runs and the one that was edited last.

Sources: AWS: api-gateway-export-api (the export leaves defaults out and writes types in lower case),
set-up-private-integration (an edited integration needs a deployment; stage variables, logging and links do not).
Texts are compared after stage variables were put in: an id that moved into a variable leads to the same place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.diagnosis.integration import expand, parse_endpoint
from bot.diagnosis.resources import Integration
from bot.language import _

_TLS = frozenset({"E2", "E3", "E4", "E12"})
_NETWORK = _TLS | {"E1", "E5", "E6", "E9", "E10"}
_LINK = _NETWORK | {"E7"}
_ANY_METHOD = "x-amazon-apigateway-any-method"
EXPLAINABLE = _LINK | {"E11"}
"""Every signature that an integration which waits to be deployed can explain."""


@dataclass(frozen=True)
class Difference:
    """One field: what the stage runs, what was edited last.

    `signatures` are the log signatures that a wrong old value can produce. `leads_elsewhere` says whether the two
    values lead requests to different places or treat them otherwise on the wire: then the old one can be the cause
    of a failure without a log, too.
    """

    field: str
    old: str
    new: str
    signatures: frozenset[str] = frozenset()
    leads_elsewhere: bool = False

    def __str__(self) -> str:
        return f"{self.field} {self.old or _('(none)')} → {self.new or _('(none)')}"


def differences(old: Integration | None, new: Integration | None, variables: Mapping[str, str]) -> list[Difference]:
    """Return what differs, the decisive fields first. Integration responses are not in the comparison."""
    if old is None or new is None:
        before, after = _kind(old), _kind(new)
        return [Difference("integration", before, after, EXPLAINABLE, leads_elsewhere=True)] if before != after else []
    return [*_decisive(old, new, variables), *_harmless(old, new)]


def _kind(integration: Integration | None) -> str:
    return f"{integration.type.upper()} {integration.uri}".strip() if integration else ""


def _decisive(old: Integration, new: Integration, variables: Mapping[str, str]) -> Iterator[Difference]:
    same = (
        ("connectionType", old.connection_type.upper(), new.connection_type.upper(), EXPLAINABLE),
        ("connectionId", old.connection_id, new.connection_id, _LINK),
        ("integrationTarget", old.target, new.target, _LINK),
        # Only an integration that is no proxy maps replies, and can fail to.
        ("type", old.type.upper(), new.type.upper(), frozenset({"E11"} if old.type.upper() == "HTTP" else ())),
        ("tlsConfig.insecureSkipVerification", *_booleans(old, new), frozenset({"E3", "E12"})),
    )
    for field, before, after, signatures in same:
        if expand(before, variables).text != expand(after, variables).text:
            yield Difference(field, before, after, signatures, leads_elsewhere=True)
        elif before != after:
            yield Difference(field, before, after)
    yield from _uri(old, new, variables)


def _booleans(old: Integration, new: Integration) -> tuple[str, str]:
    return str(old.insecure_skip_verification).lower(), str(new.insecure_skip_verification).lower()


def _uri(old: Integration, new: Integration, variables: Mapping[str, str]) -> Iterator[Difference]:
    """The host of a private integration's URI is not resolved: it is the name on the certificate and in Host."""
    if old.uri == new.uri:
        return
    texts = [expand(integration.uri, variables).text for integration in (old, new)]
    before, after = (parse_endpoint(text) for text in texts)
    signatures: frozenset[str] = frozenset()
    if texts[0] != texts[1]:
        signatures = frozenset({"E11"})
    if before.scheme != after.scheme or before.port != after.port:
        signatures |= _NETWORK
    if before.host.lower() != after.host.lower():
        signatures |= _TLS
    yield Difference("uri", old.uri, new.uri, signatures, leads_elsewhere=signatures > {"E11"})


def _harmless(old: Integration, new: Integration) -> Iterator[Difference]:
    if _method(old) != _method(new):
        yield Difference("httpMethod", _method(old), _method(new))
    if old.timeout_milliseconds != new.timeout_milliseconds:
        longer = frozenset({"E9"}) if old.timeout_milliseconds < new.timeout_milliseconds else frozenset[str]()
        yield Difference("timeoutInMillis", str(old.timeout_milliseconds), str(new.timeout_milliseconds), longer)
    for name in sorted({*old.request_parameters, *new.request_parameters}):
        before, after = (x.request_parameters.get(name, "") for x in (old, new))
        if before != after:
            yield Difference(f"requestParameters.{name}", before, after)


def _method(integration: Integration) -> str:
    return "ANY" if integration.http_method.lower() == _ANY_METHOD else integration.http_method.upper()
