"""Parse XML that may be hostile: piece by piece, with no entities, nothing fetched, and a bound to its depth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn
from xml.parsers import expat

from workbooks import ceilings
from workbooks.ceilings import Refusal, damaged

Attributes = dict[str, str]


def parse_markup(
    chunks: Iterable[bytes],
    namespaces: Mapping[str, str],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `start`, `end` and `text` for the elements and the text of a document.

    `namespaces` gives each known namespace the prefix under which its elements and attributes are named; elements of
    others are called "", their attributes keep the whole name. Refusal for what is no sound and harmless XML.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names: dict[str, str] = {}
    depth = 0

    def shorten(name: str) -> str:
        uri, _, local = name.rpartition(" ")
        prefix = namespaces.get(uri)
        return "" if prefix is None else prefix + local

    def on_start(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > ceilings.MOST_DEPTH:
            raise damaged("its XML is nested too deeply")
        if name not in names:
            names[name] = shorten(name)
        if attributes and _has_namespace(attributes):
            attributes = {(shorten(key) or key) if " " in key else key: value for key, value in attributes.items()}
        start(names[name], attributes)

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(names[name])

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = _refuse_entities
    parser.ExternalEntityRefHandler = _refuse_entities
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError):
        raise damaged("a part of it is damaged") from None


def _has_namespace(attributes: Attributes) -> bool:
    return any(" " in key for key in attributes)


def _refuse_entities(*_: object) -> NoReturn:
    raise Refusal("not_a_workbook", why="its XML declares entities, which no spreadsheet program writes")
