"""Pasted text → the messages that API Gateway logged.

People paste one log in many dresses: CloudWatch lines, test-invoke dumps, JSON with escaped line breaks, query
results, comments, block quotes, machine translations. This module takes the dress off and cuts the text into
messages; what a message means stands in `signatures.py`.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_CHARACTERS = 1_000_000
"""Longer text is cut to its last million characters: a log's failure stands near its end."""

_BOUNDARY = "\x00"

# A mark of quotation is folded to the ASCII one, and what only decorates (backticks, zero-width marks) is dropped.
_FOLD = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ´′", "'"),
        **dict.fromkeys("“”„‟«»″「」『』", '"'),
        **dict.fromkeys("`\u200b\u200c\u200d\u2060\ufeff\u00ad"),
        _BOUNDARY: " ",
    }
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_COLOURS = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_ESCAPES = re.compile(r"(?<!\\)\\++([nrt\"'/]|u[0-9a-fA-F]{4})")
_ENTITIES = re.compile(r"&(?:amp;){0,3}(#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z]{2,10};)")
# Slack writes a link as <url|label> or <url>.
_SLACK_LINKS = re.compile(r"<(?:(?:https?://|mailto:)[^|<>\s]*+\|([^<>\n]*+)|(https?://[^|<>\s]*+))>")
_LINE_DECORATION = re.compile(r"^[\s>│┃|╷╵#*;/+\"'-]*+", re.MULTILINE)
_LINE_END = re.compile(r"(?<![^\S\n]|[│┃|\\])(?:[^\S\n]|[│┃|\\])++$", re.MULTILINE)
_LINE_TIME = re.compile(
    r"^\[?(?=\d{4}-)\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?(?:\s*\|)?",
    re.MULTILINE,
)

# AWS: api-gateway-test-method; CloudWatch writes "(request id) message" (AWS: set-up-logging).
_TEST_INVOKE_TIME = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2} "
    r"\d\d:\d\d:\d\d [A-Z]{2,5} \d{4} ?: ?"
)
_REQUEST_ID = re.compile(r"\(([A-Za-z0-9_*+/<>.-]{6,80}={0,2})\) ?(?=[A-Z])")
_VOCABULARY = re.compile(
    r"Extended Request Id: |Verifying Usage Plan for request: |Usage Plan check (?:succeeded|failed) |"
    r"Starting authorizer: |Unauthorized request: |Starting execution for request: |HTTP Method: |"
    r"Method (?:request|response) (?:path|query string|headers|body)|Method completed with status: |"
    r"Endpoint (?:request|response) (?:URI|headers|body)|Sending request to (?=http)|Received response\. |"
    r"Lambda (?:execution|invocation) failed with status|Execution failed due to |Successfully completed execution|"
    r"Gateway response type: |AWS Integration Endpoint RequestId : |X-ray Tracing ID : |Execution log for request "
)
_CARRIES_DATA = re.compile(
    r"(?:Method (?:request|response)|Endpoint (?:request|response)) (?:path|query string|headers|body)|"
    r"Authorizer result body"
)
_ROUTINE = re.compile(
    r"HTTP Method: |Endpoint request URI|Sending request to |Received response\. |Starting (?:execution|authorizer)|"
    r"Verifying Usage Plan|Usage Plan check succeeded|Method completed with status|X-ray Tracing ID|"
    r"AWS Integration Endpoint RequestId|Extended Request Id|Successfully completed"
)
_ENDS_A_REQUEST = "Method completed with status"


@dataclass(frozen=True, slots=True)
class Message:
    """One logged message without its time; `request_id` is None where the line carries none."""

    request_id: str | None
    text: str

    @property
    def carries_data(self) -> bool:
        """Whether it quotes bodies or headers: what stands in there is the backend's or the client's, not a reason."""
        return bool(_CARRIES_DATA.match(self.text))

    @property
    def tells_success(self) -> bool:
        """Whether API Gateway says that the integration and its mapping went well."""
        return self.text.startswith("Successfully completed execution")

    @property
    def tells_an_answer(self) -> bool:
        """Whether the backend answered: then words of failure in a body are the backend's, not API Gateway's."""
        return self.tells_success or self.text.startswith("Received response.")

    @property
    def may_tell_a_failure(self) -> bool:
        """Whether it can name what failed; a routine message can only where further lines were pasted onto it."""
        return not self.carries_data and not (_ROUTINE.match(self.text) and "failed" not in self.text)


def unfold(text: str) -> str:
    """The text with escapes, entities, quotation marks, accents and line decoration made plain; lines are kept."""
    text = text[-MAX_CHARACTERS:]
    text = _ESCAPES.sub(_unescape, text)
    text = _ENTITIES.sub(lambda match: html.unescape("&" + match[1]), text)
    text = _SLACK_LINKS.sub(lambda match: match[1] or match[2] or "", text)
    text = _COLOURS.sub("", text).translate(_FOLD)
    # Compatibility forms fold full-width brackets and no-break spaces; accents go, because people drop them too.
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))
    return _LINE_END.sub("", _LINE_DECORATION.sub("", text[-MAX_CHARACTERS:]))


def _unescape(match: re.Match[str]) -> str:
    """What a JSON escape stands for; a lone surrogate is no character."""
    escape = match[1]
    if escape[0] == "u" and len(escape) > 1:
        character = chr(int(escape[1:], 16))
        return " " if "\ud800" <= character <= "\udfff" else character
    return {"n": "\n", "r": "\n", "t": "\t"}.get(escape, escape)


