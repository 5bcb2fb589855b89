"""Every job is done by the worker of its kind, in the language of whoever asked for it."""

from datetime import UTC, datetime

import pytest

from bot.jobs.interface import Job
from bot.kinds import ByKind
from bot.language import spoken


class Listener:
    """Writes down which language it is to speak."""

    def __init__(self):
        self.heard = []

    async def handle(self, job):
        self.heard.append(spoken())

    async def on_dead(self, job, error):
        self.heard.append(spoken())


def job(**body):
    return Job("j1", "logs", body, key="k", group=None, attempts=1, created=datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("setting", "body", "language"),
    [
        ("auto", {"language": "fr"}, "fr"),
        ("auto", {"language": "en"}, "en"),
        ("auto", {}, "en"),  # an alarm, a watch, or a job of an older version
        ("fr", {"language": "en"}, "fr"),
        ("fr", {}, "fr"),
        ("en", {"language": "fr"}, "en"),
    ],
)
async def test_a_worker_speaks_the_language_of_the_ask_unless_the_setting_is_one(setting, body, language):
    listener = Listener()
    workers = ByKind({"logs": listener}, setting)
    await workers.handle(job(**body))
    await workers.on_dead(job(**body), "no")
    assert listener.heard == [language, language]
    assert spoken() == "en"
