"""The words of a command → what is asked for. Pure: no Slack, no AWS."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.diagnosis.api_reference import ApiReference, parse_api_text
from bot.diagnosis.model import Request
from handlers.words import UnclosedQuoteError, Word, split_words

VERBS: Final = ("diagnose", "explain", "forget", "help")
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")
OPTIONS: Final = ("--account", "--region", "--since")
DIAGNOSE_USAGE: Final = "diagnose <api> <stage> [/path] [METHOD] [--account name] [--region region] [--since 30m]"
EXPLAIN_USAGE: Final = "explain <check code, such as TG-01, or a pasted log line>"
FORGET_USAGE: Final = "forget <api id>, or forget --before 30d"
LONGEST_WINDOW_MINUTES: Final = 7 * 24 * 60
"""A week: the log is searched without an index, and the window bounds what that costs."""

_STAGE = re.compile(r"^(\$default|[A-Za-z0-9_-]{1,128})$")  # AWS: API reference, CreateStage
_REGION = re.compile(r"^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$")
_ACCOUNT = re.compile(r"^[\w.-]{1,128}$")
_SINCE = re.compile(r"^(?P<count>\d{1,6})(?P<unit>m|min|h|d)?$")
_API_ID = re.compile(r"^[a-z0-9]{8,12}$")
_DAYS = re.compile(r"^(?P<count>\d{1,4})d?$")
_CODE = re.compile(r"^[A-Za-z]{2,5}-\d{2}$")
_MINUTES = {None: 1, "m": 1, "min": 1, "h": 60, "d": 24 * 60}


class UsageError(ValueError):
    """What was written is not understood: the problem, and what was expected instead."""

    def __init__(self, problem: str, expected: str) -> None:
        super().__init__(f"{problem} Expected: {expected}")
        self.problem = problem
        self.expected = expected


@dataclass(frozen=True)
class Diagnose:
    """Find out why this API fails."""

    request: Request


@dataclass(frozen=True)
class ExplainCheck:
    """Say what a check looks at. The code is in capitals; whether there is such a check is not known here."""

    code: str


@dataclass(frozen=True)
class ExplainLog:
    """Say what a pasted log line means."""

    text: str


@dataclass(frozen=True)
class Forget:
    """Delete the stored runs of this API, or those that are older than so many days."""

    api_id: str | None = None
    days: int | None = None


@dataclass(frozen=True)
class Help:
    """Say what can be asked."""


Command = Diagnose | ExplainCheck | ExplainLog | Forget | Help


def parse(text: str, *, default_region: str | None) -> Command:
    """Understand a command. UsageError says what was wrong and what was expected."""
    try:
        verb, rest = _verb(text)
        if verb == "explain":
            return _explain(rest)
        if verb == "help":
            return Help()
        if verb == "forget":
            return _forget(rest)
        return Diagnose(_request(split_words(rest), default_region))
    except UnclosedQuoteError as error:
        raise UsageError(
            f"A quotation mark ({error}) opens and never closes.", 'both marks, as in "my api" prod'
        ) from error


def _verb(text: str) -> tuple[str, str]:
    """The first word, and what follows it as it was written: a pasted log must not lose its quotes."""
    first, _, rest = text.strip().strip("`").lstrip().replace("\u00a0", " ").partition(" ")
    if "\n" in first:
        first, _, after = first.partition("\n")
        rest = f"{after} {rest}"
    verb = first.strip("`").casefold().lstrip("-")
    if verb in {"", "help", "h", "?"}:
        return "help", ""
    if verb not in VERBS:
        near = difflib.get_close_matches(verb, VERBS, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"I do not know the command “{first[:60]}”.{meant}", "diagnose, explain or help")
    if verb != "explain" and rest.strip().strip("`").casefold() in {"help", "--help", "-h", "—help"}:
        return "help", ""
    return verb, rest


def _explain(rest: str) -> Command:
    text = rest.strip()
    if not text:
        raise UsageError("There is nothing to explain.", EXPLAIN_USAGE)
    bare = text.strip("`\"'“”")
    return ExplainCheck(bare.upper()) if _CODE.match(bare) else ExplainLog(text)


def _forget(rest: str) -> Forget:
    words = [word.text for word in split_words(rest)]
    if len(words) == 1 and _API_ID.match(words[0]):
        return Forget(api_id=words[0])
    if len(words) == 2 and words[0] == "--before" and (match := _DAYS.match(words[1])):
        return Forget(days=int(match["count"]))
    raise UsageError("I cannot tell what to forget.", FORGET_USAGE)


def _request(words: Sequence[Word], default_region: str | None) -> Request:
    positional, options = _separated(words)
    if not positional:
        raise UsageError("The API is missing.", DIAGNOSE_USAGE)
    reference = _reference(positional[0])
    stage, rest, path = _stage(reference, list(positional[1:]))
    method: str | None = None
    for word in rest:
        if word.text.startswith("/") and path in {None, reference.path}:
            path = word.text.partition("?")[0]
        elif word.text.upper() in METHODS and method is None:
            method = word.text.upper()
        else:
            raise UsageError(
                f"I did not expect “{word.text[:60]}” there.",
                f"{DIAGNOSE_USAGE}. A path begins with /, and a name with spaces stands in quotes",
            )
    return Request(
        api=reference.id if reference.id and not reference.name else positional[0].text,
        stage=stage,
        path=path,
        method=method,
        region=_region(options.get("--region"), reference, default_region),
        account=_account(options.get("--account")),
        since_minutes=_minutes(options["--since"]) if "--since" in options else 60,
    )


def _separated(words: Sequence[Word]) -> tuple[list[Word], dict[str, str]]:
    """The words by their place, and the options by their names."""
    positional: list[Word] = []
    options: dict[str, str] = {}
    remaining = iter(words)
    for word in remaining:
        if not word.is_option:
            positional.append(word)
            continue
        name, has_value, value = word.text.partition("=")
        name = name.casefold()
        if name not in OPTIONS:
            near = difflib.get_close_matches(name, OPTIONS, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(f"I do not know the option “{name[:60]}”.{meant}", ", ".join(OPTIONS))
        if not has_value:
            following = next(remaining, None)
            if following is None or following.is_option:
                raise UsageError(f"{name} needs a value.", f"{name} VALUE")
            value = following.text
        if name in options:
            raise UsageError(f"{name} is given twice.", f"{name} once")
        options[name] = value
    return positional, options


def _reference(word: Word) -> ApiReference:
    text = word.text
    reference = parse_api_text(text)
    if reference.id is None and ("://" in text or text.startswith("arn:")):
        kind = "ARN of an API" if text.startswith("arn:") else "invoke URL: a custom domain name does not tell its API"
        raise UsageError(
            f"“{text[:80]}” is not an {kind}.",
            "the API's name, its id, its ARN, or https://ID.execute-api.REGION.amazonaws.com/STAGE",
        )
    if not text or len(text) > 1024:
        raise UsageError("That is no name of an API.", DIAGNOSE_USAGE)
    return reference


def _stage(reference: ApiReference, rest: list[Word]) -> tuple[str, list[Word], str | None]:
    """The stage, the words that are left, and the path as far as the API's text tells it."""
    named = rest[0].text if rest and not _is_path_or_method(rest[0], known_stage=bool(reference.stage)) else None
    if reference.stage and named == "$default":
        return named, rest[1:], f"/{reference.stage}{reference.path or ''}"
    if reference.stage and named and named != reference.stage:
        raise UsageError(
            f"The URL says the stage “{reference.stage}”, and you wrote “{named[:60]}”.",
            "one stage; for an HTTP API without a stage in its URL write $default",
        )
    stage = named or reference.stage
    if not stage:
        raise UsageError("The stage is missing.", DIAGNOSE_USAGE)
    if not _STAGE.match(stage):
        raise UsageError(
            f"“{stage[:60]}” is no name of a stage.",
            "letters, digits, - and _, or $default; a name of an API with spaces stands in quotes",
        )
    return stage, rest[1:] if named else rest, reference.path


