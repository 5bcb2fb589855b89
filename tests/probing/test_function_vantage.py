"""Asking the probe function in the VPC: the one call that is no read, and what becomes of its errors."""

import io
import json

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from bot.aws.connection import Calls, Connection, NotARead
from bot.aws.probe_function import ACTION, FunctionVantage
from bot.diagnosis.engine import report
from bot.diagnosis.policy import policy_json
from bot.probe import function
from bot.probe.order import Order, OrderedTarget
from bot.probing.vantage import CannotProbeError
from tests.diagnosis import worlds as w
from tests.probing.bench import Standin

TARGET = OrderedTarget(address="10.20.11.10", port=8443, scheme="https", server_name="orders.example.com")
ARN = "arn:aws:lambda"
REQUEST = report(w.healthy()).request
ORDER = Order(targets=(TARGET,))


class Session:
    """A session whose Lambda client answers as it is told."""

    def __init__(self) -> None:
        self.made = boto3.client(
            "lambda", region_name=w.REGION, aws_access_key_id="AKIDLOCALEXAMPLE", aws_secret_access_key="x"
        )
        self.stub = Stubber(self.made)
        self.stub.activate()

    def client(self, service, region_name, config):
        assert (service, region_name) == ("lambda", w.REGION)
        return self.made

    def answers(self, payload, *, name="vpclink-probe", **reply):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        expected = {"FunctionName": name, "InvocationType": "RequestResponse", "Payload": ORDER.model_dump_json()}
        response = {"Payload": StreamingBody(io.BytesIO(body), len(body)), **reply}
        self.stub.add_response("invoke", response, expected)


@pytest.fixture
def session():
    return Session()


def vantage(session, template="vpclink-probe"):
    return FunctionVantage(template, session)


async def test_the_function_gets_the_order_and_its_results_come_back(session):
    (expected,) = await Standin().probe(ORDER, REQUEST)
    session.answers({"results": [expected.model_dump(mode="json")]})
    (result,) = await vantage(session).probe(ORDER, REQUEST)
    assert result == expected


async def test_what_the_function_refuses_is_told(session):
    session.answers(function.handler({"targets": []}, None))
    with pytest.raises(CannotProbeError, match="The probe function refused: targets"):
        await vantage(session).probe(ORDER, REQUEST)


@pytest.mark.parametrize(
    ("template", "request_", "name"),
    [
        (f"{ARN}:{{region}}:{{account}}:function:p", REQUEST, f"{ARN}:{w.REGION}:{w.ACCOUNT}:function:p"),
        ("probe-{account}", REQUEST.model_copy(update={"account": "444455556666"}), "probe-444455556666"),
        ("probe", REQUEST, "probe"),
    ],
)
async def test_one_setting_names_a_function_in_each_account(session, template, request_, name):
    session.answers({"results": []}, name=name)
    with pytest.raises(CannotProbeError, match="0 results for 1 addresses"):
        await vantage(session, template).probe(ORDER, request_)


async def test_an_account_that_is_not_known_names_no_function(session):
    with pytest.raises(CannotProbeError, match="account of this API is not known"):
        await vantage(session, "probe-{account}").probe(ORDER, REQUEST.model_copy(update={"account": None}))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "grant lambda:InvokeFunction"),
        ("ResourceNotFoundException", "There is no probe function vpclink-probe"),
        ("TooManyRequestsException", "could not be invoked (TooManyRequestsException)"),
    ],
)
async def test_an_error_of_lambda_says_what_to_do(session, code, said):
    session.stub.add_client_error("invoke", code)
    with pytest.raises(CannotProbeError) as caught:
        await vantage(session).probe(ORDER, REQUEST)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("payload", "reply", "said"),
    [
        pytest.param(
            {"errorMessage": "Task timed out"}, {"FunctionError": "Unhandled"}, "Task timed out", id="timeout"
        ),
        pytest.param({"errorMessage": "x"}, {"FunctionError": "Unhandled"}, "failed: x", id="it raised"),
        pytest.param(b"<html>", {}, "failed", id="no JSON"),
        pytest.param({"results": [{"tcp": "ok"}]}, {}, "deploy it anew", id="another version"),
        pytest.param({"hello": "world"}, {}, "deploy it anew", id="another function"),
        pytest.param([], {}, "failed", id="a list"),
    ],
)
async def test_an_answer_that_is_none_says_so(session, payload, reply, said):
    session.answers(payload, **reply)
    with pytest.raises(CannotProbeError, match=said):
        await vantage(session).probe(ORDER, REQUEST)


def test_the_read_law_and_the_read_only_policy_know_no_invocation():
    with pytest.raises(NotARead):
        Calls(Connection(boto3.Session(), w.REGION)).call("lambda", "invoke", FunctionName="x")
    assert ACTION not in policy_json()


def test_it_says_where_it_stands():
    arn = "arn:aws:lambda:{region}:{account}:function:vpclink-probe"
    assert FunctionVantage(arn).name == "the function vpclink-probe in the VPC"
