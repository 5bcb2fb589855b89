"""What stands behind the local AWS's addresses: real servers on loopback, so that a probe meets real TLS and HTTP.

Only here do private addresses lead to loopback: the probe itself, its guard and its order know nothing of the demo.
"""

from bot.demo.wire.wire import LocalWire

__all__ = ["LocalWire"]
