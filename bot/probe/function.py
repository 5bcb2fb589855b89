"""The probe as a Lambda function inside a VPC: `handler(event, context)`. It needs no rights but writing its log.

The event is an `Order`, the answer `{"results": [...]}` or `{"refused": "why"}`. It imports neither boto3 nor Slack.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from pydantic import ValidationError

from bot.probe.order import Order, Refused, carry_out

log = logging.getLogger(__name__)


def handler(event: object, context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes both
    """Carry out one order. It never raises for its input: whoever invokes is told what was expected."""
    try:
        order = Order.model_validate_json(json.dumps(event))
        results = asyncio.run(carry_out(order))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the event"
        return _refused(f"{where}: {first['msg']}; expected addresses of a diagnosed path, as vpclink sends them")
    except (Refused, TypeError, ValueError) as error:
        return _refused(str(error))
    return {"results": [result.model_dump(mode="json") for result in results]}


def _refused(why: str) -> dict[str, Any]:
    log.warning("an order to probe was refused: %s", why)
    return {"refused": why}
