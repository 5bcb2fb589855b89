"""The SQLite file: made, brought up to date, shared, locked, full, or not a database at all."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bot.store.database import Database
from bot.store.errors import StorageBusy, StorageError, StorageFull
from bot.store.schema import MIGRATIONS


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def insert_note(connection: sqlite3.Connection, size: int = 1) -> None:
    connection.execute("INSERT INTO value (namespace, key, content) VALUES ('note', ?, ?)", (str(size), "x" * size))


def count_notes(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM value").fetchone()[0])


def rows_of(table: str, connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 - a name from the schema


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vpclink.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with Database(path) as database:
        yield database


class TestOpening:
    async def test_commits_are_synced_to_disk(self, database: Database) -> None:
        settings = ["journal_mode", "synchronous", "foreign_keys"]
        values = await database.read(lambda connection: [pragma(connection, name) for name in settings])
        full = 2  # SQLite: pragma.html#pragma_synchronous
        assert values == ["wal", full, 1]

    async def test_a_missing_directory_is_made_and_the_files_are_private(self, tmp_path: Path) -> None:
        path = tmp_path / "var" / "lib" / "vpclink.db"
        async with Database(path) as database:
            await database.write(insert_note)
            files = sorted(path.parent.iterdir())
            assert [file.name for file in files] == ["vpclink.db", "vpclink.db-shm", "vpclink.db-wal"]
            assert {file.stat().st_mode & 0o777 for file in files} == {0o600}

    async def test_what_was_written_is_there_after_reopening(self, path: Path) -> None:
        async with Database(path) as database:
            await database.write(insert_note)
        async with Database(path) as database:
            assert await database.read(count_notes) == 1

    async def test_a_file_that_is_no_database_is_refused(self, path: Path) -> None:
        path.write_text("These are my notes, and no database.\n" * 100)
        pauses: list[float] = []
        with pytest.raises(StorageError, match=r"vpclink\.db: expected a SQLite database, this file is something else"):
            await Database(path, sleep=pauses.append).open()
        assert pauses == []  # waiting would not make it one
        assert path.read_text().startswith("These are my notes")

    async def test_a_path_that_cannot_be_written_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StorageError, match="expected a path that can be written"):
            await Database(tmp_path / "file" / "vpclink.db").open()

    async def test_a_closed_database_says_so(self, path: Path) -> None:
        database = Database(path)
        await database.open()
        await database.close()
        await database.close()
        with pytest.raises(StorageError, match="expected an open database"):
            await database.read(count_notes)


class TestMigration:
    @pytest.mark.parametrize("version", range(len(MIGRATIONS)), ids="from version {}".format)
    async def test_an_older_file_is_brought_up_to_date_and_keeps_its_rows(self, path: Path, version: int) -> None:
        with closing(sqlite3.connect(path)) as older:
            for statement in (statement for step in MIGRATIONS[:version] for statement in step):
                older.execute(statement)
            tables = [name for (name,) in older.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            if "job" in tables:
                older.execute("INSERT INTO job VALUES (1, 'i', 'k', 'd', NULL, '{}', 'ready', 0, 0, '', '', '', 0, 0)")
            if "run" in tables:
                older.execute("INSERT INTO run (run_id, job_key, request, state, created) VALUES ('r','','','done',0)")
            older.execute(f"PRAGMA user_version = {version}")
            older.commit()
            rows = {table: rows_of(table, older) for table in tables}

        async with Database(path) as database:
            await database.write(insert_note)
            assert await database.read(lambda connection: pragma(connection, "user_version")) == len(MIGRATIONS)
            for table, before in rows.items():
                assert await database.read(partial(rows_of, table)) == before

    async def test_two_processes_may_open_a_new_file_at_once(self, path: Path) -> None:
        async with Database(path) as one, Database(path) as two:
            await one.write(insert_note)
            assert await two.read(count_notes) == 1

    async def test_a_newer_file_is_refused_and_left_alone(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as newer:
            newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        with pytest.raises(StorageError, match="a newer vpclink wrote it; upgrade this one"):
            await Database(path).open()
        with closing(sqlite3.connect(path)) as newer:
            assert newer.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)

    async def test_a_migration_that_fails_leaves_the_file_as_it_was(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as foreign:
            foreign.execute("CREATE TABLE run (this_is TEXT)")
        with pytest.raises(StorageError, match="table run already exists"):
            await Database(path).open()
        with closing(sqlite3.connect(path)) as foreign:
            assert pragma(foreign, "user_version") == 0
            assert foreign.execute("SELECT name FROM sqlite_schema").fetchall() == [("run",)]


class TestTransactions:
    async def test_a_failure_keeps_nothing(self, database: Database) -> None:
        def write(connection: sqlite3.Connection) -> None:
            insert_note(connection)
            raise KeyError("changed my mind")

        with pytest.raises(KeyError, match="changed my mind"):
            await database.write(write)
        assert await database.read(count_notes) == 0

    async def test_a_full_disk_keeps_nothing_and_is_no_end(self, database: Database) -> None:
        pages = await database.read(lambda connection: pragma(connection, "page_count"))
        await database.read(lambda connection: pragma(connection, f"max_page_count = {pages}"))
        with pytest.raises(StorageFull, match="no room left on the disk; nothing was stored"):
            await database.write(lambda connection: insert_note(connection, 100_000))
        assert await database.read(count_notes) == 0
        await database.read(lambda connection: pragma(connection, "max_page_count = 100000"))
        await database.write(lambda connection: insert_note(connection, 100_000))
        assert await database.read(count_notes) == 1


class TestALockedFile:
    @pytest.fixture
    async def other(self, path: Path, database: Database) -> AsyncIterator[sqlite3.Connection]:
        """Another process, in the middle of a write."""
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield other

    async def test_a_write_waits_for_it(self, path: Path, other: sqlite3.Connection) -> None:
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                other.execute("COMMIT")

        async with Database(path, sleep=sleep) as waiting:
            await waiting.write(insert_note)
            assert await waiting.read(count_notes) == 1
        assert len(pauses) == 3

    async def test_a_write_gives_up_after_a_while(self, path: Path, other: sqlite3.Connection) -> None:
        pauses: list[float] = []
        async with Database(path, busy_seconds=1.5, sleep=pauses.append) as waiting:
            with pytest.raises(StorageBusy, match=r"another process was writing for more than 1\.5 s"):
                await waiting.write(insert_note)
            assert sum(pauses) == pytest.approx(1.5, abs=0.01)
            other.execute("COMMIT")
            assert await waiting.read(count_notes) == 0

    async def test_a_read_does_not_wait(self, database: Database, other: sqlite3.Connection) -> None:
        assert await database.read(count_notes) == 0
