"""Trace a figure to its cells: every operand with its file, what was decided about it, and what it said before."""

from __future__ import annotations

from typing import Any

from flows.position import Position
from history.records import Receipt
from history.store import History
from schemas.evidence import AppliedCorrection, AppliedOverride, ReceivedFile
from schemas.facts import CellRef, Observation, Operand, Reading
from schemas.findings import Finding
from schemas.kpi import KpiRow
from schemas.repeats import base_table
from schemas.spelling import normalise
from transforms.arithmetic import say_arithmetic
from transforms.known import FigureValue, KnownObservation
from transforms.words import USED_WORDS, say_period


class Tracer:
    """Traces figures of one position; what it reads of history is read once."""

    def __init__(self, history: History, position: Position) -> None:
        self.history = history
        self.position = position
        self._arrivals: dict[int, list[Receipt]] = {}
        self._readings: dict[int, dict[CellRef, Reading]] = {}

    def trace(self, row: KpiRow, value: FigureValue) -> dict[str, Any]:
        """The trail of a value: arithmetic, operands, files, decisions, and what holds it.

        `row` gives the unit, the decimals, and whom the value is about.
        """
        parts = [*value.parts, *(p for p in value.unsound if p not in value.parts)]
        receipts = dict.fromkeys(p.receipt_id for p in (*parts, *value.beside))
        return {
            "period": say_period(value.period),
            "period_end": value.period.end.isoformat(),
            "arithmetic": say_arithmetic(row, value),
            "operands": [o for p in parts for o in self._operands(p)],
            "files": [self.file(i) for i in receipts],
            "overrides": self._overrides(value),
            "held_by": [h for p in parts for h in self._held_by(p, is_wanted=p in value.unsound)],
            "also_given": [s for p in value.parts for s in self._also_given(p)],
        }

    # cells

    def _operands(self, part: KnownObservation) -> list[dict[str, Any]]:
        item = self.position.receipt(part.receipt_id)
        who = self.position.programme.service_label(part.observation.service)
        return [self._operand(item, operand, who) for operand in part.observation.operands]

    def _operand(self, item: ReceivedFile, operand: Operand, who: str) -> dict[str, Any]:
        applied = next((a for a in item.applied if a.reading.ref == operand.ref), None)
        own = next(r for r in self._places(item.receipt_id) if r.receipt_id == item.receipt_id)
        read = self._cells(own).get(operand.ref)
        return {
            "name": f"{who}: {operand.name.replace('_', ' ')}",
            "value": operand.value,
            "as_printed": applied.reading.raw_text if applied else operand.raw_text,
            "number_format": read.number_format if read else "",
            "file": item.name,
            "sha256": item.sha256,
            "sheet": operand.ref.sheet,
            "cell": operand.ref.cell,
            "received_at": item.received_at,
            "receipt": item.receipt_id,
            "correction": _correction(applied),
            "override": next((_override(o) for o in item.overridden if _is_at(o, operand)), None),
            "replaced": self._replaced(item, read),
        }

    def _cells(self, receipt: Receipt) -> dict[CellRef, Reading]:
        if receipt.receipt_id not in self._readings:
            readings = self.history.readings([receipt])[receipt.receipt_id]
            self._readings[receipt.receipt_id] = {r.ref: r for r in readings}
        return self._readings[receipt.receipt_id]

    def _replaced(self, item: ReceivedFile, read: Reading | None) -> list[dict[str, Any]]:
        """What the same field said in the arrivals that this one replaced, the latest first."""
        if read is None:
            return []
        found = []
        for earlier in self._earlier(item.receipt_id):
            same = (r for r in self._cells(earlier).values() if _field(r) == _field(read))
            before = next(same, None)
            found.append(
                {
                    "receipt": earlier.receipt_id,
                    "file": earlier.name,
                    "received_at": earlier.received_at,
                    "sheet": before.sheet if before else None,
                    "cell": before.cell if before else None,
                    "as_printed": before.raw_text if before else None,
                }
            )
        return found

    # files

    def _places(self, receipt_id: int) -> list[Receipt]:
        """Every arrival for the return, period and scope of a receipt, in order."""
        if receipt_id not in self._arrivals:
            item = self.position.receipt(receipt_id)
            place = (item.return_id, item.period.key, normalise(item.scope))
            known = self.position.as_known
            self._arrivals[receipt_id] = self.history.trail.arrivals(self.position.programme.id, place, known)
        return self._arrivals[receipt_id]

    def _earlier(self, receipt_id: int) -> list[Receipt]:
        return [r for r in reversed(self._places(receipt_id)) if r.receipt_id < receipt_id]

    def file(self, receipt_id: int) -> dict[str, Any]:
        """A received file: its hash and receipt, which arrival it is for its period, and what it replaced."""
        item = self.position.receipt(receipt_id)
        places = self._places(receipt_id)
        return {
            "file": item.name,
            "sha256": item.sha256,
            "return": item.return_id,
            "period_end": item.period.end.isoformat(),
            "receipt": receipt_id,
            "received_at": item.received_at,
            "arrival": next((n for n, r in enumerate(places, 1) if r.receipt_id == receipt_id), 1),
            "arrivals": len(places),
            "replaced": [
                {"receipt": r.receipt_id, "file": r.name, "received_at": r.received_at, "sha256": r.sha256}
                for r in self._earlier(receipt_id)
            ],
        }

    def _also_given(self, part: KnownObservation) -> list[dict[str, Any]]:
        """Other workbooks of the return that give the same figure; what this one replaced stands with its cells."""
        own = {r.receipt_id for r in self._places(part.receipt_id)}
        programme = self.position.programme
        found = self.history.trail.statements(programme.id, part.return_id, part.observation, self.position.as_known)
        return [
            {
                "service": programme.service_label(item.service),
                "receipt": receipt.receipt_id,
                "file": receipt.name,
                "received_at": receipt.received_at,
                "cells": [f"{o.ref.sheet}!{o.ref.cell}" for o in item.operands if o.raw_text],
                "as_printed": [o.raw_text for o in item.operands if o.raw_text],
                "agrees": (item.numerator, item.denominator, item.stated)
                == (part.observation.numerator, part.observation.denominator, part.observation.stated),
            }
            for receipt, item in found
            if receipt.receipt_id not in own
        ]

    # decisions

    def _overrides(self, value: FigureValue) -> list[dict[str, Any]]:
        """The overrides that released a figure, or one that it is made of."""
        found = []
        for part in (*value.parts, *value.beside):
            who = self.position.programme.service_label(part.observation.service)
            item = self.position.receipt(part.receipt_id)
            own = [a for a in item.overridden if any(_is_printed(o, part.observation) for o in a.released)]
            found += [{"service": who, "file": item.name, **_override(a)} for a in own]
        return found

    def _held_by(self, part: KnownObservation, *, is_wanted: bool) -> list[dict[str, Any]]:
        """The findings that hold an observation, or for which it is absent, each at its cell, those of the workbook
        that it contradicts among them; its own reason where no finding names it. A sound one holds only the company's
        figure, where its counts are wanted (`is_wanted`)."""
        item = part.observation
        if item.state == "sound":
            return [self._without_counts(part)] if is_wanted else []
        named = list(part.disputes) or [(part.receipt_id, f) for f in self._errors(part)]
        told = [
            (receipt, {"code": f.code, "sheet": f.sheet, "cell": f.cell, "message": f.message, "action": f.action})
            for receipt, f in dict.fromkeys(named)
        ]
        if not told and item.state != "stated_only":
            reason = {"code": None, "sheet": None, "cell": None, "message": f"{item.why}.", "action": None}
            told = [(part.receipt_id, reason)]
        who = self.position.programme.service_label(item.service and item.service.removeprefix("?"))
        return [
            {"service": who, "file": self.position.receipt(receipt).name, "receipt": receipt, **form}
            for receipt, form in told
        ]

    def _without_counts(self, part: KnownObservation) -> dict[str, Any]:
        """That a service gives no counts, at the cell that says what it gives."""
        said = [o for o in part.observation.operands if o.raw_text and o.value is not None][-1]
        return {
            "service": self.position.programme.service_label(part.observation.service),
            "file": self.position.receipt(part.receipt_id).name,
            "receipt": part.receipt_id,
            "code": None,
            "sheet": said.ref.sheet,
            "cell": said.ref.cell,
            "message": f"It says {said.raw_text} and gives no counts.",
            "action": None,
        }

    def _errors(self, part: KnownObservation) -> list[Finding]:
        """The findings named as holding an observation; where none is, those of the rows it was read from."""
        item, received = part.observation, self.position.receipt(part.receipt_id)
        named = [f for f in received.findings if (f.code, f.sheet or "", f.cell or "") in item.held_by]
        if named:
            return named
        if not item.operands:
            return self._of_row(part, received)
        own = next(r for r in self._places(part.receipt_id) if r.receipt_id == part.receipt_id)
        read = self._cells(own)
        rows = {(read[o.ref].table, read[o.ref].row_key) for o in item.operands if o.ref in read}
        found = [f for f in received.findings if (f.table, f.row_key) in rows]
        return [f for f in found if f.severity == "error" and f.is_open]

    def _of_row(self, part: KnownObservation, received: ReceivedFile) -> list[Finding]:
        """What is told of a row, or a block, that gives no figure for a measure: of a service without figures, of a
        name that nobody declared, of a row that stands twice."""
        item = self.position.programme.return_of(part.return_id)
        tables = {
            table.id
            for layout in item.layouts
            for table in layout.tables.values()
            if any(m.id == part.observation.measure for m in table.measures)
        }
        return [
            f
            for f in received.findings
            if f.severity != "note"
            and base_table(f.table or "") in tables
            and part.observation.service in _rows_of(f)
        ]


