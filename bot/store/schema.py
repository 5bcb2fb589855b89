"""The tables of the SQLite file, as steps from an empty file to today's: step n brings `PRAGMA user_version` to n."""

from __future__ import annotations

import sqlite3

from bot.store.errors import StorageError

JOBS = (
    # visible_at has Amazon SQS's meaning: nobody may claim the job before it, whether it waits or is leased.
    """
    CREATE TABLE job (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        group_name TEXT,
        body TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'dead')),
        attempts INTEGER NOT NULL,
        visible_at INTEGER NOT NULL,
        lease_id TEXT,
        owner TEXT,
        error TEXT,
        created INTEGER NOT NULL,
        finished INTEGER
    ) STRICT
    """,
    "CREATE INDEX job_open ON job (seq) WHERE state IN ('ready', 'leased')",
    "CREATE INDEX job_group ON job (group_name, seq) WHERE state IN ('ready', 'leased')",
    "CREATE INDEX job_finished ON job (finished) WHERE finished IS NOT NULL",
)

RUNS = (
    """
    CREATE TABLE run (
        run_id TEXT PRIMARY KEY,
        job_key TEXT NOT NULL,
        request TEXT NOT NULL,
        api_id TEXT,
        stage TEXT,
        account TEXT,
        region TEXT,
        channel TEXT,
        message_ts TEXT,
        thread_ts TEXT,
        state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
        report TEXT,
        created INTEGER NOT NULL,
        finished INTEGER
    ) STRICT
    """,
    "CREATE INDEX run_history ON run (created, run_id)",
    "CREATE INDEX run_of_api ON run (api_id, created, run_id)",
    "CREATE INDEX run_of_message ON run (channel, message_ts)",
    # Apart from the run, so that a page of history does not read it.
    """
    CREATE TABLE evidence (
        run_id TEXT PRIMARY KEY REFERENCES run ON DELETE CASCADE,
        content BLOB NOT NULL
    ) STRICT
    """,
)

VALUES_AND_POSTS = (
    """
    CREATE TABLE value (
        namespace TEXT NOT NULL,
        key TEXT NOT NULL,
        content TEXT NOT NULL,
        expires INTEGER,
        PRIMARY KEY (namespace, key)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX value_expires ON value (expires) WHERE expires IS NOT NULL",
    """
    CREATE TABLE post (
        run_id TEXT NOT NULL,
        name TEXT NOT NULL,
        channel TEXT NOT NULL,
        ts TEXT,
        intended INTEGER NOT NULL,
        PRIMARY KEY (run_id, name)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX post_intended ON post (intended)",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (JOBS, RUNS, VALUES_AND_POSTS)
"""Append a step to change a table. A step that has been released never changes."""


def migrate(connection: sqlite3.Connection) -> None:
    """
    Bring an empty or older file to today's tables, all steps or none.

    StorageError when a newer vpclink wrote the file: its tables may mean something else.
    """
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise StorageError(
                f"expected a database of schema {len(MIGRATIONS)} or older, found {version}: "
                "a newer vpclink wrote it; upgrade this one, or set VPCLINK_DATABASE to another file"
            )
        for statement in (statement for step in MIGRATIONS[version:] for statement in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
