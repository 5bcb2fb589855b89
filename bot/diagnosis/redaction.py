"""The one redactor: takes secrets out of text before it is stored, rendered or logged.

API Gateway masks authorization headers and API keys in its own log lines, not the secrets of your bodies, query
strings and headers (AWS: rest-api-execution-logging). A secret is known by its name (`password=…`, `Cookie: …`) or by
its own shape (`eyJ…`, `AKIA…`), also where a line was cut in its middle. What a diagnosis needs stays: request ids,
ARNs, host names, statuses, addresses, certificate subjects, trace ids.
"""

import re
from collections.abc import Iterator

from bot.diagnosis.secret_shapes import redact_shapes

_NAMES = {
    "password": r"pass(?:word|wd|phrase|code)|(?<![a-z])pwd",
    "cookie": r"(?:set-)?cookie2?",
    "authorization": r"(?:proxy-)?authorization",
    "api_key": r"api[-_ ]?key|subscription[-_]?key",
    "signature": r"x-[a-z0-9-]{0,20}signature(?:-\d{1,4})?|(?<![a-z])signature(?==)|(?<![a-z])sig(?==)",
    "token": r"token|(?<![a-z])jwt|[cx]srf|samlresponse|assertion",
    "session": r"session[-_]?(?:id|key)|phpsessid|connect\.sid|(?<![a-z])sid",
    "secret": r"secret(?:[-_ ]?access)?(?:[-_ ]?key)?|(?:private|access|account|encryption|signing|master)[-_]?key"
    r"(?:[-_]?id)?|sharedaccesskey|(?<![a-z])credentials?",
    "code": r"(?<=[?&])code(?==[^&\s]{10})",
}
_ANY_NAME = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _NAMES.items())
# A name, whatever quotes it, and what stands between it and its value. `value` is how name-value pairs spell it
# ({"name": "Cookie", "value": "…"}), the blank line how a multipart form does.
_NAMED = re.compile(
    rf"(?<!//)(?P<option>(?<![\w-])--[\w-]{{0,40}}?)?"
    rf"(?:{_ANY_NAME})"
    r"(?P<close>\\*[\"']|%22)?"
    r"(?:(?P<pair>[ \t]{0,20},\s{0,20}\\*[\"']?value\\*[\"']?[ \t]{0,20}[:=])|(?P<part>(?:\r?\n|\\r\\n|\\n){2})|"
    r"(?P<tag>(?:\s[^<>\n]{0,200})?>)|[ \t]{0,20}(?:=>|(?P<colon>:)|=|(?P<encoded>%3A|%3D))|(?(option)[ \t]|(?!)))"
    r"[ \t]{0,20}(?P<open>\\*[\"']|%22)?",
    re.IGNORECASE,
)
_MARK = re.compile(r"\[redacted:[a-z-]{1,24}\](?=[\s\"'&,;})\]<|\\%]|$)")
# What says that there is no secret, what names one and is none (an ARN), and what follows an API key left out.
_NO_SECRETS = frozenset({"null", "none", "true", "false", "undefined", "-"})
_NO_VALUE = re.compile(r"arn:aws|api stage", re.IGNORECASE)

# A mark of punctuation ends a bare value only where it closes something, because a password may hold it too.
_GOES_ON = r"[,;})\]'`](?![,;})\]'`]{0,8}+(?:[\s\"&<>{\[\\]|$|[\w.-]{1,64}[=:]))|\|(?!\s|$)|\\(?![\"'nrt])"
_BARE = re.compile(rf"(?:[^\s&\"'<>,;}})\]|\\`]++|{_GOES_ON})+")
_BARE_AFTER_COLON = re.compile(rf"(?:[^\s\"',;}})\]|\\`]++|\"(?![\s,;}})\]]|$)|{_GOES_ON})+")
# Behind a percent-encoded "=" the whole text is encoded, and so is what ends the value.
_BARE_ENCODED = re.compile(r"(?:[^\s&\"'<>%]++|%(?!2[26]|7D))+", re.IGNORECASE)
_TAG_START = re.compile(r"<(?:[\w-]{1,40}:)?\Z")
_TEXT_OF_TAG = re.compile(r"[^<]+")
_CREDENTIAL = re.compile(
    r"(?:[a-z][\w-]{0,40}[ \t]+(?![\w.-]{1,64}[ \t]?[:=][ \t]))?"
    r"(?:\w{1,40}=\\*\"[^\"\n]*+\"?|(?:[^\s&\"'<>,;})\]\\]++|,(?![\s\w\[])|\\(?![\"'nrt]))+)"
    r"(?:,[ \t]*(?:credential|signedheaders|signature|username|realm|nonce|uri|response|qop|nc|cnonce|opaque|algorithm|"
    r"oauth_\w{1,30}|version)=(?:\\*\"[^\"\n]*+\"?|[^\s,}\"]++))*",
    re.IGNORECASE,
)
# In the header map of an execution log a cookie ends where the next header begins.
_COOKIE_IN_MAP = re.compile(
    r"(?:[^,}\n\\]++|,(?![ ]?(?:[A-Z][a-z]+[\w-]{0,60}|[a-z]+-[\w-]{1,60}|host|accept|via|date|origin|referer|age|etag|"
    r"connection|vary|server|pragma|DNT|TE)=)|\}(?![\s\"'\\]|$)|\\(?![\"'nrt]))+"
)
_LINE = re.compile(r"(?:[^\n\r\\]++|\\(?![nr\"']))+")
# Where secrets are glued together, taking one out may lay another bare.
_MOST_PASSES = 4
_LONGEST_ARRAY = 8_000
_TRUNCATED = " [TRUNCATED]"


