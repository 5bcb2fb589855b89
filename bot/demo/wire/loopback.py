"""An event loop on which private addresses lead to servers on loopback."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Mapping
from typing import Any

Address = tuple[str, int]
REFUSED = 0
"""In the place of a port: the host answers, and nothing listens."""


class LoopbackLoop(asyncio.SelectorEventLoop):
    """Connects where `ports` says. What is not in it swallows packets, as a closed security group does.

    The code that connects, and its guard before, see the address that they were given.
    """

    def __init__(self, ports: Mapping[Address, int]) -> None:
        super().__init__()
        self._ports = ports

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect to the server that stands for this address."""
        port = self._ports.get((str(address[0]), int(address[1])))
        if port is None:
            await self.create_future()  # never answered: whoever connects has a time limit
        if port == REFUSED:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        await super().sock_connect(sock, ("127.0.0.1", port))
