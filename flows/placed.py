"""What Boardpack put where in a home: of each place every file that was recorded for it, packs and others alike.

A place may bear one thing after another: a draft that is built anew, the same pack built to a second place, a form.
What lies there is sound where it is one of them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from flows.publishing import place_in, register_files
from flows.settings import Home, utc_now
from history.originals import hash_original
from history.records import PackRecord
from history.store import History

PACK = "pack"


@dataclass(frozen=True, slots=True)
class Placed:
    """A file as it was recorded for a place: by which event, its hash, and what it is in a word."""

    seq: int
    sha256: str
    what: str
    programme: str


def placed_files(home: Home, history: History) -> dict[str, list[Placed]]:
    """Everything that was recorded for each place in the home, the last one last; not issued packs."""
    found: dict[str, list[Placed]] = {}
    for place, entries in history.published.listed().items():
        found[place] = [Placed(e.seq, e.sha256, e.what, e.programme) for e in entries]
    elsewhere: list[PackRecord] = []
    for record in history.packs.listed():
        own = place_in(home, home.folder / record.path) if record.path else None
        if own is None:
            elsewhere.append(record)
        else:
            found.setdefault(own, []).append(_placed(record))
    for record in elsewhere:
        _add_moved(home, record, found)
    return {place: sorted(entries, key=lambda e: e.seq) for place, entries in found.items()}


def note_place(history: History, home: Home, programme: str, target: Path, content: bytes) -> None:
    """Record a pack that is about to be put where none, or another, was recorded last.

    A pack itself is recorded once, with the place of its first build.
    """
    place = place_in(home, target)
    if place is None:
        return
    before = placed_files(home, history).get(place, [])
    sha256 = hash_original(content)
    if not before or before[-1].sha256 != sha256:
        register_files(history, home, programme, {target: (sha256, len(content), PACK)}, utc_now())


def _placed(record: PackRecord) -> Placed:
    return Placed(record.pack_id, record.sha256, PACK, record.programme)


def _add_moved(home: Home, record: PackRecord, found: dict[str, list[Placed]]) -> None:
    """A pack that was put outside the home: of a home that was moved since, it lies in the outbox now."""
    if not record.path:
        return
    moved = home.outbox(record.programme) / Path(record.path).name
    place = place_in(home, moved)
    if place is not None and os.path.isfile(moved):
        own = found.setdefault(place, [])
        if not any(entry.seq != record.pack_id and entry.what == PACK for entry in own):
            own.append(_placed(record))
