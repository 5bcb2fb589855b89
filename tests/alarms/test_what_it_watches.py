"""Which metrics, which API, and whether it matters: single metrics, math, bands, queries, odd dimensions."""

from __future__ import annotations

import pytest

from bot.alarms import read_alarm
from bot.alarms.model import Api, Caution
from tests.alarms.samples import TRIGGER, described, event_bridge, metric_query, sns_message, triggered_by


def query(identity, name, namespace="AWS/ApiGateway", *, returned=True, account=None, **dimensions):
    """A metric as SNS writes it inside `Trigger.Metrics`."""
    stated = [{"value": value, "name": key} for key, value in dimensions.items()]
    metric = {"Dimensions": stated, "MetricName": name, "Namespace": namespace}
    entry = {"Id": identity, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": returned}
    return entry | ({"AccountId": account} if account else {})


def math(expression, *queries):
    return triggered_by(Period=60, Metrics=[{"Expression": expression, "Id": "e1", "ReturnData": True}, *queries])


@pytest.mark.parametrize(
    ("namespace", "metric", "relevant"),
    [
        ("AWS/ApiGateway", "5XXError", True),
        ("AWS/ApiGateway", "5xx", True),
        ("AWS/ApiGateway", "Latency", True),
        ("AWS/ApiGateway", "IntegrationLatency", True),
        ("AWS/ApiGateway", "4XXError", False),
        ("AWS/ApiGateway", "4xx", False),
        ("AWS/ApiGateway", "Count", False),
        ("AWS/ApiGateway", "ConnectCount", False),
        ("AWS/AppSync", "5XXError", False),
        ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", False),
        ("AWS/ELB", "HTTPCode_Backend_5XX", False),
        ("AWS/CloudFront", "5xxErrorRate", False),
        ("Orders", "Latency", False),
    ],
)
def test_namespace_and_metric_decide_the_relevance(namespace, metric, relevant):
    named = sns_message(
        AlarmName="API Gateway 5XXError", Trigger=TRIGGER | {"Namespace": namespace, "MetricName": metric}
    )
    assert read_alarm(named).relevant is relevant


@pytest.mark.parametrize(
    ("dimensions", "api"),
    [
        pytest.param({"ApiName": "orders"}, Api(name="orders"), id="rest"),
        pytest.param({"ApiName": "orders", "Stage": "prod"}, Api("orders", None, "prod"), id="rest-stage"),
        pytest.param(
            {"ApiName": "orders", "Method": "GET", "Resource": "/orders/{id}", "Stage": "prod"},
            Api("orders", None, "prod", "/orders/{id}", "GET"),
            id="rest-method",
        ),
        pytest.param({"ApiId": "a1b2c3d4e5", "Stage": "$default"}, Api(None, "a1b2c3d4e5", "$default"), id="http"),
        pytest.param(
            {"ApiId": "a1b2c3d4e5", "Stage": "$default", "Method": "POST", "Resource": "/pay"},
            Api(None, "a1b2c3d4e5", "$default", "/pay", "POST"),
            id="http-method",
        ),
        pytest.param(
            {"ApiId": "a1b2c3d4e5", "Stage": "$default", "Route": "GET /pay/{id}"},
            Api(None, "a1b2c3d4e5", "$default", "/pay/{id}", "GET"),
            id="http-route",
        ),
        pytest.param(
            {"ApiId": "a1b2c3d4e5", "Stage": "live", "Route": "$connect"},
            Api(None, "a1b2c3d4e5", "live", "$connect"),
            id="websocket",
        ),
        pytest.param({"APIName": "orders"}, Api("orders"), id="misspelt"),
        pytest.param({"Stage": "prod"}, None, id="stage-alone"),
        pytest.param({}, None, id="none"),
    ],
)
def test_dimensions_name_the_api(dimensions, api):
    listed = [{"value": value, "name": name} for name, value in dimensions.items()]
    for payload in (
        sns_message(Trigger=TRIGGER | {"Dimensions": listed}),
        sns_message(Trigger=TRIGGER | {"Dimensions": [{"name": d["name"], "value": d["value"]} for d in listed]}),
        event_bridge(configuration={"metrics": [metric_query("m1", "5XXError", **dimensions)]}),
        described(Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()]),
    ):
        alarm = read_alarm(payload)
        assert alarm.apis == ((api,) if api else ())
        expected = api or Api()
        found = Api(alarm.api_name, alarm.api_id, alarm.stage, alarm.resource_path, alarm.method)
        assert found == expected
        assert alarm.relevant is True


