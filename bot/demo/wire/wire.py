"""The servers of a local AWS's world, by the addresses that its load balancers and targets have there."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

from bot.demo.aws.handle import Topology
from bot.demo.aws.world import World
from bot.demo.wire.certificates import Authority
from bot.demo.wire.loopback import REFUSED, Address, LoopbackLoop
from bot.demo.wire.servers import Handler, answer, listen, port_of, with_another_certificate
from bot.language import marked
from bot.probing.vantage import LocalVantage

T = TypeVar("T")
Behaviour = Literal["plain", "tls", "wrong-name", "wrong-key", "silent", "refused"]
_TARGETS: dict[str, Behaviour] = {
    "orders": "silent",
    "search": "silent",
    "identity": "wrong-name",
    "ledger": "wrong-key",
}
"""What the servers of the demo's APIs do, where it is not what their integration expects."""
_BALANCERS: dict[str, Behaviour] = {"orders": "silent", "search": "silent", "users": "wrong-name", "reports": "refused"}
"""What clients meet at the load balancers, where it is not what the servers do."""


class LocalWire:
    """Serves while it is entered. `vantage` probes from inside the demo's networks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo-wire", daemon=True)
        self._folder = tempfile.TemporaryDirectory(prefix="vpclink-wire-")
        self._authority = Authority(Path(self._folder.name))
        self._servers: list[asyncio.Server] = []
        self._plain_port = 0
        self.ports: dict[Address, int] = {}

    @property
    def vantage(self) -> LocalVantage:
        """Where Probe now probes from."""
        name, root = marked("this demo's host inside the VPC"), self._authority.ca_file
        return LocalVantage(name, new_loop=lambda: LoopbackLoop(self.ports), ca_file=root)

    def __enter__(self) -> LocalWire:
        self._thread.start()
        self._do(self._serve())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._folder.cleanup()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self) -> None:
        self._plain_port = await self._listen(answer)
        for topology in self._world.topologies.values():
            usual: Behaviour = "tls" if topology.scheme == "https" and not topology.certificate_arn else "plain"
            targets = _TARGETS.get(topology.name, usual)
            ends_tls: Behaviour = "tls" if topology.certificate_arn else targets
            balancers = _BALANCERS.get(topology.name, ends_tls)
            network = topology.network
            await self._place(topology, network.target_subnets, topology.target_port, targets)
            await self._place(topology, network.balancer_subnets, topology.listener_port, balancers)

    async def _place(self, topology: Topology, subnets: tuple[str, ...], port: int, behaviour: Behaviour) -> None:
        """Let every interface in these subnets behave like this on its port."""
        if behaviour == "silent":
            return
        served_on = await self._port(topology, behaviour)
        for interface in topology.region.all("network-interface"):
            if interface["SubnetId"] in subnets:
                self.ports[interface["PrivateIpAddress"], port] = served_on

    async def _port(self, topology: Topology, behaviour: Behaviour) -> int:
        if behaviour == "refused":
            return REFUSED
        if behaviour == "plain":
            return self._plain_port
        if behaviour == "wrong-key":
            return await self._wrong_key(topology.host)
        name = f"{topology.name}.example.org" if behaviour == "wrong-name" else topology.host
        return await self._listen(answer, self._authority.context(self._authority.issue(name)))

    async def _wrong_key(self, host: str) -> int:
        """A certificate for the host, and a key that belongs to an older one."""
        old = self._authority.context(self._authority.issue(host), newest=ssl.TLSVersion.TLSv1_2)
        behind = await self._listen(answer, old)
        return await self._listen(with_another_certificate(behind, self._authority.issue(host)))

    async def _listen(self, handler: Handler, context: ssl.SSLContext | None = None) -> int:
        server = await listen(handler, context)
        self._servers.append(server)
        return port_of(server)
