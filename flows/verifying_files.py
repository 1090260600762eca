"""Steps that verify the files of a home against what history records of them.

Each file is looked at by itself: one that cannot be read, a folder in its place or a link that leads nowhere is
one fault, and the rest is verified all the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from flows.looking import Look, Seen, describe_unread
from flows.placed import PACK, placed_files
from flows.publishing import place_in
from flows.settings import Home
from history.audit import RESTORE, KeptFile
from history.declared import sha_of
from history.faults import Fault, Note
from history.originals import original_path
from history.remains import DATABASE
from history.store import History
from programmes.load import load_programme

Found = Iterator[Fault | Note | int]
PUT_BACK = "Put this one file back from a backup (any zip program opens one), and verify again."
LEFT = "A process that was stopped left it; it may be deleted."
MAKE_READABLE = (
    "Give this account the right to read it, or take away what lies in its place; "
    "if its bytes are lost, put it back from a backup (any zip program opens one)."
)
_OPEN = "Give this account the right to read it, or verify with the account that keeps the home."
_CHANGED = "Put it back from a backup, or write it again; keep the changed one if somebody changed it on purpose."
_BY_ITSELF = "Nothing needs doing: the next `ingest`, `build` or `run` records it."
_UNLOOKED = ("locks", "programmes", "prefect")


def show(home: Home, path: Path) -> str:
    """A path as it is told: relative to the home where it lies in it."""
    return place_in(home, path) or str(path)


def tell_unread(kind: str, place: str, seen: Seen) -> Found:
    """The fault of a file that lies there and cannot be read; none where its folder is told already."""
    if not seen.is_told:
        yield Fault(kind, place, seen.why, MAKE_READABLE)


def check_folders(home: Home, look: Look) -> Found:
    """Every folder can be looked into. What lies in one that cannot is told with it, and not again file by file."""
    look.list_files(home.folder)
    for folder, why in sorted(look.closed.items()):
        place = show(home, folder)
        if place.split("/")[0] not in _UNLOOKED:
            yield Fault("folder", place, f"what lies in this folder is not verified: {why}", _OPEN)


def check_originals(home: Home, history: History, look: Look, programme: str | None) -> Found:
    """Every original is there, unless it was let go, and is what its name says. Then how many there are."""
    lying = look.list_files(home.history / "originals")
    files = {file.sha256: file for file in history.audit.files()}
    own = [f for f in _must_lie(files) if programme is None or programme in f.programmes]
    for file in own:
        path = original_path(home.history, file.sha256)
        seen, place = look.look_at(path), show(home, path)
        if not seen.is_there:
            yield Fault("original", place, f"the original {file.sha256[:16]} is gone", PUT_BACK)
        elif seen.is_unreadable:
            yield from tell_unread("original", place, seen)
        elif seen.sha256 != file.sha256:
            yield Fault("original", place, "its bytes are not those that were received", PUT_BACK)
        elif seen.size != file.size:
            yield Fault("row", f"history/{DATABASE}", f"the size recorded for {file.sha256[:16]} is wrong", RESTORE)
    kept = {original_path(home.history, file.sha256) for file in _must_lie(files)}
    for path in lying:
        if path not in kept:
            yield from _judge_stray(home, look, path, files)
    yield len(own)


def count_let_go(history: History, programme: str | None) -> Found:
    """How many originals were let go by the rule of retention: whoever deleted one knows whether that is so."""
    yield sum(f.is_retired and (programme is None or programme in f.programmes) for f in history.audit.files())


def _must_lie(files: Mapping[str, KeptFile]) -> list[KeptFile]:
    return [file for file in files.values() if file.is_kept and not file.is_retired]


def _judge_stray(home: Home, look: Look, path: Path, files: Collection[str]) -> Found:
    """What lies among the originals and need not."""
    seen, place = look.look_at(path), show(home, path)
    if path.name in files and path == original_path(home.history, path.name):
        yield Note("original", place, "its bytes are kept though they should not be", "Delete it.")
    elif path.name.endswith(".part"):
        yield Note("left", place, "it was not finished", LEFT)
    elif seen.is_unreadable:
        yield from tell_unread("original", place, seen)
    elif seen.is_there:
        why = "history does not know it: its receipt was not finished, or history was put back to an older state"
        yield Note("original", place, why, "Ingest the workbook again if it is one; otherwise it may be deleted.")


# --- What was published ---------------------------------------------------------------------------------


def check_published(home: Home, history: History, look: Look, programme: str | None) -> Found:
    """Every published file that still lies in the home is as it was written at some time. Then how many there are."""
    known = _published_places(home, history, programme)
    tops = {place.partition("/")[0] for place in known} - {"history"}
    there = {show(home, path): path for top in sorted(tops) for path in look.list_files(home.folder / top)}
    missing = {place: home.folder / place for place in known if place not in there}
    there |= {place: path for place, path in missing.items() if os.path.lexists(path)}
    lying = {place: look.look_at(path) for place, path in there.items() if place in known}
    recorded = placed_files(home, history)  # after the files: what is about to lie there is recorded first
    count = 0
    for place, seen in lying.items():
        if not seen.is_there:
            continue  # people clear these away
        count += 1
        entries = recorded.get(place, [])
        if seen.is_unreadable:
            yield from tell_unread("published", place, seen)
        elif seen.sha256 not in {entry.sha256 for entry in entries}:
            what = entries[-1].what if entries else "file"
            yield Fault("published", place, f"the {what} is not as it was written", _CHANGED)
    yield count


def _published_places(home: Home, history: History, programme: str | None) -> set[str]:
    """Where files were put that are no packs."""
    found = placed_files(home, history)
    return {
        place
        for place, entries in found.items()
        if entries[-1].what != PACK and programme in {None, *(entry.programme for entry in entries)}
    }


def check_quarantine(home: Home, look: Look, programme: str | None) -> Found:
    """Every file in quarantine is what its name and its note say."""
    count = 0
    for path in look.list_files(home.folder / "quarantine"):
        if programme is not None and path.parent.name != programme:
            continue
        place, seen = show(home, path), look.look_at(path)
        sha256, _, ending = path.name.partition(".")
        count += ending == "quarantined"
        if ending.endswith("part"):
            yield Note("left", place, "it was not finished", LEFT)
        elif seen.is_unreadable:
            yield from tell_unread("quarantine", place, seen)
        elif ending == "quarantined" and seen.is_there:
            yield from _judge_quarantined(path, place, sha256, seen)
        elif ending == "json" and not _is_note(path, sha256):
            yield Fault("quarantine", place, "the note is not as it was written", "The next run deletes both.")
    yield count


def _judge_quarantined(path: Path, place: str, sha256: str, seen: Seen) -> Found:
    if seen.sha256 != sha256:
        yield Fault("quarantine", place, "its bytes are not those that were received", "Delete it.")
    elif not os.path.lexists(path.with_name(f"{sha256}.json")):
        yield Note("quarantine", place, "it has no note", "Nothing needs doing: the next run deletes it.")


def _is_note(path: Path, sha256: str) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["sha256"] == sha256)
    except (OSError, ValueError, KeyError, TypeError):
        return False


# --- What people edit -----------------------------------------------------------------------------------


def note_configurations(home: Home, history: History, programme: str | None) -> Found:
    """Programmes in the home whose YAML is not what was last registered: people edit it."""
    for folder in sorted(p.parent for p in (home.folder / "programmes").glob("*/programme.yaml")):
        try:
            declared = load_programme(folder).programme
        except Exception as error:  # YAML that is being edited may fail in any way
            why = describe_unread(error) if isinstance(error, OSError) else f"it cannot be loaded: {error}"
            action = "Run `boardpack programmes` to see why."
            yield Note("configuration", show(home, folder), " ".join(why.split()), action)
            continue
        known = history.configuration_at(declared.id, None)
        if programme not in (None, declared.id) or known is None:
            continue
        if sha_of(declared.model_dump_json(by_alias=True)) != known[0]:
            message = "its YAML has changed since it was last used"
            yield Note("configuration", show(home, folder), message, _BY_ITSELF)
