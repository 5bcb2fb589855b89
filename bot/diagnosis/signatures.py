"""Log text → what failed: which signature a pasted log shows, and each request that CloudWatch holds.

`signature_table.py` has the wording, `log_text.py` takes pasted text apart; here the failing message of the failing
request is chosen and read.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from bot.diagnosis.log_text import (
    Message,
    facts_of,
    group_messages,
    join_hard_wrapped,
    one_line,
    parse_message,
    split_messages,
    unfold,
)
from bot.diagnosis.redaction import redact
from bot.diagnosis.signature_table import FAILED_DUE_TO, FAILED_DUE_TO_FRENCH, NOT_THE_LINK, SIGNATURES, Signature
from bot.language import _, marked

__all__ = ["SIGNATURES", "Explanation", "LogLine", "RequestLog", "Signature", "classify", "group_by_request"]

_NONE = "none"
_NO_FAILURE = marked("Nothing here is a failure that Amazon API Gateway logs.")
_BACKEND_ANSWERED = marked("The backend itself answered {status}: API Gateway passed it on, and the VPC link worked.")
_REASON_LENGTH = 600
_MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a text shows. `signature` is E1 to E12, or None for `lambda-or-iam-or-authorizer` and `none`.

    `fields` are what the text says of itself, redacted: `host`, `certificate_subject`, `vpc_link_id`, `reason`,
    `request_id`, `status`, `sending_to` and more, each only where it stands there. `message` is the meaning as it
    stands in the code, for what is read once is told in whatever language is spoken then.
    """

    signature: str | None
    label: str
    checks: tuple[str, ...]
    fields: dict[str, str]
    message: str

    @property
    def meaning(self) -> str:
        """What it means, in the present language."""
        return _(self.message, status=self.fields.get("backend_status", ""))


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event of a log, as CloudWatch Logs returns it."""

    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class RequestLog:
    """Everything that a log holds of one request, in the order given.

    `at` is the time of its first line. `backend_status` is what the backend answered, None where no answer came;
    `method_status` is what the client got. Nothing that the log does not say is guessed.
    """

    request_id: str | None
    at: datetime
    lines: tuple[LogLine, ...]
    explanation: Explanation
    backend_status: int | None
    method_status: int | None
    resource_path: str | None
    http_method: str | None
    sent_to: str | None


# A translation of an AWS page leaves Java's class names and the names in quotes; these words say that it is one.
_TRANSLATED = (
    "(?:設定|構成)エラー|구성 ?오류|配置(?:錯誤|错误)|konfigurationsfehler|"
    "error de configuracion|erro de configuracao|errore di configurazione"
)
# Access logs hold the reason under a key of the user's choice (AWS: api-gateway-variables-for-access-logging).
_GIVES_REASON = (
    f"(?P<of_another_kind>{FAILED_DUE_TO}(?!configuration error))|{FAILED_DUE_TO}|{FAILED_DUE_TO_FRENCH}|{_TRANSLATED}|"
    "integration[._ ]?error(?:[._ ]?message)?[\"']? ?[:=] ?[\"'](?=[a-z])"
)
_API_GATEWAY = re.compile(
    r"method completed with status|sending request to http|execution log for request|api gateway execution log|"
    r"api-gateway-execution-logs|amazonapigateway|x-amzn-apigateway|x-amz-apigw-id|\.execute-api\.|"
    r"gateway response type|(?:amazon|aws) api ?gateway|"
    r"routekey|integration[._ ]?(?:error|status|latency)|extendedrequestid|responsetype",
    re.IGNORECASE,
)
_ANOTHER_PRODUCT = re.compile(
    r"(?<!\w)at [\w.$]{1,200}\(\w{1,100}\.(?:java|kt|scala):\d|caused by: |javax\.net\.ssl\.|validatorexception",
    re.IGNORECASE,
)
# The sentence alone, nothing before it: other products' messages of these words come behind their own exception.
_BARE_HOST_NAME = re.compile("host name ['\"]|le nom d'hote ['\"]", re.IGNORECASE)
_AWS_SERVICE = re.compile(
    r"(?:sending request to|endpoint request uri:) (?:https?://(?:lambda|sqs|sns|dynamodb|states|s3|kinesis|firehose|events)"
    r"\.[\w<>*-]{1,40}\.amazonaws\.com|arn:aws[\w-]{0,10}:apigateway:)|aws integration endpoint requestid : \w|"
    r"x-amz-(?:executed-version|function-error)",
    re.IGNORECASE,
)
_EITHER_SIDE = frozenset({"E1", "E5", "E9", "E10"})

_Found: TypeAlias = tuple[Signature, dict[str, str]]


class _Wording:
    """The signatures' patterns, ready to search."""

    def __init__(self, *, space: str = " ") -> None:
        def compiled(source: str) -> re.Pattern[str]:
            return re.compile(re.sub(r" (?!\?)", space, source), re.IGNORECASE)

        signatures = (*SIGNATURES, NOT_THE_LINK)
        self.gives_reason = compiled(_GIVES_REASON)
        self._anywhere = [(x, compiled(source)) for x in signatures for source in x.anywhere]
        self._reasons = [(x, compiled(source)) for x in signatures for source in (*x.anywhere, *x.reasons)]

    def find(self, text: str, *, as_reason: bool) -> _Found | None:
        """The first signature that the text shows, with its named groups."""
        for signature, pattern in self._reasons if as_reason else self._anywhere:
            match = pattern.search(text)
            if match:
                return signature, _tidy(match)
        return None


def _tidy(match: re.Match[str]) -> dict[str, str]:
    groups = {name: value.strip(" \"'.,") for name, value in match.groupdict().items() if value}
    # An editor may have wrapped a host name at one of its hyphens.
    return groups | ({"host": groups["host"].replace(" ", "")} if "host" in groups else {})


