"""Read .xlsx and .xlsm, of both dialects (Transitional and Strict), in one pass over each sheet.

Only the parts that hold cells are read: no chart, image, pivot table, comment, macro or link is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbooks import ceilings
from workbooks.ceilings import Refusal, damaged, too_large
from workbooks.collecting import Contents, SheetCollector
from workbooks.markup import Attributes, parse_markup
from workbooks.packages import Package, resolve
from workbooks.serials import BUILT_IN_FORMATS
from workbooks.sheet_parts import SheetPart, unescape

_RELATION = "r:"
NAMESPACES = {
    "": "",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "",
    "http://schemas.openxmlformats.org/package/2006/relationships": "",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": _RELATION,
    "http://purl.oclc.org/ooxml/officeDocument/relationships": _RELATION,
}
_TRUE = {"1", "true", "on"}


@dataclass(slots=True)
class SheetEntry:
    """A sheet as the workbook part lists it: its name, whether it is hidden, and the part that holds it."""

    name: str
    is_hidden: bool
    relation: str


@dataclass(slots=True)
class Relations:
    """What a part points to, by id: the part and the kind of relation; parts outside the file are left out."""

    targets: dict[str, tuple[str, str]] = field(default_factory=dict)

    def first(self, kind: str) -> str | None:
        """The part of the first relation of that kind."""
        return next((target for target, found in self.targets.values() if found == kind), None)

    def has(self, kind: str) -> bool:
        """Whether there is a relation of that kind."""
        return self.first(kind) is not None


def read_spreadsheetml(package: Package) -> Contents:
    """The workbook. Refusal where it is damaged or beyond a ceiling."""
    book_part = find_book_part(package)
    relations = read_relations(package, book_part)
    book = _read_book(package, book_part)
    strings = _read_strings(package, relations.first("sharedStrings"))
    formats = _read_formats(package, relations.first("styles"))
    found = Contents("xlsx", has_formats=formats is not None)
    found.has_macros = relations.has("vbaProject") or relations.has("xlMacrosheet")
    found.kind = "xlsm" if found.has_macros else "xlsx"
    for entry in book.sheets:
        part = sheet_part(package, relations, entry)
        if part is None:
            continue
        collector = SheetCollector(
            entry.name, package.room, is_hidden=entry.is_hidden, is_1904=book.is_1904, has_formats=formats is not None
        )
        reader = SheetPart(collector, strings, formats or [])
        parse_markup(package.chunks(part), NAMESPACES, package.room, reader.start, reader.end, reader.text)
        if book.has_links and reader.first_link and not found.link:
            found.link = entry.name, reader.first_link
        found.sheets.append(collector.build())
    return found


def find_book_part(package: Package) -> str:
    """The part that lists the sheets: by the package's own relation, else by its usual name."""
    try:
        found = read_relations(package, "").first("officeDocument")
    except Refusal:
        found = None  # the package's own list is for other programs; ours has a usual name
    for name in (found, "xl/workbook.xml", "xl/workbook.bin"):
        if name and name in package:
            return name
    raise damaged("its list of sheets is missing")


def read_relations(package: Package, part: str) -> Relations:
    """What a part of the package points to. A part without relations points to nothing."""
    folder, _, name = part.rpartition("/")
    source = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    relations = Relations()

    def start(element: str, attributes: Attributes) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            relations.targets[attributes.get("Id", "")] = resolve(part, attributes.get("Target", "")), kind

    if source in package:
        parse_markup([package.read(source)], NAMESPACES, package.room, start)
    return relations


def sheet_part(package: Package, relations: Relations, entry: SheetEntry) -> str | None:
    """The part that holds a worksheet's cells; None for a sheet without cells (a chart, a dialogue, macros)."""
    target, kind = relations.targets.get(entry.relation, ("", ""))
    if not entry.relation or kind in {"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}:
        return None
    if not target or target not in package:
        raise damaged(f"its sheet '{entry.name}' is missing")
    return target


@dataclass(slots=True)
class _Book:
    sheets: list[SheetEntry] = field(default_factory=list)
    is_1904: bool = False
    has_links: bool = False


def _read_book(package: Package, part: str) -> _Book:
    book = _Book()

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            is_hidden = attributes.get("state", "visible") != "visible"
            relation = attributes.get(f"{_RELATION}id", "")
            book.sheets.append(SheetEntry(attributes.get("name", ""), is_hidden, relation))
            if len(book.sheets) > ceilings.MOST_SHEETS:
                raise too_large(f"it has more than {ceilings.MOST_SHEETS} sheets")
        elif name == "workbookPr":
            book.is_1904 = attributes.get("date1904", "") in _TRUE
        elif name == "externalReference":
            book.has_links = True

    parse_markup([package.read(part)], NAMESPACES, package.room, start)
    check_sheets(book.sheets)
    return book


def check_sheets(sheets: list[SheetEntry]) -> None:
    """Refusal for a workbook of no sheets, or of two with the same name."""
    if not sheets:
        raise damaged("its list of sheets is empty")
    names = {entry.name.casefold() for entry in sheets}
    if len(names) < len(sheets):
        raise damaged("two of its sheets bear the same name")


class _StringTable:
    """Handlers for the table of texts that cells share. How a text is pronounced is no part of it."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._takes = False
        self._is_phonetic = False

    def start(self, name: str, _: Attributes) -> None:
        """An element begins."""
        if name == "t":
            self._takes = not self._is_phonetic
        elif name == "rPh":
            self._is_phonetic = True
        elif name == "si":
            if len(self.strings) >= ceilings.MOST_STRINGS:
                raise too_large(f"it has more than {ceilings.MOST_STRINGS} shared texts")
            self._pieces.clear()

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "t":
            self._takes = False
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "si":
            self.strings.append(unescape("".join(self._pieces)))

    def text(self, piece: str) -> None:
        """Text within an element."""
        if self._takes:
            self._pieces.append(piece)


def _read_strings(package: Package, part: str | None) -> list[str]:
    table = _StringTable()
    if part is not None and part in package:
        parse_markup(package.chunks(part), NAMESPACES, package.room, table.start, table.end, table.text)
    return table.strings


def _read_formats(package: Package, part: str | None) -> list[str] | None:
    """The number format of each cell style, in order; None where the styles are missing or damaged.

    A workbook may have none: its numbers are then shown as they are.
    """
    if part is None:
        return []
    codes = dict(BUILT_IN_FORMATS)
    numbers: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        inside.append(name)
        if name == "numFmt" and inside[-2:-1] == ["numFmts"]:
            codes[int(attributes["numFmtId"])] = unescape(attributes.get("formatCode", ""))
        elif name == "xf" and inside[-2:-1] == ["cellXfs"]:
            numbers.append(int(attributes.get("numFmtId") or 0))

    def end(_: str) -> None:
        inside.pop()

    try:
        parse_markup([package.read(part)], NAMESPACES, package.room, start, end)
    except Refusal as refusal:
        if refusal.code != "damaged_file":
            raise
        return None
    return [codes.get(number, "General") for number in numbers]