def split_messages(unfolded: str, *, by_vocabulary: bool = False) -> list[Message]:
    """Cut unfolded text into messages.

    Request ids and times begin a message. Where there are none, or when told to go `by_vocabulary`, the phrases that
    API Gateway begins its messages with do so, because a run of messages on one line must come apart too.
    """
    line = one_line(_LINE_TIME.sub(_BOUNDARY, unfolded))
    line = _TEST_INVOKE_TIME.sub(_BOUNDARY, line)
    line = _REQUEST_ID.sub(lambda match: _BOUNDARY + match[0], line)
    if by_vocabulary or _BOUNDARY not in line:
        line = _VOCABULARY.sub(lambda match: _BOUNDARY + match[0], line)
    return [_message(part) for part in line.split(_BOUNDARY) if part.strip()]


def one_line(text: str) -> str:
    """The text with every run of whitespace as one space."""
    return " ".join(text.split())


def join_hard_wrapped(unfolded: str) -> str:
    """The text as it was before a terminal broke its lines in the middle of words."""
    return unfolded.replace("\n", "")


def parse_message(line: str) -> Message:
    """One line as CloudWatch holds it, `(request id) message`; a continuation line has no id."""
    match = _REQUEST_ID.match(line)
    return Message(match[1], line[match.end() :].strip()) if match else Message(None, line.strip())


def _message(part: str) -> Message:
    return parse_message(part.strip())


def group_messages(messages: Iterable[Message]) -> list[list[Message]]:
    """Messages of one request together, requests in order of appearance.

    Without an id a request ends where its status is logged.
    """
    groups: list[list[Message]] = []
    by_id: dict[str, list[Message]] = {}
    without_id: list[Message] | None = None
    for message in messages:
        if message.request_id is not None:
            if message.request_id not in by_id:
                groups.append(by_id.setdefault(message.request_id, []))
            by_id[message.request_id].append(message)
            continue
        if without_id is None:
            without_id = []
            groups.append(without_id)
        without_id.append(message)
        if message.text.startswith(_ENDS_A_REQUEST):
            without_id = None
    return groups


_FACTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("request_id", r"x-amzn-request-?id[\"']?[:=] ?[\"']?([\w-]{6,80})"),
        ("request_id", r"(?<![a-z])request-?id[\"']?[:=] ?[\"']?([\w-]{6,80}=*)"),
        ("request_id", r"(?:execution|usage plan|execution log) for request:? ([\w-]{6,80})"),
        ("extended_request_id", r"(?:extended ?request ?id|x-amz-apigw-id)[\"']?[:=] ?[\"']?([\w-]{6,80}=*)"),
        ("status", r"HTTP/\d(?:\.\d)?\"? (\d{3})(?!\d)"),
        ("status", r"(?<![a-z])status[\"']? ?[:=] ?[\"']?([1-5]\d\d)(?!\d)"),
        ("status", r"methode terminee avec le statut ?: (\d{3})"),
        ("status", r"method completed with status: (\d{3})"),
        ("backend_status", r"integration[._]?status[\"']?[:=] ?[\"']?([1-5]\d\d)(?!\d)"),
        ("backend_status", r"received response\. status: (\d{3})"),
        ("integration_latency_ms", r"integration ?latency[\"']?[:=] ?[\"']?(\d{1,9})(?!\d)"),
        ("http_method", r"route_?key[\"']?[:=] ?[\"']?([A-Z]{3,7}) /"),
        ("http_method", r"http_?method[\"']?[:=] ?[\"']?([A-Z]{3,7})(?![a-z])"),
        ("resource_path", r"route_?key[\"']?[:=] ?[\"']?[A-Z]{3,7} (/[^\s\"']{0,1000})"),
        ("resource_path", r"(?<![a-z])(?:resource_?)?path[\"']?[:=] ?[\"']?(/[^\s\"']{0,1000})"),
        ("http_method", r"HTTP Method: ([A-Z]{3,7}),"),
        ("resource_path", r"Resource Path: (\S{1,1000})"),
        ("sending_to", r"sending request to (https?://[^\s\"'<>]{1,2000})"),
        ("api_id", r"(?<![a-z0-9])([a-z0-9]{10})\.execute-api\."),
        ("api_id", r"(?<![a-z])api_?id[\"']?[:=] ?[\"']?([a-z0-9]{8,12})(?![a-z0-9])"),
        ("api_id", r"(?:AmazonAPIGateway_|x-amzn-apigateway-api-id=)([a-z0-9]{8,12})(?![a-z0-9])"),
        ("api_id", r"(?:API Stage:? |API-Gateway-Execution-Logs[_/])([a-z0-9]{8,12})/"),
        ("stage", r"(?<![a-z])stage[\"']?: ?[\"']([\w$-]{1,128})"),
        ("stage", r"(?:API Stage:? |API-Gateway-Execution-Logs[_/])[a-z0-9]{8,12}/([\w$-]{1,128})"),
    )
)


def facts_of(messages: Sequence[Message]) -> dict[str, str]:
    """What messages say of themselves: ids, statuses, latency (milliseconds), the URL that was called.

    Bodies and headers speak of other things by the same names; only the API id is taken from them.
    """
    facts = _facts_in("\n".join(message.text for message in messages if not message.carries_data))
    if "api_id" not in facts:
        headers = _facts_in("\n".join(message.text for message in messages if message.carries_data))
        facts |= {"api_id": headers["api_id"]} if "api_id" in headers else {}
    ids = [message.request_id for message in messages if message.request_id]
    return facts | {"request_id": ids[-1]} if ids else facts


def _facts_in(text: str) -> dict[str, str]:
    """The later pattern of a name is the surer one; of several values of one pattern the last is the request's own."""
    facts: dict[str, str] = {}
    for name, pattern in _FACTS:
        for match in pattern.finditer(text):
            facts[name] = match[1]
    return facts
