"""Asks the probe function inside a VPC. The one thing that this program calls in AWS and that is no read.

It stands apart from `bot.aws.connection`, whose law lets nothing but reads pass, and it can call one operation alone:
`lambda:InvokeFunction` on the function that `VPCLINK_PROBE` names. The read-only policy does not hold that action.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from bot.diagnosis.model import ResolvedRequest
from bot.diagnosis.redaction import redact
from bot.language import _
from bot.probe.order import Order
from bot.probe.result import ProbeResult
from bot.probing.vantage import CannotProbeError

ACTION = "lambda:InvokeFunction"
_CONFIG = Config(connect_timeout=3, read_timeout=40, retries={"total_max_attempts": 1}, user_agent_extra="vpclink")
_MOST_BYTES = 1_000_000
_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnrecognizedClientException"})


class FunctionVantage:
    """Probes from a Lambda function.

    `template` is its name or ARN; `{account}` and `{region}` in it stand for those of the diagnosed request, so that
    one setting names a function in each account.
    """

    def __init__(self, template: str, session: boto3.Session | None = None) -> None:
        self._session = session or boto3.Session()
        self._template = template
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Where it stands."""
        return _("the function {name} in the VPC", name=self._template.rpartition(":function:")[2])

    async def probe(self, order: Order, request: ResolvedRequest) -> Sequence[ProbeResult]:
        """Carry out the order there."""
        return await asyncio.to_thread(self._probe, order, request)

    def _probe(self, order: Order, request: ResolvedRequest) -> Sequence[ProbeResult]:
        answer = self._invoke(order, request)
        if "refused" in answer:
            raise CannotProbeError(_("The probe function refused: {reason}.", reason=answer["refused"]))
        try:
            results = [ProbeResult.model_validate(one) for one in answer["results"]]
        except (ValidationError, KeyError, TypeError) as error:
            raise CannotProbeError(
                _("The probe function answers in a way that I do not know: deploy it anew.")
            ) from error
        if len(results) != len(order.targets):
            raise CannotProbeError(
                _(
                    "The probe function gave {results} results for {addresses} addresses.",
                    results=len(results),
                    addresses=len(order.targets),
                )
            )
        return results

    def _invoke(self, order: Order, request: ResolvedRequest) -> dict[str, Any]:
        name = self._function(request)
        with self._lock:  # a session makes clients in one thread at a time
            client = self._session.client("lambda", region_name=request.region, config=_CONFIG)
        try:
            reply = client.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=order.model_dump_json())
            payload = reply["Payload"].read(_MOST_BYTES)
        except ClientError as error:
            raise CannotProbeError(_words(error, name)) from error
        except BotoCoreError as error:
            kind = type(error).__name__
            raise CannotProbeError(
                _("The probe function {name} did not answer ({error}).", name=name, error=kind)
            ) from error
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if reply.get("FunctionError") or not isinstance(answer, dict):
            said = answer.get("errorMessage", "") if isinstance(answer, dict) else ""
            raise CannotProbeError(_failed(name, redact(str(said))[:200]))
        return answer

    def _function(self, request: ResolvedRequest) -> str:
        if "{account}" in self._template and not request.account:
            raise CannotProbeError(_("The account of this API is not known, so I cannot tell its probe function."))
        return self._template.replace("{account}", request.account or "").replace("{region}", request.region)


def _failed(name: str, said: str) -> str:
    if said:
        return _("The probe function {name} failed: {message}.", name=name, message=said)
    return _("The probe function {name} failed.", name=name)


def _words(error: ClientError, name: str) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _DENIED:
        return _("I may not invoke the probe function {name}: grant {action} on it.", name=name, action=ACTION)
    if code == "ResourceNotFoundException":
        return _("There is no probe function {name}: deploy it, or set VPCLINK_PROBE to its name.", name=name)
    return _("The probe function {name} could not be invoked ({code}).", name=name, code=code)
