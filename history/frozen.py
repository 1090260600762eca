"""Frozen packs: the bytes of what was issued, named by their SHA-256, apart from where people read them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from history.database import HistoryError


def frozen_path(folder: Path, sha256: str) -> Path:
    """Where the bytes of an issued pack are kept."""
    return folder / "packs" / sha256[:2] / sha256


def keep_frozen(folder: Path, content: bytes) -> str:
    """Keep the bytes of a pack, durably, and return their SHA-256. Keeping them again changes nothing."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = frozen_path(folder, sha256)
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == sha256:
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{sha256}.{os.getpid()}.part")
    with draft.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, target)
    keep_folder(target.parent)
    return sha256


def read_frozen(folder: Path, sha256: str) -> bytes:
    """The bytes of an issued pack. HistoryError where they are not kept, or are no longer what was kept."""
    path = frozen_path(folder, sha256)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise HistoryError(f"the bytes of an issued pack are not in history: {path}") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise HistoryError(f"the bytes of an issued pack were altered in history: {path}")
    return content


def keep_folder(folder: Path) -> None:
    """See to it that a new name in a folder outlives a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
