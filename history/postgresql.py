"""A history on a PostgreSQL server: its engine, the lock that lets one writer in, and what its failures mean."""

from __future__ import annotations

import importlib.util
import re
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from history.failures import DATABASE_SETTING, HistoryError, HistorySettingError

WRITING: dict[str, Any] = {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}
"""Each statement after the lock sees all that was committed before: a view taken sooner would miss it."""
READING: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

_DRIVERS = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_LOCK = 0x424F415244  # "BOARD": one number for every Boardpack
_CONNECT_SECONDS = 10
_START = """
SELECT set_config('lock_timeout', %(wait)s, true),
  set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true)
"""
_MEANINGS = (
    ("password authentication failed", "it refuses the user name or the password"),
    ("no password supplied", "it asks for a password and none is given"),
    ("lock timeout", "another Boardpack has been writing all the while; try again"),
    ("permission denied to create", "the user may not do that there; use a database that the user owns"),
    ("permission denied for schema", "the user may not make tables there; use a database that the user owns"),
    ("read-only transaction", "it takes no changes; is it a copy of another server?"),
)
_HOST = re.compile(r'^connection to server (?:at|on socket) ".*?"(?: \(.*?\))?(?:, port \d+)? failed: ')


def read_url(text: str) -> URL:
    """The URL of a database as a user sets it. HistorySettingError, which never shows it: it may hold a password."""
    example = f"write {DATABASE_SETTING}=postgresql://user@host/database"
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise HistorySettingError(f"{DATABASE_SETTING} is not the URL of a database; {example}") from None
    if url.drivername not in _DRIVERS:
        raise HistorySettingError(
            f"{DATABASE_SETTING} names a database that is not PostgreSQL; {example}, "
            "or leave it out to keep the history in the home"
        )
    if not url.database:
        raise HistorySettingError(f"{DATABASE_SETTING} does not say which database on the server; {example}")
    return url.set(drivername="postgresql+psycopg")


def make_engine(url: URL, wait_seconds: int) -> Engine:
    """The engine over a server; nothing is connected yet. A writer waits for another one for so many seconds.

    HistorySettingError where the driver is not installed.
    """
    if importlib.util.find_spec("psycopg") is None:
        raise HistorySettingError(
            f"{DATABASE_SETTING} is set, but the driver for PostgreSQL is not installed; "
            "run `pip install 'boardpack[postgresql]'`"
        )
    settings = {"connect_timeout": _CONNECT_SECONDS, "application_name": "boardpack"}
    given = {name: value for name, value in settings.items() if name not in url.query}
    # statements are not prepared on the server, so that a connection pooler may stand in between
    engine = create_engine(
        url, connect_args={**given, "prepare_threshold": None}, pool_pre_ping=True, use_native_hstore=False
    )

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("is_writing", False):
            connection.exec_driver_sql(_START, {"wait": f"{wait_seconds}s"})
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": _LOCK})

    event.listen(engine, "begin", begin)
    return engine


def describe(url: URL) -> str:
    """Where a database is, in words: never the user's password."""
    given = url.query.get("host", ())
    host = url.host or (given if isinstance(given, str) else ", ".join(given)) or "this machine"
    port = f":{url.port}" if url.port else ""
    return f"the PostgreSQL database {url.database} on {host}{port}"


def explain(error: DBAPIError, url: URL) -> str:
    """What went wrong, in one line; a password in it is masked."""
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    text = lines[0].removeprefix("connection failed: ") if lines else type(error.orig).__name__
    text = re.sub(r"\b(FATAL|ERROR):\s+", "", _HOST.sub("", text))
    password = str(url.password or "")
    if password:
        text = text.replace(password, "***")
    return next((meaning for sign, meaning in _MEANINGS if sign in " ".join(lines)), text)


def check_encoding(connection: Connection) -> None:
    """HistoryError unless the database can hold any text."""
    found = str(connection.exec_driver_sql("SHOW server_encoding").scalar())
    if found != "UTF8":
        raise HistoryError(f"{describe(connection.engine.url)} keeps text as {found}; make one WITH ENCODING 'UTF8'")
