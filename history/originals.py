"""Originals: what was received, byte for byte, named by its SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from history.durable import keep_bytes


def hash_original(content: bytes) -> str:
    """The SHA-256 by which bytes are known."""
    return hashlib.sha256(content).hexdigest()


def keep_original(folder: Path, content: bytes) -> str:
    """Keep the bytes under `folder`, durably, and return their SHA-256. Keeping them again changes nothing."""
    sha256 = hash_original(content)
    keep_bytes(original_path(folder, sha256), content, sha256)
    return sha256


def original_path(folder: Path, sha256: str) -> Path:
    """Where the bytes of a hash are kept."""
    return folder / "originals" / sha256[:2] / sha256


def read_original(folder: Path, sha256: str) -> bytes:
    """The bytes of a hash. FileNotFoundError where they are not kept."""
    return original_path(folder, sha256).read_bytes()
