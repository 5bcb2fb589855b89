"""`vpclink forget` in the terminal."""

from argparse import Namespace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli import UsageError, _forget
from bot.store.database import Database
from bot.store.interface import Run
from bot.store.sqlite import SqliteStore


@pytest.fixture
async def database(tmp_path, monkeypatch):
    """Three runs: two of `orders` (one of them old), one of `users`."""
    path = tmp_path / "vpclink.sqlite3"
    monkeypatch.setenv("VPCLINK_DATABASE", str(path))
    async with Database(path) as opened:
        now = datetime.now(UTC)
        for run_id, api, days in (("a", "orders", 0), ("b", "orders", 20), ("c", "users", 0)):
            run = Run(run_id=run_id, job_key=run_id, request={}, created=now - timedelta(days=days), api_id=api)
            await SqliteStore(opened).runs.save(run)
    return path


async def left(path):
    async with Database(path) as opened:
        return sorted(run.run_id for run in (await SqliteStore(opened).runs.history()).runs)


def asked(**options):
    return Namespace(**{"api": None, "before": None, "all": False, **options})


@pytest.mark.parametrize(
    ("options", "told", "kept"),
    [
        ({"api": "orders"}, "2 runs forgotten", ["c"]),
        ({"before": 7.0}, "1 run forgotten", ["a", "c"]),
        ({"all": True}, "3 runs forgotten", []),
    ],
)
async def test_what_is_forgotten(database, capsys, options, told, kept):
    import asyncio

    await asyncio.to_thread(_forget, asked(**options))
    assert capsys.readouterr().out.startswith(told)
    assert await left(database) == kept


@pytest.mark.parametrize("options", [{}, {"api": "orders", "all": True}, {"before": -1.0}])
async def test_what_cannot_be_meant_forgets_nothing(database, options):
    with pytest.raises(UsageError, match="Expected"):
        _forget(asked(**options))
    assert await left(database) == ["a", "b", "c"]


def test_a_database_that_is_not_there_is_not_made(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLINK_DATABASE", str(tmp_path / "none"))
    with pytest.raises(UsageError, match="there is no database"):
        _forget(asked(all=True))
    assert not (tmp_path / "none").exists()