def test_another_products_dimensions_name_no_api():
    custom = TRIGGER | {"Namespace": "Orders", "MetricName": "Failures"}
    alarm = read_alarm(sns_message(Trigger=custom))
    assert (alarm.api_name, alarm.stage, alarm.apis) == (None, None, ())
    assert alarm.dimensions == (("ApiName", "orders"), ("Stage", "prod"))


@pytest.mark.parametrize(
    "broken", [[[None]], [None], "x", 7, [{"name": "ApiName"}], [{"name": 1, "value": None}], {"ApiName": None}]
)
def test_dimensions_that_a_relay_lost_are_none(broken):
    alarm = read_alarm(sns_message(Trigger=TRIGGER | {"Dimensions": broken}))
    assert (alarm.relevant, alarm.api_name, alarm.dimensions) == (True, None, ())


@pytest.mark.parametrize(
    ("changes", "cautions"),
    [
        pytest.param({}, (), id="none"),
        pytest.param({"Dimensions": []}, (Caution.NO_API_DIMENSION,), id="no-dimension"),
        pytest.param({"Period": 10}, (Caution.SHORT_PERIOD,), id="ten-seconds"),
        pytest.param({"Dimensions": [{"name": "APIName", "value": "x"}]}, (Caution.MISSPELT_DIMENSION,), id="misspelt"),
        pytest.param(
            {"Dimensions": [{"name": "ApiName", "value": "x"}, {"name": "FunctionName", "value": "f"}]},
            (Caution.FOREIGN_DIMENSION,),
            id="function-name",
        ),
        pytest.param(
            {"Dimensions": [{"name": "ApiId", "value": "x"}]}, (Caution.API_ID_ON_REST_METRIC,), id="id-on-rest"
        ),
        pytest.param({"MetricName": "5xx"}, (Caution.API_NAME_ON_HTTP_METRIC,), id="name-on-http"),
        pytest.param(
            {"MetricName": "Latency", "Dimensions": [{"name": "ApiId", "value": "x"}]}, (), id="latency-of-http"
        ),
        pytest.param({"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": []}, (), id="another-product"),
    ],
)
def test_cautions(changes, cautions):
    assert read_alarm(sns_message(Trigger=TRIGGER | changes)).cautions == cautions


def test_an_alarm_for_missing_data_says_so():
    reason = "Threshold Crossed: no datapoints were received and 2 missing datapoints were treated as [Breaching]."
    assert read_alarm(sns_message(NewStateReason=reason)).cautions == (Caution.NO_DATA,)
    assert read_alarm(sns_message(NewStateReason=reason, NewStateValue="OK")).cautions == ()


INSIGHTS = (
    "SELECT SUM(\"5XXError\") FROM SCHEMA(\"AWS/ApiGateway\", ApiName) WHERE ApiName = 'orders' AND Stage = 'prod'"
)
LAMBDA = query("m9", "Errors", "AWS/Lambda", FunctionName="f")
ERRORS = query("m1", "5XXError", returned=False, ApiName="orders", Stage="prod")
COUNT = query("m2", "Count", returned=False, ApiName="orders", Stage="prod")
OTHER = query("m3", "5XXError", returned=False, ApiName="payments", Stage="prod")


@pytest.mark.parametrize(
    ("queries", "metric", "api", "relevant"),
    [
        pytest.param([ERRORS, COUNT], "5XXError", "orders", True, id="rate"),
        pytest.param([COUNT, ERRORS], "5XXError", "orders", True, id="rate-other-order"),
        pytest.param([LAMBDA, ERRORS], "5XXError", "orders", True, id="with-another-product"),
        pytest.param([COUNT], "Count", "orders", False, id="count-only"),
        pytest.param([LAMBDA], "Errors", None, False, id="another-product"),
        pytest.param([], None, None, None, id="expression-alone"),
        pytest.param([ERRORS, OTHER], "5XXError", None, True, id="two-apis"),
    ],
)
def test_math_is_read_through_its_metrics(queries, metric, api, relevant):
    alarm = read_alarm(math("m1/m2", *queries))
    assert (alarm.kind, alarm.metric, alarm.api_name, alarm.relevant) == ("math", metric, api, relevant)


