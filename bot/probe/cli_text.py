"""`vpclink probe`: one URL, as the JSON that programs read or as text for people."""

from __future__ import annotations

import asyncio
import json
from typing import Literal

from bot.probe.prober import DEFAULT_LIMITS, probe
from bot.probe.target import Limits, target_from_url
from bot.probe.text_rendering import render

_OK, _FAULT = 0, 1


def run_probe(
    url: str,
    *,
    server_name: str | None = None,
    ca_file: str | None = None,
    method: Literal["GET", "HEAD"] = "GET",
    idle: float = 0.0,
    output: Literal["json", "text"] = "text",
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[str, int]:
    """Probe a URL; return what to print and the exit status: 0 no fault, 1 a fault.

    `idle`: for how many seconds a connection is left alone after an answer, to see who ends it; no fault by itself.
    Raises `ValueError` for a URL, name or CA file that cannot be used; it says what was expected.
    """
    target = target_from_url(url, server_name=server_name, ca_file=ca_file).model_copy(update={"method": method})
    result = asyncio.run(probe(target, limits=limits.model_copy(update={"idle": idle})))
    status = _OK if result.ok else _FAULT
    if output == "json":
        return json.dumps(result.to_contract(), indent=2, ensure_ascii=False) + "\n", status
    return render(result), status
