"""A data trace full of secrets: none of them in a Slack payload, the bot's log, or the database."""

import json
import sqlite3
import zlib
from datetime import timedelta

from tests.diagnosis.secrets_corpus import CORPUS
from tests.end_to_end.processes import running
from tests.end_to_end.test_crash import command, connected, reports, thread

REQUEST = "5ec2e75e-0000-4000-8000-00000000{:04}"
FAILURE = "Execution failed due to configuration error: There was an internal error while executing your request"


def plant(world) -> list[str]:
    """Write one failing request for each secret, which carries it as API Gateway's data trace does."""
    topology = world.topologies["orders"]
    planted = []
    for number, item in enumerate([*CORPUS["shaped"], *CORPUS["named"]]):
        secret = "".join(item["parts"])
        request_id, at = REQUEST.format(number), topology.region.now - timedelta(seconds=number)
        body = json.dumps({item.get("name", "Authorization"): secret})
        for text in (
            f"Method request headers: {{{item.get('name', 'Authorization')}={secret}, Accept=*/*}}",
            f"Endpoint request body after transformations: {body}",
            FAILURE,
            "Method completed with status: 500",
        ):
            topology.region.write_log(topology.log_group, "traced", at, f"({request_id}) {text}")
        planted.append(secret)
    return planted


def stored(path: str) -> str:
    """Everything that the database holds, evidence unpacked."""
    texts = []
    with sqlite3.connect(path) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - the names come from the database itself
                texts += [_text(value) for value in row]
    return "\n".join(texts)


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return zlib.decompress(value).decode()
    except zlib.error:
        return value.decode(errors="replace")


async def test_no_secret_leaves(slack, local_aws, environment, tmp_path):
    secrets = plant(local_aws.world)
    log = tmp_path / "bot.log"
    async with running("serve", environment={**environment, "VPCLINK_LOG_LEVEL": "DEBUG"}, log=log):
        await slack.until(lambda: connected(slack), timeout=30)
        await command(slack, "diagnose orders prod")
        await slack.until(lambda: "SG-03" in json.dumps(reports(slack)) and thread(slack), timeout=60)
        await slack.settled()
    journal = json.dumps([str(entry) for entry in slack.journal.find("web_api")], ensure_ascii=False)
    database = stored(environment["VPCLINK_DATABASE"])
    assert REQUEST.format(0) in database
    assert "There was an internal error" in journal + database
    for place, text in {"Slack": journal, "log": log.read_text(), "database": database}.items():
        for secret in secrets:
            assert secret not in text, f"{secret!r} is in the {place}"
            assert json.dumps(secret)[1:-1] not in text, f"{secret!r} is in the {place}"
