"""Write a form of a return: locked cells shaded, drop-downs, and a sheet that says how to fill it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from schemas.forms import ChoiceList, FormColumn, FormValue, ReturnForm
from workbooks.saving import save_book

GUIDE = "How to fill this in"
_FONT = "Arial"
_EDGE = Side(style="thin", color="A6A6A6")
_BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_HEADER = PatternFill("solid", fgColor="17365D")
_LOCKED = PatternFill("solid", fgColor="E3E6EA")
_HELP = PatternFill("solid", fgColor="F3F5F7")
_DAY_FORMAT = "dd/mm/yyyy"
_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
_SERIAL_ZERO = dt.date(1899, 12, 30)
_LONGEST = 32_767
_LINE, _MOST_LINES = 13, 30
_A4, _A3 = 9, 8
_WIDE = 180
_FORMULA_LIKE = ("=", "+", "-", "@")


def write_form(form: ReturnForm) -> bytes:
    """The form as a workbook: the sheet to fill in, and the guide. The same form gives the same bytes."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # a new workbook has a sheet
    sheet.title = form.sheet
    guide = book.create_sheet(GUIDE if form.sheet != GUIDE else f"{GUIDE} (2)")
    places = _write_guide(guide, form)
    header = _write_head(sheet, form)
    _write_rows(sheet, form, header)
    _offer_choices(sheet, form, header, places)
    _set_up(sheet, form, header)
    book.properties.title, book.properties.creator = form.lines[0], "Boardpack"
    return save_book(book, form.as_at)


def _put(sheet: Worksheet, row: int, column: int, value: FormValue) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # nothing is merged here
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_LONGEST]
        cell.data_type = "s"  # text that begins with "=" stays text,
        if value.startswith(_FORMULA_LIKE):
            cell.quotePrefix = True  # also after somebody has edited it
    elif value is not None:
        cell.value = value
    cell.font = Font(name=_FONT, size=10)
    return cell


def _write_head(sheet: Worksheet, form: ReturnForm) -> int:
    """The lines above the table and its header; returns the header's row."""
    row = 0
    for row, line in enumerate(form.lines, 1):
        _put(sheet, row, 1, line).font = Font(name=_FONT, size=14 if row == 1 else 11, bold=True)
    row += 1
    note = _put(sheet, row, 1, f"White cells are for you to fill in; shaded cells are locked. See '{GUIDE}'.")
    note.font = Font(name=_FONT, size=10, italic=True)
    row += 2
    if form.anchor:
        _put(sheet, row, 1, form.anchor).font = Font(name=_FONT, size=11, bold=True)
        row += 1
    if any(column.above for column in form.columns):
        for number, column in enumerate(form.columns, 1):
            if column.above:
                _dress_header(_put(sheet, row, number, column.above))
        row += 1
    for number, column in enumerate(form.columns, 1):
        _dress_header(_put(sheet, row, number, column.title))
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.row_dimensions[row].height = 2 * _LINE + 4
    return row


def _dress_header(cell: Cell) -> None:
    cell.font = Font(name=_FONT, size=10, bold=True, color="FFFFFF")
    cell.fill, cell.border = _HEADER, _BOX
    cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")


def _write_rows(sheet: Worksheet, form: ReturnForm, header: int) -> None:
    empty: tuple[FormValue, ...] = (None,) * len(form.columns)
    for number, values in enumerate((*form.rows, *(empty for _ in range(form.spare))), header + 1):
        is_spare = number > header + len(form.rows)
        sheet.row_dimensions[number].height = _LINE * _lines_needed(form.columns, values) + 3
        for position, (column, value) in enumerate(zip(form.columns, values, strict=True), 1):
            cell = _put(sheet, number, position, value)
            _dress(cell, column, is_open=is_spare and not column.is_help)


def _lines_needed(columns: Sequence[FormColumn], values: Sequence[FormValue]) -> int:
    """The lines of the longest wrapped cell, two at least: programs that do not fit rows themselves show all."""
    needed = 2
    for column, value in zip(columns, values, strict=True):
        if isinstance(value, str):
            parts = value.split("\n")
            needed = max(needed, sum(1 + int(len(part) / (column.width * 0.95)) for part in parts))
    return min(needed, _MOST_LINES)


