"""The reader of workbooks that all steps of a process share, under the ceilings of the settings."""

from __future__ import annotations

import os
import threading
from functools import lru_cache

from flows.settings import UsageError
from workbooks.isolation import Limits, WorkbookOpener

_MEGABYTE = 1024 * 1024
_ONE_AT_A_TIME = threading.Lock()


def shared_opener() -> WorkbookOpener:
    """The one opener of this process; its reading process starts with the first file, or when prepared."""
    with _ONE_AT_A_TIME:  # threads that ask at once get the same one
        return _make_opener()


@lru_cache(maxsize=1)
def _make_opener() -> WorkbookOpener:
    return WorkbookOpener(read_limits())


def read_limits() -> Limits:
    """The ceilings by BOARDPACK_READ_MEMORY_MB and BOARDPACK_READ_SECONDS, else 1 GiB and 30 seconds."""
    default = Limits()
    memory = _number("BOARDPACK_READ_MEMORY_MB", default.memory_bytes // _MEGABYTE, least=128)
    seconds = _number("BOARDPACK_READ_SECONDS", int(default.seconds), least=1)
    return Limits(memory * _MEGABYTE, float(seconds))


def _number(name: str, default: int, least: int) -> int:
    text = os.environ.get(name, "")
    if not text:
        return default
    if not text.isdigit() or int(text) < least:
        raise UsageError(f"{name} is '{text}'; give a whole number of at least {least}")
    return int(text)
