"""What the log says about answers of a backend that expects another protocol.

Sources: AWS: api-gateway-500-error-vpc ("Invalid protocol version": the answer is not HTTP), and the texts of Java's
TLS for an answer in plain text. Other faults of TLS (dates, ciphers) share signature E12; they are not taken here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.diagnosis.checks.listener.protocol_matrix import Row
from bot.diagnosis.failures import requests_on, unplaced_requests
from bot.diagnosis.hops import Path
from bot.diagnosis.path import Walk
from bot.diagnosis.request_log import RequestLog, outcome
from bot.diagnosis.resources import TargetGroup

_SPOKE_PLAIN = re.compile(r"unrecognized ssl message|not an ssl/tls record", re.IGNORECASE)
_LEFT = re.compile(r"remote host .*(?:closed|terminated)|(?:closed|terminated).*handshake", re.IGNORECASE)

_BAD_REQUEST = 400


@dataclass(frozen=True)
class Answer:
    """A failing request whose answer does not fit, and whether that is certain for this way."""

    request: RequestLog
    certain: bool

    @property
    def reason(self) -> str:
        """What the log quotes; empty where it quotes nothing."""
        return self.request.explanation.fields.get("reason", "")


def unfit_answer(walk: Walk, path: Path, row: Row) -> Answer | None:
    """Return the newest request whose answer certainly does not fit this way, else one that may not; None for none."""
    if not row.shown_by:
        return None
    possible: Answer | None = None
    for request in requests_on(walk, path):
        shown, reason = outcome(request), request.explanation.fields.get("reason", "")
        if shown in row.shown_by and (shown == "E6" or (shown == "E12" and _SPOKE_PLAIN.search(reason))):
            return Answer(request, certain=True)
        if shown == "E6" or (shown == "E12" and shown in row.shown_by and _LEFT.search(reason)):
            possible = possible or Answer(request, certain=False)
    unplaced = (Answer(x, certain=False) for x in unplaced_requests(walk) if outcome(x) == "E6")
    return possible or next(unplaced, None)


def takes_bad_request(group: TargetGroup) -> bool:
    """Whether a health check takes HTTP 400 for healthy: what a TLS port answers to plain HTTP."""
    for part in (group.matcher.http_code if group.matcher else "").split(","):
        first, _, last = part.strip().partition("-")
        if first.isdigit() and int(first) <= _BAD_REQUEST <= int(last if last.isdigit() else first):
            return True
    return False
