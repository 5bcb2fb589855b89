"""The control interface: another process sets switches, reads the recorded calls, and breaks or mends the world.

| request | effect |
|---|---|
| ``GET /_control/switches`` · ``POST`` ``{name: value}`` | read or set switches (see `Switches`) |
| ``GET /_control/calls`` · ``DELETE`` | read or forget the recorded calls |
| ``POST /_control/reset`` | switches off, calls forgotten |
| ``GET /_control/topologies`` | the APIs, and the faults that fit each |
| ``POST /_control/fault`` ``{"topology": …, "fault": …}`` | apply a fault now |
| ``POST /_control/restore`` | undo every fault that was applied this way |
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.demo.aws.faults import FAULTS
from bot.demo.aws.protocols import HttpReply, HttpRequest
from bot.demo.aws.recorder import Recorder
from bot.demo.aws.switches import Switches
from bot.demo.aws.world import World

PREFIX = "/_control/"


class Control:
    """Answers control requests."""

    def __init__(self, switches: Switches, recorder: Recorder, world: World) -> None:
        self._switches = switches
        self._recorder = recorder
        self._world = world
        self._before: dict[tuple[str, str], Any] | None = None
        self._routes: dict[tuple[str, str], Callable[[dict[str, Any]], object]] = {
            ("GET", "switches"): lambda _: switches.values(),
            ("POST", "switches"): self._set_switches,
            ("GET", "calls"): lambda _: [dataclasses.asdict(call) for call in recorder.calls()],
            ("DELETE", "calls"): self._forget_calls,
            ("POST", "reset"): self._reset,
            ("GET", "topologies"): lambda _: self._topologies(),
            ("POST", "fault"): self._fault,
            ("POST", "restore"): lambda _: self._restore(),
        }

    def answer(self, request: HttpRequest) -> HttpReply:
        """Answer in JSON: 404 for an unknown request, 400 with the reason for values that do not fit."""
        route = self._routes.get((request.method, request.target.removeprefix(PREFIX).rstrip("/")))
        if route is None:
            return _json(404, {"error": f"no {request.method} {request.target} here; see bot.demo.aws.control"})
        try:
            return _json(200, route(_object(request.body)))
        except ValueError as error:
            return _json(400, {"error": str(error)})

    def _set_switches(self, values: dict[str, Any]) -> dict[str, Any]:
        self._switches.update(values)
        return self._switches.values()

    def _forget_calls(self, _: dict[str, Any]) -> dict[str, Any]:
        self._recorder.clear()
        return {"calls": 0}

    def _reset(self, _: dict[str, Any]) -> dict[str, Any]:
        self._switches.reset()
        self._recorder.clear()
        return self._switches.values()

    def _topologies(self) -> dict[str, Any]:
        return {
            name: {
                "api_id": topology.api_id,
                "stage": topology.stage,
                "generation": topology.generation,
                "faults": [fault.name for fault in FAULTS.values() if fault.fits(topology)],
            }
            for name, topology in self._world.topologies.items()
        }

    def _fault(self, wanted: dict[str, Any]) -> dict[str, Any]:
        topology = self._world.topologies.get(str(wanted.get("topology")))
        fault = FAULTS.get(str(wanted.get("fault")))
        if topology is None or fault is None:
            raise ValueError(f"expected a topology of {sorted(self._world.topologies)} and a fault of {sorted(FAULTS)}")
        with self._world.lock:
            self._before = self._before or self._world.snapshot()
            self._world.now = datetime.now(UTC)
            fault.apply(topology)
        return {"applied": fault.name, "summary": fault.summary}

    def _restore(self) -> dict[str, Any]:
        if self._before is not None:
            self._world.restore(self._before)
        self._before = None
        return {"restored": True}


def _object(body: bytes) -> dict[str, Any]:
    value = json.loads(body or b"{}")
    if not isinstance(value, dict):
        raise ValueError(f"expected a JSON object, got {value!r}")
    return value


def _json(status: int, value: object) -> HttpReply:
    return HttpReply(status, {"Content-Type": "application/json"}, json.dumps(value, default=str).encode())
