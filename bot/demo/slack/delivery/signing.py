"""How Slack signs what it posts: https://docs.slack.dev/authentication/verifying-requests-from-slack."""

from __future__ import annotations

import hashlib
import hmac


def signature_headers(signing_secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The two headers by which an app recognises a request as Slack's; `timestamp` is in seconds."""
    base = b"v0:" + str(timestamp).encode() + b":" + body
    digest = hmac.new(signing_secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}
