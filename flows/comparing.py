"""Steps that hold returns against each other and against history: agreement, and doubts about what is new.

Nothing here is stored but the findings about an arriving file. Whether figures agree is judgement: it is
derived anew from what is known. The database is met only where a history is given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.checking import JudgedFile
from programmes.load import LoadedProgramme
from schemas.config import Programme
from schemas.days import day_of
from schemas.evidence import ComparedReturn, ReceivedFile
from schemas.facts import Observation, Period, Reading
from schemas.findings import Finding
from schemas.spelling import normalise
from transforms.agreement import (
    Conflict,
    demote_companies,
    find_conflicts,
    hold_conflicts,
    release_conflicts,
)
from transforms.doubts import EARLIER_RETURNS, find_changed_titles, find_doubts, read_titles
from transforms.known import KnownObservation
from transforms.overrides import Contradicted, WaitingOverride, accepts, settle_across
from transforms.periods import find_period_conflicts

if TYPE_CHECKING:
    from history.records import Receipt
    from history.store import History


_Findings = dict[int, list[Finding]]
_Waiting = Mapping[int, Sequence[WaitingOverride]]
"""The overrides of what is told across workbooks, by the receipt that they are about."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known, held where workbooks contradict each other, and what that tells of each receipt.

    `contradicted` are the figures that the findings hold, or would hold without an override, by receipt.
    """

    known: list[KnownObservation]
    findings: _Findings
    contradicted: dict[int, list[Contradicted]]


@dataclass(frozen=True, slots=True)
class ToldFile:
    """A received file with all that is told of it, and the overrides about it that found nothing to accept."""

    received: ReceivedFile
    waiting: tuple[WaitingOverride, ...] = ()


def only_declared(receipts: Iterable[Receipt], programme: Programme) -> list[Receipt]:
    """The receipts of returns that a programme declares: one that was taken out, or renamed, speaks no longer."""
    declared = {item.id for item in programme.returns}
    return [r for r in receipts if r.return_id in declared]


def compare_known(
    known: Sequence[KnownObservation],
    received: Sequence[ReceivedFile],
    names: Mapping[int, str],
    programme: Programme,
    waiting: _Waiting,
    wanted: Collection[int] | None = None,
) -> list[ToldFile]:
    """The received files (those wanted, if any are named), with what holding them against each other tells.

    `known` and `received` are in the order in which receipts speak; `names` are the file names by receipt;
    `waiting` the overrides about any receipt of what is known. Titles that changed are the plan's to tell.
    """
    compared = hold_compared(known, names, programme, waiting)
    doubts = _find_doubts(compared.known, [_to_compared(r) for r in received], programme, wanted)
    told = []
    for item in received:
        number = item.receipt_id
        if wanted is None or number in wanted:
            found = (*item.findings, *compared.findings.get(number, ()), *doubts.get(number, ()))
            settled = settle_across(found, waiting.get(number, ()), compared.contradicted.get(number, ()))
            findings = (*settled.findings, *settled.problems)
            overridden = (*item.overridden, *settled.applied)
            told.append(ToldFile(replace(item, findings=findings, overridden=overridden), settled.waiting))
    return told


def hold_compared(
    known: Sequence[KnownObservation], names: Mapping[int, str], programme: Programme, waiting: _Waiting
) -> Compared:
    """What is known, held where returns contradict each other, and what that tells of each receipt.

    A contradiction that one of the `waiting` overrides accepts holds nothing of the receipt it is about.
    Whatever follows from what is held follows after that.
    """
    compared = _find_conflicts(known, names, programme, waiting)
    demoted = demote_companies(known, compared.known, programme)
    _add(compared.findings, [(known[c.position].receipt_id, c.finding) for c in demoted])
    return replace(compared, known=hold_conflicts(compared.known, demoted, state="stated_only"))


def _find_conflicts(
    known: Sequence[KnownObservation], names: Mapping[int, str], programme: Programme, waiting: _Waiting
) -> Compared:
    def is_accepted(conflict: Conflict) -> bool:
        item = known[conflict.position]
        return any(accepts(w, conflict.key, item.observation) for w in waiting.get(item.receipt_id, ()))

    found = find_conflicts(known, names, programme)
    accepted = {(known[c.position].receipt_id, c.finding) for c in found if is_accepted(c)}
    standing = [c for c in found if not is_accepted(c)]
    held = hold_conflicts(known, [replace(c, against=None) if c.against in accepted else c for c in standing])
    later = find_period_conflicts(held, programme)
    held = hold_conflicts(held, [c for c in later if not is_accepted(c)])
    told = [*found, *later]
    held = release_conflicts(held, [c for c in told if is_accepted(c)])
    findings: _Findings = {}
    _add(findings, [(known[c.position].receipt_id, c.finding) for c in told])
    contradicted: dict[int, list[Contradicted]] = {}
    for conflict in told:
        item = held[conflict.position]
        contradicted.setdefault(item.receipt_id, []).append(Contradicted(conflict.key, item.observation))
    return Compared(held, findings, contradicted)


def _add(findings: _Findings, told: Iterable[tuple[int, Finding]]) -> None:
    """Add findings to those of their receipts; what is said already at a cell is not said twice."""
    for receipt_id, finding in told:
        own = findings.setdefault(receipt_id, [])
        if finding not in own:
            own.append(finding)


def _find_doubts(
    known: Sequence[KnownObservation],
    returns: Sequence[ComparedReturn],
    programme: Programme,
    wanted: Collection[int] | None = None,
) -> _Findings:
    """The doubts about returns (those wanted, if any are named), each against its neighbours in the calendar."""
    own: dict[int, list[KnownObservation]] = {}
    for item in known:
        own.setdefault(item.receipt_id, []).append(item)
    filled = [replace(r, observations=tuple(k.observation for k in own.get(r.receipt_id, []))) for r in returns]
    findings: _Findings = {}
    declared = {item.id for item in programme.returns}
    for one in filled:
        if one.return_id in declared and (wanted is None or one.receipt_id in wanted):
            findings[one.receipt_id] = find_doubts(one, _before(one, filled), programme)
    return findings


def _before(one: ComparedReturn, returns: Iterable[ComparedReturn]) -> list[ComparedReturn]:
    """The returns of the same kind and of earlier periods, oldest first."""
    earlier = [r for r in returns if r.return_id == one.return_id and r.period.end < one.period.end]
    return sorted(earlier, key=lambda r: r.period.end)[-EARLIER_RETURNS:]


def _to_compared(item: ReceivedFile) -> ComparedReturn:
    return ComparedReturn(item.receipt_id, item.return_id, item.period, item.name, day_of(item.received_at), ())


# --- Files that arrive ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Arriving:
    """A judged file as the receipt that it would become."""

    place: int
    judged: JudgedFile
    receipt: Receipt


def compare_files(
    files: Sequence[JudgedFile], loaded: LoadedProgramme, received_at: str, history: History | None = None
) -> list[JudgedFile]:
    """The files, in their order, with what holding them against each other and against history tells.

    Of several files for one return and period, the last one stands for it; the others are held against the
    rest as if they had come alone. What a file would replace in history is not compared with it.
    """
    told = list(files)
    waiting = [i for i, f in enumerate(files) if _is_comparable(f)]
    last = {_key(files[i]): i for i in waiting}
    current = [i for i in waiting if last[_key(files[i])] == i]
    rounds = [(current, set(current))]
    rounds += [
        ([*(j for j in current if _key(files[j]) != _key(files[i])), i], {i}) for i in waiting if i not in current
    ]
    for together, wanted in rounds:
        arriving = _to_arriving([(i, files[i]) for i in together], received_at, history, loaded.programme.id)
        for place, findings in _compare_arriving(arriving, wanted, loaded, history).items():
            told[place] = replace(files[place], findings=(*files[place].findings, *findings))
    return told


def _is_comparable(item: JudgedFile) -> bool:
    return item.status != "refused" and item.reading.period is not None


def _key(item: JudgedFile) -> tuple[str, str, str]:
    return _return_of(item), _period_of(item).key, normalise(item.reading.scope)


def _return_of(item: JudgedFile) -> str:
    return item.reading.item.id if item.reading.item is not None else ""


def _period_of(item: JudgedFile) -> Period:
    if item.reading.period is None:
        raise ValueError(f"{item.name} has no period")
    return item.reading.period


def _to_arriving(
    files: Sequence[tuple[int, JudgedFile]], received_at: str, history: History | None, programme: str
) -> list[_Arriving]:
    from history.records import Receipt

    known = (
        {(r.return_id, r.period.key, normalise(r.scope)) for r in history.receipts(programme, None)}
        if history
        else set()
    )
    first = history.last_number() + 1 if history else 1
    arriving = []
    for number, (place, judged) in enumerate(files, first):
        receipt = Receipt(
            receipt_id=number,
            return_id=_return_of(judged),
            period=_period_of(judged),
            covered=judged.reading.covered,
            ordinal=2 if _key(judged) in known else 1,
            sha256=judged.reading.sha256,
            name=judged.name,
            received_at=received_at,
            configuration_sha="",
            scope=judged.reading.scope,
        )
        arriving.append(_Arriving(place, judged, receipt))
    return arriving


def _compare_arriving(
    arriving: Sequence[_Arriving], wanted: set[int], loaded: LoadedProgramme, history: History | None
) -> dict[int, list[Finding]]:
    """What is told of the wanted files, by their places."""
    from history.current import current_receipts

    programme = loaded.programme
    joining = [a.receipt for a in arriving]
    order = history.receipts(programme.id, None, joining=joining) if history else current_receipts(joining)
    order = only_declared(order, programme)
    own = {a.receipt.receipt_id: a for a in arriving}
    needed = [a for a in arriving if a.place in wanted]
    neighbours = _find_neighbours(needed, order, set(own), programme, history) if history else []
    stored = _judge_neighbours(neighbours, loaded, history) if history else {}
    known: list[KnownObservation] = []
    returns: list[ComparedReturn] = []
    for receipt in order:
        if receipt.receipt_id in own:
            found = own[receipt.receipt_id].judged.observations
            known += [KnownObservation(o, receipt.return_id, receipt.receipt_id) for o in found]
        elif receipt.receipt_id in stored:
            known += stored[receipt.receipt_id]
        else:
            continue
        day = day_of(receipt.received_at)
        returns.append(ComparedReturn(receipt.receipt_id, receipt.return_id, receipt.period, receipt.name, day, ()))
    ids = {a.receipt.receipt_id for a in needed}
    compared = _find_conflicts(known, {r.receipt_id: r.name for r in returns}, programme, {})
    doubts = _find_doubts(compared.known, returns, programme, ids)
    return {
        a.place: [
            *compared.findings.get(a.receipt.receipt_id, []),
            *doubts[a.receipt.receipt_id],
            *_find_titles(a, arriving, order, programme, history),
        ]
        for a in needed
    }


def _find_neighbours(
    needed: Sequence[_Arriving], order: Sequence[Receipt], own: set[int], programme: Programme, history: History
) -> list[Receipt]:
    """The receipts that the files are held against, in the order they speak: the returns of the same kind before
    them, and whatever gives one of their measures for a time that overlaps theirs."""
    ids: set[int] = set()
    for item in needed:
        if programme.return_of(item.receipt.return_id).kind == "tracker":
            continue
        before = find_earlier(item.receipt, order)
        ids.update(r.receipt_id for r in before)
        ids |= history.receipts_with(_spans(item.judged.observations))
    return [r for r in order if r.receipt_id in ids - own]


def _spans(observations: Iterable[Observation]) -> dict[str, tuple[dt.date, dt.date]]:
    """From when to when each measure is given."""
    spans: dict[str, tuple[dt.date, dt.date]] = {}
    for item in observations:
        start, end = spans.get(item.measure, (item.period.start, item.period.end))
        spans[item.measure] = (min(start, item.period.start), max(end, item.period.end))
    return spans


def find_earlier(receipt: Receipt, order: Iterable[Receipt]) -> list[Receipt]:
    """The receipts of the same return for earlier periods that a receipt is held against, oldest first."""
    earlier = [r for r in order if r.return_id == receipt.return_id and r.period.end < receipt.period.end]
    return sorted(earlier, key=lambda r: r.period.end)[-EARLIER_RETURNS:]


def _judge_neighbours(
    receipts: Sequence[Receipt], loaded: LoadedProgramme, history: History
) -> dict[int, list[KnownObservation]]:
    """What receipts give, with the corrections that are declared for them."""
    from flows.speaking import judge_again, match_decisions

    decided = match_decisions(receipts, [*loaded.corrections, *loaded.overrides])
    spoken = judge_again(history, loaded.programme, receipts, decided, dt.date.max)
    return {receipt_id: list(one.known) for receipt_id, one in spoken.items()}


def _find_titles(
    item: _Arriving,
    arriving: Sequence[_Arriving],
    order: Sequence[Receipt],
    programme: Programme,
    history: History | None,
) -> list[Finding]:
    """Actions of a tracker whose title is not that of the trackers before it."""
    if programme.return_of(item.receipt.return_id).kind != "tracker" or item.receipt.scope:
        return []
    here = {a.receipt.receipt_id: _readings(a.judged) for a in arriving}
    before = [r for r in find_earlier(item.receipt, order) if not r.scope]
    stored = history.readings([r for r in before if r.receipt_id not in here], field="title") if history else {}
    trackers = [here.get(r.receipt_id) or stored[r.receipt_id] for r in before]
    return find_changed_titles(_readings(item.judged), read_titles(trackers))


def _readings(item: JudgedFile) -> list[Reading]:
    return [r for table in item.reading.tables for r in table.readings]
