"""Secrets that are known by their own shape: keys, tokens, addresses and numbers that need no name beside them.

The prefixes are those that their issuers publish for secret scanners. A token that a log cut short keeps its prefix,
so a few characters after it are enough.
"""

import re

# A token stands alone, or right behind the percent escape of a quote, a space, "=" or ":".
_ALONE = r"(?:(?<![A-Za-z0-9_-])|(?<=%2[02])|(?<=%3[ADad]))"
_CUT = r"(?=\s{0,4}\[TRUNCATED\]|\s{0,4}\Z)"

_BEFORE_NAMES: tuple[tuple[str, str], ...] = (
    (
        "private-key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:"
        r"[^-]*+(?:-(?!----(?:END|BEGIN))[^-]*+)*+-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|"
        r"(?:(?:\\[nr]|\s)*+[A-Za-z0-9+/=]{20,}+)*+(?:(?:\\[nr]|[\r\n])++[A-Za-z0-9+/=]{1,64}(?=[\"'\s\\]|$))?)",
    ),
    ("userinfo", r"(?<=://)(?!\[redacted:)[^\s/?#\"'<>]{1,512}(?=@)"),
)
_SHAPES: tuple[tuple[str, str], ...] = (
    (
        "aws-key",
        r"(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)(?:[A-Z0-9]{12,}+(?:[\s,:;\"'=|]{1,8}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+]))?"
        rf"|[A-Z0-9]{{2,}}+{_CUT})",
    ),
    ("aws-token", rf"{_ALONE}(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|AQoDYXdz)[A-Za-z0-9+/=%_-]*+"),
    ("slack-token", rf"{_ALONE}(?:xox[a-z](?:\.xox[a-z])?|xapp-\d)-[\w-]{{3,}}+"),
    ("slack-webhook", r"(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/[\w/-]++"),
    ("github-token", rf"{_ALONE}(?:gh[pousr]_|github_pat_)\w{{3,}}+"),
    (
        "token",
        rf"{_ALONE}(?:(?:glpat-|[rs]k_(?:live|test)_|sk-(?:ant|proj|svcacct|admin)-|whsec_|dop_v1_|shpat_)[\w-]{{3,}}+|"
        r"(?:hvs\.|npm_|pypi-|AIza)[\w-]{16,}+|ya29\.[\w-]{3,}+|sk-[A-Za-z0-9]{20,}+|SG\.[\w-]{10,}+(?:\.[\w-]*+)?)",
    ),
    ("jwt", rf"{_ALONE}eyJ[A-Za-z0-9_-]{{8,}}+(?:\.[A-Za-z0-9_-]*+){{0,4}}"),
    # "Bearer authentication" is prose: a token has a digit, a capital or some length.
    ("authorization", r"(?<=\bBearer )[ ]*+(?=\S{20}|[a-z._~+/-]*[A-Z0-9])[\w.~+/=%-]{4,}+"),
    ("authorization", r"(?<=\bBasic )[ ]*+(?=[a-z]*[A-Z0-9+/])[A-Za-z0-9+/]{6,}+={0,2}(?![a-z])"),
    (
        "password",
        r"(?:(?<=\s-u )|(?<=--user )|(?<=--user=))[\"']?[^\s:\"'\[]{1,64}:(?!\[redacted:)[^\s\"']{1,256}[\"']?",
    ),
    ("api-key", r"(?<=API Key )(?:\*+\w*|[A-Za-z0-9]{20,}+)"),
    ("identity", r"(?<=Incoming identity: )(?!\[redacted:)\S++"),
    (
        "email",
        r"(?<![\w.%+-])[\w.+-](?:[\w.%+-]{0,127}?)(?:@|%40)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}"
        r"(?![A-Za-z0-9])",
    ),
    ("email", rf"(?<![\w.%+-])[\w.+-][\w.%+-]{{0,127}}@[A-Za-z][\w.-]{{0,100}}+{_CUT}"),
)


def _compiled(shapes: tuple[tuple[str, str], ...]) -> list[tuple[str, re.Pattern[str]]]:
    return [(f"[redacted:{kind}]", re.compile(pattern, re.MULTILINE)) for kind, pattern in shapes]


_COMPILED_BEFORE_NAMES = _compiled(_BEFORE_NAMES)
_COMPILED = _compiled(_SHAPES)

# Issuers' first digits (ISO/IEC 7812); a time in milliseconds begins with 1 and is none.
_CARD = re.compile(r"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-]|\.\d)")


def redact_shapes(text: str, *, before_names: bool = False) -> str:
    """Replace what has a secret's shape.

    Keys and user information of URLs span what would look like names and values, so they go `before_names`.
    """
    for mark, pattern in _COMPILED_BEFORE_NAMES if before_names else _COMPILED:
        text = pattern.sub(mark, text)
    return text if before_names else _CARD.sub(_card, text)


def _card(match: re.Match[str]) -> str:
    return "[redacted:card]" if _is_card_number([int(digit) for digit in match[0] if digit.isdigit()]) else match[0]


def _is_card_number(digits: list[int]) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1, Luhn), for their usual lengths."""
    doubled = (digit * 2 - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits)))
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0
