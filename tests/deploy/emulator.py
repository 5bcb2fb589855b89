"""ministack: CloudFormation, Lambda, SQS, SNS, DynamoDB and more on loopback, with IAM enforced."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.loaders import Loader
from botocore.model import ServiceModel

from tests.deploy.tools import MINISTACK_PYTHON

REGION = "eu-west-1"
ACCOUNT = "111122223333"
"""The local AWS's."""
READ_BY_DIAGNOSES = (
    "acm", "apigateway", "apigatewayv2", "cloudtrail", "cloudwatch", "ec2", "elbv2", "health", "iam", "logs",
    "service-quotas", "servicediscovery", "sts",
)  # fmt: skip


@dataclass(frozen=True)
class Emulator:
    """A running ministack. `log` holds what it and the functions have written."""

    url: str
    log: Path

    @property
    def environment(self) -> dict[str, str]:
        """What AWS tools need to reach it, as the account's root."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def client(self, service: Any) -> Any:
        """A boto3 client, as the account's root."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@contextmanager
def ministack(folder: Path, variables: Mapping[str, str]) -> Iterator[Emulator]:
    """Run it until the block ends. Its functions inherit `variables`: where the local AWS and the local Slack are."""
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        **variables,
    }
    log = folder / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [str(MINISTACK_PYTHON), "-m", "ministack"],
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,  # so that its functions' processes end with it
        )
    try:
        emulator = Emulator(f"http://127.0.0.1:{port}", log)
        _wait(emulator, process)
        yield emulator
    except Exception as error:
        error.add_note(f"The end of ministack's log:\n{log.read_text(errors='replace')[-4000:]}")
        raise
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def endpoints(url: str) -> dict[str, str]:
    """The SDK's variables that send what a diagnosis reads to this URL, and nothing else (AWS SDKs: ss-endpoints)."""
    loader = Loader()
    names = [ServiceModel(loader.load_service_model(service, "service-2")).service_id for service in READ_BY_DIAGNOSES]
    return {f"AWS_ENDPOINT_URL_{str(name).upper().replace(' ', '_').replace('-', '_')}": url for name in names}


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{emulator.url}/_ministack/health", timeout=2):  # noqa: S310 - our own http URL
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"ministack did not start:\n{emulator.log.read_text()[-2000:]}")
