"""A zip file of parts, opened warily: names are only looked up, never followed; bytes are counted as they inflate."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator

from workbooks import ceilings
from workbooks.ceilings import Refusal, Room, damaged, too_large

_CHUNK = 1 << 18
_ENTRY = b"PK\x01\x02"
_MEGABYTE = 1024 * 1024


class Package:
    """The parts of a zip file by name, whatever the case of the name and the slant of its slashes."""

    def __init__(self, content: bytes) -> None:
        if content.count(_ENTRY) > ceilings.MOST_PARTS:  # counted before each becomes an object
            raise too_large(f"it has more than {ceilings.MOST_PARTS} parts")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
            raise damaged("it is cut short, or not whole") from None
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self.room = Room()
        for part in self._archive.infolist():
            name = _fold(part.filename)
            if name in self._parts and not part.is_dir():
                raise damaged(f"it has two parts of the name '{part.filename[:60]}'")
            self._parts[name] = part
        if sum(part.file_size for part in self._parts.values()) > ceilings.MOST_UNPACKED_BYTES:
            raise too_large(f"it unpacks to more than {ceilings.MOST_UNPACKED_BYTES // _MEGABYTE} MB")

    def __contains__(self, name: str) -> bool:
        return _fold(name) in self._parts

    def names(self) -> list[str]:
        """The folded names of all parts."""
        return list(self._parts)

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, piece by piece. Refusal where it is missing, damaged, protected or too large."""
        part = self._parts.get(_fold(name))
        if part is None:
            raise damaged(f"its part '{name[:60]}' is missing")
        if part.flag_bits & 1:
            raise Refusal("encrypted_file")
        try:
            with self._archive.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    self.room.bytes -= len(chunk)
                    if self.room.bytes < 0:
                        raise too_large(f"it unpacks to more than {ceilings.MOST_READ_BYTES // _MEGABYTE} MB")
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
            raise damaged(f"its part '{name[:60]}' cannot be unpacked") from None

    def read(self, name: str, most: int | None = None) -> bytes:
        """A whole part of at most `most` bytes."""
        most = ceilings.MOST_SIDE_BYTES if most is None else most
        pieces = []
        for chunk in self.chunks(name):
            most -= len(chunk)
            if most < 0:
                raise too_large(f"its part '{name[:60]}' is far larger than such a part can need")
            pieces.append(chunk)
        return b"".join(pieces)


def resolve(source: str, target: str) -> str:
    """The name of the part that `target` means when it stands in the part `source`. It cannot leave the file."""
    target = target.replace("\\", "/")
    joined = target if target.startswith("/") else posixpath.join("/", posixpath.dirname(source), target)
    return posixpath.normpath(joined).lstrip("/")


def _fold(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
