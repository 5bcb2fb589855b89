"""AWS Lambda (lambda 2015-03-31): the probe function, where the world has one."""

from __future__ import annotations

import json

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation
from bot.demo.aws.world import Resource


def _function(call: Call) -> Resource:
    name = call["FunctionName"].split(":function:")[-1].split(":")[0]
    found = call.region.find("function", FunctionName=name)
    if found is None:
        arn = call.region.arn("lambda", f"function:{name}")
        raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404)
    return found


@operation("lambda", "GetFunctionConfiguration")
def get_function_configuration(call: Call) -> Answer:
    """The configuration of a function."""
    return _function(call)


@operation("lambda", "Invoke")
def invoke(call: Call) -> Answer:
    """What the world's function makes of the payload: its ``Answer`` key holds a Python callable, or nothing runs."""
    handler = _function(call).get("Answer")
    if not callable(handler):
        raise AwsError("ServiceException", "The local AWS runs no code for this function", 500)
    payload = json.loads(call.get("Payload", b"{}") or b"{}")
    return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": json.dumps(handler(payload)).encode()}
