"""The file of a backup: a zip of members, their list, and the SHA-256 of all that comes before at its very end.

Any zip program opens it. The digest stands in the zip's own comment, so that one altered byte anywhere shows,
be it in a member, in the list of contents or in what lies between them.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from flows.settings import UsageError
from history.database import HistoryError

FORMAT = 2
DATABASE = "history/history.sqlite"
_FIRST, _LIST = "BOARDPACK_BACKUP.txt", "manifest.json"
_FIRST_TEXT = "A backup of a Boardpack home. To bring it back: boardpack restore FILE --home DIR\n"
_MARK = b"boardpack backup, SHA-256 of all before: "
_DIGEST_BYTES = 64
_LONGEST_LIST = 1_000_000_000
_CHUNK = 1 << 20
_SPARED = (b"PK\x03\x04", b"%PDF")
"""How files begin that are compressed already."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a backup: where it lies in the home, its size and SHA-256, and its name within the zip."""

    path: str
    size: int
    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in the home that was not whole when it was backed up: a path within it, and what was wrong."""

    path: str
    why: str


@dataclass(slots=True)
class Manifest:
    """What a backup says of itself. `missing` and `altered` are originals that the home itself no longer had,
    `damaged` what else in it was not whole or could not be read."""

    software: str
    made_at: str
    schema_version: int
    head_event: int
    head_digest: str
    counts: dict[str, int]
    quarantined: int
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    broken_events: list[int] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    damaged: list[Damage] = field(default_factory=list)
    format: int = FORMAT

    @property
    def is_sound(self) -> bool:
        """Whether the home was whole when it was backed up."""
        return not (self.missing or self.altered or self.broken_events or self.damaged)

    @property
    def has_sound_history(self) -> bool:
        """Whether the database was whole when it was backed up."""
        return not self.broken_events and not any(d.path == DATABASE for d in self.damaged)


class BackupWriter:
    """Writes the members of a backup one after the other, without holding any of them in memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._zip = zipfile.ZipFile(stream, "w", allowZip64=True)
        self._zip.writestr(_entry(_FIRST, is_spared=True), _FIRST_TEXT)
        self.members: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, path: str, source: IO[bytes]) -> Member:
        """Add what a stream holds as the file `path` of the home; its size and hash are those of what was read."""
        name = path if _is_plain(path) else f"oddly named/{len(self.members)}"
        found, size = hashlib.sha256(), 0
        block = source.read(_CHUNK)
        with self._zip.open(_entry(name, is_spared=block.startswith(_SPARED)), "w", force_zip64=True) as target:
            while block:
                target.write(block)
                found.update(block)
                size += len(block)
                block = source.read(_CHUNK)
        self.members.append(Member(path, size, found.hexdigest(), name))
        return self.members[-1]

    def finish(self, manifest: Manifest) -> None:
        """Add the list of members, close the zip, and seal it with its digest; durably."""
        text = json.dumps(asdict(manifest), indent=1)
        self._zip.writestr(_entry(_LIST, is_spared=False), text)
        self._zip.comment = _MARK + b"0" * _DIGEST_BYTES
        self._zip.close()
        self._stream.flush()
        self._stream.seek(0, os.SEEK_END)
        end = self._stream.tell() - _DIGEST_BYTES
        digest = _digest_upto(self._stream, end)
        self._stream.seek(end)
        self._stream.write(digest)
        self._stream.flush()
        os.fsync(self._stream.fileno())


class Backup:
    """A backup that was opened and found whole; its members are read as streams."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip = archive
        self.manifest = manifest

    def copy(self, member: Member, target: IO[bytes]) -> None:
        """Write a member's bytes to `target`. HistoryError where they are not those that the list names."""
        found, size = hashlib.sha256(), 0
        with self._zip.open(member.name) as source:
            while block := source.read(_CHUNK):
                size += len(block)
                if size > member.size:
                    break
                found.update(block)
                target.write(block)
        if (size, found.hexdigest()) != (member.size, member.sha256):
            raise _damaged(f"{member.path} is not what was backed up")


@contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """Open a backup, once all its bytes have been compared with the digest at its end.

    UsageError where it is no backup or of a newer Boardpack; HistoryError where it is damaged or cut short.
    """
    with path.open("rb") as stream:
        _check_digest(path, stream)
        try:
            with zipfile.ZipFile(stream) as archive:
                manifest = _read_manifest(archive)
                yield Backup(archive, manifest)
        except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError) as error:
            raise _damaged(str(error)) from None


@contextmanager
def naming_failures(path: Path) -> Iterator[None]:
    """Give a failure to write the name of what was to be written: it names none, or one that is only a draft."""
    try:
        yield
    except OSError as error:
        if error.filename is not None and not Path(error.filename).name.startswith(f".{path.name}."):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _check_digest(path: Path, stream: IO[bytes]) -> None:
    start = stream.read(256)
    size = stream.seek(0, os.SEEK_END)
    length = len(_MARK) + _DIGEST_BYTES
    stream.seek(max(0, size - length))
    mark, digest = stream.read(len(_MARK)), stream.read(_DIGEST_BYTES)
    if mark != _MARK and _FIRST.encode() not in start:
        raise UsageError(f"{path} is no backup of Boardpack; name a file that `boardpack backup` wrote")
    if mark != _MARK:
        raise _damaged("its end is missing")
    if _digest_upto(stream, size - _DIGEST_BYTES) != digest:
        raise _damaged("its bytes are not those that were written")


def _digest_upto(stream: IO[bytes], end: int) -> bytes:
    stream.seek(0)
    found = hashlib.sha256()
    left = end
    while left > 0 and (block := stream.read(min(_CHUNK, left))):
        found.update(block)
        left -= len(block)
    return found.hexdigest().encode()


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    if archive.getinfo(_LIST).file_size > _LONGEST_LIST:
        raise _damaged("its list of contents is too long")
    try:
        values: dict[str, Any] = json.loads(archive.read(_LIST))
        if values["format"] > FORMAT:
            raise UsageError(
                f"the backup was made by a newer version, {values['software']}; restore it with that one"
            )
        members = [Member(**m) for m in values.pop("members")]
        damaged = [Damage(**d) for d in values.pop("damaged", [])]
        manifest = Manifest(**values, members=members, damaged=damaged)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(f"its list of contents cannot be read ({error})") from None
    _check_names(archive, manifest)
    return manifest


def _check_names(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Every member is listed once and lies within a home, whoever wrote the list."""
    listed = sorted([_FIRST, _LIST, *(m.name for m in manifest.members)])
    if sorted(archive.namelist()) != listed:
        raise _damaged("its files are not those of its list")
    paths = [m.path for m in manifest.members]
    if len(set(paths)) != len(paths) or paths.count(DATABASE) != 1:
        raise _damaged("its list names no history, or a file twice")
    for path in (*paths, *manifest.folders):
        if not is_within_home(path):
            raise _damaged(f"it names a file outside the home: {path!r}")


def is_within_home(path: str) -> bool:
    """Whether a relative path stays within its folder, on every system."""
    parts = path.split("/")
    odd = "\0" in path or (os.sep == "\\" and ("\\" in path or ":" in path))
    return not odd and not PurePosixPath(path).is_absolute() and all(p not in {"", ".", ".."} for p in parts)


def _entry(name: str, *, is_spared: bool) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_STORED if is_spared else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100600 << 16
    return entry


def _is_plain(path: str) -> bool:
    """Whether every zip program can name it: a file's name on disk may be any bytes."""
    return path.isprintable() and "\\" not in path and len(os.fsencode(path)) < 1000


def _damaged(why: str) -> HistoryError:
    return HistoryError(f"the backup is damaged: {why}; nothing was restored from it")
