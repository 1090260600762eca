"""Where each number came from: formula in words, file, sheet and cells of every printed figure."""

from __future__ import annotations

from schemas.days import day_of
from schemas.evidence import ReceivedFile
from schemas.kpi import KpiRow
from schemas.pack_sources import NeverGiven, QuoteSource, SourceFile, SourceRow, Sources
from transforms.formulas import say_formula
from transforms.known import FigureValue
from transforms.packs.blocks import list_blocks
from transforms.packs.commentary import find_remarks, say_author
from transforms.packs.inputs import PackInput, full_name, value_text
from transforms.words import say_short_date


def make_sources(pack: PackInput) -> Sources:
    """A row for every figure that rests on a workbook, also one too old to print; what was never given is named by
    return. So every printed reference leads somewhere. Files are named once and given a short id."""
    ids: dict[int, str] = {}
    rows = []
    never: dict[str, list[str]] = {}
    for row in pack.own_rows:
        value = _value(row, pack)
        if value is None:
            title = pack.programme.return_of(pack.indicator(row.indicator).return_id).title
            never.setdefault(title, []).append(row.ref)
            continue
        for part in value.parts:
            ids.setdefault(part.receipt_id, f"F{len(ids) + 1}")
        rows.append(
            SourceRow(
                row.ref,
                full_name(row, pack.programme),
                value_text(row),
                say_formula(row, value),
                _cells(value, ids),
            )
        )
    quotes = _quotes(pack, ids)
    by_id = {r.receipt_id: r for r in pack.received}
    files = [
        SourceFile(name, by_id[i].name, by_id[i].sha256, f"{_say_day(by_id[i])}, receipt {i}")
        for i, name in ids.items()
        if i in by_id
    ]
    without = tuple(NeverGiven(title, tuple(refs)) for title, refs in never.items())
    return Sources(tuple(rows), tuple(files), tuple(quotes), without)


def _say_day(item: ReceivedFile) -> str:
    return say_short_date(day_of(item.received_at))


def _quotes(pack: PackInput, ids: dict[int, str]) -> list[QuoteSource]:
    """Where the owners' words beside the printed blocks came from."""
    quotes = []
    for indicator, label in list_blocks(pack):
        for remark in find_remarks(indicator, pack):
            name = ids.setdefault(remark.receipt_id, f"F{len(ids) + 1}")
            cells = ", ".join(ref.cell for ref in remark.cells)
            sheet = remark.cells[0].sheet
            quotes.append(QuoteSource(label, say_author(remark, pack), f"{name} {sheet}!{cells}"))
    return quotes


def _value(row: KpiRow, pack: PackInput) -> FigureValue | None:
    return pack.facts.value_at(pack.indicator(row.indicator), row.service, row.subgroup, pack.as_at)


def _cells(value: FigureValue, ids: dict[int, str]) -> str:
    """The cells by file and sheet: "F12 Visits!B7, C7"."""
    found: dict[str, list[str]] = {}
    for part in value.parts:
        for operand in part.observation.operands:
            if operand.raw_text:
                found.setdefault(f"{ids[part.receipt_id]} {operand.ref.sheet}", []).append(operand.ref.cell)
    return "; ".join(f"{place}!{', '.join(dict.fromkeys(cells))}" for place, cells in found.items())
