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
    judged = judge_tables(
        cut_again(fixed.readings), layout, programme, period, covered, fixed.cells, places.placed, cadence=cadence
    )
    again = {(f.code, f.sheet, f.cell) for f in judged.findings}
    kept = [f for f in found if f.table is None or f.code in _STRUCTURAL]
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


def decide_tracker(
    readings: Sequence[Reading],
    found: Sequence[Finding],
    corrections: Sequence[Correction],
    overrides: Sequence[Override],
    layout: Layout,
) -> Decided:
    """Mark what is accepted among the findings of one tracker; its rows hold no figures that can be corrected."""
    unfit = [unmatched(c, "the rows of a plan or a commentary hold no figures") for c in corrections]
    places = place_overrides(overrides, readings, layout)
    settled = settle_findings(found, (), places, (), readings, is_alone=False)
    findings = (*settled.findings, *unfit, *settled.problems)
    return Decided((), findings, overridden=settled.applied, waiting=settled.waiting)


def cut_again(readings: Sequence[Reading]) -> list[CutTable]:
    """The tables that stored readings were cut from."""
    tables: dict[str, list[Reading]] = {}
    for reading in readings:
        tables.setdefault(reading.table, []).append(reading)
    return [CutTable(name, own[0].sheet, own[0].cell, tuple(own)) for name, own in tables.items()]