def redact(text: str) -> str:
    """The text with each secret replaced by `[redacted:<kind>]`; a second pass changes nothing.

    Takes time in proportion to the text's length.
    """
    for _ in range(_MOST_PASSES):
        before, text = text, redact_shapes("".join(_without_named(redact_shapes(text, before_names=True))))
        if text == before:
            break
    return text


def _without_named(text: str) -> Iterator[str]:
    done = 0
    match = _NAMED.search(text)
    while match:
        start = match.end()
        end = _end_of_value(text, match)
        if text[start:end].strip().lower() not in _NO_SECRETS | {""}:
            yield text[done:start]
            yield f"[redacted:{_kind(match).replace('_', '-')}]"
            done = end
        match = _NAMED.search(text, max(end, start))
    yield text[done:]


def _kind(match: re.Match[str]) -> str:
    return next(kind for kind in _NAMES if match[kind])


def _end_of_value(text: str, match: re.Match[str]) -> int:
    """Where the value after a name ends; its start where there is no secret."""
    start, opening = match.end(), match["open"]
    if match["tag"] and not _opens_tag(text, match.start()):
        return start
    if _is_part_of_arn(text, match) or _MARK.match(text, start) or _NO_VALUE.match(text, start):
        return start
    if opening:
        return _end_of_quoted(text, start, opening)
    if text.startswith("[", start):
        return _end_of_array(text, start)
    around = _quote_before(text, match.start())
    if match["colon"] and around and not match["close"]:
        return _end_of_quoted(text, start, around)
    return _end_of(_unquoted(text, match), text, start)


def _is_part_of_arn(text: str, match: re.Match[str]) -> bool:
    """`…:secret:orders-AbCdEf` names a secret and holds none."""
    return bool(match["colon"]) and not match["close"] and text.endswith(":", 0, match.start())


def _unquoted(text: str, match: re.Match[str]) -> re.Pattern[str]:
    """How a value without quotes reads, by its name and by what it follows."""
    kind, colon = _kind(match), match["colon"]
    if match["part"]:
        return _LINE
    if match["tag"]:
        return _TEXT_OF_TAG
    if match["encoded"]:
        return _BARE_ENCODED
    if kind == "authorization":
        return _CREDENTIAL
    if kind == "cookie":
        return _LINE if colon else _COOKIE_IN_MAP
    if kind == "password" and colon and not match["close"] and _begins_line(text, match.start()):
        return _LINE
    return _BARE_AFTER_COLON if colon else _BARE


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _end_of_quoted(text: str, start: int, opening: str) -> int:
    """The closing quote that matches the opening one, however deeply JSON escaped both; else the end of the line."""
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    if text.endswith(_TRUNCATED, start, line_end):
        line_end -= len(_TRUNCATED)
    escapes = opening.count("\\")
    at = text.find(opening[-1] if escapes or len(opening) == 1 else opening, start, line_end)
    while at >= 0:
        before = at
        while before > start and text[before - 1] == "\\":
            before -= 1
        depth = at - before
        if depth <= escapes if escapes else depth % 2 == 0:
            return before if escapes else at
        at = text.find(opening[-1], at + 1, line_end)
    return line_end


def _end_of_array(text: str, start: int) -> int:
    end = text.find("]", start, start + _LONGEST_ARRAY)
    return end + 1 if end >= 0 else _end_of(_LINE, text, start)


def _name_start(text: str, at: int) -> int:
    """Where the word begins that the matched name ends, such as `X-Auth-Token` for `Token`."""
    start = at
    while start > max(0, at - 64) and (text[start - 1].isalnum() or text[start - 1] in "-_."):
        start -= 1
    return start


def _opens_tag(text: str, at: int) -> bool:
    start = _name_start(text, at)
    return bool(_TAG_START.search(text, max(0, start - 41), start))


def _quote_before(text: str, at: int) -> str | None:
    """The quote that opens a whole `Name: value`, as in `curl -H 'Name: value'`."""
    start = _name_start(text, at)
    return text[start - 1] if start and text[start - 1] in "\"'" else None


def _begins_line(text: str, at: int) -> bool:
    start = _name_start(text, at)
    return not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t-#>")
