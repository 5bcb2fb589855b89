"""The names for the menus, from an AWS over HTTP."""

from datetime import UTC, datetime

import pytest

from bot.aws.accounts import AccountSessions
from bot.aws.names import NameLister
from bot.config import Accounts, Config
from bot.demo.aws.server import LocalAws
from bot.demo.aws.topology import http_v2, rest_v1_nlb
from bot.demo.aws.world import World
from bot.diagnosis.model import GapReason


@pytest.fixture(scope="module")
def aws():
    world = World(account="111122223333", region_name="eu-west-1", now=datetime.now(UTC))
    rest_v1_nlb(world, "orders")
    http_v2(world, "payments")
    with LocalAws(world) as running:
        yield running


@pytest.fixture
def lister(aws, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDLOCALEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    yield NameLister(AccountSessions(Accounts(Config())).connection)
    aws.switches.reset()


def test_apis_of_both_kinds_are_listed(lister):
    apis = lister.apis("eu-west-1", None)
    assert {(api.name, api.protocol) for api in apis} == {("orders", "REST"), ("payments", "HTTP")}


def test_a_rest_api_has_its_stages_and_routes(lister):
    orders = next(api for api in lister.apis("eu-west-1", None) if api.name == "orders")
    parts = lister.parts("eu-west-1", None, orders.id)
    assert parts.stages == ("prod",)
    assert "ANY /{proxy+}" in parts.routes


def test_an_http_api_has_its_stages_and_routes(lister):
    http = next(api for api in lister.apis("eu-west-1", None) if api.protocol == "HTTP")
    parts = lister.parts("eu-west-1", None, http.id)
    assert parts.stages
    assert parts.routes


def test_a_refused_read_is_a_gap(lister, aws):
    aws.switches.update({"deny": ["apigateway:GET"]})
    assert lister.apis("eu-west-1", None).reason is GapReason.ACCESS_DENIED
