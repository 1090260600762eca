"""What can be wrong with a history as a whole; the messages are for people."""

from __future__ import annotations

from pathlib import Path

DATABASE_SETTING = "BOARDPACK_DATABASE"
"""The environment variable that names a PostgreSQL database; flows reads it, messages here name it."""

SERVER_MARK = "on-postgresql.txt"
"""The file in a home's history/ that says that a server holds its tables: no second history is begun in the home."""


class HistoryError(Exception):
    """History cannot be opened or does not hold what is asked; the message is for people."""


class HistorySettingError(HistoryError):
    """History is set to lie where it cannot: a wrong setting or a home on a network share. Nothing is damaged."""


class DamagedHistory(HistoryError):
    """Something of a history is gone, or is not as it was: it is not opened, so that it stays to be seen.

    `place` is a path within the home, `action` what to do.
    """

    def __init__(self, home: Path, place: str, message: str, action: str) -> None:
        super().__init__(f"{home / place}: {message}. {action}")
        self.place = place
        self.message = message
        self.action = action


class ClosedHistory(HistoryError):
    """A history cannot be used, and nothing is damaged: this account, this disk or this version cannot use it.

    `message` says why, `action` what to do.
    """

    def __init__(self, message: str, action: str, joint: str = "; ") -> None:
        super().__init__(f"{message}{joint}{action}")
        self.message = message
        self.action = f"{action[:1].upper()}{action[1:]}."
