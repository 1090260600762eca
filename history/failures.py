"""What can be wrong with a history as a whole; the messages are for people."""

from __future__ import annotations

DATABASE_SETTING = "BOARDPACK_DATABASE"
"""The environment variable that names a PostgreSQL database; flows reads it, messages here name it."""


class HistoryError(Exception):
    """History cannot be opened or does not hold what is asked; the message is for people."""


class HistorySettingError(HistoryError):
    """History is set to lie where it cannot: a wrong setting or a home on a network share. Nothing is damaged."""
