"""Series against series: what rises while requests fail."""

import pytest

from bot.diagnosis.resources import Series
from bot.diagnosis.trends import (
    comes_and_goes,
    compare,
    minutes_above,
    stretched,
    total_in,
    total_since,
)


def series(*values: float) -> Series:
    """One value a minute, from minute 0 on; zeros are not reported."""
    return Series(points=tuple((60 * i, v) for i, v in enumerate(values) if v))


def minutes(*numbers: int) -> frozenset[int]:
    return frozenset(60 * number for number in numbers)


TRAFFIC = minutes(*range(40))


def test_minutes_above_take_the_start_of_the_minute():
    assert minutes_above(Series(points=((61, 2.0), (125, 0.0), (185, 5.0)))) == minutes(1, 3)
    assert minutes_above(series(0, 2, 3), threshold=2) == minutes(2)


def test_stretched_adds_the_minutes_around():
    assert stretched(minutes(5), 2, 1) == minutes(3, 4, 5, 6)


def test_totals():
    assert total_in(series(1, 2, 4, 8), minutes(1, 3)) == 10
    assert total_since(series(1, 2, 4, 8), 120) == 12


@pytest.mark.parametrize(
    ("counter", "failing", "rises"),
    [
        pytest.param(series(*[0] * 30, 9, 9, 9), minutes(30, 31, 32), True, id="only while requests fail"),
        pytest.param(series(*[1] * 30, 9, 9, 9), minutes(30, 31, 32), True, id="many more than in quiet minutes"),
        pytest.param(series(*[0] * 29, 9, 0, 9), minutes(30, 32), True, id="in the minute before the failure"),
        pytest.param(series(*[5] * 33), minutes(30, 31, 32), False, id="as many as always"),
        pytest.param(series(*[2] * 30, 4, 4, 4), minutes(30, 31, 32), False, id="twice as many is not three times"),
        pytest.param(series(*[0] * 30, 9), minutes(30, 33, 36), False, id="in one of three failing minutes"),
        pytest.param(series(), minutes(30), False, id="none at all"),
        pytest.param(series(*[3] * 30), frozenset(), False, id="nothing fails"),
    ],
)
def test_a_counter_rises_with_the_failures(counter, failing, rises):
    assert compare(counter, failing, TRAFFIC).rises is rises


def test_without_quiet_minutes_nothing_can_be_compared():
    found = compare(series(*[9] * 40), TRAFFIC, TRAFFIC)
    assert (found.comparable, found.rises, found.quiet_minutes) == (False, False, 0)


def test_minutes_near_a_failure_or_without_traffic_are_not_quiet():
    found = compare(series(*[1] * 40), minutes(20), TRAFFIC)
    assert (found.quiet_minutes, found.quiet_total, found.total) == (35, 35, 2)


@pytest.mark.parametrize(
    ("errors", "requests", "mixed"),
    [
        ((0, 5, 5, 0), (10, 10, 10, 10), True),
        ((0, 10, 10, 0), (10, 10, 10, 10), False),
        ((0, 10, 10, 5), (10, 10, 10, 10), False),
        ((0, 0, 0, 0), (10, 10, 10, 10), False),
        ((0, 5), (0, 0), False),
    ],
    ids=["some fail, some do not", "all fail", "mixed at the edge only", "none fails", "nobody asked"],
)
def test_failures_that_come_and_go(errors, requests, mixed):
    assert comes_and_goes(series(*errors), series(*requests)) is mixed
