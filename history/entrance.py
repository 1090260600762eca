"""The way in: what is looked at before a database is used, as using it might change what is to be seen."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, func, select

from history.failures import DATABASE_SETTING, SERVER_MARK, DamagedHistory, HistorySettingError
from history.log import confirm_break, log_path
from history.network import refuse_share
from history.remains import DATABASE, holds_database, refuse_lost
from history.seal import Mark
from history.tables import event

_PUT_BACK = (
    "Put back the last backup; if it was put there on purpose, run `boardpack verify`, read the how-to page "
    "verify-a-home, and delete history/history.seal"
)
_LOG_ACTION = (
    f"Copy the home away first; then put back the last backup, or move history/{log_path(Path(DATABASE)).name} away "
    "to go on as things were before it was written"
)


def check_entrance(folder: Path) -> None:
    """HistorySettingError where the history of a home lies, or should lie, on a server or not on a share;
    DamagedHistory where it was lost, or where opening the database would cut its log off."""
    refuse_share(folder)
    if (folder / SERVER_MARK).exists() and not holds_database(folder):
        raise HistorySettingError(
            f"the history of {folder.parent} is in a PostgreSQL database, and {DATABASE_SETTING} is not set; "
            "set it; to begin another history on purpose, move the home away first"
        )
    refuse_lost(folder)
    _refuse_broken_log(folder)


def _refuse_broken_log(folder: Path) -> None:
    """SQLite ends a log without a word where a checksum is wrong, and forgets what stands behind."""
    broken = confirm_break(folder / DATABASE)
    if broken is None:
        return
    where = f"at its frame {broken}" if broken else "at its beginning"
    message = f"the write-ahead log is damaged {where}, though more was written after it"
    raise DamagedHistory(folder.parent, f"{folder.name}/{log_path(Path(DATABASE)).name}", message, _LOG_ACTION)


def check_against_seal(connection: Connection, folder: Path, version: int, sealed: Mark) -> None:
    """DamagedHistory where a database is not the one that was sealed, or is older. The seal was read before it."""
    message = _compare(connection, version, sealed)
    if message:
        raise DamagedHistory(folder.parent, f"{folder.name}/{DATABASE}", message, _PUT_BACK)


def _compare(connection: Connection, version: int, sealed: Mark) -> str:
    if sealed.schema > version:
        return (
            f"the database says that it is of schema {version}, but was sealed at schema {sealed.schema}: an older "
            "one was put in its place, or its version was set back"
        )
    last = int(connection.scalar(select(func.max(event.c.seq))) or 0)
    if last < sealed.seq:
        return (
            f"the database ends with event {last}, but was sealed at event {sealed.seq}: an older one was put in its "
            "place"
        )
    digest = connection.scalar(select(event.c.digest).where(event.c.seq == sealed.seq)) if sealed.seq else ""
    if digest != sealed.digest:
        return f"event {sealed.seq} of the database is not the one that was sealed: another one was put in its place"
    return ""
