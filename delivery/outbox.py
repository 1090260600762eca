"""The outbox: finished packs appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path


def publish_file(target: Path, content: bytes) -> Path:
    """Put a finished file in place durably: readers see the old one or the new one, never a part.

    PermissionError where a read-only file lies there, such as an issued pack: it is not replaced.
    """
    if target.is_file() and not target.stat().st_mode & 0o222:
        raise PermissionError(errno.EACCES, "it is read-only and is not replaced", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{secrets.token_hex(8)}.part")  # short, as the longest name leaves no room
    try:
        with draft.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    return target
