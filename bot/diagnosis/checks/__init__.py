"""The checks, one fault a file, by hop. They are found by scanning this directory: a new file is a new check."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import lru_cache
from typing import Any

from bot.diagnosis.check import Check
from bot.diagnosis.model import Hop

_HOPS = list(Hop)


@lru_cache(maxsize=1)
def all_checks() -> tuple[Check[Any], ...]:
    """Return every check, in the order of the hops and then of their codes."""
    found: list[Check[Any]] = []
    for module_info in pkgutil.walk_packages(__path__, f"{__name__}."):
        module = importlib.import_module(module_info.name)
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Check) and member.__module__ == module.__name__ and not inspect.isabstract(member):
                found.append(member())
    return tuple(sorted(found, key=lambda check: (_HOPS.index(check.hop), check.code)))


def by_code() -> dict[str, Check[Any]]:
    """Return the checks by their codes."""
    return {check.code: check for check in all_checks()}
