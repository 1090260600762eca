"""Open the database of a home: SQLite in WAL mode, every write transaction begun as IMMEDIATE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DatabaseError, OperationalError

from history import tables

_BUSY_SECONDS = 60


class HistoryError(Exception):
    """History cannot be opened or does not hold what is asked; the message is for people."""


def open_engine(folder: Path) -> Engine:
    """The engine over `folder`/history.sqlite; makes folder, tables and version where they are not yet."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        f"sqlite:///{folder / 'history.sqlite'}",
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    try:
        _prepare(engine)
    except (DatabaseError, OperationalError) as error:
        raise HistoryError(f"the history in {folder} cannot be opened: {error.orig}") from None
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: it holds the only write lock from its first statement to its commit."""
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of history."""
    with engine.connect() as connection, connection.begin():
        yield connection


def _prepare(engine: Engine) -> None:
    with writing(engine) as connection:
        tables.metadata.create_all(connection)
        version = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "schema_version"))
        if version is None:
            connection.execute(insert(tables.meta).values(key="schema_version", value=str(tables.SCHEMA_VERSION)))
        elif int(version) != tables.SCHEMA_VERSION:
            raise HistoryError(
                f"the history has schema version {version}; this Boardpack reads version {tables.SCHEMA_VERSION}"
            )
