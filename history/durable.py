"""Keep bytes for good: whole or not at all, on the disk before anything refers to them."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path


def keep_bytes(target: Path, content: bytes, sha256: str) -> None:
    """Keep the bytes of a hash in their place, durably. Keeping them again changes nothing, unless what lies there
    is no longer what was kept: then it is put right."""
    if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == sha256:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # a name of its own: two threads, or two machines, may keep the same bytes at once
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    with draft.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """See to it that a new name in a folder outlives a power cut, where the system can."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
