"""Mark cells of one sheet: a new style each, in place; cells and rows that are not there yet come in order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.findings import Severity
from workbooks.grid import address, column_letter
from workbooks.marking.book import relation_attribute
from workbooks.marking.splicing import Edits, Node, Unmarkable, insertion_point, parse
from workbooks.marking.styles import StyleBook

Place = tuple[int, int]
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_ORDER = (
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
)
_LOOKED_INTO = {"mergeCells", "cols", "sheetViews", "AlternateContent", "Choice", "Fallback"}


def read_address(text: str | None) -> Place | None:
    """Row and column of an A1 address; None for what is not the address of one cell."""
    match = _ADDRESS.fullmatch(text or "")
    if match is None:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    row = int(match[2])
    return (row, column) if row <= _MOST_ROWS and column <= _MOST_COLUMNS else None


@dataclass(slots=True)
class SheetMap:
    """Where the things of a sheet stand that marking needs: the rows and cells that are looked for, and, for
    rows that are not there, the offset of the first row below."""

    content: bytes
    root: Node
    rows: dict[int, list[Node]] = field(default_factory=dict)
    below: dict[int, int] = field(default_factory=dict)
    cells: dict[Place, Node] = field(default_factory=dict)

    @property
    def data(self) -> Node:
        """The element that holds the rows."""
        found = self.root.find("sheetData")
        if found is None:
            raise Unmarkable("a sheet of it holds no cells")
        return found

    def anchors(self, places: Sequence[Place]) -> dict[Place, Place]:
        """Each place, or the first cell of the merged range that it lies in: the one that is seen."""
        merged = self.root.find("mergeCells")
        areas = [_read_area(node.attributes.get("ref", "")) for node in (merged.children if merged else ())]
        found = {}
        for place in places:
            area = next((a for a in areas if a and _lies_in(place, a)), None)
            found[place] = (area[0], area[1]) if area else place
        return found


Area = tuple[int, int, int, int]


def _read_area(text: str) -> Area | None:
    first, _, last = text.partition(":")
    start, end = read_address(first), read_address(last or first)
    return (*start, *end) if start and end else None


def _lies_in(place: Place, area: Area) -> bool:
    return area[0] <= place[0] <= area[2] and area[1] <= place[1] <= area[3]


def map_sheet(content: bytes, places: Sequence[Place] = ()) -> SheetMap:
    """Look a sheet through for the rows of some places."""
    finder = _RowFinder({row for row, _ in places})
    found = SheetMap(content, parse(content, finder.wants))
    found.below = finder.below
    data = found.root.find("sheetData")
    for node in data.children if data else ():
        found.rows.setdefault(finder.numbers[node.start], []).append(node)
    for number, nodes in found.rows.items():
        for row in nodes:
            for cell, column in _columns_of(row):
                found.cells.setdefault((number, column), cell)
    return found


def _columns_of(row: Node) -> list[tuple[Node, int]]:
    """The cells of a row with their columns; a cell without an address follows the one before."""
    found, last = [], 0
    for cell in row.children:
        place = read_address(cell.attributes.get("r"))
        last = place[1] if place else last + 1
        found.append((cell, last))
    return found


class _RowFinder:
    """Says which elements of a sheet are kept, and notes where rows stand."""

    def __init__(self, rows: set[int]) -> None:
        self._rows = rows
        self._pending = sorted(rows)
        self._last = 0
        self.below: dict[int, int] = {}
        self.numbers: dict[int, int] = {}

    def wants(self, parents: Sequence[Node], name: str, attributes: dict[str, str], offset: int) -> bool:
        """Whether an element is kept."""
        if len(parents) == 1:
            return True
        parent = parents[-1].name
        if parent == "sheetData":
            return name == "row" and self._wants_row(attributes, offset)
        return name == "c" if parent == "row" else parent in _LOOKED_INTO

    def _wants_row(self, attributes: dict[str, str], offset: int) -> bool:
        text = attributes.get("r", "")
        number = self._last = int(text) if text.isdigit() else self._last + 1
        while self._pending and self._pending[0] < number:
            self.below[self._pending.pop(0)] = offset
        if number not in self._rows:
            return False
        self.numbers[offset] = number
        return True


def cell_style(sheet: SheetMap, place: Place) -> int:
    """The style of a cell; of one that is not there, that of its row or column."""
    node = sheet.cells.get(place)
    if node is None:
        row = next(iter(sheet.rows.get(place[0], ())), None)
        if row is not None and row.attributes.get("customFormat") in {"1", "true"}:
            return _number(row.attributes.get("s"))
        return _column_style(sheet.root, place[1])
    return _number(node.attributes.get("s"))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _column_style(root: Node, column: int) -> int:
    columns = root.find("cols")
    for node in columns.children if columns else ():
        if _number(node.attributes.get("min")) <= column <= _number(node.attributes.get("max")):
            return _number(node.attributes.get("style"))
    return 0


def paint_cells(sheet: SheetMap, edits: Edits, marks: Mapping[Place, Severity], styles: StyleBook) -> None:
    """Give cells the fill of their severity. What is not there yet is put in, empty."""
    new: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place in sorted(marks):
        style = styles.painted(cell_style(sheet, place), marks[place])
        node = sheet.cells.get(place)
        if node is not None:
            edits.set_attributes(node, {"s": str(style)})
        else:
            new[place[0]].append((place[1], style))
    into_data = ""
    for number, cells in new.items():
        if number in sheet.rows:
            _add_to_row(sheet, edits, number, cells)
        elif number in sheet.below:
            edits.insert(sheet.below[number], _row_xml(sheet, number, cells))
        else:
            into_data += _row_xml(sheet, number, cells)
    if into_data:
        edits.append(sheet.data, into_data)
    if new:
        _widen_dimension(sheet.root, edits, [(row, column) for row, cells in new.items() for column, _ in cells])


def _cell_xml(sheet: SheetMap, row: int, column: int, style: int) -> str:
    return f'<{sheet.data.tag("c")} r="{address(row, column)}" s="{style}"/>'


def _row_xml(sheet: SheetMap, number: int, cells: Sequence[tuple[int, int]]) -> str:
    inner = "".join(_cell_xml(sheet, number, column, style) for column, style in cells)
    tag = sheet.data.tag("row")
    return f'<{tag} r="{number}">{inner}</{tag}>'


def _add_to_row(sheet: SheetMap, edits: Edits, number: int, cells: Sequence[tuple[int, int]]) -> None:
    row = sheet.rows[number][0]
    at_end = ""
    for column, style in cells:
        xml = _cell_xml(sheet, number, column, style)
        after = next((cell for cell, other in _columns_of(row) if other > column), None)
        if after is None:
            at_end += xml
        else:
            edits.insert(after.start, xml)
    if at_end:
        edits.append(row, at_end)
    spans = re.fullmatch(r"(\d+):(\d+)", row.attributes.get("spans", ""))
    if spans:
        columns = [int(spans[1]), int(spans[2]), *(column for column, _ in cells)]
        edits.set_attributes(row, {"spans": f"{min(columns)}:{max(columns)}"})


def _widen_dimension(root: Node, edits: Edits, places: Sequence[Place]) -> None:
    node = root.find("dimension")
    area = _read_area(node.attributes.get("ref", "")) if node else None
    if node is None or area is None:
        return
    rows = [area[0], area[2], *(row for row, _ in places)]
    columns = [area[1], area[3], *(column for _, column in places)]
    first = f"{column_letter(min(columns))}{min(rows)}"
    edits.set_attributes(node, {"ref": f"{first}:{column_letter(max(columns))}{max(rows)}"})


def unselect(sheet: SheetMap, edits: Edits) -> None:
    """A sheet is no longer the selected one: two selected sheets would be edited as one."""
    views = sheet.root.find("sheetViews")
    for view in views.children if views else ():
        if view.attributes.get("tabSelected") in {"1", "true"}:
            edits.set_attributes(view, {"tabSelected": None})


def legacy_drawing_id(sheet: SheetMap) -> str | None:
    """The relation of the drawing that shows a sheet's comments; None where there is none."""
    node = sheet.root.find("legacyDrawing")
    return next((v for k, v in node.attributes.items() if " id" in k), None) if node else None


def add_legacy_drawing(sheet: SheetMap, edits: Edits, relation_id: str) -> None:
    """Let a sheet show the drawing of its comments."""
    xml = f"<{sheet.root.tag('legacyDrawing')} {relation_attribute(sheet.content, sheet.root, relation_id)}/>"
    edits.insert(insertion_point(sheet.root, "legacyDrawing", _ORDER), xml)
