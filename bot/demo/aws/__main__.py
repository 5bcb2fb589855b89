"""``python -m bot.demo.aws --port 4599``: the demo world alone, until it is interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime

from bot.demo.aws.demo_world import demo_world, keep_traffic
from bot.demo.aws.server import LocalAws


def main(arguments: list[str] | None = None) -> int:
    """Serve the demo world. Exit status 0 after an interrupt."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.demo.aws", description="A local AWS with one healthy API and several broken ones."
    )
    parser.add_argument(
        "--port", type=int, default=4599, help="port on 127.0.0.1; 0 takes a free one (default: %(default)s)"
    )
    port = parser.parse_args(arguments).port
    world = demo_world(datetime.now(UTC))
    stopping = threading.Event()
    with LocalAws(world, port=port) as aws:
        threading.Thread(target=keep_traffic, args=(world, stopping), daemon=True).start()
        sys.stdout.write(
            f"The local AWS answers at {aws.endpoint_url} (account {world.account}, region {world.region_name}).\n"
            f"export AWS_ENDPOINT_URL={aws.endpoint_url} AWS_REGION={world.region_name}"
            " AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo\n"
        )
        sys.stdout.flush()
        for one in (signal.SIGINT, signal.SIGTERM):  # said outright: a process of a script starts with SIGINT ignored
            signal.signal(one, lambda *_: stopping.set())
        stopping.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
