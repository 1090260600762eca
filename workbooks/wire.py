"""An opened workbook as JSON, for the pipe between a reading process and its owner."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from schemas.findings import Finding, Suggestion
from workbooks.grid import OpenedWorkbook, RawCell, RawValue, Sheet

_ERROR, _UNCACHED = 1, 2


def encode_workbook(opened: OpenedWorkbook) -> bytes:
    """The workbook as JSON. Cells are lists, and number formats stand once a sheet: there are many cells."""
    form = {
        "kind": opened.kind,
        "sheets": [_sheet_form(sheet) for sheet in opened.sheets],
        "notes": [asdict(note) for note in opened.notes],
    }
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode()


def decode_workbook(content: bytes) -> OpenedWorkbook:
    """The workbook that `encode_workbook` wrote."""
    form = json.loads(content)
    return OpenedWorkbook(
        form["kind"], tuple(_to_sheet(s) for s in form["sheets"]), tuple(decode_finding(n) for n in form["notes"])
    )


def decode_finding(form: dict[str, Any]) -> Finding:
    """A finding from its fields."""
    hint = form.pop("suggestion", None)
    return Finding(**form, suggestion=Suggestion(**hint) if hint else None)


def _sheet_form(sheet: Sheet) -> dict[str, Any]:
    formats: dict[str, int] = {}
    cells = [
        [
            cell.row,
            cell.column,
            *_value_form(cell.value),
            formats.setdefault(cell.number_format, len(formats)),
            cell.is_error * _ERROR + cell.is_uncached * _UNCACHED,
        ]
        for cell in sheet.cells.values()
    ]
    return {
        "name": sheet.name,
        "is_hidden": sheet.is_hidden,
        "formats": list(formats),
        "cells": cells,
        "merged": [[*place, *first] for place, first in sheet.merged.items()],
        "hidden_rows": sorted(sheet.hidden_rows),
        "hidden_columns": sorted(sheet.hidden_columns),
        "is_1904": sheet.is_1904,
        "has_formats": sheet.has_formats,
    }


def _to_sheet(form: dict[str, Any]) -> Sheet:
    formats: Sequence[str] = form["formats"]
    cells = {
        (row, column): RawCell(
            row, column, _to_value(kind, value), formats[style], bool(flags & _ERROR), bool(flags & _UNCACHED)
        )
        for row, column, kind, value, style, flags in form["cells"]
    }
    merged = {(row, column): (top, left) for row, column, top, left in form["merged"]}
    hidden = frozenset(form["hidden_rows"]), frozenset(form["hidden_columns"])
    return Sheet(form["name"], form["is_hidden"], cells, merged, *hidden, form["is_1904"], form["has_formats"])


def _value_form(value: RawValue) -> tuple[str, Any]:
    if isinstance(value, dt.datetime):
        return "datetime", value.isoformat()
    if isinstance(value, dt.date):
        return "date", value.isoformat()
    if isinstance(value, dt.time):
        return "time", value.isoformat()
    if isinstance(value, dt.timedelta):
        return "timedelta", [value.days, value.seconds, value.microseconds]
    return "", value


def _to_value(kind: str, value: Any) -> RawValue:
    if not kind:
        return value  # type: ignore[no-any-return]
    if kind == "timedelta":
        return dt.timedelta(*value)
    return {"datetime": dt.datetime, "date": dt.date, "time": dt.time}[kind].fromisoformat(value)  # type: ignore[no-any-return,attr-defined]