def _is_path_or_method(word: Word, *, known_stage: bool) -> bool:
    """A stage may be called GET; the word is a method only where the stage is known already."""
    return word.text.startswith("/") or (known_stage and word.text.upper() in METHODS)


def _region(given: str | None, reference: ApiReference, default: str | None) -> str:
    if given and reference.region and given != reference.region:
        raise UsageError(f"The API stands in {reference.region}, and you wrote --region {given[:60]}.", "one region")
    region = given or reference.region or default
    if not region:
        raise UsageError("The region is missing, and VPCLINK_DEFAULT_REGION is not set.", "--region eu-west-1")
    if not _REGION.match(region):
        raise UsageError(f"“{region[:60]}” is no region.", "--region eu-west-1")
    return region


def _account(given: str | None) -> str | None:
    if given is not None and not _ACCOUNT.match(given):
        raise UsageError(f"“{given[:60]}” is no account.", "--account with a configured name or a 12-digit id")
    return given


def _minutes(given: str) -> int:
    match = _SINCE.match(given.casefold())
    minutes = int(match["count"]) * _MINUTES[match["unit"]] if match else 0
    if not 1 <= minutes <= LONGEST_WINDOW_MINUTES:
        raise UsageError(f"“{given[:60]}” is no time window.", "--since with 1m to 7d, such as 30m, 2h or 1d")
    return minutes
