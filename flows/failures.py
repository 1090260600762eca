"""What went wrong, in words for people, with the exit code that is documented for it."""

from __future__ import annotations

import errno

from flows.settings import UsageError
from history.failures import HistoryError, HistorySettingError
from programmes.load import ConfigurationError

OK, HELD, USAGE, NOTHING, BROKEN = 0, 1, 2, 3, 4
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class NothingMade(Exception):
    """No pack or no figure could be made; the message says why."""


def describe_failure(error: Exception) -> tuple[list[str], int]:
    """A failure as lines for people, and its exit code. What nobody foresaw is named, without a traceback."""
    if isinstance(error, ConfigurationError):
        return [str(problem) for problem in error.problems], USAGE
    if isinstance(error, UsageError | HistorySettingError):
        return [str(error)], USAGE
    if isinstance(error, NothingMade):
        return [str(error)], NOTHING
    if isinstance(error, HistoryError):
        return [str(error)], BROKEN
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return [f"there is no room left to write {error.filename or 'a file'}; free some and try again"], USAGE
    if isinstance(error, OSError):
        place = error.filename2 or error.filename or "a file"  # of a rename: where it was to go
        return [f"{place} cannot be used: {error.strerror or error}"], USAGE
    return [f"something unforeseen went wrong ({type(error).__name__}: {error}); nothing was published"], NOTHING
