"""What a text is that stands where a VPC link's id belongs. Source: AWS: set-up-api-with-vpclink-cli, VpcLink."""

from __future__ import annotations

import re

from bot.language import _, marked

_SHAPES = (
    ("vpce-svc-", marked("an endpoint service")),
    ("vpce-", marked("a VPC endpoint")),
    ("vpc-", marked("a VPC")),
    ("arn:", marked("an ARN")),
)
_ID = re.compile(r"[a-z0-9]+")


def foreign_id(text: str) -> str:
    """Return what the text names instead of a VPC link ("a VPC"), where its form says so; else nothing."""
    if "${" in text:
        return _("an expression that API Gateway does not replace")
    return next((_(words) for prefix, words in _SHAPES if text.lower().startswith(prefix)), "")


def could_be_id(text: str) -> bool:
    """Whether the text has the form of a link's id: lower-case letters and digits."""
    return _ID.fullmatch(text) is not None
