"""Judge the stored readings of a workbook again, with the decisions that were declared about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.config import Cadence, Correction, Programme
from schemas.decisions import Override
from schemas.evidence import AppliedCorrection, AppliedOverride
from schemas.facts import CutTable, Observation, Period, Reading
from schemas.findings import Finding
from schemas.layout import Layout
from transforms.corrections import apply_corrections, unmatched
from transforms.judging import judge_tables
from transforms.overrides import WaitingOverride, place_overrides, settle_findings

# Findings made while cutting, which judging again does not make.
_STRUCTURAL = {
    "hidden_read",
    "sheet_renamed",
    "unheaded_column",
    "unread_column",
    "period_unreadable",
    "period_twice",
    "unlabelled_row",
}
_AT_HEADING = {"missing_service", "missing_row", "missing_company_row", "period_absent"}
"""Findings about a table that stand at its heading; so does `undeclared_service`, where it is about a whole block."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a workbook gives with its decisions: observations, findings (accepted ones marked), and what applied."""

    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    corrected: tuple[AppliedCorrection, ...] = ()
    overridden: tuple[AppliedOverride, ...] = ()
    waiting: tuple[WaitingOverride, ...] = ()


def judge_decided(
    readings: Sequence[Reading],
    found: Sequence[Finding],
    layout: Layout,
    programme: Programme,
    period: Period,
    covered: Period | None,
    corrections: Sequence[Correction],
    overrides: Sequence[Override],
    *,
    cadence: Cadence,
) -> Decided:
    """Judge the readings of one return of measures again. `found` are its findings as it was received."""
    fixed = apply_corrections(readings, corrections, layout)
    places = place_overrides(overrides, readings, layout)
    tables = cut_again(fixed.readings, found)
    judged = judge_tables(tables, layout, programme, period, covered, fixed.cells, places.placed, cadence=cadence)
    names = {table.table for table in tables}
    again = {(f.code, f.sheet, f.cell) for f in judged.findings}
    kept = [f for f in found if f.table not in names or f.code in _STRUCTURAL]
    kept = [f for f in kept if (f.code, f.sheet, f.cell) not in again]
    findings = (*kept, *judged.findings)
    settled = settle_findings(findings, judged.observations, places, judged.refusals, readings)
    return Decided(
        judged.observations,
        (*settled.findings, *fixed.findings, *settled.problems),
        fixed.applied,
        settled.applied,
        settled.waiting,
    )


def decide_rows(
    readings: Sequence[Reading],
    found: Sequence[Finding],
    corrections: Sequence[Correction],
    overrides: Sequence[Override],
    layout: Layout,
) -> Decided:
    """Mark what is accepted among the findings of one tracker or commentary: rows without figures to correct."""
    unfit = [unmatched(c, "the rows of a plan or a commentary hold no figures") for c in corrections]
    places = place_overrides(overrides, readings, layout)
    settled = settle_findings(found, (), places, (), readings, is_alone=False)
    findings = (*settled.findings, *unfit, *settled.problems)
    return Decided((), findings, overridden=settled.applied, waiting=settled.waiting)


def cut_again(readings: Sequence[Reading], found: Sequence[Finding]) -> list[CutTable]:
    """The tables that stored readings were cut from. Where a heading stands is stored nowhere; what was `found` at it
    tells, also of a table that has no row."""
    headings = {
        f.table: (f.sheet, f.cell) for f in reversed(found) if _is_at_heading(f) and f.table and f.sheet and f.cell
    }
    tables: dict[str, list[Reading]] = {}
    for reading in readings:
        tables.setdefault(reading.table, []).append(reading)
    places = {name: (own[0].sheet, own[0].cell) for name, own in tables.items()} | headings
    return [CutTable(name, sheet, cell, tuple(tables.get(name, ()))) for name, (sheet, cell) in places.items()]


def _is_at_heading(finding: Finding) -> bool:
    return finding.code in _AT_HEADING or (finding.code == "undeclared_service" and finding.row_key is None)
