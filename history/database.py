"""Open the database of a home: SQLite in WAL mode, every write transaction begun as IMMEDIATE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.exc import DatabaseError, OperationalError

from history import tables
from history.chain import close_events, forget_events
from history.migrations import migrate

_BUSY_SECONDS = 60


class HistoryError(Exception):
    """History cannot be opened or does not hold what is asked; the message is for people."""


def open_engine(folder: Path) -> Engine:
    """The engine over `folder`/history.sqlite; makes folder, tables and version where they are not yet.

    An older history is copied and brought up to date (see history.migrations); a newer one is a HistoryError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "history.sqlite"
    engine = create_engine(
        f"sqlite:///{database}",
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    try:
        _prepare(engine, database)
    except HistoryError:
        engine.dispose()
        raise
    except (DatabaseError, OperationalError) as error:
        engine.dispose()
        raise HistoryError(f"the history in {folder} cannot be opened: {error.orig}") from None
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # the log is put into the database when the last one closes: till then it tells which pages have changed
    cursor.execute("PRAGMA wal_autocheckpoint=0")
    cursor.close()


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: it holds the only write lock from its first statement to its commit.

    The events that it added are put into the chain as it ends.
    """
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        try:
            yield connection
            close_events(connection)
        finally:
            forget_events(connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of history."""
    with engine.connect() as connection, connection.begin():
        yield connection


def _prepare(engine: Engine, database: Path) -> None:
    with writing(engine) as connection:
        version = _read_version(connection)
        if version is None:
            tables.metadata.create_all(connection)
            connection.execute(insert(tables.meta).values(key="schema_version", value=str(tables.SCHEMA_VERSION)))
        elif version > tables.SCHEMA_VERSION:
            raise HistoryError(
                f"the history has schema version {version}; this Boardpack reads version {tables.SCHEMA_VERSION}"
            )
        elif version < tables.SCHEMA_VERSION:
            migrate(connection, database, version)


def _read_version(connection: Connection) -> int | None:
    """The version of the schema; None where there is none yet."""
    if not inspect(connection).has_table(tables.meta.name):
        return None
    found = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "schema_version"))
    return None if found is None else int(found)
