"""What a restatement rests on: the receipts that were not known then, and the decisions made since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from schemas.changes import Evidence
from schemas.config import Correction, Indicator, Programme
from schemas.decisions import Override
from schemas.evidence import AppliedCorrection, AppliedOverride, ReceivedFile
from schemas.kpi import KpiRow
from transforms.known import Facts, FigureValue, KnownObservation

_Line = tuple[Indicator, str | None, str | None]
_COMPARED = {"returns_disagree", "periods_disagree", "stated_not_checked"}
"""The findings by which one return holds a figure of another."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was known at an event of figures as at a date. `days` are the days of receipt, by receipt; `declared`
    the corrections and overrides that stood, whether they fitted or not."""

    event: int
    as_at: dt.date
    programme: Programme
    facts: Facts
    received: tuple[ReceivedFile, ...]
    days: Mapping[int, dt.date]
    declared: Collection[Correction | Override] = ()


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
        if not found and before is not None and (after is None or after.period != before.period):
            found += _taken_back(row, indicator, before, then, now)
        if not found and (_is_compared(before, then) or _is_compared(after, now)):
            found += _against(row, indicator, then, now) or _decided_elsewhere(before, after, then, now)
    return tuple(dict.fromkeys(found))


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
    return _without_parts(before) == _without_parts(after) and (
        before.is_corrected,
        before.is_overridden,
    ) == (after.is_corrected, after.is_overridden)


def _without_parts(value: FigureValue) -> FigureValue:
    return replace(value, parts=(), beside=(), against=())


def _is_compared(value: FigureValue | None, known: Knowledge) -> bool:
    """Whether a figure is held, or can be checked no longer, by what another return says."""
    return any(_is_held_for(part, _COMPARED, known) for part in _parts(value, known))


def _is_held_for(part: KnownObservation, codes: Collection[str], known: Knowledge) -> bool:
    """Whether one of the cells of an observation that does not stand is told with one of some codes."""
    file = next((r for r in known.received if r.receipt_id == part.receipt_id), None)
    if part.observation.state == "sound" or file is None:
        return False
    cells = {(o.ref.sheet, o.ref.cell) for o in part.observation.operands}
    return any(f.code in codes and (f.sheet, f.cell) in cells for f in file.findings)


def _parts(value: FigureValue | None, known: Knowledge) -> tuple[KnownObservation, ...]:
    """What a figure rests on, and the services for want of which it is not derived, or which contradict it."""
    if value is None:
        return ()
    is_contradicted = any(_is_held_for(part, {"company_disagrees"}, known) for part in value.parts)
    return (*value.parts, *value.beside, *value.unsound, *(value.against if is_contradicted else ()))


def _receipts(
    before: FigureValue | None, after: FigureValue | None, then: Knowledge, now: Knowledge
) -> Iterator[Evidence]:
    """The receipts that it rests on now and did not, and those that took the place of what it rested on."""
    old = {p.receipt_id for p in _parts(before, then)}
    new = {p.receipt_id for p in _parts(after, now)} - old
    places = {_place(r) for r in then.received if r.receipt_id in old}
    new |= {r.receipt_id for r in now.received if _place(r) in places} - old
    yield from _name_receipts((i for i in new if i > then.event), now)


def _place(item: ReceivedFile) -> tuple[object, ...]:
    """What a receipt is of; of several the last one speaks."""
    return item.return_id, item.period, item.scope


def _name_receipts(ids: Iterable[int], now: Knowledge) -> Iterator[Evidence]:
    names = {r.receipt_id: r.name for r in now.received}
    for number in sorted(ids):
        if number in names:
            yield Evidence("receipt", number, names[number], now.days[number])


def _decisions(
    before: FigureValue | None, after: FigureValue | None, then: Knowledge, now: Knowledge
) -> Iterator[Evidence]:
    """The corrections and overrides of the figure that apply now and did not then, or were withdrawn since.

    One that is still declared and fits no longer is no cause: the workbook that it no longer fits is.
    """
    new, old = _parts(after, now), _parts(before, then)
    if before is not None and after is not None and before.period == after.period:
        # of a company's figure one of the two may rest on its own row and the other on its services
        new = old = (*old, *new)
    yield from _name_decisions(set(_applied(old, then)), set(_applied(new, now)), now)


def _name_decisions(
    was_applied: set[Correction | Override], applied: set[Correction | Override], now: Knowledge
) -> Iterator[Evidence]:
    """The decisions that apply now and did not, and those that did and were withdrawn."""
    for decision in sorted(applied - was_applied, key=_say_decision):
        yield Evidence("decision", None, _kind(decision), decision.date, _say_decision(decision))
    for decision in sorted(was_applied - applied, key=_say_decision):
        if decision not in now.declared:
            name = f"withdrawal of the {_kind(decision)}"
            yield Evidence("decision", None, name, decision.date, _say_decision(decision))


def _kind(decision: Correction | Override) -> str:
    return "correction" if isinstance(decision, Correction) else "override"


def _say_decision(decision: Correction | Override) -> str:
    why = decision.reason if isinstance(decision, Correction) else decision.note
    return f"{decision.role}: {why}"


def _applied(parts: Iterable[KnownObservation], known: Knowledge) -> Iterator[Correction | Override]:
    by_id = {r.receipt_id: r for r in known.received}
    for part in parts:
        file = by_id.get(part.receipt_id)
        if file is not None:
            yield from (a.correction for a in file.applied if _is_corrected_by(part, a))
            yield from (a.override for a in file.overridden if _is_released_by(part, a))


def _is_corrected_by(part: KnownObservation, applied: AppliedCorrection) -> bool:
    """Whether a correction is of a cell that a figure is read from, or that is checked together with one: of the
    same figure by name, or in the same row of the sheet."""
    own, declared, cell = part.observation, applied.correction, applied.reading.ref
    if any(operand.ref == cell for operand in own.operands):
        return True
    is_named = (declared.measure, declared.service, declared.subgroup) == (own.measure, own.service, own.subgroup)
    if is_named and declared.observed in {None, own.period.end}:
        return True
    return any((o.ref.sheet, _row(o.ref.cell)) == (cell.sheet, _row(cell.cell)) for o in own.operands)


def _row(cell: str) -> str:
    return cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _is_released_by(part: KnownObservation, accepted: AppliedOverride) -> bool:
    own = part.observation
    if accepted.released:
        return any(
            (o.measure, o.service, o.subgroup, o.period) == (own.measure, own.service, own.subgroup, own.period)
            for o in accepted.released
        )
    choice = accepted.override
    return choice.measure == own.measure and choice.service in {None, own.service}


def _taken_back(
    row: KpiRow, indicator: Indicator, before: FigureValue, then: Knowledge, now: Knowledge
) -> Iterator[Evidence]:
    """The new workbooks of the return that print the time of a figure again, and give it no longer."""
    services = None if row.service is None else {row.service}
    own = {r.receipt_id for r in now.received if r.return_id == indicator.return_id}
    giving = now.facts.receipts_giving(indicator.measure, before.period, row.subgroup, services)
    yield from _name_receipts((i for i in giving & own if i > then.event), now)


def _against(row: KpiRow, indicator: Indicator, then: Knowledge, now: Knowledge) -> tuple[Evidence, ...]:
    """Where the figure's own data are as they were: the new receipts that give the same figure for its time, so
    that the two are held against each other."""
    if row.period is None:
        return ()
    services = None if row.service is None else {row.service, None}
    giving = now.facts.receipts_giving(indicator.measure, row.period, row.subgroup, services)
    return tuple(_name_receipts((i for i in giving if i > then.event), now))


def _decided_elsewhere(
    before: FigureValue | None, after: FigureValue | None, then: Knowledge, now: Knowledge
) -> tuple[Evidence, ...]:
    """Where no workbook is new either: what was decided about the figures that it is held against."""
    rows = {
        (receipt, finding.sheet, _row(finding.cell or ""))
        for part in (*_parts(before, then), *_parts(after, now))
        for receipt, finding in part.disputes
    }
    return tuple(_name_decisions(_decided_in(rows, then), _decided_in(rows, now), now))


def _decided_in(rows: Collection[tuple[int, str | None, str]], known: Knowledge) -> set[Correction | Override]:
    """The corrections and overrides that apply in some rows of received sheets."""
    found: set[Correction | Override] = set()
    for file in known.received:
        number = file.receipt_id
        found |= {a.correction for a in file.applied if (number, a.reading.sheet, _row(a.reading.cell)) in rows}
        found |= {
            a.override for a in file.overridden if (number, a.finding.sheet, _row(a.finding.cell or "")) in rows
        }
    return found
