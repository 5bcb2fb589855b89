"""AWS Lambda's entry points: Slack calls `front`, SNS and EventBridge reach `alarms`, and `worker` does the jobs.

Each is the service that `vpclink serve` runs, made once per process and on one event loop: sessions and clients belong
to a loop, so every invocation runs on the same one. What is heavy is imported with this module, because Lambda gives a
process more CPU while it imports than afterwards.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import os
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.app import build
from bot.aws.secrets import Secrets
from bot.backends import open_backends
from bot.diagnosis.redaction import redact
from bot.intake.arrivals import Arrivals
from bot.jobs.sqs_delivery import SqsDelivery
from bot.log_lines import event as log_event
from bot.log_lines import log_json
from bot.report.slack_client import TIMEOUT_SECONDS, worker_client
from bot.service import Service
from bot.settings import Settings, SettingsError
from bot.slack_app import identify
from bot.store.interface import Store
from bot.world import World
from handlers import intake

log = logging.getLogger(__name__)

Event = Mapping[str, Any]
Response = dict[str, Any]

SETTLING_SECONDS = 5.0
"""What the worker keeps of its time to put a job back in the end."""
REPORTING_SECONDS = 8.0
"""What a job keeps of its time to report what it has read by then."""
_IDENTITY_SECONDS = 24 * 3600.0


class Context(Protocol):
    """What Lambda tells of an invocation (AWS: python-context)."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the process."""


def front(event: Event, context: Context) -> Response:  # noqa: ARG001 - Lambda passes both
    """Answer one of Slack's requests: an event of an HTTP API or of a function URL, payload format 2.0."""
    return _runner.run(_answer(event))


def worker(event: Event, context: Context) -> Response:
    """Do the jobs that messages of the queue tell of. Returns which messages are to come again."""
    return _runner.run(_work(event, context.get_remaining_time_in_millis() / 1000))


def alarms(event: Event, context: Context) -> Response:  # noqa: ARG001 - Lambda passes both
    """Keep a job for each alarm in messages that SNS and EventBridge have put into a queue."""
    return _runner.run(_take(event))


async def _answer(event: Event) -> Response:
    process = await _running.now()
    payload = read_event(event, process.settings.slack_signing_secret.get_secret_value(), time.time())
    if isinstance(payload, intake.Refusal):
        log_event(log, "http request refused", status=payload.status, reason=payload.reason)
        return {"statusCode": payload.status}
    # Verified and read, as in `handlers.web`: it goes to Bolt as a payload, as Socket Mode's do.
    retry = {name: value for name, value in event["headers"].items() if name.startswith("x-slack-retry")}
    asked = AsyncBoltRequest(mode="socket_mode", body=payload, headers=retry)
    response = await process.service.app.async_dispatch(asked)
    return {"statusCode": response.status, "headers": response.first_headers(), "body": response.body}


def read_event(event: Event, secret: str, now: float) -> dict[str, Any] | intake.Refusal:
    """Slack's payload in an event of payload format 2.0, or what is wrong with it. `now` is in seconds since 1970.

    Names of headers come in lower case, and what is no JSON comes base64-encoded (AWS:
    http-api-develop-integrations-lambda).
    """
    headers = {name: [value] for name, value in (event.get("headers") or {}).items()}
    refusal = intake.refuse_headers(headers, now)
    if refusal is not None:
        return refusal
    body = (event.get("body") or "").encode()
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body
    except ValueError:
        return intake.Refusal(400, "a body that is not base64")
    return intake.read_body(headers, raw, secret, now)


async def _work(event: Event, remaining: float) -> Response:
    process = await _running.now()
    service, seconds = process.service, remaining - SETTLING_SECONDS
    service.readings.deadline = min(service.settings.deadline, seconds - REPORTING_SECONDS)
    handled = await process.delivery.handle(
        event, service.worker.handle, on_dead=service.worker.on_dead, seconds=seconds
    )
    return dict(handled)


async def _take(event: Event) -> Response:
    """An alarm that was kept before is no second job, so that whatever raises may let all of them come again."""
    process = await _running.now()
    settings, service = process.settings, process.service
    if not settings.alarm_channel:
        raise SettingsError(["VPCLINK_ALARM_CHANNEL: missing; expected the id of the channel to post alarms in"])
    arrivals = Arrivals(service.queue, settings.alarm_channel, settings.alarm_settle)
    for record in event["Records"]:
        await arrivals.take(record["body"], delivery=record["messageId"], now=service.clock.now())
    return {"batchItemFailures": []}


@dataclass(frozen=True)
class Process:
    """What a process has made of its settings."""

    settings: Settings
    service: Service
    delivery: SqsDelivery
    opened: AsyncExitStack


class Running:
    """The service of this process: made at the first invocation, and made again once a secret was rotated."""

    def __init__(self) -> None:
        self._secrets = Secrets()
        self._process: Process | None = None

    async def now(self) -> Process:
        """The service with the secrets of these minutes. SettingsError, StorageError."""
        environment = await asyncio.to_thread(self._secrets.resolved, os.environ)
        settings = Settings.from_environment(environment)
        if self._process is None or self._process.settings != settings:
            await self.close()
            self._process = await _opened(settings, environment)
        return self._process

    async def close(self) -> None:
        """Close the service, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            await process.opened.aclose()


async def _opened(settings: Settings, environment: Mapping[str, str]) -> Process:
    log_json(settings.log_level)
    world = World(environment=environment)
    async with AsyncExitStack() as stack:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        backends = await stack.enter_async_context(open_backends(settings, now=world.clock.now, redact=redact))
        if backends.delivery is None:
            raise SettingsError(["VPCLINK_QUEUE_URL and VPCLINK_TABLE: missing; on Lambda, jobs are kept in these"])
        identity = await _identity(settings, backends.store, session)
        service = await build(settings, backends, session, world, identity)
        stack.callback(service.readings.close)
        return Process(settings, service, backends.delivery, stack.pop_all())


async def _identity(settings: Settings, store: Store, session: aiohttp.ClientSession) -> AuthorizeResult:
    """Who the bot is, remembered for a day: Slack need not be asked while somebody waits for a cold start."""
    token = settings.slack_bot_token.get_secret_value()
    key = hashlib.sha256(token.encode()).hexdigest()
    known = await store.values.get("identity", key)
    if known is None:
        found = await identify(worker_client(token, settings.slack_api_url, session=session), token)
        value = {name: part for name, part in found.items() if name != "bot_token"}
        await store.values.put("identity", key, value, ttl=_IDENTITY_SECONDS)
        return found
    return AuthorizeResult(**known.value, bot_token=token)


_runner = asyncio.Runner()
_running = Running()
