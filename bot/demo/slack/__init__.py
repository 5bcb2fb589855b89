"""A local Slack: a workspace in the browser, and the real counterpart of a Slack app in tests.

async with LocalSlack(demo_workspace()) as slack:
    client = AsyncWebClient(token="xoxb-local-vpclink", base_url=slack.api_url)
"""

from bot.demo.slack.clock import ManualClock, SystemClock
from bot.demo.slack.demo_workspace import AMAZON_Q_APP, VPCLINK_APP, demo_workspace
from bot.demo.slack.faults import Fault
from bot.demo.slack.rate_limits import RateLimits
from bot.demo.slack.server import LocalSlack
from bot.demo.slack.workspace import (
    DemoAlarm,
    Shortcut,
    SlackApp,
    SlackChannel,
    SlackUser,
    SlashCommand,
    UserGroup,
    Workspace,
)

__all__ = [
    "AMAZON_Q_APP",
    "VPCLINK_APP",
    "DemoAlarm",
    "Fault",
    "LocalSlack",
    "ManualClock",
    "RateLimits",
    "Shortcut",
    "SlackApp",
    "SlackChannel",
    "SlackUser",
    "SlashCommand",
    "SystemClock",
    "UserGroup",
    "Workspace",
    "demo_workspace",
]
