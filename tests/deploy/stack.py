"""The bot as `osls deploy` puts it on an emulator, from the zip of `make package`."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.packaging import ROOT, Target, package
from tests.deploy.emulator import Emulator
from tests.deploy.tools import OSLS

HERE = Target(
    {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64"),
    f"{sys.version_info.major}.{sys.version_info.minor}",
)
"""ministack runs functions with its own Python, on this machine."""
SECRETS = "/vpclink/test"


@dataclass(frozen=True)
class Service:
    """A folder with serverless.yml, and the zip where that expects it."""

    folder: Path

    def osls(self, *arguments: str, emulator: Emulator | None = None, **parameters: str) -> str:
        """Run osls for the stage `test` and return what it printed; RuntimeError where it fails."""
        target = {"architecture": HERE.architecture, "runtime": f"python{HERE.python}", **parameters}
        params = [part for name, value in target.items() for part in ("--param", f"{name}={value}")]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "NODE_NO_WARNINGS": "1",
            "SLS_AWS_MONITORING_FREQUENCY": "500",
            "AWS_REGION": "eu-west-1",
            **(emulator.environment if emulator else {}),
        }
        command = [str(OSLS), *arguments, "--stage", "test", *params]
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"osls {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def outputs(self, emulator: Emulator) -> dict[str, str]:
        """What the stack tells of itself."""
        stacks: list[dict[str, Any]] = emulator.client("cloudformation").describe_stacks()["Stacks"]
        (stack,) = [stack for stack in stacks if stack["StackName"] == "vpclink-test"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def service_in(folder: Path, *, packaged: bool = True) -> Service:
    """Make the folder; with `packaged=False` the zip is an empty one, which is enough to look at the template."""
    shutil.copy(ROOT / "serverless.yml", folder)
    if packaged:
        package(HERE, folder / "build")
    else:
        (folder / "build").mkdir()
        (folder / "build" / f"{HERE.name}.zip").write_bytes(b"PK\5\6" + bytes(18))
    return Service(folder)
