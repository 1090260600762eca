"""Parse XML that may be hostile: piece by piece, with no entities, nothing fetched, and a bound to its depth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn
from xml.parsers import expat

from workbooks import ceilings
from workbooks.ceilings import Refusal, Room, damaged, too_large

Attributes = dict[str, str]
OnStart = Callable[[str, Attributes], None]
OnEnd = Callable[[str], None]


def parse_markup(
    chunks: Iterable[bytes],
    namespaces: Mapping[str, str],
    room: Room,
    start: OnStart,
    end: OnEnd | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `start`, `end` and `text` for the elements and the text of a document.

    `namespaces` gives each known namespace the prefix under which its elements and attributes are named; elements of
    others are called "", their attributes keep the whole name. Each element takes from `room`. Refusal for what is
    no sound and harmless XML.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    guard = _Guard(namespaces, room, start, end)
    parser.StartElementHandler = guard.on_start
    parser.EndElementHandler = guard.on_end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = _refuse_entities
    parser.ExternalEntityRefHandler = _refuse_entities
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > ceilings.MOST_TAG_BYTES:
                raise damaged("a tag of its XML does not end")
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError):
        raise damaged("a part of it is damaged") from None


class _Guard:
    """Stands before a reader's handlers: counts elements and depth, and shortens names."""

    def __init__(self, namespaces: Mapping[str, str], room: Room, start: OnStart, end: OnEnd | None) -> None:
        self._namespaces = namespaces
        self._room = room
        self._start = start
        self._end = end
        self._names: dict[str, str] = {}
        self._depth = 0

    def on_start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > ceilings.MOST_DEPTH:
            raise damaged("its XML is nested too deeply")
        self._room.elements -= 1
        if self._room.elements < 0 or len(self._names) > ceilings.MOST_ELEMENT_NAMES:
            raise too_large("it has far more cells, most of them blank, or other elements than a return can need")
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = self._shorten(name) or ""
        for key in attributes:
            if " " in key:
                attributes = {self._shorten(key) or key: value for key, value in attributes.items()}
                break
        self._start(known, attributes)

    def on_end(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._end is not None:
            self._end(self._names[name])

    def _shorten(self, name: str) -> str | None:
        """The name with its namespace's prefix; None where the namespace is not known."""
        uri, _, local = name.rpartition(" ")
        prefix = self._namespaces.get(uri)
        return None if prefix is None else prefix + local


def _refuse_entities(*_: object) -> NoReturn:
    raise Refusal("not_a_workbook", why="its XML declares entities, which no spreadsheet program writes")
