"""SNS over HTTPS: `POST /sns/alarms`. Nothing is believed or kept before the topic and the signature are known.

AWS: "Using Amazon SNS message HTTP/S endpoints", "Parsing Amazon SNS message formats".
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import aiohttp
from aiohttp import web
from cryptography import x509

from bot.intake.arrivals import Arrivals
from bot.intake.sns_signature import NotFromSnsError, certificate_url, check_age, check_signature, sns_url
from bot.log_lines import event

log = logging.getLogger(__name__)

SNS_PATH: Final = "/sns/alarms"
_LONGEST_BODY: Final = 512 * 1024
"""SNS sends at most 256 KiB, which JSON's escapes may make longer (AWS: Amazon SNS quotas)."""
_LONGEST_CERTIFICATE: Final = 32 * 1024
_MOST_CERTIFICATES: Final = 20
_FETCH: Final = aiohttp.ClientTimeout(total=5)


class SnsEndpoint:
    """Takes SNS's requests for the topics in `topics`, and no others. `now` names a time zone."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        arrivals: Arrivals,
        topics: tuple[str, ...],
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._arrivals = arrivals
        self._topics = frozenset(topics)
        self._now = now
        self._certificates: dict[str, x509.Certificate] = {}

    async def handle(self, request: web.Request) -> web.Response:
        """One request. 403 for what is not SNS's; 500 where the alarm could not be kept, so that SNS sends it again."""
        try:
            fields = await _fields(request)
            await self._check(fields)
        except NotFromSnsError as error:
            log.warning("a request to %s was refused: %s", SNS_PATH, error)
            return web.Response(status=403, text="refused")
        except (TimeoutError, aiohttp.ClientError) as error:
            log.error("the signing certificate cannot be fetched: %s", type(error).__name__)
            return web.Response(status=503, text="try again")
        kind = fields["Type"]
        if kind == "Notification":
            await self._arrivals.take(fields, delivery=str(fields["MessageId"]), now=self._now())
        elif kind == "SubscriptionConfirmation":
            return await self._confirm(fields)
        return web.Response(text="ok")

    async def _check(self, fields: Mapping[str, object]) -> None:
        if fields.get("TopicArn") not in self._topics:
            raise NotFromSnsError("a topic that is not in VPCLINK_ALARM_TOPICS")
        now = self._now()
        check_age(fields, now)
        check_signature(fields, await self._certificate(certificate_url(fields)), now)

    async def _certificate(self, url: str) -> x509.Certificate:
        """The certificate at an address of SNS's, fetched once. A new one has a new address."""
        if url not in self._certificates:
            async with self._session.get(url, allow_redirects=False, timeout=_FETCH) as response:
                if response.status != 200:
                    raise aiohttp.ClientError(f"HTTP {response.status}")
                text = await response.content.read(_LONGEST_CERTIFICATE)
            try:
                certificate = x509.load_pem_x509_certificate(text)
            except ValueError as error:
                raise NotFromSnsError("a certificate that cannot be read") from error
            if len(self._certificates) >= _MOST_CERTIFICATES:
                self._certificates.clear()
            self._certificates[url] = certificate
        return self._certificates[url]

    async def _confirm(self, fields: Mapping[str, object]) -> web.Response:
        try:
            url = sns_url(fields.get("SubscribeURL"))
            async with self._session.get(url, allow_redirects=False, timeout=_FETCH) as response:
                confirmed = response.status == 200
        except (TimeoutError, NotFromSnsError, aiohttp.ClientError) as error:
            log.error("the subscription cannot be confirmed: %s", type(error).__name__)
            confirmed = False
        event(log, "subscription", topic=fields["TopicArn"], confirmed=confirmed)
        return web.Response(status=200 if confirmed else 503, text="ok" if confirmed else "try again")


async def _fields(request: web.Request) -> Mapping[str, object]:
    """The body as an object; NotFromSnsError where it is too long or no JSON object."""
    body = bytearray()
    async for part in request.content.iter_chunked(64 * 1024):
        body += part
        if len(body) > _LONGEST_BODY:
            raise NotFromSnsError("a body that is too long")
    try:
        fields: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotFromSnsError("a body that is no JSON") from error
    if not isinstance(fields, dict):
        raise NotFromSnsError("a body that is no object")
    return fields
