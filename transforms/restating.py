"""What a restatement rests on: the receipts that were not known then, and the decisions made since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from schemas.changes import Evidence
from schemas.config import Indicator, Programme
from schemas.evidence import AppliedCorrection, AppliedOverride, ReceivedFile
from schemas.kpi import KpiRow
from transforms.known import Facts, FigureValue, KnownObservation

_Line = tuple[Indicator, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was known at an event of figures as at a date. `days` are the days of receipt, by receipt."""

    event: int
    as_at: dt.date
    programme: Programme
    facts: Facts
    received: tuple[ReceivedFile, ...]
    days: Mapping[int, dt.date]


def find_evidence(row: KpiRow, then: Knowledge, now: Knowledge, *, is_value: bool) -> tuple[Evidence, ...]:
    """What made a row other than it was known: receipts first, then decisions.

    `is_value`: its own value or state changed; else it is its previous figure or its baseline that did.
    """
    indicator = next((i for i in now.programme.indicators if i.id == row.indicator), None)
    if indicator is None:
        return ()
    line = (indicator, row.service, row.subgroup)
    pairs = [_value_pair(line, then, now)] if is_value else list(_other_pairs(line, then, now))
    found: list[Evidence] = []
    for before, after in pairs:
        if _same(before, after):
            continue
        found += _receipts(before, after, then, now)
        found += _decisions(before, after, then, now)
    return tuple(dict.fromkeys(found)) or _against(row, indicator, then, now)


def _value_pair(line: _Line, then: Knowledge, now: Knowledge) -> tuple[FigureValue | None, FigureValue | None]:
    return then.facts.value_at(*line, then.as_at), now.facts.value_at(*line, now.as_at)


def _other_pairs(
    line: _Line, then: Knowledge, now: Knowledge
) -> Iterator[tuple[FigureValue | None, FigureValue | None]]:
    """The previous figure and the baseline, as known then and now."""
    before = now.programme.previous_reporting_date(now.as_at)
    if before is not None:
        yield then.facts.value_at(*line, before), now.facts.value_at(*line, before)
    baseline = line[0].baseline
    if baseline is not None:
        yield then.facts.value_of(*line, baseline.period_end), now.facts.value_of(*line, baseline.period_end)


def _same(before: FigureValue | None, after: FigureValue | None) -> bool:
    if before is None or after is None:
        return before is after
    return replace(before, parts=(), beside=()) == replace(after, parts=(), beside=()) and (
        before.is_corrected,
        before.is_overridden,
    ) == (after.is_corrected, after.is_overridden)


def _parts(value: FigureValue | None) -> tuple[KnownObservation, ...]:
    return (*value.parts, *value.beside) if value is not None else ()


def _receipts(
    before: FigureValue | None, after: FigureValue | None, then: Knowledge, now: Knowledge
) -> Iterator[Evidence]:
    old = {p.receipt_id for p in _parts(before)}
    new = {p.receipt_id for p in _parts(after)} - old
    yield from _name_receipts((i for i in new if i > then.event), now)


def _name_receipts(ids: Iterable[int], now: Knowledge) -> Iterator[Evidence]:
    names = {r.receipt_id: r.name for r in now.received}
    for number in sorted(ids):
        if number in names:
            yield Evidence("receipt", number, names[number], now.days[number])


def _decisions(
    before: FigureValue | None, after: FigureValue | None, then: Knowledge, now: Knowledge
) -> Iterator[Evidence]:
    """The corrections and overrides of the figure's cells that stand now and did not then, or the other way."""
    corrected, was_corrected = set(_corrections(_parts(after), now)), set(_corrections(_parts(before), then))
    for name, role, day, why in sorted(corrected - was_corrected, key=str):
        yield Evidence("decision", None, name, day, f"{role}: {why}")
    for name, role, day, why in sorted(was_corrected - corrected, key=str):
        yield Evidence("decision", None, f"withdrawal of the {name}", day, f"{role}: {why}")


def _corrections(parts: Iterable[KnownObservation], known: Knowledge) -> Iterator[tuple[str, str, dt.date, str]]:
    by_id = {r.receipt_id: r for r in known.received}
    for part in parts:
        file = by_id.get(part.receipt_id)
        if file is None:
            continue
        for applied in file.applied:
            if _is_corrected_by(part, applied):
                decision = applied.correction
                yield "correction", decision.role, decision.date, decision.reason
        for accepted in file.overridden:
            if _is_released_by(part, accepted):
                choice = accepted.override
                yield "override", choice.role, choice.date, choice.note


def _is_corrected_by(part: KnownObservation, applied: AppliedCorrection) -> bool:
    return any(operand.ref == applied.reading.ref for operand in part.observation.operands)


def _is_released_by(part: KnownObservation, accepted: AppliedOverride) -> bool:
    own = part.observation
    if accepted.released:
        return any(
            (o.measure, o.service, o.subgroup, o.period) == (own.measure, own.service, own.subgroup, own.period)
            for o in accepted.released
        )
    choice = accepted.override
    return choice.measure == own.measure and choice.service in {None, own.service}


def _against(row: KpiRow, indicator: Indicator, then: Knowledge, now: Knowledge) -> tuple[Evidence, ...]:
    """Where the figure's own data are as they were: the new receipts that give its measure, and contradict it."""
    if row.period is None:
        return ()
    giving = now.facts.receipts_giving(indicator.measure, row.period)
    return tuple(_name_receipts((i for i in giving if i > then.event), now))
