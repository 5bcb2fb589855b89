"""Every id by which Slack tells us what was pressed. Templates know them as `ids.NAME`; nobody else spells them."""

from __future__ import annotations

from typing import Final

COMMAND: Final = "/vpclink"

RERUN: Final = "vpclink_rerun"
"""Run the same request again. The value is a `RerunValue`."""
SHOW_LOGS: Final = "vpclink_show_logs"
"""Open the modal of log excerpts. The value is the run's id."""
PROBE: Final = "vpclink_probe"
"""Probe the backends of the stored report. The value is the run's id."""
CHOOSE: Final = "vpclink_choose"
"""Ask again with this API or stage. Several stand in one block, so each appends `-` and its number."""

SNOOZE_ALARM: Final = "vpclink_snooze_alarm"
"""The menu of how long an alarm is left alone. A value is a preset, `/`, and the alarm's identity."""
WAKE_ALARM: Final = "vpclink_wake_alarm"
"""End a snooze. The value is the alarm's identity."""

DIAGNOSE_ALARM: Final = "vpclink_diagnose_alarm"
"""The shortcut in the menu of every message."""

LOGS_VIEW: Final = "vpclink_logs"
"""The modal of log excerpts."""
NOTICE_VIEW: Final = "vpclink_notice"
"""A modal that says one thing."""
LOGS_REQUEST: Final = "vpclink_logs_request"
"""The menu of failing requests in the modal."""
LOGS_EARLIER: Final = "vpclink_logs_earlier"
"""The page before, in the modal. The value is its number."""
LOGS_LATER: Final = "vpclink_logs_later"
"""The next page, in the modal. The value is its number."""


def for_templates() -> dict[str, str]:
    """Every id by its name."""
    return {name: value for name, value in globals().items() if name.isupper() and isinstance(value, str)}
