"""Failures as people meet them: one clear line on standard error, and the exit code that is documented."""

from __future__ import annotations

import errno
import sys

import typer

from flows.settings import UsageError

OK, HELD, USAGE, NOTHING, BROKEN = 0, 1, 2, 3, 4
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLICK_USAGE = typer.BadParameter.__bases__[0]


class NothingMade(Exception):
    """No pack or no figure could be made; the message says why."""


def explain_failure(error: Exception) -> int:
    """Print a failure for people and return its exit code. What nobody foresaw is named, without a traceback."""
    if isinstance(error, _CLICK_USAGE):
        message = str(getattr(error, "format_message", error.__str__)())
        return _say(message.rstrip(".").replace("\n", " "), USAGE)
    if isinstance(error, typer.Abort):
        return _say("stopped", USAGE)
    if isinstance(error, UsageError):
        return _say(str(error), USAGE)
    if isinstance(error, NothingMade):
        return _say(str(error), NOTHING)
    return _explain_rooms(error)


def _explain_rooms(error: Exception) -> int:
    from history.failures import HistoryError, HistorySettingError
    from programmes.load import ConfigurationError

    if isinstance(error, ConfigurationError):
        for problem in error.problems:
            _say(str(problem), USAGE)
        return USAGE
    if isinstance(error, HistorySettingError):
        return _say(str(error), USAGE)
    if isinstance(error, HistoryError):
        return _say(str(error), BROKEN)
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return _say(f"there is no room left to write {error.filename or 'a file'}; free some and try again", USAGE)
    if isinstance(error, OSError):
        return _say(f"{error.filename or 'a file'} cannot be used: {error.strerror or error}", USAGE)
    return _say(f"something unforeseen went wrong ({type(error).__name__}: {error}); nothing was published", NOTHING)


def _say(message: str, code: int) -> int:
    print(f"boardpack: {message}", file=sys.stderr)
    return code
