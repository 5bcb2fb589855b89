"""What is probed, and how much the probe may take: time, bytes, connections."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field

EXPECTED_URL = "Expected http://HOST[:PORT][/PATH] or https://HOST[:PORT][/PATH], such as https://10.0.0.5:8443/health"
_DEFAULT_PORTS: dict[str, int] = {"http": 80, "https": 443}


class Target(BaseModel):
    """One backend as an integration's URI names it. Build it with `target_from_url`, which checks every part."""

    model_config = ConfigDict(frozen=True)

    scheme: Literal["http", "https"]
    host: str
    """A host name or an IP address without brackets: where to connect, unless `address` says otherwise."""
    port: int = Field(ge=1, le=65535)
    path: str = "/"
    """Path and query as they are sent."""
    address: str | None = None
    """Connect here instead of resolving the host: a target's or load balancer node's own address."""
    server_name: str | None = None
    """The name the backend is asked for (SNI and Host header) and its certificate must carry; else the host."""
    ca_file: str | None = None
    """A PEM file of further trusted roots."""
    method: Literal["GET", "HEAD"] = "GET"

    @property
    def name(self) -> str:
        """The name under which the backend is asked."""
        return self.server_name or self.host

    @property
    def host_header(self) -> str:
        """The Host header of RFC 9112, 3.2: an IPv6 address in brackets, the port unless it is the scheme's own."""
        host = f"[{self.name}]" if ":" in self.name else self.name
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL in one spelling, without query: it may hold secrets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path.partition('?')[0]}"


class Limits(BaseModel):
    """What one probe may take. Times are seconds."""

    model_config = ConfigDict(frozen=True)

    connect: float = Field(default=3.0, gt=0)
    """Name resolution, and then each TCP connection."""
    handshake: float = Field(default=5.0, gt=0)
    """Each TLS handshake."""
    answer: float = Field(default=5.0, gt=0)
    """From the request to the end of the answer."""
    cross_check: float = Field(default=2.0, gt=0)
    """The further look whether a silent port speaks the other protocol."""
    early: float = Field(default=0.3, gt=0)
    """How long a TLS 1.3 server is given to refuse a missing client certificate before the request is sent."""
    total: float = Field(default=15.0, gt=0)
    """The whole probe, but for the watch over an idle connection; no step goes past it."""
    idle: float = Field(default=0.0, ge=0, le=900)
    """How long a connection is left alone after an answer, to see who ends it; 0: no such watch."""
    max_bytes: int = Field(default=65_536, ge=64)
    """Of one answer, header and body together; what follows is not read."""
    max_handshake_bytes: int = Field(default=262_144, ge=1024)
    """Of one TLS handshake."""
    max_addresses: int = Field(default=8, ge=1)
    """How many of a name's addresses are tried."""
    concurrency: int = Field(default=8, ge=1)
    """How many targets are probed at the same time."""


def target_from_url(
    url: str, *, server_name: str | None = None, ca_file: str | None = None, address: str | None = None
) -> Target:
    """Read a URL into a target. Raises `ValueError`, which says what was expected."""
    parts, port = _split(url)
    scheme: Literal["http", "https"] = "https" if parts.scheme.lower() == "https" else "http"
    path = _path(parts)
    return Target(
        scheme=scheme,
        host=_checked_name(parts.hostname or "", "host"),
        port=_DEFAULT_PORTS[scheme] if port is None else port,
        path=path,
        address=_checked_address(address),
        server_name=None if server_name is None else _checked_name(server_name, "server name"),
        ca_file=ca_file,
    )


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is not a URL: {error}. {EXPECTED_URL}") from error
    if parts.scheme.lower() not in _DEFAULT_PORTS:
        raise ValueError(f"{url!r} is neither http nor https. {EXPECTED_URL}")
    if not parts.hostname:
        raise ValueError(f"{url!r} names no host. {EXPECTED_URL}")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"the URL holds a user name or password, which a probe does not send. {EXPECTED_URL}")
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueError(f"{url!r} has no usable port: 1 to 65535. {EXPECTED_URL}")
    return parts, port


def _path(parts: SplitResult) -> str:
    text = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not text.isascii() or any(character <= " " or character == "\x7f" for character in text):
        raise ValueError(f"the path {text!r} has characters that a URL must percent-encode. {EXPECTED_URL}")
    return text


def _checked_address(address: str | None) -> str | None:
    if address is None:
        return None
    try:
        return str(ip_address(address))
    except ValueError as error:
        raise ValueError(f"{address!r} is not an IP address. Expected one such as 10.0.0.5 or fd00::5") from error


def _checked_name(name: str, what: str) -> str:
    """The name in ASCII and lower case, as TLS and HTTP send it. Raises `ValueError`."""
    text = name.strip().removeprefix("[").removesuffix("]").rstrip(".").lower()
    if _is_address(text):
        return text
    try:
        ascii_name = text if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_name = ""
    labels = ascii_name.split(".")
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    if len(ascii_name) > 253 or not all(0 < len(label) <= 63 and set(label) <= allowed for label in labels):
        raise ValueError(f"the {what} {name!r} is not a host name. Expected one such as api.example.com, or an address")
    return ascii_name


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
