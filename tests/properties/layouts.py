"""Layouts and values of every supported shape, drawn by hypothesis and written as real workbooks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from schemas.config import Programme
from tests.properties.lines import SERVICES, make_programme

AS_AT = dt.date(2031, 3, 3)
TITLE = "Yearly lamp survey"
WORDS = ("Lamps", "Wicks", "Oil", "Ropes", "Bells", "Boats", "Keepers", "Quays", "Stairs", "Mirrors")
KINDS = ("count", "number", "percent", "text", "date")

Draw = Any
Place = tuple[str, str, str]  # table (with its service, where it is repeated), row key, field


@dataclass(frozen=True)
class Written:
    """A value as it is written into a cell, and what the reader must make of it."""

    value: Any
    number_format: str
    kind: str
    read_as: str | None


@dataclass
class Drawn:
    """A drawn return: its programme, its workbook, and where each value was written."""

    programme: Programme
    content: bytes
    expected: dict[Place, tuple[str, str, Written]] = field(default_factory=dict)


BLANK = Written(None, "General", "empty", None)


@st.composite
def written(draw: Draw, kind: str) -> Written:
    """A value of a kind, in one of the ways in which people write it."""
    if draw(st.integers(0, 9)) == 0:
        return BLANK
    if kind == "text":
        text = draw(st.text("abcdefgh XYZ&,'", min_size=1, max_size=20).map(str.strip).filter(bool))
        return Written(text, "General", "text", text)
    if kind == "date":
        day = draw(st.dates(dt.date(2001, 1, 1), dt.date(2049, 12, 31)))
        ways = [
            (dt.datetime.combine(day, dt.time()), "dd/mm/yyyy"),
            (f"{day:%d/%m/%Y}", "@"),
            (f"{day:%-d %B %Y}", "@"),
        ]
        value, shown = draw(st.sampled_from(ways))
        return Written(value, shown, "date", day.isoformat())
    if kind == "count":
        number = draw(st.integers(0, 1_999_999))
        value, shown = draw(
            st.sampled_from([(number, "0"), (number, "General"), (f"{number:,}", "@"), (str(number), "@")])
        )
        return Written(value, shown, "count", str(number))
    return draw(_fractional(kind))


@st.composite
def _fractional(draw: Draw, kind: str) -> Written:
    places = draw(st.integers(0, 3))
    number = Decimal(draw(st.integers(0 if kind == "number" else 100, 100_000 if kind == "percent" else 9_999_999)))
    number = number.scaleb(-3).quantize(Decimal(1).scaleb(-places)) if places else Decimal(int(number) % 1000)
    plain = str(int(number)) if number == number.to_integral_value() else format(number.normalize(), "f")
    decimals = "." + "0" * places if places else ""
    if kind == "number":
        ways = [(float(number), f"0{decimals}"), (f"{number:.{places}f}", "@")]
    else:
        ways = [(float(number / 100), f"0{decimals}%"), (f"{number:.{places}f}%", "@")]
        ways += [(float(number), f"0{decimals}")] if number >= 1 or number == 0 else []
    value, shown = draw(st.sampled_from(ways))
    return Written(value, shown, kind, plain)


def _recased(draw: Draw, text: str) -> str:
    """A spelling of a name that means the same: another case, more spaces, a colon."""
    return draw(st.sampled_from([text, text.upper(), f" {text}", text.replace(" ", "  "), f"{text}:"]))


@dataclass
class _Plan:
    """One table to write: its name, layout, rows (key, label), columns (field, heading, kind), and its services."""

    name: str
    layout: dict[str, Any]
    rows: list[tuple[str, str, str | None]]
    columns: list[tuple[str, str, str]]
    services: tuple[str, ...] = ()


@st.composite
def _plan(draw: Draw, index: int) -> _Plan:
    name = f"table_{index}"
    shape = draw(st.sampled_from(["fields", "fields", "periods", "value", "records"]))
    is_repeated = shape in {"fields", "value"} and draw(st.booleans()) and index == 0
    row_kind = draw(st.sampled_from(["services", "items"])) if not is_repeated else "items"
    row_kind = "records" if shape == "records" else row_kind
    value_kind = draw(st.sampled_from(("count", "number", "percent")))
    rows, row_axis = draw(_rows(row_kind, index, own_kinds=shape in {"periods", "value"}))
    columns, column_axis = draw(_columns(shape, index, value_kind))
    layout: dict[str, Any] = {"rows": row_axis, "columns": column_axis, "anchor": [f"Part {index} of it"]}
    services: tuple[str, ...] = ()
    if is_repeated:
        services = SERVICES
        layout["repeat"] = {"services": list(SERVICES)}
        layout["anchor"] = [f"Part {index} for {{service}}"]
    return _Plan(name, layout, rows, columns, services)


@st.composite
def _rows(draw: Draw, kind: str, index: int, *, own_kinds: bool) -> tuple[list[tuple[str, str, str | None]], dict]:
    if kind == "services":
        names = draw(st.permutations(SERVICES))
        return [(n, n.title(), None) for n in names], {
            "kind": kind,
            "headers": ["Service"],
            "services": list(SERVICES),
        }
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True))
    if kind == "records":
        return [(f"{w}-{index}", f"{w}-{index}", None) for w in words], {"kind": kind, "key": "key"}
    kinds = [draw(st.sampled_from([None, "count", "percent"])) if own_kinds else None for _ in words]
    items = {w.lower(): {"labels": [f"{w} of part {index}"], **({"kind": k} if k else {})}
             for w, k in zip(words, kinds, strict=True)}  # fmt: skip
    rows = [(w.lower(), f"{w} of part {index}", k) for w, k in zip(words, kinds, strict=True)]
    return rows, {"kind": "items", "headers": ["Measure"], "items": items}


@st.composite
def _columns(draw: Draw, shape: str, index: int, kind: str) -> tuple[list[tuple[str, str, str]], dict[str, Any]]:
    if shape == "value":
        return [("value", "", kind)], {"kind": "value", "value": {"kind": kind}}
    if shape == "periods":
        months = draw(st.lists(st.integers(0, 13), min_size=1, max_size=4, unique=True))
        days = [dt.date(2030 + m // 12, m % 12 + 1, 1) for m in months]
        columns = []
        for day in days:
            end = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
            heading = draw(st.sampled_from([f"{day:%b-%y}", f"{day:%B %Y}", f"{day:%b %Y}"]))
            columns.append((f"{day}/{end}/month", heading, kind))
        return columns, {"kind": "periods", "value": {"kind": kind}}
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
    kinds = [draw(st.sampled_from(KINDS[:3] if shape == "fields" else KINDS)) for _ in words]
    columns = [(f"f_{w.lower()}", f"{w} in {index}", k) for w, k in zip(words, kinds, strict=True)]
    if shape == "records":
        columns = [("key", f"Key {index}", "text"), *columns]
    return columns, {"fields": {n: {"headers": [h], "kind": k} for n, h, k in columns}}


@st.composite
def drawn_returns(draw: Draw) -> Drawn:
    """A return of one to three tables, on one or more sheets, with notes and blank rows about them."""
    plans = [draw(_plan(i)) for i in range(draw(st.integers(1, 3)))]
    layout = {"from": "2031-01-01", "as_at": {"labels": ["As at"]}, "tables": {p.name: p.layout for p in plans}}
    item = {"id": "survey", "title": TITLE, "cadence": "monthly", "recognise": [TITLE], "layouts": [layout]}
    programme = make_programme([], returns=[item])
    book = Workbook()
    expected: dict[Place, tuple[str, str, Written]] = {}
    sheet = book.active
    row = _head(draw, sheet)
    for number, plan in enumerate(plans):
        if number and draw(st.booleans()):
            sheet = book.create_sheet(f"Sheet {number + 1}")
            row = _head(draw, sheet)
        for service in plan.services or ("",):
            row = _write(draw, sheet, row, plan, service, expected)
    target = BytesIO()
    book.save(target)
    return Drawn(programme, target.getvalue(), expected)


def _head(draw: Draw, sheet: Any) -> int:
    sheet["A1"] = TITLE
    sheet["A2"] = f"As at {AS_AT:%-d %B %Y}"
    return 3 + draw(st.integers(0, 3))


def _write(draw: Draw, sheet: Any, row: int, plan: _Plan, service: str, expected: dict[Place, Any]) -> int:
    """Write one table from a row on; returns the row after it."""
    left = draw(st.integers(1, 4))
    sheet.cell(row, left, plan.layout["anchor"][0].replace("{service}", service.title()))
    row += 1 + draw(st.integers(0, 2))
    is_form = plan.layout["columns"].get("kind") == "value"
    is_records = plan.layout["rows"]["kind"] == "records"
    gaps = [draw(st.integers(0, 1)) for _ in plan.columns]
    places = [left + (0 if is_records else 1) + i + sum(gaps[: i + 1]) for i in range(len(plan.columns))]
    if not is_form:
        if not is_records:
            sheet.cell(row, left, _recased(draw, plan.layout["rows"]["headers"][0]))
        for (_, heading, _), column in zip(plan.columns, places, strict=True):
            sheet.cell(row, column, heading if "/" in plan.columns[0][0] else _recased(draw, heading))
        row += 1
    for key, label, own_kind in plan.rows:
        row += draw(st.integers(0, 1))
        if not is_records:
            sheet.cell(row, left, _recased(draw, label))
        _write_row(draw, sheet, row, plan, places, (key, label, own_kind, service), expected)
        row += 1
    row += 1
    sheet.cell(row, left, "Notes: counted by the keepers, as they see it.")
    return row + 2 + draw(st.integers(0, 2))


def _write_row(
    draw: Draw, sheet: Any, row: int, plan: _Plan, places: list[int], own: tuple[str, str, str | None, str],
    expected: dict[Place, Any],
) -> None:  # fmt: skip
    key, label, own_kind, service = own
    table = f"{plan.name}@{service}" if service else plan.name
    for (name, _, kind), column in zip(plan.columns, places, strict=True):
        values = written(own_kind or kind)
        if name == plan.columns[-1][0] and plan.layout["rows"]["kind"] == "records":
            # a row with nothing but its key is a heading between records
            values = values.filter(lambda v: v != BLANK)
        value = Written(label, "@", "text", label) if name == "key" else draw(values)
        cell = sheet.cell(row, column)
        cell.value, cell.number_format = value.value, value.number_format
        expected[table, key, name] = (sheet.title, f"{get_column_letter(column)}{row}", value)
