"""Steps that verify the files of a home against what history records of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from flows.publishing import place_in
from flows.settings import Home
from history.audit import RESTORE
from history.declared import sha_of
from history.faults import Fault, Note
from history.originals import original_path
from history.records import PackRecord
from history.remains import DATABASE
from history.store import History
from programmes.load import load_programme

Found = Iterator[Fault | Note | int]
_CHANGED = "Put it back from a backup, or write it again; keep the changed one if somebody changed it on purpose."
_LEFT = "A process that was stopped left it; it may be deleted."
_OF_PACKS = ("outbox", "issued")
_OUTSIDE = ("inbox", "locks", "programmes", "prefect")


def hash_file(path: Path) -> str | None:
    """SHA-256 of a file; None where there is none."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


def check_originals(home: Home, history: History, programme: str | None) -> Found:
    """Every original is there, unless it was let go, and is what its name says. Then how many there are."""
    lying = {path.name: path for path in _files(home.history / "originals")}
    files = history.audit.files()
    own = [f for f in files if f.is_kept and not f.is_retired and (programme is None or programme in f.programmes)]
    for file in own:
        path = original_path(home.history, file.sha256)
        found = hash_file(path)
        place = _show(home, path)
        if found is None:
            yield Fault("original", place, f"the original {file.sha256[:16]} is gone", RESTORE)
        elif found != file.sha256:
            yield Fault("original", place, "its bytes are not those that were received", RESTORE)
        elif path.stat().st_size != file.size:
            yield Fault("row", f"history/{DATABASE}", f"the size recorded for {file.sha256[:16]} is wrong", RESTORE)
    known = {f.sha256: f for f in files}
    for name, path in lying.items():
        if name in known and path == original_path(home.history, name):
            if known[name].is_retired or not known[name].is_kept:
                yield Note(
                    "original", _show(home, path), "its bytes are kept though they should not be", "Delete it."
                )
        elif path.name.endswith(".part"):
            yield Note("left", _show(home, path), "it was not finished", _LEFT)
        elif hash_file(path) is not None:
            why = "history does not know it: its receipt was not finished, or history was put back to an older state"
            yield Note("original", _show(home, path), why, "Ingest the workbook again if it is one.")
    yield len(own)


# --- Packs ----------------------------------------------------------------------------------------------


def check_packs(home: Home, history: History, programme: str | None) -> Found:
    """Every recorded pack that lies in the home is one of those recorded for its place. Then how many there are."""
    places = {_pack_path(home, r) for r in history.packs.built(programme)} - {None}
    lying = {path: hash_file(path) for path in sorted(filter(None, places))}
    by_path: dict[Path, list[PackRecord]] = defaultdict(list)
    for record in history.packs.built():
        path = _pack_path(home, record)
        if path in lying:
            by_path[path].append(record)
    count = 0
    for path, records in by_path.items():
        found, last = lying[path], records[-1]
        if found is None:
            message = f"the pack of event {last.pack_id} does not lie there any more"
            yield Note("pack", _show(home, path), message, "Build it again if it is needed.")
            continue
        count += 1
        if found not in {r.sha256 for r in records}:
            message = f"it is not the pack that was built there (event {last.pack_id})"
            yield Fault("pack", _show(home, path), message, "Build it again; do not use this file.")
        elif found != last.sha256:
            which = next(r.pack_id for r in reversed(records) if r.sha256 == found)
            message = f"it is the older pack of event {which}; the last one built there is of event {last.pack_id}"
            yield Note("pack", _show(home, path), message)
    yield count


def _pack_path(home: Home, record: PackRecord) -> Path | None:
    """Where a pack was put, if that is in the home; of a home that was moved since, where it lies now."""
    path = home.folder / record.path
    if not record.path or (not Path(record.path).is_absolute() and record.path.split("/")[0] not in _OF_PACKS):
        return None
    if place_in(home, path) is not None:
        return path
    moved = home.outbox(record.programme) / path.name
    return moved if moved.exists() else None


def check_issued(home: Home, history: History, programme: str | None) -> Found:
    """Every issued pack is there as issued, where people find it and where history keeps it."""
    issues = history.packs.issues(programme)
    for issue in issues:
        kept = home.history / "packs" / issue.sha256[:2] / issue.sha256
        for path in (home.folder / issue.path, kept):
            found = hash_file(path)
            what = f"the pack issued for {issue.board}, {issue.meeting} (event {issue.seq})"
            other = kept if path != kept else home.folder / issue.path
            action = f"Copy {_show(home, other)} there if that one is sound; otherwise rebuild it."
            if found is None:
                yield Fault("issued", _show(home, path), f"{what} is gone", action)
            elif found != issue.sha256:
                yield Fault("issued", _show(home, path), f"{what} is not as it was issued", action)
    yield len(issues)


# --- What was published ---------------------------------------------------------------------------------


