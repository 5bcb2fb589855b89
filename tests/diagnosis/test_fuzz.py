"""Half-read, damaged and strange evidence: always a valid report, never an exception."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.diagnosis.engine import report
from bot.diagnosis.evidence import from_json, to_json
from bot.diagnosis.model import Report, State
from tests.diagnosis import worlds as w
from tests.diagnosis import worlds_v2 as v2

BUNDLES = [
    json.loads(to_json(evidence))
    for evidence in (w.healthy(), v2.rest_v2(), v2.http_api(), v2.alb_behind_nlb(), v2.http_api("nlb"))
]
STRANGE = st.sampled_from(
    [
        None,
        "",
        "text",
        "${stageVariables.x}",
        0,
        -1,
        70000,
        3.5,
        True,
        [],
        [None],
        {},
        {"x": 1},
        "fd00::1",
        "10.0.0.0/99",
    ]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key in value:
            found += places(value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


def change(bundle: Any, path: tuple[Any, ...], value: Any, *, drop: bool) -> None:
    for step in path[:-1]:
        bundle = bundle[step]
    if drop:
        del bundle[path[-1]]
    else:
        bundle[path[-1]] = copy.deepcopy(value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_is_damaged_there_is_a_report(data):
    bundle = copy.deepcopy(data.draw(st.sampled_from(BUNDLES)))
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.sampled_from(bundle["reads"]))
        reachable = places(row.get("value"), ("value",)) if "value" in row else []
        if reachable:
            change(row, data.draw(st.sampled_from(reachable)), data.draw(STRANGE), drop=data.draw(st.booleans()))
    result = report(from_json(json.dumps(bundle)))
    assert Report.model_validate_json(result.to_json()).verdict == result.verdict
    assert [f for f in result.findings if "itself failed" in f.summary] == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_was_not_read_no_cause_is_made_up(data):
    bundle = copy.deepcopy(data.draw(st.sampled_from(BUNDLES)))
    lost = data.draw(st.sets(st.integers(0, len(bundle["reads"]) - 1), min_size=1, max_size=12))
    bundle["reads"] = [row for index, row in enumerate(bundle["reads"]) if index not in lost]
    result = report(from_json(json.dumps(bundle)))
    assert result.verdict.state is not State.CAUSE_FOUND, result.verdict.summary


@pytest.mark.parametrize("word", ["LINK_IS_TIRED", "", "available ", "AVAILABLE\n"])
def test_a_state_that_aws_adds_tomorrow_is_no_cause(word):
    text = to_json(w.healthy()).replace('"status": "AVAILABLE"', f'"status": {json.dumps(word)}')
    text = text.replace('"Code": "active"', f'"Code": {json.dumps(word)}').replace(
        '"healthy"', json.dumps(word or "odd")
    )
    assert report(from_json(text)).verdict.state is not State.CAUSE_FOUND