def _dress(cell: Cell, column: FormColumn, *, is_open: bool) -> None:
    is_locked = (column.is_locked or column.is_help) and not is_open
    cell.border = _BOX
    cell.protection = Protection(locked=is_locked)
    cell.alignment = Alignment(
        wrap_text=True, vertical="top", horizontal="center" if column.kind == "date" else "left"
    )
    if column.kind == "date":
        cell.number_format = _DAY_FORMAT
    elif column.kind == "code":
        cell.number_format = "@"
    if is_locked:
        cell.fill = _HELP if column.is_help else _LOCKED
    if column.is_help:
        cell.font = Font(name=_FONT, size=9, italic=True, color="444444")


def _write_guide(sheet: Worksheet, form: ReturnForm) -> dict[str, str]:
    """How to fill the form in, and what may be chosen; returns where each list of choices stands."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 84
    _put(sheet, 1, 1, GUIDE).font = Font(name=_FONT, size=14, bold=True)
    row = 3
    for number, text in enumerate(form.instructions, 1):
        cell = _put(sheet, row, 1, f"{number}. {text}")
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 14 * (1 + len(text) // 150)
        row += 1
    places = {}
    for choices in form.lists:
        row += 1
        _put(sheet, row, 1, choices.title).font = Font(name=_FONT, size=11, bold=True)
        for value, meaning in choices.values:
            row += 1
            for column, text in ((1, value), (2, meaning)):
                _put(sheet, row, column, text).alignment = Alignment(wrap_text=True, vertical="top")
        first = row - len(choices.values) + 1
        places[choices.id] = f"'{sheet.title}'!$A${first}:$A${row}"
        row += 1
    sheet.protection.sheet = True
    _print_setup(sheet)
    return places


def _offer_choices(sheet: Worksheet, form: ReturnForm, header: int, places: Mapping[str, str]) -> None:
    lists: dict[str, ChoiceList] = {c.id: c for c in form.lists}
    first, last = header + 1, header + len(form.rows) + form.spare
    for number, column in enumerate(form.columns, 1):
        rule = _rule(column, lists, places)
        if rule is None or last < first:
            continue
        sheet.add_data_validation(rule)
        letter = get_column_letter(number)
        rule.add(f"{letter}{first}:{letter}{last}")


def _rule(column: FormColumn, lists: Mapping[str, ChoiceList], places: Mapping[str, str]) -> DataValidation | None:
    if column.choices and lists[column.choices].values:
        choices = lists[column.choices]
        return _validation(
            type="list",
            formula1=places[choices.id],
            showErrorMessage=not choices.is_open,
            errorTitle=column.title[:32],
            error=f"Choose one of the list. It stands on the sheet '{GUIDE}'.",
        )
    if column.kind == "date" and not column.is_locked and not column.is_help:
        return _validation(
            type="date",
            operator="between",
            formula1=str((_FIRST_DAY - _SERIAL_ZERO).days),
            formula2=str((_LAST_DAY - _SERIAL_ZERO).days),
            showErrorMessage=True,
            errorTitle=column.title[:32],
            error="Write a date, for example 29/11/2021. Remarks belong in a text column.",
        )
    return None


def _validation(**keys: Any) -> DataValidation:
    return DataValidation(allow_blank=True, **keys)


def _set_up(sheet: Worksheet, form: ReturnForm, header: int) -> None:
    sheet.freeze_panes = sheet.cell(header + 1, form.frozen + 1).coordinate
    sheet.print_title_rows = f"{header}:{header}"
    sheet.sheet_view.showGridLines = False
    sheet.protection.sheet = True  # no password: it keeps slips out, not people
    for name in ("formatColumns", "formatRows", "autoFilter", "sort"):
        setattr(sheet.protection, name, False)  # False means: allowed
    _print_setup(sheet, _A3 if sum(column.width for column in form.columns) > _WIDE else _A4)


def _print_setup(sheet: Worksheet, paper: int = _A4) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", paper
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.75, footer=0.3)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter = HeaderFooterItem(left=_HeaderFooterPart("&A"), right=_HeaderFooterPart("Page &P of &N"))