_EXACT = _Wording()
_HARD_WRAPPED = _Wording(space=" ?+")


def classify(text: str) -> Explanation:
    """Explain what somebody pasted: the last failing request in it, if there is one.

    Any text is accepted; of more than a million characters the last million are read.
    """
    unfolded = unfold(text)
    messages = split_messages(unfolded)
    found = _last_failure(messages, _EXACT)
    if found is None and not any(message.tells_an_answer for message in messages):
        found = _in_another_reading(unfolded, messages)
    around = facts_of(messages)
    if found is None:
        return _nothing(around)
    shared: dict[str, str] = {key: around[key] for key in ("api_id", "stage", "request_id") if key in around}
    return replace(found, fields=_redacted(shared) | found.fields)


def _in_another_reading(unfolded: str, messages: Sequence[Message]) -> Explanation | None:
    """Lines that lost their ids to an editor, or their line breaks to a terminal."""
    found = None
    by_vocabulary = split_messages(unfolded, by_vocabulary=True)
    if by_vocabulary != messages:
        found = _last_failure(by_vocabulary, _EXACT)
    if found is None and "\n" in unfolded:
        found = _last_failure([Message(None, one_line(join_hard_wrapped(unfolded)))], _HARD_WRAPPED)
    return found


def _last_failure(messages: Sequence[Message], wording: _Wording) -> Explanation | None:
    explanations = (_explain(request, wording) for request in reversed(group_messages(messages)))
    return next((explanation for explanation in explanations if explanation.label != _NONE), None)


def _explain(request: Sequence[Message], wording: _Wording = _EXACT) -> Explanation:
    """Explain the messages of one request."""
    facts = facts_of(request)
    found = None if any(message.tells_success for message in request) else _find(request, wording)
    if found is None:
        return _nothing(facts)
    signature, groups = found
    if signature.code in _EITHER_SIDE and _failed_in_authorizer(request):
        signature, groups = NOT_THE_LINK, {}
    return Explanation(signature.code, signature.label, signature.checks, _redacted(facts | groups), signature.meaning)


def _nothing(facts: dict[str, str]) -> Explanation:
    status = facts.get("backend_status", "")
    message = _BACKEND_ANSWERED if status.startswith("5") else _NO_FAILURE
    return Explanation(None, _NONE, (), _redacted(facts), message)


def _redacted(fields: dict[str, str]) -> dict[str, str]:
    return {name: redact(value) for name, value in fields.items()}


def _failed_in_authorizer(request: Sequence[Message]) -> bool:
    """An authorizer that was started and never finished is what failed (AWS: apigateway-use-lambda-authorizer)."""
    return any(message.text.startswith("Starting authorizer: ") for message in request) and not any(
        message.text.startswith(("Successfully completed authorizer", "Starting execution for request"))
        for message in request
    )


def _find(request: Sequence[Message], wording: _Wording) -> _Found | None:
    """The signature that a request shows: a stated reason before a telling phrase, the last reason first."""
    texts = [message.text for message in request if message.may_tell_a_failure]
    stated = [(text, match) for text in texts for match in wording.gives_reason.finditer(text)]
    for text, match in reversed(stated[-_MOST_REASONS:]):
        reason = text[match.start() : match.start() + _REASON_LENGTH]
        found = wording.find(reason, as_reason=match["of_another_kind"] is None)
        if found:
            return found
    telling, everything = "\n".join(texts), "\n".join(message.text for message in request)
    found = wording.find(telling, as_reason=_is_api_gateways(telling, everything))
    if found is None and stated and _AWS_SERVICE.search(everything):
        return NOT_THE_LINK, {}
    return found


def _is_api_gateways(telling: str, everything: str) -> bool:
    """Whether phrases that other products share are API Gateway's here."""
    if _ANOTHER_PRODUCT.search(telling):
        return False
    return bool(_API_GATEWAY.search(everything) or _BARE_HOST_NAME.match(telling))


def group_by_request(events: Iterable[LogLine]) -> list[RequestLog]:
    """The requests of an execution log, in order of appearance.

    A line that carries no request id continues the line before it. Where no line carries one, it is an access log:
    each line is a request of its own.
    """
    lines = [(line, parse_message(one_line(unfold(line.message)))) for line in events]
    is_execution_log = any(message.request_id for _, message in lines)
    requests: dict[str, list[tuple[LogLine, Message]]] = {}
    current = ""
    for number, (line, message) in enumerate(lines):
        current = message.request_id or (current if is_execution_log else f"line {number}")
        requests.setdefault(current, []).append((line, message))
    return [_request_log(pairs) for pairs in requests.values()]


def _request_log(pairs: Sequence[tuple[LogLine, Message]]) -> RequestLog:
    explanation = _explain(_with_continuations([message for _, message in pairs]))
    fields = explanation.fields
    return RequestLog(
        request_id=fields.get("request_id"),
        at=pairs[0][0].at,
        lines=tuple(line for line, _ in pairs),
        explanation=explanation,
        backend_status=_status(fields.get("backend_status")),
        method_status=_status(fields.get("status")),
        resource_path=fields.get("resource_path"),
        http_method=fields.get("http_method"),
        sent_to=fields.get("sending_to"),
    )


def _with_continuations(messages: Sequence[Message]) -> list[Message]:
    """Lines without an id joined to the message that they continue: what continues a body is part of the body."""
    joined: list[Message] = []
    for message in messages:
        if joined and message.request_id is None:
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text} {message.text}")
        else:
            joined.append(message)
    return joined


def _status(text: str | None) -> int | None:
    return int(text) if text else None