def check_published(home: Home, history: History, programme: str | None) -> Found:
    """Every published file that still lies in the home is as it was written at some time. Then how many there are."""
    known = history.published.listed(programme)
    tops = {place.partition("/")[0] for place in known} - {"history"}
    there = {_show(home, path): path for top in sorted(tops) for path in _files(home.folder / top)}
    lying = {place: hash_file(path) for place, path in there.items() if place in known}
    listed = history.published.listed(programme)
    count = 0
    for place, found in lying.items():
        if found is None:
            continue  # people clear these away
        count += 1
        entries = listed.get(place, [])
        if found not in {entry.sha256 for entry in entries}:
            what = entries[-1].what if entries else "file"
            yield Fault("published", place, f"the {what} is not as it was written", _CHANGED)
    yield count


def check_quarantine(home: Home, programme: str | None) -> Found:
    """Every file in quarantine is what its name and its note say."""
    folder = home.folder / "quarantine"
    count = 0
    for path in _files(folder):
        if programme is not None and path.parent.name != programme:
            continue
        place = _show(home, path)
        sha256, _, ending = path.name.partition(".")
        if ending == "quarantined":
            count += 1
            if hash_file(path) != sha256:
                yield Fault("quarantine", place, "its bytes are not those that were received", "Delete it.")
            elif not path.with_name(f"{sha256}.json").exists():
                yield Note("quarantine", place, "it has no note", "The next run deletes it.")
        elif ending == "json" and not _is_note(path, sha256):
            yield Fault("quarantine", place, "the note is not as it was written", "The next run deletes both.")
        elif ending.endswith("part"):
            yield Note("left", place, "it was not finished", _LEFT)
    yield count


def _is_note(path: Path, sha256: str) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["sha256"] == sha256)
    except (ValueError, KeyError, TypeError):
        return False


# --- What nobody recorded -------------------------------------------------------------------------------


def note_configurations(home: Home, history: History, programme: str | None) -> Found:
    """Programmes in the home whose YAML is not what was last registered: people edit it."""
    for folder in sorted(p.parent for p in (home.folder / "programmes").glob("*/programme.yaml")):
        try:
            declared = load_programme(folder).programme
        except Exception as error:  # YAML that is being edited may fail in any way
            message = f"it cannot be loaded: {' '.join(str(error).split())}"
            yield Note("configuration", _show(home, folder), message, "Run `boardpack programmes` to see why.")
            continue
        known = history.configuration_at(declared.id, None)
        if programme not in (None, declared.id) or known is None:
            continue
        if sha_of(declared.model_dump_json(by_alias=True)) != known[0]:
            message = "its YAML has changed since it was last used; the next `ingest` or `build` records it"
            yield Note("configuration", _show(home, folder), message)


def note_strangers(home: Home, history: History) -> Found:
    """Files in the home that nobody recorded, told by folder. A pack that history does not know is a fault."""
    lying = [path for path in _files(home.folder) if _show(home, path).split("/")[0] not in _OUTSIDE]
    published = set(history.published.listed())
    packs = {r.sha256 for r in history.packs.built()}
    recorded = {_pack_path(home, r) for r in history.packs.built()}
    issues = history.packs.issues()
    issued = {i.path for i in issues} | {f"history/packs/{i.sha256[:2]}/{i.sha256}" for i in issues}
    unknown: dict[str, list[Path]] = defaultdict(list)
    for path in lying:
        place = _show(home, path)
        if place in published or place in issued or path in recorded or _is_own(place):
            continue
        fault = _judge_pack(path, place, packs)
        if fault is not None:
            yield fault
        elif hash_file(path) not in packs:
            unknown[place.rpartition("/")[0] or "."].append(path)
    for folder, paths in sorted(unknown.items()):
        names = ", ".join(p.name for p in paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        is_left = all(p.name.endswith(".part") for p in paths)
        message = f"not finished: {names}" if is_left else f"nobody recorded: {names}"
        yield Note("left" if is_left else "stranger", folder, message, _LEFT if is_left else "")


def _is_own(place: str) -> bool:
    """Whether a file is checked elsewhere: the database and what belongs to it, originals and quarantine."""
    own = rf"history/({re.escape(DATABASE)}(-wal|-shm|\.v\d+\.backup(\.sha256)?)?|history\.seal|originals/.+)"
    return re.fullmatch(own, place) is not None or place.startswith("quarantine/")


def _judge_pack(path: Path, place: str, packs: set[str]) -> Fault | None:
    """What lies where only recorded packs lie, and is none: it was changed, or history lost its record."""
    top, _, rest = place.partition("/")
    programme, _, name = rest.partition("/")
    if place.startswith("history/packs/"):
        if path.name.endswith(".part") or hash_file(path) == path.name:
            return None
        return Fault("issued", place, "its bytes are not what its name says", RESTORE)
    is_named = top == "outbox" and re.fullmatch(rf"{re.escape(programme)}_\w+_\d{{4}}-\d\d-\d\d_\w+\.\w+", name)
    if not (is_named or (top == "issued" and not path.name.endswith(".part"))) or hash_file(path) in packs:
        return None
    message = "history does not know this pack: it was changed, or the database was put back to an older state"
    return Fault("pack", place, message, RESTORE)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _show(home: Home, path: Path) -> str:
    """A path as it is told: relative to the home where it lies in it."""
    return place_in(home, path) or str(path)
