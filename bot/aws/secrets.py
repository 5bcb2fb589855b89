"""Settings that say where a secret stands, instead of the secret: `ssm:NAME` and `secretsmanager:NAME[#FIELD]`."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.settings import SettingsError

log = logging.getLogger(__name__)

SSM: Final = "ssm:"
SECRETS_MANAGER: Final = "secretsmanager:"
KEPT_SECONDS: Final = 300.0
"""How long a value is used before it is read again: a secret that was rotated is known after five minutes."""
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=1, read_timeout=2)
"""Slack waits three seconds for an answer, in all."""


class Secrets:
    """Reads what references stand for, one call for each: so a role may be allowed single names.

    `monotonic` is in seconds.
    """

    def __init__(self, session: boto3.Session | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._monotonic = monotonic
        self._known: dict[str, str] = {}
        self._read_at: dict[str, float] = {}

    def resolved(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment with every reference replaced by what it stands for. Blocking.

        SettingsError names every variable whose secret cannot be read; one that was read before keeps its old value.
        """
        references = {name: value for name, value in environment.items() if is_reference(value)}
        failures = self._read({text for text in references.values() if self._is_due(text)})
        problems = [f"{name}: {text} {failures[text]}" for name, text in references.items() if text not in self._known]
        if problems:
            raise SettingsError(problems)
        return {**environment, **{name: self._known[text] for name, text in references.items()}}

    def _is_due(self, reference: str) -> bool:
        return self._monotonic() - self._read_at.get(reference, float("-inf")) >= KEPT_SECONDS

    def _read(self, references: Collection[str]) -> dict[str, str]:
        """Read these, at the same time; what could not be read, with the reason. No value is ever in a reason."""
        if not references:
            return {}
        session = self._session or boto3.Session()
        make: Callable[..., Any] = session.client  # its typed overloads need literal names
        # Made here: boto3 does not make clients in several threads at once.
        clients = {service: make(service, config=_CONFIG) for service in {_service(text) for text in references}}
        failures: dict[str, str] = {}

        def read(reference: str) -> None:
            try:
                self._known[reference] = _value(reference, clients[_service(reference)])
                self._read_at[reference] = self._monotonic()
            except (ClientError, BotoCoreError, ValueError) as error:
                failures[reference] = f"cannot be read: {error}"
                log.error("%s cannot be read: %s", reference, error)

        with ThreadPoolExecutor(max_workers=len(references)) as pool:
            list(pool.map(read, references))
        return failures


def is_reference(value: str) -> bool:
    """Whether the value of a setting only says where the real one stands."""
    return value.startswith((SSM, SECRETS_MANAGER))


def _service(reference: str) -> str:
    return "ssm" if reference.startswith(SSM) else "secretsmanager"


def _value(reference: str, client: Any) -> str:
    """Read one secret. ValueError where it is not what the reference says; its text never holds the secret."""
    if reference.startswith(SSM):
        reply = client.get_parameter(Name=reference.removeprefix(SSM), WithDecryption=True)
        return str(reply["Parameter"]["Value"])
    name, _, field = reference.removeprefix(SECRETS_MANAGER).partition("#")
    text = client.get_secret_value(SecretId=name).get("SecretString")
    if not isinstance(text, str):
        raise ValueError("expected a secret with a text, got a binary one")
    return _field(text, field) if field else text


def _field(text: str, field: str) -> str:
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    value = values.get(field) if isinstance(values, dict) else None
    if not isinstance(value, str):
        raise ValueError(f"expected a JSON object with a text in its field {field!r}")
    return value
