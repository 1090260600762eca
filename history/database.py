"""Open the database of a history: SQLite in a home, or a PostgreSQL database that several machines share.

On both, one writer at a time holds the lock from its first statement to its commit, so that events are numbered
without a gap, and a reader sees one consistent view.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, inspect, select
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)

from history import postgresql, tables
from history.chain import close_events, forget_events
from history.entrance import check_against_seal, check_entrance
from history.failures import DATABASE_SETTING, SERVER_MARK, HistorySettingError
from history.failures import HistoryError as HistoryError
from history.migrations import is_set_back, keep_copy, keep_schema, migrate
from history.opening import file_url
from history.pairing import is_paired, pair
from history.privacy import make_private
from history.remains import (
    DATABASE,
    NO_EVENT,
    NO_TABLES,
    find_remains,
    holds_database,
    is_begun,
    lost_history,
)
from history.seal import Mark, read_sealed_mark
from history.trouble import explain_file, newer_history

_BUSY_SECONDS = 60
_OTHER_SERVER = (
    f"See whether {DATABASE_SETTING} names the database of this home, and put back its last backup if it was "
    "emptied; to begin anew on purpose, move the home away first."
)


def open_engine(folder: Path, url: str | None = None, *, is_any_state: bool = False) -> Engine:
    """The engine over `folder`/history.sqlite, or over the PostgreSQL database of a URL.

    Makes folder, tables and version where they are not yet; an older history is copied and brought up to date (see
    history.migrations). HistoryError where it cannot be opened, is newer or is something else; DamagedHistory where
    one was there and is lost, or another one lies there than was sealed, unless `is_any_state`;
    HistorySettingError where it is set to lie where it cannot.
    """
    return _open_file(folder, is_any_state) if url is None else _open_server(folder, url)


def holds_history(folder: Path, url: str | None = None) -> bool:
    """Whether there is a history; asking makes none. HistoryError where the server cannot be asked, DamagedHistory
    where one was there and is lost."""
    if url is None:
        return is_begun(folder)
    engine = postgresql.make_engine(postgresql.read_url(url), _BUSY_SECONDS)
    try:
        with _opening(engine):
            version, last = _read_state(engine)
            if not last:
                _refuse_emptied(engine, folder)
            return version is not None
    finally:
        engine.dispose()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: it holds the only write lock from its first statement to its commit.

    The events that it added are put into the chain as it ends.
    """
    options: dict[str, Any] = {"is_writing": True}
    options |= postgresql.WRITING if _is_server(engine) else {}
    with _telling(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        try:
            yield connection
            close_events(connection)
        finally:
            forget_events(connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of history."""
    options = postgresql.READING if _is_server(engine) else {}
    with _telling(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _is_server(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def _describe(engine: Engine) -> str:
    return postgresql.describe(engine.url) if _is_server(engine) else str(Path(str(engine.url.database)).parent)


def _told(engine: Engine, error: DBAPIError, what: str) -> HistoryError:
    """A failure of a database as it is told: `what` could not be done."""
    if _is_server(engine):
        return HistoryError(f"the history in {_describe(engine)} cannot be {what}: {_explain(engine, error)}")
    return explain_file(error.orig or error, Path(_describe(engine)), what)


def _explain(engine: Engine, error: DBAPIError) -> str:
    return postgresql.explain(error, engine.url) if _is_server(engine) else str(error.orig)


@contextmanager
def _telling(engine: Engine) -> Iterator[None]:
    """What a database does of itself becomes one line for people: it is away, damaged, or holds no such value."""
    try:
        yield
    except (DataError, UnicodeEncodeError) as error:
        why = _explain(engine, error) if isinstance(error, DBAPIError) else "it is no text"
        raise HistoryError(f"the history in {_describe(engine)} cannot hold a value: {why}") from error
    except (IntegrityError, ProgrammingError, NotSupportedError):
        raise  # of our own doing
    except DBAPIError as error:
        raise _told(engine, error, "used") from error


@contextmanager
def _opening(engine: Engine) -> Iterator[None]:
    """A database that is damaged, refuses us or holds something else becomes one line for people."""
    try:
        yield
    except DatabaseError as error:
        raise _told(engine, error, "opened") from None


# a file in the home


def _open_file(folder: Path, is_any_state: bool) -> Engine:
    check_entrance(folder)
    sealed = None if is_any_state else read_sealed_mark(folder)  # before the database, which is then never older
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # there already; or what stands in its way is told as the engine meets it
        make_private(folder / DATABASE)
    engine = create_engine(
        file_url(folder / DATABASE),
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    _prepare(engine, folder, sealed)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    _begin_log(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # the log is put into the database when the last one closes: till then it tells which pages have changed
    cursor.execute("PRAGMA wal_autocheckpoint=0")
    cursor.close()


def _begin_log(cursor: Any) -> None:
    """Change a new database to WAL. SQLite waits for no other that does the same at once, so we do."""
    for attempt in range(_BUSY_SECONDS * 20):
        if attempt:
            time.sleep(0.05)
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
        else:
            return
    raise sqlite3.OperationalError("database is locked")


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


# a database on a server


def _open_server(folder: Path, text: str) -> Engine:
    engine = postgresql.make_engine(postgresql.read_url(text), _BUSY_SECONDS)
    if holds_database(folder):
        raise HistorySettingError(
            f"{folder / DATABASE} holds a history already, and {DATABASE_SETTING} is set; "
            f"unset it to go on with that one, or take another home for {_describe(engine)}"
        )
    _prepare(engine, folder)
    try:
        _pair(engine, folder)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _pair(engine: Engine, folder: Path) -> None:
    with reading(engine) as connection:
        if is_paired(connection, folder):
            return
    with writing(engine) as connection:
        pair(connection, folder, _describe(engine))


# tables and version


def _prepare(engine: Engine, folder: Path, sealed: Mark | None = None) -> None:
    """Make the tables, or bring them up to date. A history of today is only read: no writer is waited for."""
    try:
        with _opening(engine):
            version, last = _read_state(engine)
            if not last:
                _refuse_emptied(engine, folder)
            if sealed is not None:
                with reading(engine) as connection:
                    check_against_seal(connection, folder, version or 0, sealed)
            if version != tables.SCHEMA_VERSION:
                with writing(engine) as connection:
                    _make_tables(connection)
    except BaseException:
        engine.dispose()
        raise


def _read_state(engine: Engine) -> tuple[int | None, int]:
    """The version of the schema, None where there is none yet; and the number of the last event, or 0."""
    with reading(engine) as connection:
        version = _read_version(connection)
        if version is None:
            return None, 0
        return version, int(connection.scalar(select(func.max(tables.event.c.seq))) or 0)


def _refuse_emptied(engine: Engine, folder: Path) -> None:
    """DamagedHistory where a database holds nothing of a history that brought files into the home."""
    remains = find_remains(folder, is_database_there=True)
    # asked once more: another process may have begun it meanwhile
    version, last = _read_state(engine) if remains else (None, 0)
    if not remains or last:
        return
    what = NO_TABLES if version is None else NO_EVENT
    if not _is_server(engine):
        raise lost_history(folder, what, remains)
    where = what.replace("the database", _describe(engine), 1)
    raise lost_history(folder, where, remains, SERVER_MARK, _OTHER_SERVER)


def _make_tables(connection: Connection) -> None:
    version = _read_version(connection)
    if version is None:
        if connection.dialect.name == "postgresql":
            postgresql.check_encoding(connection)
        tables.metadata.create_all(connection)
        connection.execute(insert(tables.meta).values(key="schema_version", value=str(tables.SCHEMA_VERSION)))
    elif version > tables.SCHEMA_VERSION:
        raise newer_history(version)
    elif version < tables.SCHEMA_VERSION:
        if is_set_back(connection, version):
            raise HistoryError(
                f"the history in {_describe(connection.engine)} says that it is of schema {version}, and has columns "
                "of a later one: its version was set back, and it is not brought up to date; put back the last backup"
            )
        if connection.dialect.name == "postgresql":
            keep_schema(connection, version)
        else:
            keep_copy(Path(str(connection.engine.url.database)), version)
        migrate(connection, version)


def _read_version(connection: Connection) -> int | None:
    """The version of the schema; None where there is none yet. HistoryError where the tables are not ours."""
    found = set(inspect(connection).get_table_names())
    foreign = HistoryError(
        f"the history in {_describe(connection.engine)} cannot be opened: it holds tables that are not Boardpack's; "
        "use a database of its own"
    )
    if tables.meta.name not in found:
        if found & set(tables.metadata.tables):
            raise foreign
        return None
    columns = {c["name"] for c in inspect(connection).get_columns(tables.meta.name)}
    if columns != set(tables.meta.columns.keys()):
        raise foreign
    version = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "schema_version"))
    if version is None or not version.isdigit():
        raise foreign
    return int(version)
