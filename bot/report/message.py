"""What is sent to Slack: the blocks, and the text that stands for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
"""One Block Kit block, as JSON (https://docs.slack.dev/reference/block-kit/blocks)."""


@dataclass(frozen=True)
class Message:
    """A message. `text` is what notifications and screen readers say, and what is left where blocks are refused."""

    text: str
    blocks: tuple[Block, ...] = ()
