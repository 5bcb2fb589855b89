"""From what an alarm watches to the one request, or to a question."""

import pytest

from bot.alarms.model import Api as Watched
from bot.diagnosis.metric_names import meant, metric_name
from bot.diagnosis.model import Gap, GapReason
from bot.diagnosis.resources import Api
from bot.responding.looking import LookUp
from bot.responding.questions import question
from bot.responding.resolving import resolve
from bot.responding.subject import Subject

ORDERS = Api(id="aaaa1111bb", name="orders", protocol="REST")
TWIN = Api(id="cccc2222dd", name="orders", protocol="REST")
HTTP = Api(id="eeee3333ff", name="orders", protocol="HTTP")
ACCENTED = Api(id="gggg4444hh", name="commandes-été", protocol="REST")
EMOJI = Api(id="iiii5555jj", name="🚚", protocol="REST")
DENIED = Gap(action="apigateway:GET", resource="orders", reason=GapReason.ACCESS_DENIED)


class Aws:
    """An account with these APIs, each with these stages; some of them fail."""

    def __init__(self, apis, stages=("prod",), failing=(), gap=None):
        self._apis, self._stages, self._failing, self._gap = apis, stages, failing, gap

    def alarms(self, region, names):
        return []

    def apis(self, region, dimension):
        return self._gap or meant(dimension, self._apis)

    def stages(self, region, api):
        return tuple(self._stages)

    def failing(self, region, stages):
        return tuple((api, stage) for api, stage in stages if (api.id, stage) in self._failing)


async def resolved(aws, *watched, metric="5XXError"):
    subject = Subject(watched or (Watched("orders", None, None),), "eu-west-1", None, metric)
    resolution = await resolve(LookUp(lambda *_: aws, ("eu-west-1",)), subject)
    return resolution, question("orders-5xx", subject, resolution)


@pytest.mark.parametrize(
    ("apis", "dimension", "known"),
    [
        pytest.param([ORDERS], "orders", "orders", id="by its name"),
        pytest.param([ORDERS, ACCENTED], "commandes-t", "commandes-été", id="by its name without accents"),
        pytest.param([ORDERS, EMOJI], EMOJI.id, "🚚", id="by its id, where nothing is left of the name"),
        pytest.param([ORDERS, HTTP], "orders", ORDERS.id, id="the REST API of two, for 5XXError is REST's"),
        pytest.param([], "orders", "orders", id="as it is written, where AWS knows none: the diagnosis says so"),
    ],
)
async def test_which_api_is_meant(apis, dimension, known):
    resolution, _ = await resolved(Aws(apis), Watched(dimension, None, "prod"))
    assert (resolution.request.api, resolution.request.stage) == (known, "prod")


async def test_two_apis_of_one_name_are_a_question_with_their_ids():
    resolution, asked = await resolved(Aws([ORDERS, TWIN]), Watched("orders", None, "prod"))
    assert resolution.request is None
    assert "several APIs have this name and share one metric" in asked.text
    assert [choice.label for choice in asked.choices] == [
        "orders / prod · REST · aaaa1111bb",
        "orders / prod · REST · cccc2222dd",
    ]


async def test_of_two_apis_of_one_name_only_one_has_the_stage():
    class OneStage(Aws):
        def stages(self, region, api):
            return ("prod",) if api is TWIN else ("dev",)

    resolution, _ = await resolved(OneStage([ORDERS, TWIN]), Watched("orders", None, "prod"))
    assert resolution.request.api == TWIN.id


async def test_without_a_stage_the_one_that_fails_now_is_taken_and_said():
    resolution, _ = await resolved(Aws([ORDERS], ("prod", "dev"), {(ORDERS.id, "dev")}))
    assert resolution.request.stage == "dev"
    assert resolution.note == "Of what it watches, orders / dev alone answers 5xx now."


@pytest.mark.parametrize(
    ("failing", "labels"),
    [
        pytest.param((), ["orders / prod", "orders / dev", "orders / qa"], id="none fails"),
        pytest.param(
            {(ORDERS.id, "dev"), (ORDERS.id, "qa")}, ["orders / dev", "orders / qa"], id="two fail: only they are asked"
        ),
    ],
)
async def test_otherwise_the_stage_is_asked(failing, labels):
    resolution, asked = await resolved(Aws([ORDERS], ("prod", "dev", "qa"), failing))
    assert resolution.request is None
    assert "names no stage of orders" in asked.text
    assert [choice.label for choice in asked.choices] == labels


async def test_the_only_stage_needs_no_metric():
    resolution, _ = await resolved(Aws([ORDERS]))
    assert (resolution.request.stage, resolution.note) == ("prod", "")


async def test_an_api_that_is_not_there_is_said():
    resolution, asked = await resolved(Aws([]))
    assert resolution.options == ()
    assert "in eu-west-1 I find no such API with a stage" in asked.text


async def test_where_apis_may_not_be_listed_a_full_name_is_enough_and_a_half_one_is_a_gap():
    full, _ = await resolved(Aws([], gap=DENIED), Watched("orders", None, "prod"))
    half, _ = await resolved(Aws([], gap=DENIED))
    assert full.request.api == "orders"
    assert half.gap is DENIED


@pytest.mark.parametrize(
    ("name", "metric"),
    [("orders", "orders"), ("commandes-été", "commandes-t"), ("🚚", "x"), ("n" * 300, "n" * 255)],
)
def test_the_name_in_metrics(name, metric):
    assert metric_name(Api(id="x", name=name, protocol="REST")) == metric
