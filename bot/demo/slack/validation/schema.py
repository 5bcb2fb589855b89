"""A small language for the shape of Block Kit objects; what does not fit becomes a problem with a JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Problems:
    """What was found, worded as Slack words it: the complaint, then where."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, complaint: str, pointer: str) -> None:
        """Note one."""
        self.found.append(f"{complaint} [json-pointer:{pointer}]")


class Rule(Protocol):
    """Something that a value can be held against."""

    def check(self, value: object, pointer: str, problems: Problems) -> None:
        """Note every way in which the value does not fit."""


@dataclass(frozen=True)
class Text:
    """A string. Lengths are in characters."""

    maximum: int | None = None
    minimum: int = 0
    choices: tuple[str, ...] = ()
    pattern: str | None = None

    def check(self, value: object, pointer: str, problems: Problems) -> None:
        """Note every way in which the value does not fit."""
        if not isinstance(value, str):
            problems.add("must be a string", pointer)
        elif len(value) < self.minimum:
            problems.add(f"must be more than {self.minimum - 1} characters", pointer)
        elif self.maximum is not None and len(value) > self.maximum:
            problems.add(f"must be less than {self.maximum + 1} characters", pointer)
        elif self.choices and value not in self.choices:
            problems.add(f"must be one of {', '.join(self.choices)}", pointer)
        elif self.pattern and not re.search(self.pattern, value):
            problems.add(f"must match {self.pattern}", pointer)


@dataclass(frozen=True)
class Number:
    """A number; `whole` allows integers only."""

    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False

    def check(self, value: object, pointer: str, problems: Problems) -> None:
        """Note every way in which the value does not fit."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            problems.add("must be an integer" if self.whole else "must be a number", pointer)
        elif self.minimum is not None and value < self.minimum:
            problems.add(f"must be at least {self.minimum:g}", pointer)
        elif self.maximum is not None and value > self.maximum:
            problems.add(f"must be at most {self.maximum:g}", pointer)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def check(self, value: object, pointer: str, problems: Problems) -> None:
        """Note every way in which the value does not fit."""
        if not isinstance(value, bool):
            problems.add("must be a boolean", pointer)


@dataclass(frozen=True)
class Items:
    """An array."""

    item: Rule
    minimum: int = 0
    maximum: int | None = None

    def check(self, value: object, pointer: str, problems: Problems) -> None:
        """Note every way in which the value does not fit."""
        if not isinstance(value, list):
            problems.add("must be an array", pointer)
            return
        if self.maximum is not None and len(value) > self.maximum:
            problems.add(f"no more than {self.maximum} items allowed", pointer)
        if len(value) < self.minimum:
            problems.add(f"no fewer than {self.minimum} items allowed", pointer)
        for index, item in enumerate(value):
            self.item.check(item, f"{pointer}/{index}", problems)


@dataclass(frozen=True)
class Fields:
    """An object with these fields and no others. Of `one_of`, exactly one must be there; of `any_of`, at least one."""

    known: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    also: Callable[[Mapping[str, object], str, Problems], None] | None = field(default=None, compare=False)

    def check(self, value: object, pointer: str, problems: Problems) -> None:
        """Note every way in which the value does not fit."""
        if not isinstance(value, dict):
            problems.add("must provide an object", pointer)
            return
        present = [name for name, item in value.items() if item is not None]
        self._check_presence(present, pointer, problems)
        for name in present:
            if name in self.known:
                self.known[name].check(value[name], f"{pointer}/{name}", problems)
            elif name != "type":
                problems.add(f"invalid additional property: {name}", pointer)
        if self.also:
            self.also(value, pointer, problems)

    def _check_presence(self, present: list[str], pointer: str, problems: Problems) -> None:
        for name in self.required:
            if name not in present:
                problems.add(f"missing required field: {name}", pointer)
        if self.one_of and sum(name in present for name in self.one_of) != 1:
            problems.add(f"must have exactly one of {', '.join(self.one_of)}", pointer)
        if self.any_of and not any(name in present for name in self.any_of):
            problems.add(f"must define either {' or '.join(self.any_of)}", pointer)


@dataclass(frozen=True)
class ByType:
    """An object whose `type` chooses its rule. `kinds` is asked late, so that rules may contain one another."""

    kinds: Callable[[], Mapping[str, Rule]]

    def check(self, value: object, pointer: str, problems: Problems) -> None:
        """Note every way in which the value does not fit."""
        if not isinstance(value, dict):
            problems.add("must provide an object", pointer)
            return
        kind = value.get("type")
        if kind is None:
            problems.add("missing required field: type", pointer)
            return
        rule = self.kinds().get(kind) if isinstance(kind, str) else None
        if rule is None:
            problems.add(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            rule.check(value, pointer, problems)
