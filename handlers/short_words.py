"""The commands that name no request: their words → what is asked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from handlers.requested import (
    ALARMS_USAGE,
    EXPLAIN_USAGE,
    FORGET_USAGE,
    HISTORY_USAGE,
    UNWATCH_USAGE,
    Alarms,
    Command,
    EndWatch,
    ExplainCheck,
    ExplainLog,
    Forget,
    History,
    ListWatches,
    UsageError,
)
from handlers.words import split_words

_CODE = re.compile(r"^[A-Za-z]{2,5}-\d{2}$")
_API_ID = re.compile(r"^[a-z0-9]{8,12}$")
_DAYS = re.compile(r"^(?P<count>\d{1,4})d?$")


def explain(rest: str) -> Command:
    """`explain <check code or log line>`; the text stays as it was written."""
    text = rest.strip()
    if not text:
        raise UsageError("There is nothing to explain.", EXPLAIN_USAGE)
    bare = text.strip("`\"'“”")
    return ExplainCheck(bare.upper()) if _CODE.match(bare) else ExplainLog(text)


def history(rest: str) -> Command:
    """`history [api]`."""
    words = split_words(rest)
    if len(words) > 1:
        raise UsageError("I list the runs of one API, or of all.", HISTORY_USAGE)
    return History(words[0].text if words else "")


def unwatch(rest: str) -> Command:
    """`unwatch <api> [stage]`; alone it lists what is watched."""
    words = split_words(rest)
    if not words:
        return ListWatches()
    if len(words) > 2:
        raise UsageError("I end the watch of one API.", UNWATCH_USAGE)
    return EndWatch(words[0].text, words[1].text if len(words) == 2 else "")


def forget(rest: str) -> Command:
    """`forget <api id>`, or by age."""
    said = [word.text for word in split_words(rest)]
    if len(said) == 1 and _API_ID.match(said[0]):
        return Forget(api_id=said[0])
    if len(said) == 2 and said[0] == "--before" and (match := _DAYS.match(said[1])):
        return Forget(days=int(match["count"]))
    raise UsageError("I cannot tell what to forget.", FORGET_USAGE)


def alarms(rest: str) -> Command:
    """`alarms on|off|status`."""
    word = rest.strip().strip("`").casefold()
    choices: dict[str, bool | None] = {"on": True, "off": False, "status": None, "": None}
    if word not in choices:
        raise UsageError(f"I do not know what “{word[:60]}” is for alarms.", ALARMS_USAGE)
    return Alarms(choices[word])


SHORT: Final[dict[str, Callable[[str], Command]]] = {
    "explain": explain,
    "history": history,
    "unwatch": unwatch,
    "forget": forget,
    "alarms": alarms,
}
"""What understands the words behind each of these verbs. UsageError says what was expected."""
