"""DescribeAlarms, the API that a metric means, its stages and which of them fails, from an AWS over HTTP."""

from datetime import UTC, datetime

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


def api(reader, name):
    (found,) = reader.apis("eu-west-1", name)
    return found


def test_the_api_that_a_metric_means_and_its_stages(reader):
    assert sorted(reader.stages("eu-west-1", api(reader, "twostages"))) == ["dev", "prod"]
    assert api(reader, api(reader, "orders").id).name == "orders"
    assert reader.apis("eu-west-1", "nowhere") == ()


def test_the_stage_that_answers_5xx_now(aws, reader):
    found = api(reader, "twostages")
    stages = [(found, "prod"), (found, "dev")]
    assert reader.failing("eu-west-1", stages) == ()
    dimensions = frozenset({("ApiName", "twostages"), ("Stage", "dev")})
    now = datetime.now(UTC).timestamp()
    samples = aws.world.home.metrics.setdefault(("AWS/ApiGateway", "5XXError", dimensions), [])
    samples.append((now - 3600, 1.0))
    assert reader.failing("eu-west-1", stages) == ()
    samples.append((now - 120, 1.0))
    assert reader.failing("eu-west-1", stages) == ((found, "dev"),)


READS = {
    "cloudwatch:DescribeAlarms": lambda reader, found: reader.alarms("eu-west-1", ["x"]),
    "apigateway:GET": lambda reader, found: reader.apis("eu-west-1", "orders"),
    "apigateway:GET */stages": lambda reader, found: reader.stages("eu-west-1", found),
    "cloudwatch:GetMetricData": lambda reader, found: reader.failing("eu-west-1", [(found, "prod")]),
}


@pytest.mark.parametrize("denied", READS)
def test_a_refusal_is_a_gap_that_names_the_action(aws, reader, denied):
    found = api(reader, "orders")
    aws.switches.deny.add(denied)
    gap = READS[denied](reader, found)
    assert (gap.action, gap.reason) == (denied.partition(" ")[0], GapReason.ACCESS_DENIED)
