"""Modals that people have open, one stack each, and the Home tabs that apps published."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.demo.slack.json_types import Json

# https://docs.slack.dev/surfaces/modals: up to three views lie on one another.
STACK_LIMIT = 3


@dataclass(frozen=True)
class View:
    """A modal or a Home tab, as its app last defined it. `errors` are what the person is shown, by block id."""

    id: str
    app_id: str
    user: str
    definition: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    errors: Json = field(default_factory=dict)
    trouble: str = ""

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.definition["type"])

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        return list(self.definition["blocks"])

    @property
    def external_id(self) -> str:
        """The app's own name for it, if it gave one."""
        return str(self.definition.get("external_id") or "")


class Views:
    """All views on anybody's screen."""

    def __init__(self) -> None:
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[tuple[str, str], View] = {}

    def stack(self, user: str) -> list[View]:
        """The person's open modals, the visible one last."""
        return list(self._stacks.get(user, ()))

    def set_stack(self, user: str, views: list[View]) -> None:
        """Replace the person's open modals."""
        self._stacks[user] = list(views)

    def home(self, app_id: str, user: str) -> View | None:
        """What the app published for the person."""
        return self._homes.get((app_id, user))

    def put(self, view: View) -> None:
        """Add a view, or replace the one with the same id where it stands."""
        if view.type == "home":
            self._homes[view.app_id, view.user] = view
            return
        stack = self._stacks.setdefault(view.user, [])
        at = next((index for index, one in enumerate(stack) if one.id == view.id), len(stack))
        stack[at : at + 1] = [view]

    def get(self, view_id: str) -> View | None:
        """The open view with that id."""
        return next((view for view in self._all() if view.id == view_id), None)

    def by_external_id(self, app_id: str, external_id: str) -> View | None:
        """The open view that the app named so."""
        return next((view for view in self._all() if view.app_id == app_id and view.external_id == external_id), None)

    def _all(self) -> list[View]:
        return [view for stack in self._stacks.values() for view in stack] + list(self._homes.values())
