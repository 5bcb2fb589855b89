"""Reading logs: pages, bounds, the wider window, and the query for what cannot be paged through."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.aws import logs
from bot.aws.errors import Failure
from bot.aws.reader import Context
from bot.diagnosis.model import Gap, GapReason, Request

NOW = datetime(2026, 11, 22, 3, 11, tzinfo=UTC)
FAILURE = (
    "(6e1c1f0e-0000-4000-8000-000000000001) Execution failed due to configuration error: "
    "There was an internal error while executing your request"
)


class Calls:
    """Answers FilterLogEvents from pages, and records what was asked."""

    def __init__(self, *pages: list[str], refuse: Failure | None = None) -> None:
        self.pages_of_events, self.refuse = list(pages), refuse
        self.asked: list[dict[str, Any]] = []

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        self.asked.append({"operation": operation, **parameters})
        if operation == "start_query":
            return {"queryId": "q1"}
        if operation == "get_query_results":
            row = [{"field": "@timestamp", "value": "2026-11-22 03:10:00.000"}, {"field": "@message", "value": FAILURE}]
            return {"status": "Complete", "results": [row]}
        if self.refuse:
            raise self.refuse
        number = int(parameters.get("nextToken", 0))
        page = self.pages_of_events[number] if number < len(self.pages_of_events) else []
        at = int((NOW - timedelta(minutes=5)).timestamp() * 1000)
        reply: dict[str, Any] = {"events": [{"timestamp": at, "message": m, "eventId": f"{number}{m}"} for m in page]}
        return reply | ({"nextToken": str(number + 1)} if number + 1 < len(self.pages_of_events) else {})


def read(calls: Calls):
    return logs.execution_log(Context(calls, Request(api="a", stage="s", region="eu-west-1"), NOW), "group")  # type: ignore[arg-type]  # a double


def test_an_empty_page_is_not_the_end():
    reading = read(Calls([], [], [FAILURE]))
    assert [e.message for e in reading.events] == [FAILURE]
    assert reading.complete


def test_where_the_window_holds_no_failure_the_last_day_is_asked():
    calls = Calls([])
    assert read(calls).events == ()
    windows = [a["endTime"] - a["startTime"] for a in calls.asked]
    assert windows == [3_600_000, 3_600_000, 86_400_000]


def test_a_log_too_large_to_page_through_is_queried():
    calls = Calls(*[["(x) something else, Execution failed to amuse"]] * 50)
    reading = read(calls)
    assert [e.message for e in reading.events] == [FAILURE]
    assert sum(a["operation"] == "filter_log_events" for a in calls.asked) == 2 * logs.PAGES


def test_an_infrequent_access_group_is_queried():
    refused = Failure("logs:FilterLogEvents", GapReason.ERROR, "InvalidOperationException")
    assert [e.message for e in read(Calls(refuse=refused)).events] == [FAILURE]


def test_a_missing_group_is_a_gap_that_says_so():
    outcome = read(Calls(refuse=Failure("logs:FilterLogEvents", GapReason.NOT_FOUND)))
    assert isinstance(outcome, Gap)
    assert (outcome.reason, outcome.action) == (GapReason.NOT_FOUND, "logs:FilterLogEvents")


def test_a_refused_read_is_no_empty_log():
    with pytest.raises(Failure):
        read(Calls(refuse=Failure("logs:FilterLogEvents", GapReason.ACCESS_DENIED)))


def test_secrets_are_gone_before_anything_else_sees_the_line():
    line = "(6e1c1f0e-0000-4000-8000-000000000001) Method request headers: {Authorization=Bearer abc.def.ghi}"
    reading = read(Calls([FAILURE, line]))
    assert "abc.def.ghi" not in "".join(e.message for e in reading.events)
