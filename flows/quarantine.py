"""Quarantine: files with personal data wait here for deletion, apart from the filed originals.

A file lies under its hash, beside a note of what it is: SHA-256, size, days, kinds and places, no name and no
value. Only the account that runs Boardpack can open folder and files. Time is the run's own, never the clock's.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from flows.checking import JudgedFile
from flows.inbox import take_away
from flows.locks import taking_in
from flows.publishing import register_files
from flows.settings import Home
from flows.taking import TakenFile
from history.originals import hash_original
from history.store import History
from schemas.days import day_of

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_SUFFIX = ".quarantined"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Purged:
    """What was deleted from quarantine, by the starts of the hashes; and of what could not be, a line each."""

    deleted: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()


def quarantine_files(
    history: History, home: Home, programme: str, taken: Iterable[TakenFile], received_at: str, days: int
) -> list[str]:
    """Keep every taken file that holds personal data in quarantine; returns the names to show.

    Bytes that are there already keep their first note, and so their first day of deletion. What lies in the inbox
    stays until its sender was answered (clear_quarantined), should the run be broken off. History knows the hash of
    a note before it is written.
    """
    found = [item.judged for item in taken if item.judged.is_personal]
    for judged in found:
        with _nameless_failures():
            _keep(history, home, programme, judged, received_at, days)
    return [judged.name for judged in found]


def clear_quarantined(home: Home, programme: str, taken: Iterable[TakenFile]) -> None:
    """Take what was put into quarantine out of the inbox, unless another file has taken its place since it was
    read. A file named on the command line is the user's own and is left alone."""
    for judged in (item.judged for item in taken if item.judged.is_personal):
        if judged.path.parent == home.inbox(programme):
            with _nameless_failures():
                take_away(judged.path, judged.reading.sha256, None)


def purge_quarantine(home: Home, programme: str, received_at: str) -> Purged:
    """Delete the files whose time is up at `received_at`, and those without a note. One that cannot be deleted, or
    whose note cannot be read, is told and stays; the others go all the same."""
    folder = home.quarantine(programme)
    if not os.path.isdir(folder):
        return Purged()
    today = day_of(received_at).isoformat()
    deleted: set[str] = set()
    stuck: dict[str, str] = {}
    with taking_in(home, programme):
        for path in _list_folder(folder, stuck):
            sha256 = path.name.partition(".")[0]
            what = f"file {sha256[:8]}" if _HASH.fullmatch(sha256) else "a file that Boardpack did not put there"
            if path.suffix == ".json" and what in stuck:
                continue  # the note stays with its bytes
            try:
                if _is_due(folder / f"{sha256}.json", today):
                    path.unlink(missing_ok=True)
                    deleted.add(sha256)
            except OSError as error:
                stuck.setdefault(what, error.strerror or str(error))
    lines = [
        f"{what} in quarantine could not be deleted ({why}); delete it with the account that owns it, in {folder}"
        for what, why in stuck.items()
    ]
    return Purged(tuple(sha256[:8] for sha256 in sorted(deleted)), tuple(lines))


def _list_folder(folder: Path, stuck: dict[str, str]) -> list[Path]:
    """What lies in quarantine: bytes before their notes, so that nothing is there without its day of deletion."""
    try:
        return sorted(folder.iterdir(), key=lambda path: (path.suffix == ".json", path.name))
    except OSError as error:
        stuck["what lies"] = error.strerror or str(error)
        return []


def _is_due(note: Path, today: str) -> bool:
    """Whether the time of a note is up, or there is none that says anything. OSError where it cannot be read."""
    with suppress(FileNotFoundError):
        note.read_bytes()
    expires_on = _expires_on(note)
    return expires_on is None or expires_on <= today


def describe_purged(purged: Iterable[str]) -> str:
    """What was deleted, in words; empty where nothing was."""
    hashes = list(purged)
    files = "1 file" if len(hashes) == 1 else f"{len(hashes)} files"
    return f"deleted from quarantine, as its time was up: {files} ({', '.join(hashes)})" if hashes else ""


def _make_folder(home: Home, programme: str) -> Path:
    folder = home.quarantine(programme)
    for path in (folder.parent, folder):
        path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        path.chmod(_FOLDER_MODE)
    return folder


def _keep(history: History, home: Home, programme: str, judged: JudgedFile, received_at: str, days: int) -> None:
    folder = _make_folder(home, programme)
    note = folder / f"{judged.reading.sha256}.json"
    if _expires_on(note) is None:
        text = _describe(judged, received_at, days)
        register_files(
            history, home, programme, {note: (hash_original(text), len(text), "note of quarantine")}, received_at
        )
        _write(note, text)
    # the note first: bytes are never there without their day of deletion
    _write(folder / f"{judged.reading.sha256}{_SUFFIX}", judged.content)


def _describe(judged: JudgedFile, received_at: str, days: int) -> bytes:
    """The note of a file: what it is, without its name and without a value."""
    expires_on = day_of(received_at) + dt.timedelta(days=days)
    form = {
        "sha256": judged.reading.sha256,
        "size": len(judged.content),
        "received_at": received_at,
        "expires_on": expires_on.isoformat(),
        "kinds": list(judged.reading.personal_kinds),
        "places": [f.message for f in judged.findings],
    }
    return (json.dumps(form, ensure_ascii=False, indent=2) + "\n").encode()


def _write(target: Path, content: bytes) -> None:
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, target)
    target.chmod(_FILE_MODE)


def _expires_on(note: Path) -> str | None:
    try:
        return dt.date.fromisoformat(json.loads(note.read_text(encoding="utf-8"))["expires_on"]).isoformat()
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def _nameless_failures() -> Iterator[None]:
    """A file system's complaint would repeat the file's name, which may itself be personal data."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, f"the quarantine failed: {error.strerror}") from None
