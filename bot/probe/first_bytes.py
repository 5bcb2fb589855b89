"""What the first bytes of an answer are, when they are not what the protocol says."""

from __future__ import annotations

from bot.diagnosis.redaction import redact
from bot.probe.tls_messages import VERSIONS, alert_words

_TLS_RECORDS = frozenset({20, 21, 22, 23, 24})
_HTTP2_PREFACE = b"PRI * HTTP/2.0"
_PROXY_V2 = b"\r\n\r\n\x00\r\nQUIT\n"
_HTTP2_FRAMES = {4: "SETTINGS", 7: "GOAWAY"}
_BANNERS = (
    (b"SSH-", "an SSH server"),
    (b"220", "a mail or FTP server"),
    (b"+OK", "a POP3 or Redis server"),
    (b"-ERR", "a Redis server"),
    (b"* OK", "an IMAP server"),
    (b"AMQP", "an AMQP broker"),
    (b"ERROR\r\n", "a memcached server"),
    (b"RFB ", "a VNC server"),
    (b"RTSP/", "an RTSP server"),
    (b"ICY ", "a streaming server"),
)
_TLS_WANTED = (
    b"plain http request was sent to https port",
    b"speaking plain http to an ssl-enabled",
    b"client sent an http request to an https server",
    b"combination of host and port requires tls",
    b"http request to an https",
    b"plain http request was sent to tls",
)
"""What nginx and AWS's load balancers, Apache, Go and Tomcat write to a plain request on a TLS port."""


def shown(data: bytes, limit: int = 64) -> str:
    """The bytes as text for people: printable ASCII as it is, the rest in hexadecimal; secrets taken out."""
    kept = data[:limit]
    text = "".join(chr(b) if 32 <= b < 127 and b != 92 else _escape(b) for b in kept)
    return redact(text)


def _escape(byte: int) -> str:
    return {10: "\\n", 13: "\\r", 9: "\\t", 92: "\\\\"}.get(byte, f"\\x{byte:02x}")


def is_tls(data: bytes) -> bool:
    """Whether these bytes begin a TLS record: content type, major version 3, minor 0 to 4 (RFC 8446, 5.1)."""
    return bool(data) and data[0] in _TLS_RECORDS and data[1:2] in (b"", b"\x03") and data[2:3] <= b"\x04"


def demands_tls(answer: bytes) -> bool:
    """Whether an HTTP 400 says that the port wants TLS."""
    lower = answer.lower()
    return any(words in lower for words in _TLS_WANTED)


def explain(data: bytes) -> str:
    """What sent these bytes, in a clause that follows "the port answered with"."""
    if is_tls(data):
        return _explain_tls(data)
    if data.startswith(_PROXY_V2):
        return "a PROXY protocol v2 header: a load balancer's header comes back where HTTP belongs"
    if data.startswith(b"PROXY "):
        return "a PROXY protocol v1 line: a load balancer's header comes back where HTTP belongs"
    if data.startswith(_HTTP2_PREFACE):
        return "an HTTP/2 client preface: the port speaks HTTP/2 without negotiation"
    if len(data) >= 9 and data[3] in _HTTP2_FRAMES and data[5:9] == bytes(4) and data[0] == 0:
        return f"an HTTP/2 {_HTTP2_FRAMES[data[3]]} frame: the port speaks HTTP/2 only"
    if data.startswith(b"HTTP/"):
        return f"the line {shown(data.splitlines()[0])!r}, which is no status line of HTTP/1.0 or HTTP/1.1"
    if data.lstrip().startswith(b"<"):
        return "markup without a status line (HTTP/0.9)"
    if data[3:5] == b"\x00\x0a" and len(data) >= 4 + int.from_bytes(data[:3], "little"):
        return "the greeting of a MySQL or MariaDB server"
    if data[:1] == b"E" and data[5:7] in (b"SF", b"SE"):
        return "an error of a PostgreSQL server"
    banner = next((what for start, what in _BANNERS if data.startswith(start)), None)
    if banner:
        return f"the greeting of {banner}"
    printable = sum(32 <= b < 127 or b in b"\r\n\t" for b in data)
    return "text that is no HTTP" if data and printable == len(data) else "bytes of no known protocol"


def _explain_tls(data: bytes) -> str:
    version = VERSIONS.get(int.from_bytes(data[1:3], "big"), "TLS")
    if data[0] == 21 and len(data) >= 7:
        return f"a TLS record (0x15 0x03): {alert_words(data[6])}, {version}"
    kind = {20: "a change of cipher", 21: "an alert", 22: "a handshake message"}.get(data[0], "data")
    return f"a TLS record ({version}): {kind}"
