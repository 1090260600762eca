"""The oracle of recalling: everything that a history ever received, judged and compared in one piece."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flows.comparing import compare_known, hold_compared
from flows.position import Position
from flows.recalling import Recall
from flows.speaking import judge_again, match_decisions
from history.store import History
from schemas.evidence import ReceivedFile
from transforms.agreement import keep_most_exact
from transforms.indicators import derive_kpis
from transforms.known import Facts, KnownObservation


@dataclass(frozen=True)
class Whole:
    """All that is known of a position, and every received file with what is told of it."""

    known: tuple[KnownObservation, ...]
    received: tuple[ReceivedFile, ...]

    @property
    def facts(self) -> Facts:
        """The facts that they make."""
        return Facts(self.known)


def derive_whole(history: History, position: Position, known: int | None) -> Whole:
    """What the receipts of a position say as at its date, from all the observations that there are."""
    programme = position.programme
    receipts = history.receipts(programme.id, known)
    decided = match_decisions(receipts, [*position.corrections, *position.overrides])
    spoken = list(judge_again(history, programme, receipts, decided, position.as_at).values())
    facts = [k for one in spoken for k in one.known]
    names = {r.receipt_id: r.name for r in receipts}
    waiting = {one.received.receipt_id: one.waiting for one in spoken}
    told = compare_known(facts, [one.received for one in spoken], names, programme, waiting)
    held = hold_compared(facts, names, programme, waiting).known
    return Whole(tuple(keep_most_exact(held)), tuple(t.received for t in told))


def expect_whole(position: Position, whole: Whole, dates: Sequence[dt.date]) -> None:
    """Every answer of a position is that of the whole: its rows, each line's figures, and what is told of files."""
    programme, facts = position.programme, whole.facts
    assert position.rows == tuple(derive_kpis(facts, programme, position.as_at))
    for date in dates:
        if date <= position.as_at:
            assert derive_kpis(position.facts, programme, date) == derive_kpis(facts, programme, date)
    for row in position.rows:
        indicator = next(i for i in programme.indicators if i.id == row.indicator)
        line = (indicator, row.service, row.subgroup)
        for date in dates:
            assert position.facts.value_at(*line, date) == facts.value_at(*line, date)
            assert position.facts.value_of(*line, date) == facts.value_of(*line, date)
        for since in (*dates, dt.date.min):
            assert position.facts.series(*line, since) == facts.series(*line, since)
    own = {r.receipt_id for r in position.received if r.in_view}
    assert [r for r in position.received if r.in_view] == [r for r in whole.received if r.receipt_id in own]
    assert [r.receipt_id for r in position.received] == [r.receipt_id for r in whole.received]


def expect_recalled(
    history: History, position: Position, known: int | None, whole: Whole, spans: Sequence[tuple[dt.date, dt.date]]
) -> None:
    """What is recalled of any measures and days, with nothing recalled before, is what the whole knows of them."""
    receipts = history.receipts(position.programme.id, known)
    decisions = [*position.corrections, *position.overrides]
    measures = sorted({i.measure for i in position.programme.indicators})
    for first, last in spans:
        for some in ({measures[0]}, {measures[-1]}, set(measures)):
            recall = Recall(history, position.programme, receipts, decisions, position.as_at)
            there = [k for k in whole.known if k.observation.measure in some]
            assert recall.recall(some, first, last) == [k for k in there if first <= k.observation.period.end <= last]
