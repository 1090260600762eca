"""Take our own marks off again, so that a copy that is marked once more carries them once."""

from __future__ import annotations

import re
from collections import defaultdict

from workbooks.findings_table import FIRST_LINE, SECOND_LINE
from workbooks.marking.book import Book, SheetEntry, read_book, take_out
from workbooks.marking.cells import Place, cell_style, map_sheet, read_address
from workbooks.marking.comments import remove_comments
from workbooks.marking.package import Package
from workbooks.marking.splicing import Edits, parse
from workbooks.marking.styles import StyleBook

_LINK = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!([A-Z]{1,3}\d+)")


def unmark(package: Package) -> None:
    """Take out Findings sheets of ours, and the fills and comments that they speak of."""
    book = read_book(package)
    shared = _shared_index(package, book)
    ours = [e for e in book.sheets if e.kind == "worksheet" and _is_ours(package.read_xml(e.part), shared)]
    if not ours:
        return
    places: dict[str, set[Place]] = defaultdict(set)
    for entry in ours:
        for name, place in _linked_cells(package, entry):
            places[name].add(place)
    for entry in ours:
        take_out(package, read_book(package), entry)
    styles = StyleBook(package.read(book.styles))
    for entry in book.sheets:
        if entry not in ours and entry.kind == "worksheet":
            _clear_fills(package, entry, places[entry.name], styles)
            remove_comments(package, entry.part)
    package.write(book.styles, styles.to_bytes())


def _shared_index(package: Package, book: Book) -> str | None:
    """The number of our second line among the shared strings, where Excel has moved it there."""
    found = package.find_relation(book.part, "sharedStrings")
    if found is None or found.part is None:
        return None
    content = package.read_xml(found.part)
    if SECOND_LINE.encode() not in content:
        return None
    items = parse(content).children
    places = (n for n, item in enumerate(items) if SECOND_LINE.encode() in content[item.start : item.end])
    return str(next(places))


def _is_ours(content: bytes, shared: str | None) -> bool:
    if shared is None and SECOND_LINE.encode() not in content:
        return False
    found = map_sheet(content, [(1, 1), (2, 1)])
    cell = found.cells.get((2, 1))
    if cell is None or (1, 1) not in found.cells:
        return False
    inner = content[cell.open_end : cell.close]
    if cell.attributes.get("t") == "s":
        return shared is not None and re.search(rb">\s*" + shared.encode() + rb"\s*</", inner) is not None
    first = found.cells[1, 1]
    return SECOND_LINE.encode() in inner and FIRST_LINE.encode() in content[first.open_end : first.close]


def _linked_cells(package: Package, entry: SheetEntry) -> list[tuple[str, Place]]:
    """The cells that a Findings sheet's links lead to."""
    root = parse(
        package.read_xml(entry.part), lambda parents, *_: len(parents) == 1 or parents[-1].name == "hyperlinks"
    )
    links = root.find("hyperlinks")
    found = []
    for node in links.children if links else ():
        match = _LINK.fullmatch(node.attributes.get("location", ""))
        place = read_address(match[3]) if match else None
        if match and place:
            found.append(((match[1] or match[2]).replace("''", "'"), place))
    return found


def _clear_fills(package: Package, entry: SheetEntry, places: set[Place], styles: StyleBook) -> None:
    if not places:
        return
    content = package.read_xml(entry.part)
    first = map_sheet(content).anchors(sorted(places))
    sheet = map_sheet(content, sorted(set(first.values())))
    edits = Edits(content)
    for place in sorted(set(first.values())):
        node = sheet.cells.get(place)
        plain = styles.unpainted(cell_style(sheet, place)) if node else None
        if node is not None and plain is not None:
            edits.set_attributes(node, {"s": str(plain)})
    package.write(entry.part, edits.apply())
