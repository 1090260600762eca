"""What a marked copy keeps and what it loses, for the file at hand: said on its Findings sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from workbooks.grid import address
from workbooks.marking.book import Book
from workbooks.marking.cells import Place
from workbooks.marking.package import TYPES, Package
from workbooks.marking.splicing import parse

_BY_CONTENT_TYPE = (
    ("charts", "drawingml.chart+xml"),
    ("pivot tables", "pivottable+xml"),
    ("tables", "spreadsheetml.table+xml"),
    ("slicers", "slicer+xml"),
    ("timelines", "timeline+xml"),
    ("links to other workbooks, which are not followed", "externallink+xml"),
    ("data connections, which are not refreshed", "connections+xml"),
    ("comments of your own", "spreadsheetml.comments+xml"),
    ("threads of comments", "threadedcomments+xml"),
    ("form controls", "controlproperties+xml"),
    ("ActiveX controls", "activex+xml"),
    ("macros, byte for byte", "vbaproject"),
)
_IN_SHEETS = (
    ("conditional formats", rb"<(?:\w+:)?conditionalFormatting\b"),
    ("sparklines", rb"<(?:\w+:)?sparkline>"),
    ("data validations", rb"<(?:\w+:)?dataValidation\b"),
    ("protected sheets", rb"<(?:\w+:)?sheetProtection\b"),
)
_ALWAYS = (
    "Every value, every formula and its stored result; number formats, fonts, borders, widths, heights, merged "
    "cells, names, frozen panes, print settings, and which sheets, rows and columns are hidden: as in your file."
)
_MOST_NAMED = 10


@dataclass(slots=True)
class Losses:
    """What marking a file took away or covered, noted as it happens."""

    painted: int = 0
    patterned: list[str] = field(default_factory=list)
    threaded: list[str] = field(default_factory=list)
    under_rules: list[str] = field(default_factory=list)
    has_signature: bool = False
    has_macros: bool = False


def place_name(sheet: str, place: Place) -> str:
    """Visits!C7."""
    return f"{sheet}!{address(*place)}"


def list_kept(package: Package, book: Book) -> tuple[str, ...]:
    """The lines that say what the copy keeps. To be asked before anything of ours is put in."""
    types = [node.attributes.get("ContentType", "").lower() for node in parse(package.read_xml(TYPES)).children]
    counts = [(words, sum(part in kind for kind in types)) for words, part in _BY_CONTENT_TYPE]
    sheets = [package.read(entry.part) for entry in book.sheets]
    counts += [(words, sum(len(re.findall(pattern, sheet)) for sheet in sheets)) for words, pattern in _IN_SHEETS]
    pictures = sum(name.lower().startswith("xl/media/") for name in package.names)
    boxes = sum(len(re.findall(rb"\btxBox\s*=", package.read(n))) for n in package.names if "/drawings/" in n)
    custom = sum(name.lower().startswith("customxml/item") for name in package.names)
    counts += [("pictures", pictures), ("text boxes", boxes), ("custom XML", custom)]
    there = [words for words, count in counts if count]
    return (_ALWAYS, f"Also as in your file: {'; '.join(there)}.") if there else (_ALWAYS,)


def list_lost(losses: Losses) -> tuple[str, ...]:
    """The lines that say what the copy changes or loses."""
    lines = ["This sheet is put first, and the workbook opens on it. The others keep their order."]
    if losses.has_macros:
        lines.append("A macro that counts sheets by their place finds each one place later.")
    if losses.painted:
        lines.append(
            f"The fill of {losses.painted} {'cell' if losses.painted == 1 else 'cells'} is covered by the colour of "
            "the finding: red for an error, amber for a doubt, blue for a note. The cell's comment says which."
        )
    if losses.patterned:
        lines.append(f"A pattern or gradient is lost under that colour at {_some(losses.patterned)}.")
    if losses.under_rules:
        lines.append(f"A conditional format may hide that colour on {_some(losses.under_rules)}.")
    if losses.threaded:
        lines.append(
            f"A thread of comments stays at {_some(losses.threaded)}; Excel shows the thread there and not our "
            "comment, so read the finding on this sheet."
        )
    if losses.has_signature:
        lines.append("The digital signature is taken off: it does not hold for a changed file.")
    return tuple(lines)


def _some(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
