"""Frozen packs: the bytes of what was issued, named by their SHA-256, apart from where people read them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from history.database import HistoryError
from history.durable import keep_bytes


def frozen_path(folder: Path, sha256: str) -> Path:
    """Where the bytes of an issued pack are kept."""
    return folder / "packs" / sha256[:2] / sha256


def keep_frozen(folder: Path, content: bytes) -> str:
    """Keep the bytes of a pack, durably, and return their SHA-256. Keeping them again changes nothing."""
    sha256 = hashlib.sha256(content).hexdigest()
    keep_bytes(frozen_path(folder, sha256), content, sha256)
    return sha256


def read_frozen(folder: Path, sha256: str) -> bytes:
    """The bytes of an issued pack. HistoryError where they are not kept, or are no longer what was kept."""
    path = frozen_path(folder, sha256)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise HistoryError(f"the bytes of an issued pack are not in history: {path}") from None
    except OSError as error:
        raise HistoryError(
            f"the bytes of an issued pack in history cannot be read: {path}: {error.strerror or error}"
        ) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise HistoryError(f"the bytes of an issued pack were altered in history: {path}")
    return content
