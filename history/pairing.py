"""One database on a server belongs to one home: the files that it knows lie there, and nowhere else.

The home bears a mark with an identity, and the database holds the same. Machines that share the home's folder share
the mark. Another folder is refused before it keeps originals that the first would miss.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from sqlalchemy import Connection, insert, select

from history import tables as t
from history.durable import sync_folder
from history.failures import DATABASE_SETTING, SERVER_MARK, HistorySettingError
from history.originals import original_path

HOME_KEY = "home"
"""The key of `meta` that holds the identity of a database's home."""
_IDENTITY = re.compile(r"^Identity of the home: ([0-9a-f]{16})$", re.MULTILINE)
_LOOKED_AT = 20


def is_paired(connection: Connection, folder: Path) -> bool:
    """Whether a database is that of the home whose history lies in `folder`, and both say so."""
    held = _read_held(connection)
    return held is not None and held == _read_identity(folder)


def pair(connection: Connection, folder: Path, where: str) -> None:
    """Make a database and a home each other's, where neither has another yet; within a write transaction.

    A home that lost its mark is known by the originals in it. HistorySettingError where the database, which is
    `where`, is another home's.
    """
    held, own = _read_held(connection), _read_identity(folder)
    if held is None:
        held = own or secrets.token_hex(8)
        _write_mark(folder, held)  # first: a mark without its row is paired the next time
        connection.execute(insert(t.meta).values(key=HOME_KEY, value=held))
    elif own is None and _keeps_originals(connection, folder):
        _write_mark(folder, held)
    elif own != held:
        raise HistorySettingError(
            f"{where} holds the history of another home than {folder.parent}: what was received lies in that one's "
            f"folder. Share that folder, or set {DATABASE_SETTING} to a database of its own"
        )


def _read_held(connection: Connection) -> str | None:
    held: str | None = connection.scalar(select(t.meta.c.value).where(t.meta.c.key == HOME_KEY))
    return held


def _read_identity(folder: Path) -> str | None:
    try:
        found = _IDENTITY.search((folder / SERVER_MARK).read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return None
    return found[1] if found else None


def _write_mark(folder: Path, identity: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{SERVER_MARK}.{secrets.token_hex(4)}.part"
    draft.write_text(
        f"The history of this home is in a PostgreSQL database: {DATABASE_SETTING} says where.\n"
        f"Identity of the home: {identity}\n",
        encoding="utf-8",
    )
    os.replace(draft, folder / SERVER_MARK)
    sync_folder(folder)


def _keeps_originals(connection: Connection, folder: Path) -> bool:
    """Whether one of the workbooks received last is kept in a folder."""
    query = select(t.receipt.c.sha256).order_by(t.receipt.c.receipt_id.desc()).limit(_LOOKED_AT)
    return any(original_path(folder, sha256).is_file() for sha256 in connection.scalars(query))
