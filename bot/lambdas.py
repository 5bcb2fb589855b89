"""AWS Lambda's entry points: Slack's requests come to `front`, the queue's messages to `worker`.

Both are the same service that `vpclink serve` runs, made once per process on the one event loop that every invocation
runs on: sessions and clients belong to a loop. boto3 is first imported while the service is made, by what needs it.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, Protocol

import aiohttp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.app import World, build
from bot.backends import Backends, open_backends
from bot.diagnosis.redaction import redact
from bot.log_lines import log_json
from bot.report.slack_client import TIMEOUT_SECONDS
from bot.service import Service
from bot.settings import Settings

Event = Mapping[str, Any]
Response = dict[str, Any]

SETTLING_SECONDS = 5.0
"""What the worker keeps of its time to give a job back in the end."""
REPORTING_SECONDS = 8.0
"""What a job keeps of its time to report what it has read until then."""
