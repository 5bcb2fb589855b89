"""The server side of the Smithy RPC v2 CBOR protocol, which CloudWatch speaks by default and moto does not.

botocore's own codec does the encoding: its client-side serialiser writes a shape, its response parser reads any item.
"""

from __future__ import annotations

from typing import Any

from botocore.model import Shape
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer


class _Encoder(RpcV2CBORSerializer):
    def encode(self, value: Any, shape: Shape) -> bytes:
        encoded = bytearray()
        self._serialize_data_item(encoded, value, shape)  # type: ignore[attr-defined]  # the stubs leave it out
        return bytes(encoded)


def decode(body: bytes) -> dict[str, Any]:
    """A request body as a dict; an empty body is an empty dict."""
    if not body:
        return {}
    parser = RpcV2CBORParser()
    item = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))
    return dict(item)


def encode(value: dict[str, Any], shape: Shape | None) -> bytes:
    """A reply as CBOR, holding only the members that the shape has. Empty when the operation answers nothing."""
    return _Encoder().encode(_pruned(value, shape), shape) if shape is not None else b"\xa0"


def encode_error(code: str, message: str) -> bytes:
    """An error document: two text members, which needs no model."""
    return b"\xa2" + b"".join(_text(item) for item in ("__type", code, "message", message))


def _text(value: str) -> bytes:
    data = value.encode()
    return b"\x7a" + len(data).to_bytes(4, "big") + data


def _pruned(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure":
        return {k: _pruned(v, shape.members[k]) for k, v in value.items() if k in shape.members and v is not None}
    if shape.type_name == "list":
        return [_pruned(item, shape.member) for item in value]
    return value
