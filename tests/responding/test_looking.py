"""In which region an alarm is, and what DescribeAlarms says of it there."""

from dataclasses import replace

import pytest

from bot.alarms import read_alarm
from bot.diagnosis.model import Gap, GapReason
from bot.responding.looking import LookUp
from tests.alarms import samples
from tests.handlers.alarm_bench import metric_alarm

NAME_ONLY = replace(read_alarm({"text": 'ALARM: "orders-prod-5xx" in EU (Ireland)', "bot_id": "B1"}), region=None)
ROW = metric_alarm("orders-prod-5xx", "5XXError", ApiName="orders", Stage="prod")
OVER = {**ROW, "StateValue": "OK"}
DENIED = Gap(action="cloudwatch:DescribeAlarms", resource="orders-prod-5xx", reason=GapReason.ACCESS_DENIED)


class Aws:
    """Alarms by region; `asked` are the regions that were asked."""

    def __init__(self, **rows):
        self._rows = {region.replace("_", "-"): found for region, found in rows.items()}
        self.asked = []

    def alarms(self, region, names):
        self.asked.append(region)
        found = self._rows.get(region, [])
        return found if isinstance(found, Gap) else [row for row in found if row["AlarmName"] in names]

    def apis(self, region, dimension):
        return ("an API",) if region == "us-east-1" else ()


REGIONS = ("eu-west-1", "us-east-1", "eu-central-1")


@pytest.mark.parametrize(
    ("rows", "region", "others"),
    [
        pytest.param({"us_east_1": [ROW]}, "us-east-1", (), id="in one"),
        pytest.param({"eu_west_1": [OVER], "us_east_1": [ROW]}, "us-east-1", (), id="the one in ALARM"),
        pytest.param({"eu_west_1": [ROW], "us_east_1": [ROW]}, "eu-west-1", ("us-east-1",), id="in ALARM in two"),
        pytest.param({"eu_west_1": DENIED, "us_east_1": [ROW]}, "us-east-1", (), id="one may not be read"),
        pytest.param({}, None, (), id="in none"),
    ],
)
async def test_an_alarm_without_a_region_is_looked_for_in_the_configured_ones(rows, region, others):
    found = await LookUp(lambda *_: Aws(**rows), REGIONS).alarm(NAME_ONLY)
    assert (found.alarm.region, found.others) == (region, others)


async def test_an_alarm_that_names_its_region_is_looked_for_there_alone():
    aws = Aws(eu_west_1=[ROW])
    found = await LookUp(lambda *_: aws, REGIONS).alarm(replace(NAME_ONLY, region="eu-west-1"))
    assert aws.asked == ["eu-west-1"]
    assert (found.state, found.alarm.relevant, found.alarm.stage) == ("ALARM", True, None)
    assert found.alarm.apis[0].stage == "prod"


async def test_what_is_known_to_be_no_business_of_ours_is_not_looked_up():
    aws = Aws()
    await LookUp(lambda *_: aws, REGIONS).alarm(read_alarm(samples.triggered_by(MetricName="CPU", Namespace="AWS/EC2")))
    assert aws.asked == []


async def test_the_region_of_another_products_alert_is_where_its_api_is():
    text = "[FIRING:1] API 5xx\n- ApiName = orders\n- Stage = prod"
    alert = read_alarm({"text": text, "bot_id": "B1", "username": "Grafana"})
    found = await LookUp(lambda *_: Aws(), REGIONS).alarm(alert)
    assert found.alarm.region == "us-east-1"


async def test_nothing_can_be_said_where_no_region_may_be_read():
    found = await LookUp(lambda *_: Aws(eu_west_1=DENIED), ("eu-west-1",)).alarm(replace(NAME_ONLY, region="eu-west-1"))
    assert (found.gap, found.state) == (DENIED, None)
