"""Steps that put files into the home for people: registered in history first, then written whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery.outbox import publish_file
from flows.settings import Home
from history.originals import hash_original
from history.published import PublishedFile
from history.store import History


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that is about to be written: where, its bytes, and what it is in a word."""

    path: Path
    content: bytes
    what: str


def publish_drafts(history: History, home: Home, programme: str, drafts: Iterable[Draft], at: str) -> None:
    """Register the files of one command as one event, then write them."""
    given = list(drafts)
    register_files(
        history, home, programme, {d.path: (hash_original(d.content), len(d.content), d.what) for d in given}, at
    )
    for draft in given:
        publish_file(draft.path, draft.content)


def register_files(
    history: History, home: Home, programme: str, files: Mapping[Path, tuple[str, int, str]], at: str
) -> None:
    """Register files by path: SHA-256, size and what each is. Those outside the home are nobody's business."""
    rows = [
        PublishedFile(place, sha256, size, what)
        for path, (sha256, size, what) in files.items()
        if (place := place_in(home, path)) is not None
    ]
    if rows:
        history.published.register(programme, rows, at)


def place_in(home: Home, path: Path) -> str | None:
    """A path relative to the home, with forward slashes; None where it lies elsewhere."""
    folder, target = home.folder.absolute(), Path(os.path.abspath(path))
    return path_text(target.relative_to(folder)) if target.is_relative_to(folder) else None


def path_text(path: Path) -> str:
    """A path as it is kept and printed: what is no text in a file's name is written as an escape."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
