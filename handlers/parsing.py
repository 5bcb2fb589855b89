"""The words of a command → what is asked for. Pure: no Slack, no AWS."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Final

from bot.diagnosis.api_reference import ApiReference, parse_api_text
from bot.diagnosis.model import Request
from bot.language import _
from handlers.option_values import account_of, is_span, pause_of, region_of, window_of
from handlers.requested import (
    ALARMS_USAGE,
    DIAGNOSE_USAGE,
    DOCTOR_USAGE,
    EXPLAIN_USAGE,
    FORGET_USAGE,
    HISTORY_USAGE,
    LOGS_USAGE,
    UNWATCH_USAGE,
    WATCH_USAGE,
    Alarms,
    Command,
    Diagnose,
    Doctor,
    EndWatch,
    ExplainCheck,
    ExplainLog,
    Forget,
    Help,
    History,
    ListWatches,
    Logs,
    Pick,
    StartWatch,
)
from handlers.usage import UsageError
from handlers.words import UnclosedQuoteError, Word, split_words

VERBS: Final = ("diagnose", "logs", "explain", "history", "watch", "unwatch", "alarms", "doctor", "forget", "help")
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")
OPTIONS: Final = ("--account", "--region", "--since")
WATCH_EVERY_MINUTES: Final = 30

_STAGE = re.compile(r"^(\$default|[A-Za-z0-9_-]{1,128})$")  # AWS: API reference, CreateStage
_API_ID = re.compile(r"^[a-z0-9]{8,12}$")
_DAYS = re.compile(r"^(?P<count>\d{1,4})d?$")
_CODE = re.compile(r"^[A-Za-z]{2,5}-\d{2}$")


def parse(text: str, *, default_region: str | None) -> Command:
    """Understand a command. UsageError says what was wrong and what was expected."""
    try:
        verb, rest = _verb(text)
        if verb in {"pick", "help"}:
            return Pick() if verb == "pick" else Help()
        if verb == "explain":
            return _explain(rest)
        words = split_words(rest)
        if verb == "history":
            return _history(words)
        if verb == "watch":
            return _watch(words, default_region)
        if verb == "unwatch":
            return _unwatch(words)
        if verb == "forget":
            return _forget(words)
        if verb == "alarms":
            return _alarms(rest)
        if verb == "doctor":
            return _doctor(words, default_region)
        if verb == "logs":
            return Logs(request_of(words, default_region, LOGS_USAGE))
        return Diagnose(request_of(words, default_region))
    except UnclosedQuoteError as error:
        raise UsageError(
            _("A quotation mark ({mark}) opens and never closes.", mark=error), _('both marks, as in "my api" prod')
        ) from error


def _verb(text: str) -> tuple[str, str]:
    """The first word, and what follows it as it was written: a pasted log must not lose its quotes."""
    first, _space, rest = text.strip().strip("`").lstrip().replace("\u00a0", " ").partition(" ")
    if "\n" in first:
        first, _newline, after = first.partition("\n")
        rest = f"{after} {rest}"
    verb = first.strip("`").casefold().lstrip("-")
    if verb in {"", "help", "h", "?"}:
        return ("help" if verb else "pick"), ""
    if verb not in VERBS:
        raise UsageError(_unknown_command(first[:60], verb), ", ".join(VERBS))
    if verb != "explain" and rest.strip().strip("`").casefold() in {"help", "--help", "-h", "—help"}:
        return "help", ""
    return verb, rest


def _unknown_command(written: str, verb: str) -> str:
    near = difflib.get_close_matches(verb, VERBS, n=1)
    if near:
        return _("I do not know the command “{command}”. Did you mean {near}?", command=written, near=near[0])
    return _("I do not know the command “{command}”.", command=written)


def _explain(rest: str) -> Command:
    text = rest.strip()
    if not text:
        raise UsageError(_("There is nothing to explain."), EXPLAIN_USAGE)
    bare = text.strip("`\"'“”")
    return ExplainCheck(bare.upper()) if _CODE.match(bare) else ExplainLog(text)


def _history(words: Sequence[Word]) -> Command:
    if len(words) > 1:
        raise UsageError(_("I list the runs of one API, or of all."), HISTORY_USAGE)
    return History(words[0].text if words else "")


def _watch(words: Sequence[Word], default_region: str | None) -> Command:
    """`every 30m` may stand anywhere behind the stage; a bare `30m` only at the end."""
    if not words or [word.text for word in words] == ["list"]:
        return ListWatches()
    named = next((i for i, w in enumerate(words) if i >= 1 and not w.quoted and w.text.casefold() == "every"), None)
    if named is not None:
        given = words[named + 1].text if named + 1 < len(words) else ""
        rest = [*words[:named], *words[named + 2 :]]
    elif len(words) > 2 and is_span(words[-1].text) and not words[-2].is_option:
        given, rest = words[-1].text, list(words[:-1])
    else:
        return StartWatch(request_of(words, default_region, WATCH_USAGE), WATCH_EVERY_MINUTES)
    return StartWatch(request_of(rest, default_region, WATCH_USAGE), pause_of(given))


def _unwatch(words: Sequence[Word]) -> Command:
    if not words:
        return ListWatches()
    if len(words) > 2:
        raise UsageError(_("I end the watch of one API."), UNWATCH_USAGE)
    return EndWatch(words[0].text, words[1].text if len(words) == 2 else "")


def _forget(words: Sequence[Word]) -> Command:
    said = [word.text for word in words]
    if len(said) == 1 and _API_ID.match(said[0]):
        return Forget(api_id=said[0])
    if len(said) == 2 and said[0] == "--before" and (match := _DAYS.match(said[1])):
        return Forget(days=int(match["count"]))
    raise UsageError(_("I cannot tell what to forget."), FORGET_USAGE)


def _alarms(rest: str) -> Alarms:
    word = rest.strip().strip("`").casefold()
    choices: dict[str, bool | None] = {"on": True, "off": False, "status": None, "": None}
    if word not in choices:
        raise UsageError(_("I do not know what “{word}” is for alarms.", word=word[:60]), ALARMS_USAGE)
    return Alarms(choices[word])


def _doctor(words: Sequence[Word], default_region: str | None) -> Command:
    positional, options = _separated(words)
    if positional or "--since" in options:
        raise UsageError(_("Doctor tries every read of one region."), DOCTOR_USAGE)
    return Doctor(
        region_of(options.get("--region"), ApiReference(), default_region), account_of(options.get("--account"))
    )


def request_of(words: Sequence[Word], default_region: str | None, usage: str = DIAGNOSE_USAGE) -> Request:
    """The request that words make: API, stage, then path and method in any order, and options."""
    positional, options = _separated(words)
    if not positional:
        raise UsageError(_("The API is missing."), usage, "api")
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
                _("I did not expect “{word}” there.", word=word.text[:60]),
                _("{usage}. A path begins with /, and a name with spaces stands in quotes", usage=usage),
                "route",
            )
    return Request(
        api=reference.id if reference.id and not reference.name else positional[0].text,
        stage=stage,
        path=path,
        method=method,
        region=region_of(options.get("--region"), reference, default_region),
        account=account_of(options.get("--account")),
        since_minutes=window_of(options["--since"]) if "--since" in options else 60,
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
            raise UsageError(_unknown_option(name), ", ".join(OPTIONS))
        if not has_value:
            following = next(remaining, None)
            if following is None or following.is_option:
                raise UsageError(_("{option} needs a value.", option=name), f"{name} VALUE")
            value = following.text
        if name in options:
            raise UsageError(_("{option} is given twice.", option=name), _("{option} once", option=name))
        options[name] = value
    return positional, options


def _unknown_option(name: str) -> str:
    near = difflib.get_close_matches(name, OPTIONS, n=1)
    if near:
        return _("I do not know the option “{option}”. Did you mean {near}?", option=name[:60], near=near[0])
    return _("I do not know the option “{option}”.", option=name[:60])


def _reference(word: Word) -> ApiReference:
    text = word.text
    reference = parse_api_text(text)
    if reference.id is None and ("://" in text or text.startswith("arn:")):
        wrong = (
            _("“{text}” is not an ARN of an API.", text=text[:80])
            if text.startswith("arn:")
            else _("“{text}” is not an invoke URL: a custom domain name does not tell its API.", text=text[:80])
        )
        raise UsageError(
            wrong,
            _("the API's name, its id, its ARN, or https://ID.execute-api.REGION.amazonaws.com/STAGE"),
            "api",
        )
    if not text or len(text) > 1024:
        raise UsageError(_("That is no name of an API."), DIAGNOSE_USAGE, "api")
    return reference


def _stage(reference: ApiReference, rest: list[Word]) -> tuple[str, list[Word], str | None]:
    """The stage, the words that are left, and the path as far as the API's text tells it."""
    named = rest[0].text if rest and not _is_path_or_method(rest[0], known_stage=bool(reference.stage)) else None
    if reference.stage and named == "$default":
        return named, rest[1:], f"/{reference.stage}{reference.path or ''}"
    if reference.stage and named and named != reference.stage:
        raise UsageError(
            _("The URL says the stage “{stage}”, and you wrote “{named}”.", stage=reference.stage, named=named[:60]),
            _("one stage; for an HTTP API without a stage in its URL write $default"),
            "stage",
        )
    stage = named or reference.stage
    if not stage:
        raise UsageError(_("The stage is missing."), DIAGNOSE_USAGE, "stage")
    if not _STAGE.match(stage):
        raise UsageError(
            _("“{stage}” is no name of a stage.", stage=stage[:60]),
            _("letters, digits, - and _, or $default; a name of an API with spaces stands in quotes"),
            "stage",
        )
    return stage, rest[1:] if named else rest, reference.path


def _is_path_or_method(word: Word, *, known_stage: bool) -> bool:
    """A stage may be called GET; the word is a method only where the stage is known already."""
    return word.text.startswith("/") or (known_stage and word.text.upper() in METHODS)