def test_several_apis_are_listed_and_none_is_chosen():
    alarm = read_alarm(math("m1+m3", ERRORS, OTHER, COUNT))
    assert alarm.several_apis
    assert (alarm.api_name, alarm.api_id, alarm.stage) == (None, None, "prod")
    assert [api.name for api in alarm.apis] == ["orders", "payments"]
    assert not read_alarm(math("m1/m2", ERRORS, COUNT)).several_apis


def test_two_stages_of_one_api_are_one_api_without_a_stage():
    staging = query("m3", "5XXError", ApiName="orders", Stage="staging")
    alarm = read_alarm(math("m1+m3", ERRORS, staging))
    assert (alarm.several_apis, alarm.api_name, alarm.stage) == (False, "orders", None)


def test_the_metric_that_is_returned_speaks_first():
    hidden, shown = query("m1", "A", "X", returned=False), query("m2", "B", "X")
    assert read_alarm(math("m1", hidden, shown)).metric == "B"


def test_a_metric_of_another_account_names_it():
    alarm = read_alarm(triggered_by(Metrics=[query("m1", "5XXError", account="444455556666", ApiName="orders")]))
    assert (alarm.kind, alarm.account, alarm.metric_account) == ("metric", "111122223333", "444455556666")


def test_an_anomaly_alarm_is_about_the_metric_in_its_band():
    band = {"Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "Id": "ad1", "ReturnData": True}
    metrics = [band, query("m1", "IntegrationLatency", ApiName="orders", Stage="prod")]
    alarm = read_alarm(triggered_by(ThresholdMetricId="ad1", Metrics=metrics))
    assert (alarm.kind, alarm.metric, alarm.api_name, alarm.relevant) == (
        "anomaly",
        "IntegrationLatency",
        "orders",
        True,
    )


@pytest.mark.parametrize(
    ("expression", "metric", "api", "stage", "relevant"),
    [
        (
            INSIGHTS,
            "5XXError",
            "orders",
            "prod",
            True,
        ),
        ('SELECT MAX(Latency) FROM "AWS/ApiGateway"', "Latency", None, None, True),
        ('SELECT MAX(Latency) FROM "AWS/AppSync"', "Latency", None, None, False),
        (
            "SUM(SEARCH('{AWS/ApiGateway,ApiName,Stage} MetricName=\"5XXError\" ApiName=\"orders\"', 'Sum', 60))",
            "5XXError",
            "orders",
            None,
            True,
        ),
        ("SEARCH('{AWS/ApiGateway,ApiName} orders', 'Sum', 60)", None, None, None, None),
        ("SEARCH('CPU', 'Sum', 60)", None, None, None, None),
    ],
    ids=[
        "insights",
        "insights-without-schema",
        "insights-of-another-product",
        "search",
        "search-without-metric",
        "search-without-schema",
    ],
)
def test_expressions_that_fetch_metrics_are_read(expression, metric, api, stage, relevant):
    alarm = read_alarm(math(expression))
    assert (alarm.metric, alarm.api_name, alarm.stage, alarm.relevant) == (metric, api, stage, relevant)


def test_a_search_beside_a_known_metric_leaves_the_relevance_open():
    assert read_alarm(math("SEARCH('anything', 'Sum', 60)", LAMBDA)).relevant is None
    assert read_alarm(math("SEARCH('anything', 'Sum', 60)", ERRORS)).relevant is True


@pytest.mark.parametrize(
    ("written", "read"), [("SUM", "Sum"), ("Average", "Average"), ("p99", "p99"), ("SampleCount", "SampleCount")]
)
def test_statistics_are_spelt_as_in_the_api(written, read):
    assert read_alarm(sns_message(Trigger=TRIGGER | {"Statistic": written})).statistic == read
    assert (
        read_alarm(sns_message(Trigger={**TRIGGER, "Statistic": None, "ExtendedStatistic": written})).statistic == read
    )
