"""The way in: what is looked at before a database is opened, as opening it might change what is to be seen."""

from __future__ import annotations

from pathlib import Path

from history.failures import DATABASE_SETTING, SERVER_MARK, HistorySettingError
from history.network import refuse_share
from history.remains import holds_database, refuse_lost


def check_entrance(folder: Path) -> None:
    """HistorySettingError where the history of a home lies, or should lie, on a server or not on a share;
    DamagedHistory where it was lost."""
    refuse_share(folder)
    if (folder / SERVER_MARK).exists() and not holds_database(folder):
        raise HistorySettingError(
            f"the history of {folder.parent} is in a PostgreSQL database, and {DATABASE_SETTING} is not set; "
            "set it; to begin another history on purpose, move the home away first"
        )
    refuse_lost(folder)
