"""The folder of issued packs: a pack appears there whole, read-only, and is never replaced."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

READ_ONLY = 0o444
"""The mode of an issued pack."""


def place_issued(target: Path, content: bytes) -> bool:
    """Put an issued pack in place for good; False where it lies there already.

    FileExistsError where another file lies there: it is left as it is.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with draft.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(READ_ONLY)
        try:
            _link(draft, target)
        except FileExistsError:
            if target.is_file() and target.read_bytes() == content:
                return False
            raise FileExistsError(
                errno.EEXIST, "another file lies in the place of an issued pack", str(target)
            ) from None
    finally:
        draft.unlink(missing_ok=True)
    return True


def _link(draft: Path, target: Path) -> None:
    """Give the draft its name, unless the name is taken; a file system without links gets a rename."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "there already", str(target)) from None
        os.rename(draft, target)
