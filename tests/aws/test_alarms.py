"""DescribeAlarms and an API's stages, from an AWS over HTTP."""

import pytest

from bot.diagnosis.model import GapReason
from tests.handlers.alarm_bench import alarm_reader


@pytest.fixture(scope="module")
def both():
    with alarm_reader() as found:
        yield found


@pytest.fixture
def aws(both):
    yield both[0]
    both[0].switches.reset()


@pytest.fixture
def reader(both):
    return both[1]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["orders-prod-5xx"], ["orders-prod-5xx"]),
        (["everything"], ["everything"]),
        (["cpu-high", "everything", "nowhere"], ["cpu-high", "everything"]),
        (["nowhere"], []),
    ],
    ids=["a metric alarm", "a composite alarm", "both kinds, and none of that name", "none"],
)
def test_alarms_by_name(reader, names, found):
    assert [row["AlarmName"] for row in reader.alarms("eu-west-1", names)] == found


def test_the_stages_of_an_api(reader):
    assert sorted(reader.stages("eu-west-1", "twostages")) == ["dev", "prod"]
    assert reader.stages("eu-west-1", "nowhere") == ()


@pytest.mark.parametrize("action", ["cloudwatch:DescribeAlarms", "apigateway:GET"])
def test_a_refusal_is_a_gap_that_names_the_action(aws, reader, action):
    aws.switches.deny.add(action)
    is_alarm = action.startswith("cloudwatch")
    gap = reader.alarms("eu-west-1", ["x"]) if is_alarm else reader.stages("eu-west-1", "orders")
    assert (gap.action, gap.reason) == (action, GapReason.ACCESS_DENIED)
