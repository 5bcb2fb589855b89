"""Every id by which Slack tells us what was pressed. Templates know them as `ids.NAME`; nobody else spells them."""

from __future__ import annotations

from typing import Final

COMMAND: Final = "/vpclink"

# --- buttons and menus of messages ------------------------------------------------------------------------------------

RERUN: Final = "vpclink_rerun"
"""Run the same request again. The value is a `RerunValue`."""
SHOW_LOGS: Final = "vpclink_show_logs"
"""Open the modal of log excerpts. The value is the run's id."""
TEST_FIX: Final = "vpclink_test_fix"
"""Open the modal of what remains broken after a fix. The value is a `CheckOfRun`."""
PROBE: Final = "vpclink_probe"
"""Probe the backends of the stored report. The value is the run's id."""
MORE: Final = "vpclink_more"
"""The menu of what has no button. Each option's value is its name, `:`, and a `CheckOfRun`."""
ABOUT_CAUSE: Final = "vpclink_about_cause"
"""The menu beside one cause in the thread, with the same values."""
CHOOSE: Final = "vpclink_choose"
"""Ask again with this API or stage. Several stand in one block, so each appends `-` and its number."""
OLDER: Final = "vpclink_older"
"""The page of `history` that comes next. The value is a `HistoryCursor`."""
NEWER: Final = "vpclink_newer"
"""The first page of `history` again. The value is a `HistoryCursor`."""
UNWATCH: Final = "vpclink_unwatch"
"""End a watch. The value is the watch's id."""
RUN_DOCTOR: Final = "vpclink_run_doctor"
"""Try every read. The value is the region, and behind a space the account where one is named."""
WAKE_AT_HOME: Final = "vpclink_wake_at_home"
"""End a snooze from App Home. The value is the channel, `/`, and the alarm's identity."""
PICK: Final = "vpclink_pick"
"""Open the modal that asks what is to be diagnosed."""
OPEN: Final = "vpclink_open"
"""A link. Slack tells of the press, and there is nothing to do. Several stand in one view, as with `CHOOSE`."""

# --- shortcuts --------------------------------------------------------------------------------------------------------

SNOOZE_ALARM: Final = "vpclink_snooze_alarm"
"""The menu of how long an alarm is left alone. A value is a preset, `/`, and the alarm's identity."""
WAKE_ALARM: Final = "vpclink_wake_alarm"
"""End a snooze. The value is the alarm's identity."""

DIAGNOSE_ALARM: Final = "vpclink_diagnose_alarm"
"""The shortcut in the menu of every message."""

# --- modals -----------------------------------------------------------------------------------------------------------

LOGS_VIEW: Final = "vpclink_logs"
"""The modal of log excerpts."""
NOTICE_VIEW: Final = "vpclink_notice"
"""A modal that says one thing."""
EXPLAIN_VIEW: Final = "vpclink_explain_view"
"""The modal of a check's page."""
FIX_VIEW: Final = "vpclink_fix_view"
"""The modal of what remains after a fix."""
PICKER_VIEW: Final = "vpclink_picker"
"""The modal that asks what is to be diagnosed."""
WRONG_CAUSE_VIEW: Final = "vpclink_wrong_cause"
"""The modal that asks what the cause was instead."""

LOGS_REQUEST: Final = "vpclink_logs_request"
"""The menu of failing requests in the modal."""
LOGS_FILTER: Final = "vpclink_logs_filter"
"""The text that shown lines hold, in the modal."""
LOGS_EARLIER: Final = "vpclink_logs_earlier"
"""The page before, in the modal. The value is its number."""
LOGS_LATER: Final = "vpclink_logs_later"
"""The next page, in the modal. The value is its number."""
LOGS_DOWNLOAD: Final = "vpclink_logs_download"
"""Put all the lines into the thread as a file. The value is the run's id."""
EXPLAIN_CHECK: Final = "vpclink_explain_check"
"""The menu of the checks that failed, in the modal of a check's page."""
FIX_CHECK: Final = "vpclink_fix_check"
"""The menu of the fixes that can be tested, in their modal."""

PICK_ACCOUNT: Final = "vpclink_pick_account"
PICK_REGION: Final = "vpclink_pick_region"
PICK_API: Final = "vpclink_pick_api"
PICK_STAGE: Final = "vpclink_pick_stage"
PICK_ROUTE: Final = "vpclink_pick_route"
PICK_SINCE: Final = "vpclink_pick_since"
PICK_CHANNEL: Final = "vpclink_pick_channel"
"""The fields of the picker. The name of each is the name of its block, too."""
COMMENT: Final = "vpclink_comment"
"""What somebody says about a wrong cause. The name of its block, too."""


def for_templates() -> dict[str, str]:
    """Every id by its name."""
    return {name: value for name, value in globals().items() if name.isupper() and isinstance(value, str)}
