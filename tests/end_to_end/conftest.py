from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from bot.demo.aws.demo_world import demo_world
from bot.demo.aws.server import LocalAws
from bot.demo.slack import VPCLINK_APP, LocalSlack, demo_workspace
from bot.manifest import manifest
from tests.end_to_end.processes import aws_environment


@pytest.fixture
def local_aws() -> Iterator[LocalAws]:
    with LocalAws(demo_world(datetime.now(UTC))) as aws:
        yield aws


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(demo_workspace(manifest=manifest(None))) as local:
        yield local


@pytest.fixture
def environment(local_aws, slack, tmp_path) -> dict[str, str]:
    """What `vpclink serve` needs to run between the two."""
    app = next(app for app in slack.workspace.apps if app.app_id == VPCLINK_APP)
    return {
        **aws_environment(local_aws.endpoint_url),
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_APP_TOKEN": app.app_token or "",
        "SLACK_SIGNING_SECRET": app.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "VPCLINK_DATABASE": str(tmp_path / "vpclink.sqlite3"),
    }
