"""What several templates show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Context:
    """The fields of one template. `template` is its file name without the suffix."""

    template: ClassVar[str]


@dataclass(frozen=True)
class Link:
    """A text that leads to a page of the AWS console, where `url` names one."""

    text: str
    url: str | None = None


@dataclass(frozen=True)
class Subject:
    """What is diagnosed. `route` is `GET /orders`, or empty for every route."""

    api: Link
    stage: Link
    route: str
    region: str
    account: str


@dataclass(frozen=True)
class PathLine:
    """One line of the path: a mark, what stands there, and whether it is the first broken hop."""

    mark: str
    parts: tuple[Link, ...]
    first_broken: bool = False


@dataclass(frozen=True)
class PathView:
    """The path as lines: up to the first broken hop, then what is behind it. `more` lines are left out here."""

    reached: tuple[PathLine, ...]
    behind: tuple[PathLine, ...] = ()
    more: int = 0
    other_ways: int = 0
    """How many other ways through VPC links the API has, which this path does not show."""


@dataclass(frozen=True)
class Change:
    """One line of a comparison with the last run."""

    check: str
    resource: Link
    summary: str


@dataclass(frozen=True)
class ChangeGroup:
    """What became of some faults: `total` of them, the first ones in `items`."""

    kind: Literal["fixed", "new", "still", "unseen"]
    """Unseen: broken before, and not readable this time, so not known to be fixed."""
    total: int
    items: tuple[Change, ...]


@dataclass(frozen=True)
class Changes:
    """What a run found against the one before it, which was at `since`. Groups without faults are left out."""

    since: str
    groups: tuple[ChangeGroup, ...]


@dataclass(frozen=True)
class Footer:
    """What the run cost and what it left open. `asker` is a Slack user id, or empty."""

    run: str
    asker: str
    calls: int
    seconds: str
    gaps: int


@dataclass(frozen=True)
class Buttons:
    """The values that the buttons carry; an empty one leaves its button out.

    `more` are the names of what the menu beside them offers (the template knows their labels), all about `about`.
    """

    rerun: str
    logs: str = ""
    test: str = ""
    probe: str = ""
    probe_confirm: str = ""
    """What the person confirms before a probe: from where, and which addresses. Empty: there is nothing to confirm."""
    more: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class MenuChoice:
    """An option of a menu: what it shows, and what it stands for."""

    label: str
    value: str


@dataclass(frozen=True)
class Headline:
    """A verdict in one line. `check` is the first cause's code, or empty."""

    mark: str
    text: str
    check: str = ""


@dataclass(frozen=True)
class Choice:
    """A button that asks again with another API or stage: its label, and the request as its value."""

    label: str
    value: str


@dataclass(frozen=True)
class Why:
    """The key citation of a cause."""

    resource: Link
    field: str
    value: str
    reason: str
