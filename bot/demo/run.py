"""`vpclink demo`: the real bot between a local AWS and a local Slack, in one process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.app import serve
from bot.demo.aws.demo_world import demo_world
from bot.demo.aws.parts.alarms import set_alarm_state
from bot.demo.aws.server import LocalAws
from bot.demo.slack import AMAZON_Q_APP, VPCLINK_APP, LocalSlack, demo_workspace
from bot.demo.slack.workspace import DemoAlarm
from bot.demo.wire import LocalWire
from bot.language import AUTO
from bot.manifest import manifest
from bot.settings import Settings
from bot.world import World

WELCOME = """
vpclink's demo is running: the real bot, on a local AWS (account 111122223333) and a local Slack.

  Open   {url}

and type in #incidents:

  /vpclink diagnose orders prod        a target's security group is closed
  /vpclink diagnose payments prod      the load balancer filters PrivateLink traffic
  /vpclink diagnose users prod         the certificate carries another name
  /vpclink diagnose identity prod      no log, and AWS shows nothing: press Probe now under the report
  /vpclink diagnose catalog prod       nothing is wrong

Or raise an alarm on the left: its diagnosis comes into its thread, and nobody has to ask.
Become Bruno at the top left, and ask again: his Slack is in French.

Others: invoices, shipping, search, reports, billing, legacy, ledger; "twins" is the name of two APIs.
The same in a terminal:

  {environment} .venv/bin/vpclink diagnose orders prod

Stop with Ctrl-C.
"""


_ORDERS = (("ApiName", "orders"), ("Stage", "prod"))
_ALARMS = {
    "orders-prod-5xx": _ORDERS,
    "orders-prod-latency": _ORDERS,
    "shipping-prod-5xx": (("ApiName", "shipping"), ("Stage", "prod")),
    "checkout-unhealthy": (),
    "reports-worker-cpu": (("InstanceId", "i-0123456789abcdef0"),),
}
"""What Amazon Q's cards show of the local AWS's alarms: of a composite one, no dimensions. The last one is none of
vpclink's business.
"""


def _alarms() -> tuple[DemoAlarm, ...]:
    return tuple(
        DemoAlarm(name=name, app_id=AMAZON_Q_APP, channel="C01INCIDENTS", region="eu-west-1", dimensions=dimensions)
        for name, dimensions in _ALARMS.items()
    )


async def run(port: int) -> None:
    """Run until interrupted. The local AWS keeps its own thread; everything lives only as long as this process."""
    workspace = demo_workspace(manifest=manifest(None), alarms=_alarms())
    app = next(app for app in workspace.apps if app.app_id == VPCLINK_APP)
    world = demo_world(datetime.now(UTC))
    with (
        LocalAws(world) as aws,
        LocalWire(world) as wire,
        tempfile.TemporaryDirectory(prefix="vpclink-demo-") as folder,
    ):
        follow = partial(set_alarm_state, aws.world)
        async with LocalSlack(workspace, port=port, on_alarm=follow) as slack:
            variables = {
                "AWS_ENDPOINT_URL": aws.endpoint_url,
                "AWS_ACCESS_KEY_ID": "AKIDLOCALEXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "local",
                "AWS_REGION": "eu-west-1",
            }
            slack_variables = {
                "SLACK_BOT_TOKEN": app.bot_token,
                "SLACK_APP_TOKEN": app.app_token or "",
                "SLACK_SIGNING_SECRET": app.signing_secret,
                "SLACK_API_URL": slack.api_url,
                "VPCLINK_DATABASE": str(Path(folder) / "demo.sqlite3"),
                "VPCLINK_LOG_LEVEL": "WARNING",
                "VPCLINK_ALARM_SETTLE": "2",
                "VPCLINK_LANGUAGE": os.environ.get("VPCLINK_LANGUAGE", AUTO),
            }
            with _environment(variables):
                shown = " ".join(f"{name}={value}" for name, value in variables.items())
                print(WELCOME.format(url=slack.url, environment=shown), flush=True)
                settings = Settings.from_environment({**variables, **slack_variables})
                await serve(settings, World(vantage=wire.vantage))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set what the AWS SDK reads from the environment; a profile or a session token of the user's must not mix in."""
    hidden = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_PROFILE")
    before = {name: os.environ.get(name) for name in (*variables, *hidden)}
    for name in hidden:
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
