"""What is raised where somebody's words are not understood."""

from __future__ import annotations

from bot.language import _


class UsageError(ValueError):
    """What was written is not understood: the problem, and what was expected instead.

    `field` is the part of the request that it is about (api, stage, route, region, account, since), where it is one's.
    """

    def __init__(self, problem: str, expected: str, field: str = "") -> None:
        super().__init__(_("{problem} Expected: {expected}", problem=problem, expected=expected))
        self.problem = problem
        self.expected = expected
        self.field = field
