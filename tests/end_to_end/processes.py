"""The real commands as processes, against a local AWS and a local Slack in the test's own process."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

VPCLINK = (sys.executable, "-m", "bot")
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


def aws_environment(endpoint_url: str) -> dict[str, str]:
    """What the AWS SDK needs to read a local AWS."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "AKIDLOCALEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "eu-west-1",
    }


@asynccontextmanager
async def running(
    *arguments: str, environment: Mapping[str, str], log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `vpclink …` until the block ends; its output goes to a file. A clean environment: no profile mixes in."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *VPCLINK, *arguments, env={**inherited, **environment}, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), 20)
