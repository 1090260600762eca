"""Commentary: what owners write on indicators, read from the cells of a commentary return and checked."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.config import Programme
from schemas.facts import LABEL_FIELD, CellRef, Reading
from schemas.findings import Finding, make_finding
from schemas.spelling import find_id, nearest

TEXT_FIELDS: dict[str, str] = {"what_happened": "What happened", "why": "Why", "next_step": "Next step"}
"""The fields that hold an owner's words, with the heading that the pack prints above each."""

MOST_CHARACTERS = 800
_NO_VALUE = {"error": "error_cell", "uncached": "formula_uncached"}


@dataclass(frozen=True, slots=True)
class Remark:
    """An owner's words on an indicator (of one service, or of the company), with their cells.

    `texts` are (field of TEXT_FIELDS, paragraphs), those that are filled in, in that order.
    """

    indicator: str
    service: str | None
    role: str
    texts: tuple[tuple[str, tuple[str, ...]], ...]
    as_at: dt.date
    receipt_id: int
    cells: tuple[CellRef, ...]


@dataclass(frozen=True, slots=True)
class Commentary:
    """A commentary return as at a date: its remarks in order, and the findings in its cells."""

    as_at: dt.date
    remarks: tuple[Remark, ...]
    findings: tuple[Finding, ...] = ()


def read_commentary(
    readings: Iterable[Reading], as_at: dt.date, programme: Programme, scope: str = "", receipt_id: int = 0
) -> Commentary:
    """The remarks of a commentary return. Its fields are indicator, service, role and those of TEXT_FIELDS.

    A workbook of one owner's rows (`scope`) gives the role once for all of them.

    A row in which nobody wrote anything is one that nobody filled in; it is no remark and no finding.
    """
    rows: dict[str, dict[str, Reading]] = {}
    for reading in readings:
        rows.setdefault(reading.row_key, {})[reading.field] = reading
    remarks, findings = [], []
    for cells in rows.values():
        remark, problems = _read_row(cells, as_at, programme, scope, receipt_id)
        findings += problems
        if remark is not None:
            remarks.append(remark)
    return Commentary(as_at, tuple(remarks), tuple(findings))


def _read_row(
    cells: Mapping[str, Reading], as_at: dt.date, programme: Programme, scope: str, receipt_id: int
) -> tuple[Remark | None, list[Finding]]:
    broken = [_at(r, _NO_VALUE[r.kind], text=r.raw_text) for r in cells.values() if r.kind in _NO_VALUE]
    texts = [(name, clean_text(cells[name].raw_text)) for name in TEXT_FIELDS if name in cells]
    filled = tuple((name, paragraphs) for name, paragraphs in texts if paragraphs)
    role = " ".join(" ".join(clean_text(_text(cells, "role"))).split())
    label = cells.get("indicator") or cells[LABEL_FIELD]
    if broken:
        return None, broken
    if not filled:
        said = _at(label, "commentary_empty", indicator=label.raw_text, role=role)
        return None, [said] if role else []
    role = role or scope
    findings = [
        _at(cells[name], "commentary_long", count=f"{len(cells[name].raw_text):,}", most=MOST_CHARACTERS)
        for name, _ in filled
        if len(cells[name].raw_text) > MOST_CHARACTERS
    ]
    indicator, service = find_indicator(label.raw_text, programme), _text(cells, "service")
    errors = []
    if indicator is None and label.raw_text:
        errors.append(_unknown_indicator(label, programme))
    service_id = find_service(service, programme) if service else None
    if service and service_id is None:
        errors.append(_unknown_service(cells["service"], programme))
    if not role:
        errors.append(_at(label, "commentary_without_role", indicator=label.raw_text))
    if errors or indicator is None:
        return None, [*errors, *findings]
    places = tuple(cells[name].ref for name, _ in filled)
    own = None if service_id == COMPANY else service_id
    return Remark(indicator, own, role, filled, as_at, receipt_id, places), findings


COMPANY = "company"
"""What a service's cell means that names the whole."""


def _text(cells: Mapping[str, Reading], name: str) -> str:
    return cells[name].raw_text if name in cells else ""


def _at(cell: Reading, code: str, **parts: Any) -> Finding:
    return make_finding(code, sheet=cell.sheet, cell=cell.cell, table_id=cell.table, row_key=cell.row_key, **parts)


def find_indicator(text: str, programme: Programme) -> str | None:
    """The id of the indicator with this id or label."""
    return find_id(text, {i.id: (i.id, i.label) for i in programme.indicators})


def find_service(text: str, programme: Programme) -> str | None:
    """The id of the service with this id, label or spelling; COMPANY for the whole."""
    company = programme.company
    if find_id(text, {COMPANY: (company.label, *company.spellings)}):
        return COMPANY
    named = {s.id: (s.id, s.label, *((s.short,) if s.short else ()), *s.spellings) for s in programme.services}
    return find_id(text, named)


def _unknown_indicator(label: Reading, programme: Programme) -> Finding:
    near = nearest(label.raw_text, [i.label for i in programme.indicators])
    near = near or nearest(label.raw_text, [i.id for i in programme.indicators])
    return _at(label, "unknown_indicator", text=label.raw_text, near=f"; the nearest is '{near}'" if near else "")


def _unknown_service(cell: Reading, programme: Programme) -> Finding:
    near = nearest(cell.raw_text, [programme.company.label, *(s.label for s in programme.services)])
    return _at(cell, "unknown_service", text=cell.raw_text, near=f"; the nearest is '{near}'" if near else "")


def clean_text(text: str) -> tuple[str, ...]:
    """The paragraphs of a text as a page can print it: nothing invisible that would turn or break a line."""
    lines = text.replace("_x000D_", "").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    plain = "".join(
        c for c in lines.replace("\t", " ") if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}
    )
    return tuple(" ".join(line.split()) for line in plain.split("\n") if line.strip())


def latest_remarks(remarks: Sequence[Remark], indicator: str, after: dt.date | None) -> list[Remark]:
    """The remarks on an indicator of the last date on which anybody wrote on it; none of `after` or before."""
    own = [r for r in remarks if r.indicator == indicator and (after is None or r.as_at > after)]
    last = max((r.as_at for r in own), default=None)
    return [r for r in own if r.as_at == last]
