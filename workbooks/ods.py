"""Read OpenDocument spreadsheets (.ods, and .fods, the same in one XML file), streaming, whatever repeats."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterable

from workbooks import ceilings
from workbooks.ceilings import Refusal, Room, damaged, too_large
from workbooks.collecting import Contents, SheetCollector
from workbooks.markup import Attributes, parse_markup
from workbooks.ods_styles import NAMESPACES, Styles
from workbooks.packages import Package
from workbooks.sheet_parts import read_iso

_ERROR = re.compile(r"#[A-Z][A-Z0-9/_]*[!?A]|Err:\d{3}")
_SPACE = re.compile(r"[ \t\r\n]+")
_SPAN = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?")
_FALLBACK_FORMAT = {"percentage": "0.00%", "date": "yyyy-mm-dd", "time": "hh:mm:ss", "currency": "#,##0.00"}
_HIDDEN = {"collapse", "filter"}


def read_ods(package: Package) -> Contents:
    """The workbook in a package. Refusal where it is locked, damaged or beyond a ceiling."""
    if "encrypted-package" in package or is_locked(package):
        raise Refusal("encrypted_file")
    styles = Styles()
    reader = _Reader(styles, package.room)
    if "styles.xml" in package:
        try:
            parse_markup(
                [package.read("styles.xml")], NAMESPACES, package.room, styles.start, styles.end, styles.text
            )
        except Refusal as refusal:
            if refusal.code != "damaged_file":
                raise
            reader.found.has_formats = False
    return reader.read(package.chunks("content.xml"), any(name.startswith("basic/") for name in package.names()))


def read_flat(content: bytes) -> Contents:
    """The workbook in one XML file."""
    return _Reader(Styles(), Room()).read([content], b"<ooo:library " in content or b"<script:library" in content)


def is_locked(package: Package) -> bool:
    """Whether the manifest says that parts of the package are encrypted."""
    return "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml")


class _Reader:
    """Handlers for the elements of a spreadsheet document. Only what stands in a sheet's own cells counts."""

    def __init__(self, styles: Styles, room: Room) -> None:
        self.found = Contents("ods")
        self._styles = styles
        self._room = room
        self._sheet: SheetCollector | None = None
        self._is_1904 = False
        self._tables = 0
        self._is_cache = False
        self._ignored = 0
        self._row = self._column = self._row_repeat = self._next_column = 0
        self._row_style = ""
        self._column_ends: list[int] = []
        self._column_styles: list[str] = []
        self._filled: list[tuple[int, int, Attributes, str]] = []
        self._cell: Attributes | None = None
        self._pieces: list[str] = []
        self._paragraphs = self._length = 0
        self._is_inside = False
        self._names: set[str] = set()

    def read(self, chunks: Iterable[bytes], has_macros: bool) -> Contents:
        """All sheets of the document."""
        self.found.has_macros = has_macros
        parse_markup(chunks, NAMESPACES, self._room, self._start, self._end, self._text)
        if not self.found.sheets:
            raise damaged("it holds no sheet of cells")
        return self.found

    def _start(self, name: str, attributes: Attributes) -> None:
        if self._ignored or (self._cell is not None and not name.startswith("text:")):
            self._ignored += 1
        elif self._cell is not None:
            self._start_text(name, attributes)
        elif name.startswith("table:"):
            self._start_table(name, attributes)
        elif self._sheet is None:
            self._styles.start(name, attributes)

    def _start_table(self, name: str, attributes: Attributes) -> None:
        if name == "table:table":
            self._tables += 1
            if self._tables == 1:
                self._open_sheet(attributes)
        elif name == "table:table-source":
            self._is_cache = self._tables == 1
        elif name in {"table:tracked-changes", "table:shapes", "table:dde-links"}:
            self._ignored += 1
        elif name == "table:null-date":
            self._is_1904 = attributes.get("table:date-value", "").startswith("1904")
        elif self._sheet is not None and self._tables == 1:
            self._start_within(name, attributes, self._sheet)

    def _open_sheet(self, attributes: Attributes) -> None:
        name = attributes.get("table:name", "")
        is_hidden = attributes.get("table:style-name", "") in self._styles.hidden_tables
        self._sheet = SheetCollector(
            name, self._room, is_hidden=is_hidden, is_1904=self._is_1904, has_formats=self.found.has_formats
        )
        self._is_cache = name.startswith("'file:")
        self._row = self._row_repeat = self._next_column = 0
        self._column_ends, self._column_styles = [], []

    def _start_within(self, name: str, attributes: Attributes, sheet: SheetCollector) -> None:
        if name in {"table:table-cell", "table:covered-table-cell"}:
            self._cell = attributes
            self._pieces, self._paragraphs, self._length = [], 0, 0
        elif name == "table:table-row":
            self._row += self._row_repeat or 1
            self._row_repeat = _count(attributes, "table:number-rows-repeated")
            self._row_style = attributes.get("table:default-cell-style-name", "")
            self._column = 1
            self._filled = []
            if attributes.get("table:visibility") in _HIDDEN:
                sheet.hide_rows(self._row, self._row + self._row_repeat - 1)
        elif name == "table:table-column":
            first = self._next_column + 1
            self._next_column += _count(attributes, "table:number-columns-repeated")
            self._column_ends.append(self._next_column)
            self._column_styles.append(attributes.get("table:default-cell-style-name", ""))
            if attributes.get("table:visibility") in _HIDDEN:
                sheet.hide_columns(first, self._next_column)

    def _start_text(self, name: str, attributes: Attributes) -> None:
        if name in {"text:p", "text:h"}:
            self._pieces += ["\n"] * bool(self._paragraphs)
            self._paragraphs += 1
            self._is_inside = True
        elif name == "text:s":
            self._add_piece(" " * min(_count(attributes, "text:c"), ceilings.MOST_TEXT))
        elif name in {"text:tab", "text:line-break"}:
            self._add_piece("\t" if name == "text:tab" else "\n")

    def _text(self, piece: str) -> None:
        if self._cell is not None:
            if self._is_inside and not self._ignored:
                self._add_text(piece)
        elif self._sheet is None:
            self._styles.text(piece)

    def _add_text(self, piece: str) -> None:
        """Take text in, its white space made single; spaces and breaks that count have elements of their own."""
        piece = _SPACE.sub(" ", piece)
        if piece.startswith(" ") and (not self._pieces or self._pieces[-1][-1:] in {"\n", " "}):
            piece = piece[1:]
        self._add_piece(piece)

    def _add_piece(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > ceilings.MOST_TEXT:
            raise too_large("one of its cells holds more text than a return can need")

    def _end(self, name: str) -> None:
        if self._ignored:
            self._ignored -= 1
        elif name in {"text:p", "text:h"}:
            self._is_inside = False
        elif name == "table:table":
            self._close_sheet()
        elif name in {"table:table-cell", "table:covered-table-cell"} and self._cell is not None:
            self._end_cell(self._cell, name == "table:covered-table-cell")
            self._cell = None
        elif name == "table:table-row" and self._tables == 1:
            self._end_row()
        elif self._sheet is None:
            self._styles.end(name)

    def _close_sheet(self) -> None:
        self._tables -= 1
        if self._tables or self._sheet is None:
            return
        sheet, self._sheet = self._sheet, None
        if self._is_cache:
            self.found.link = "", ""  # a copy of another file's sheet, kept for the formulas that use it
            return
        if sheet.name in self._names:
            raise damaged("two of its sheets bear the same name")
        self._names.add(sheet.name)
        if len(self._names) > ceilings.MOST_SHEETS:
            raise too_large(f"it has more than {ceilings.MOST_SHEETS} sheets")
        self.found.sheets.append(sheet.build())

    def _end_cell(self, cell: Attributes, is_covered: bool) -> None:
        """Keep a filled cell until its row ends; step over a blank one, however often it repeats."""
        repeat = _count(cell, "table:number-columns-repeated")
        has_content = "office:value-type" in cell or "table:formula" in cell or bool(self._pieces)
        if has_content and not is_covered:
            self._filled.append((self._column, repeat, cell, "".join(self._pieces)))
        if not is_covered and self._sheet is not None:
            rows, columns = (_count(cell, f"table:number-{way}-spanned") for way in ("rows", "columns"))
            if rows > 1 or columns > 1:
                self._sheet.merge((self._row, self._column, self._row + rows - 1, self._column + columns - 1))
        self._column += repeat

    def _end_row(self) -> None:
        for column, repeat, cell, text in self._filled:
            if repeat * self._row_repeat > self._room.cells:
                raise too_large(f"it has more than {ceilings.MOST_CELLS} filled cells")
            for row in range(self._row, self._row + self._row_repeat):
                for number in range(column, column + repeat):
                    self._add(row, number, cell, text)

    def _add(self, row: int, column: int, cell: Attributes, text: str) -> None:
        sheet = self._sheet
        if sheet is None or self._is_cache:
            return
        kind = cell.get("office:value-type", "")
        code = self._format(cell, column, kind)
        is_formula = "table:formula" in cell
        is_error = cell.get("calcext:value-type") == "error" or is_formula or kind not in {"", "string"}
        if is_error and _ERROR.fullmatch(text):
            sheet.add(row, column, text, code, is_error=True)
        elif is_formula and not kind and not text:
            sheet.add(row, column, None, code, is_uncached=True)
        elif kind in {"float", "percentage", "currency"}:
            _add_number(sheet, row, column, cell.get("office:value", ""), code)
        elif kind in {"date", "time"}:
            _add_moment(sheet, row, column, cell.get(f"office:{kind}-value", ""), code)
        elif kind == "boolean":
            sheet.add(row, column, cell.get("office:boolean-value") == "true", code)
        else:
            sheet.add(row, column, cell.get("office:string-value", text) or text, code)

    def _format(self, cell: Attributes, column: int, kind: str) -> str:
        """The number format of the cell's style, else of its row's, else of its column's."""
        own = cell.get("table:style-name") or self._row_style
        place = bisect_left(self._column_ends, column)
        if not own and place < len(self._column_ends):
            own = self._column_styles[place]
        return self._styles.format_of(own) or _FALLBACK_FORMAT.get(kind, "General")


def _count(attributes: Attributes, name: str) -> int:
    return max(int(attributes.get(name) or 1), 1)


def _add_number(sheet: SheetCollector, row: int, column: int, text: str, code: str) -> None:
    try:
        number = int(text) if text.lstrip("-").isdecimal() and len(text) <= 25 else float(text)
    except ValueError:
        raise damaged(f"'{text[:20]}' stands where a number belongs, in sheet '{sheet.name}'") from None
    sheet.add_number(row, column, number, code)


def _add_moment(sheet: SheetCollector, row: int, column: int, text: str, code: str) -> None:
    moment = read_span(text) if "P" in text[:2] else read_iso(text)
    if moment is None:
        sheet.add(row, column, text, code)
    else:
        sheet.add_moment(row, column, moment, code)


def read_span(text: str) -> dt.timedelta | None:
    """A span of time as XML writes it (PT12H30M00S); None where it is none."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    try:
        seconds = float((match[5] or "0").replace(",", "."))
        days, hours, minutes = (int(part or 0) for part in match.group(2, 3, 4))
        span = dt.timedelta(days=days, hours=hours, minutes=minutes, milliseconds=round(seconds * 1000))
    except (OverflowError, ValueError):
        return None
    return -span if match[1] else span
