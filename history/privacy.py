"""Who may read a history: its database, and every copy of it, tells all that was received."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_GROUP_WRITES = stat.S_IWGRP
_OWNERS, _GROUPS = 0o600, 0o660


def make_private(path: Path) -> None:
    """Make a new, empty file that only its owner reads; its group too, where the account's umask lets it write:
    then several accounts share the home on purpose. FileExistsError where one is there."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _GROUPS)
    try:
        if not os.fstat(number).st_mode & _GROUP_WRITES and os.name == "posix":
            os.fchmod(number, _OWNERS)
    finally:
        os.close(number)