def _rows_of(finding: Finding) -> set[str]:
    """The service that a finding is about: its row's, or its block's."""
    return {(finding.row_key or "").partition("#")[0], (finding.table or "").partition("@")[2]}


def _field(read: Reading) -> tuple[str, str, str]:
    return read.table, read.row_key, read.field


def _is_printed(released: Observation, printed: Observation) -> bool:
    """Whether what a decision released is what is printed of that figure; another one may have released it too."""

    def about(item: Observation) -> tuple[object, ...]:
        return item.measure, item.service, item.subgroup, item.period, item.basis, item.operands

    return printed.is_overridden and about(released) == about(printed)


def _is_at(applied: AppliedOverride, operand: Operand) -> bool:
    return (applied.finding.sheet, applied.finding.cell) == (operand.ref.sheet, operand.ref.cell)


def _override(applied: AppliedOverride) -> dict[str, str | None]:
    declared, finding = applied.override, applied.finding
    chosen = next((o.chosen for o in applied.released if o.chosen), "")
    return {
        "code": finding.code,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "message": finding.message,
        "expected": declared.expected,
        "use": declared.use,
        "printed": USED_WORDS[chosen] if chosen else None,
        "role": declared.role,
        "date": declared.date.isoformat(),
        "note": declared.note,
    }


def _correction(applied: AppliedCorrection | None) -> dict[str, str] | None:
    if applied is None:
        return None
    declared = applied.correction
    return {
        "expected": declared.expected,
        "right": declared.right,
        "role": declared.role,
        "date": declared.date.isoformat(),
        "reason": declared.reason,
    }
