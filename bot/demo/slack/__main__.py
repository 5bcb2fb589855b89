"""`python -m bot.demo.slack`: the local Slack alone, with the demo's workspace."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from bot.demo.slack import LocalSlack, demo_workspace


def main() -> int:
    """Run until Ctrl-C or SIGTERM. Exit status 2 if the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m bot.demo.slack", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=3100, help="port to listen on (default: %(default)s; 0: any)")
    parser.add_argument("--request-url", help="reach vpclink by signed HTTP at this URL instead of Socket Mode")
    arguments = parser.parse_args()
    return asyncio.run(_run(arguments.host, arguments.port, arguments.request_url))


async def _run(host: str, port: int, request_url: str | None) -> int:
    workspace = demo_workspace(mode="http" if request_url else "socket", request_url=request_url)
    slack = LocalSlack(workspace, host=host, port=port)
    try:
        await slack.start()
    except OSError as error:
        print(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.", file=sys.stderr)
        return 2
    vpclink = workspace.apps[0]
    print(f"Local Slack:      {slack.url}")
    print(f"SLACK_API_URL     {slack.api_url}")
    print(f"SLACK_BOT_TOKEN   {vpclink.bot_token}")
    if vpclink.mode == "socket":
        print(f"SLACK_APP_TOKEN   {vpclink.app_token}")
    print(f"SLACK_SIGNING_SECRET {vpclink.signing_secret}", flush=True)
    stopped = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stopped.set)
    await stopped.wait()
    await slack.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
