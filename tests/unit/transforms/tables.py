"""Tables as they are cut from a workbook, made from rows of plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.config import Correction, Programme
from schemas.facts import LABEL_FIELD, CutTable, Period, Reading
from schemas.layout import Layout
from tests.properties.lines import SERVICES, make_programme
from transforms.corrections import apply_corrections
from transforms.judging import Judgement, judge_tables
from transforms.known import Facts, KnownObservation

DAY = dt.date(2021, 11, 29)
PERIOD = Period(DAY, DAY)

VISITS = {
    "rows": {
        "kind": "services",
        "services": list(SERVICES),
        "company": "optional",
    },
    "columns": {
        "fields": {
            "total": {"headers": ["Visits due"], "kind": "count"},
            "in_time": {"headers": ["In time"], "kind": "count"},
            "overdue": {"headers": ["Overdue"], "kind": "count", "required": False},
            "stated_pct": {"headers": ["Percentage"], "kind": "percent"},
        }
    },
    "checks": [{"total": "total", "parts": ["in_time", "overdue"]}],
    "measures": [
        {
            "id": "visits",
            "form": "percent",
            "numerator": "in_time",
            "denominator": "total",
            "stated": "stated_pct",
        }
    ],
}
MONTHLY = {
    "rows": {
        "kind": "items",
        "items": {"eet": {"labels": ["In education"]}, "leavers": {"labels": ["Leavers"]}},
    },
    "columns": {"kind": "periods", "value": {"kind": "percent"}},
    "measures": [{"id": "eet", "form": "percent", "stated": {"rows": ["eet"]}}],
}
GRADES = {
    "rows": {
        "kind": "items",
        "items": {"good": {"labels": ["Good"]}, "poor": {"labels": ["Poor"]}, "all": {"labels": ["Total"]}},
    },
    "columns": {
        "fields": {
            "number": {"headers": ["Number"], "kind": "count"},
            "share": {"headers": ["Share"], "kind": "percent"},
        }
    },
    "checks": [
        {
            "total": {"field": "number", "rows": ["all"]},
            "parts": [{"field": "number", "rows": ["good"]}, {"field": "number", "rows": ["poor"]}],
        }
    ],
    "measures": [
        {
            "id": "graded_good",
            "form": "percent",
            "numerator": {"field": "number", "rows": ["good"]},
            "denominator": {"field": "number", "rows": ["good", "poor"]},
            "stated": {"field": "share", "rows": ["good"]},
        }
    ],
}


def make_layout(**tables: Mapping[str, Any]) -> Layout:
    """A layout of these tables, from the start of 2021."""
    return Layout.model_validate({"from": dt.date(2021, 1, 1), "as_at": {"labels": ["As at"]}, "tables": tables})


def cut(
    layout: Layout, table: str, rows: Mapping[str, Mapping[str, str] | Iterable[str]], sheet: str = "Sheet"
) -> CutTable:
    """The readings of a table: by row key, the text of each field ("" for an empty cell)."""
    fields = layout.tables[table].columns.fields
    readings = []
    for number, (key, cells) in enumerate(rows.items(), 2):
        given = cells if isinstance(cells, Mapping) else dict(zip(fields, cells, strict=True))
        label = key.removeprefix("?").split("#")[0].title()
        readings.append(Reading(table, key, LABEL_FIELD, sheet, f"A{number}", label, "General", "text", label))
        for column, (field, text) in enumerate(given.items(), 1):
            kind = fields[field].kind if field in fields else layout.tables[table].columns.value.kind
            readings.append(read(table, key, field, sheet, f"{'ABCDEFGH'[column]}{number}", text, kind))
    return CutTable(table, sheet, "A1", tuple(readings))


def read(table: str, key: str, field: str, sheet: str, cell: str, text: str, kind: str) -> Reading:
    """One cell with a plain text in it."""
    if not text:
        return Reading(table, key, field, sheet, cell, "", "General", "empty", None)
    bare = text.removesuffix("%")
    is_number = bare.replace(".", "", 1).isdigit()
    decimals = len(bare.partition(".")[2]) if is_number else 0
    if not is_number:
        return Reading(table, key, field, sheet, cell, text, "General", "unreadable", None)
    return Reading(table, key, field, sheet, cell, text, "General", kind, bare, decimals)  # type: ignore[arg-type]


def judge(layout: Layout, tables: Iterable[CutTable], corrected: Mapping | None = None) -> Judgement:
    """What the tables give."""
    return judge_tables(list(tables), layout, make_programme({}), PERIOD, None, corrected, cadence="weekly")


def correct(layout: Layout, tables: Iterable[CutTable], corrections: Iterable[Correction]):
    """Tables judged with corrections: the corrected readings, and the judgement."""
    given = list(tables)
    fixed = apply_corrections([r for t in given for r in t.readings], corrections, layout)
    again = [
        CutTable(t.table, t.sheet, t.header_cell, tuple(r for r in fixed.readings if r.table == t.table))
        for t in given
    ]
    return fixed, judge(layout, again, fixed.cells)


def speak(judgement: Judgement) -> Facts:
    """The facts of one judged workbook."""
    return Facts(KnownObservation(o, "weekly_return", 1) for o in judgement.observations)


def declare(**keys: Any) -> Correction:
    """A correction of the visits due of the north, 669 to 696, unless told."""
    base = {
        "role": "Lead Performance Analyst",
        "date": dt.date(2021, 12, 6),
        "return": "weekly_return",
        "period": DAY,
        "service": "north",
        "measure": "visits",
        "field": "total",
        "expected": "669",
        "right": "696",
        "reason": "616 in time and 80 overdue make 696.",
    }
    return Correction.model_validate(base | keys)


def programme(**keys: Any) -> Programme:
    """A programme whose indicator has all three services and a small base of 10."""
    return make_programme({"company": "ratio", "services": list(SERVICES), "stale_after": 31, **keys})
