"""What is known, recalled from history as it is asked for: by measures and days for figures, by receipt for findings.

Whatever is recalled is judged with all that bears on it, so that it is the same as if everything had been.
What bears on an observation: the others of its figure and period, and for a period that shorter ones add up to,
those that overlap it. On the doubts about a return: the returns before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from flows.comparing import ToldFile, compare_known, find_earlier, hold_compared
from flows.speaking import Decision, Spoken, judge_again, match_decisions
from history.records import Receipt
from history.store import History
from schemas.config import Correction, Programme
from schemas.evidence import ReceivedFile
from transforms.agreement import keep_most_exact
from transforms.known import KnownObservation
from transforms.overrides import WaitingOverride
from transforms.periods import is_summed
from transforms.spans import Span, join_spans

_Place = tuple[int, int]
"""Where an observation stands in the order of what is known: its receipt's place, and its own in the receipt."""
_Placed = dict[_Place, KnownObservation]
_Waiting = dict[int, Sequence[WaitingOverride]]
_WEEK = 10


@dataclass(slots=True)
class Told:
    """Received files with all that is told of them, and the overrides that wait for what the plan tells."""

    received: list[ReceivedFile] = field(default_factory=list)
    waiting: list[WaitingOverride] = field(default_factory=list)


class Recall:
    """What the receipts of a programme say as at a date, with the decisions about them."""

    def __init__(
        self,
        history: History,
        programme: Programme,
        receipts: Sequence[Receipt],
        decisions: Sequence[Decision],
        as_at: dt.date,
    ) -> None:
        self._history = history
        self._programme = programme
        self._as_at = as_at
        self._receipts = {r.receipt_id: r for r in receipts}
        self._places = {r.receipt_id: place for place, r in enumerate(receipts)}
        self._newest = max(self._receipts, default=0)
        self._names = {r.receipt_id: r.name for r in receipts}
        self._decisions = match_decisions(receipts, decisions)
        self._adding = {i for i, own in self._decisions.items() if any(_adds_figures(d) for d in own)}
        self._spoken: dict[int, Spoken] = {}

    # what figures are made of (see transforms.known.FactSource)

    def recall(self, measures: Collection[str], first: dt.date, last: dt.date) -> list[KnownObservation]:
        """All that is known of measures for periods that end from `first` to `last`, in the order it speaks."""
        span = (first, min(last, self._as_at))
        found = self._gather(measures, span)
        known = [found[place] for place in sorted(found)]
        held = hold_compared(known, self._names, self._programme, self._waiting(known)).known
        return [k for k in keep_most_exact(held) if _is_within(k, span) and k.observation.measure in measures]

    def last_end(self, measure: str, before: dt.date) -> dt.date | None:
        """The last day before a date on which a period of the measure may end; None where there is none."""
        stored = self._history.last_period_end(self._programme.id, measure, before, self._newest)
        added = [k.observation for k in self.say(self._adding) if k.observation.measure == measure]
        ends = [o.period.end for o in added if o.period.end < before]
        return max([*ends, stored] if stored else ends, default=None)

    # what is told of receipts

    def tell(self, ids: Collection[int]) -> Told:
        """Receipts with all that stands against them and was accepted, in the order in which they speak.

        An override that accepts what is told across returns is looked for among them; the others wait.
        """
        told = self._compare(ids)
        done = {id(a.override) for t in told for a in t.received.overridden}
        left = {id(w.override): w for t in told for w in t.waiting if id(w.override) not in done}
        return Told([t.received for t in told], list(left.values()))

    def tell_decided(self, ids: Iterable[int]) -> Told:
        """The decided ones among receipts, with what is told of the decisions; doubts only where one accepts them."""
        own = self._in_order(i for i in ids if i in self._decisions)
        self._speak(own)
        waiting = {i for i in own if self._spoken[i].waiting}
        told = self.tell(waiting) if waiting else Told()
        there = {r.receipt_id: r for r in told.received}
        received = [there.get(i) or self._spoken[i].received for i in own]
        done = {id(a.override) for r in received for a in r.overridden}
        return Told(received, [w for w in told.waiting if id(w.override) not in done])

    def _waiting(self, known: Iterable[KnownObservation], more: Iterable[int] = ()) -> _Waiting:
        """The overrides of what is told across returns, by receipt, of all that bears on what is known."""
        ids = {*more, *(k.receipt_id for k in known)} & self._decisions.keys()
        self._speak(ids)
        return {i: self._spoken[i].waiting for i in ids}

    def _compare(self, ids: Collection[int]) -> list[ToldFile]:
        """Receipts with what holding them against each other and against those before them tells."""
        group = self._in_order({*ids, *(r.receipt_id for i in ids for r in self._before(i))})
        self._speak(group)
        days: dict[str, set[dt.date]] = {}
        for item in self.say(group):
            days.setdefault(item.observation.measure, set()).add(item.observation.period.end)
        alike: dict[tuple[Span, ...], set[str]] = {}
        for measure, ends in days.items():
            alike.setdefault(tuple(join_spans(((d, d) for d in ends), _WEEK)), set()).add(measure)
        found: _Placed = {}
        for spans, measures in alike.items():
            for span in spans:
                found |= self._gather(measures, span)
        known = [found[place] for place in sorted(found)]
        received = [self._spoken[i].received for i in group]
        waiting = self._waiting(known, ids)
        return compare_known(known, received, self._names, self._programme, waiting, set(ids))

    def _before(self, receipt_id: int) -> list[Receipt]:
        return find_earlier(self._receipts[receipt_id], self._receipts.values())

    # what receipts say

    def _gather(self, measures: Collection[str], span: Span) -> _Placed:
        """The observations of measures for periods that end within a span, and those that bear on them."""
        found = self._fetch(measures, span)
        sums = [k.observation for k in found.values() if is_summed(k.observation)]
        if sums:
            last = max(o.period.end for o in sums)
            longest = max(o.period.end - o.period.start for o in sums)
            around = (min(o.period.start for o in sums), min(last + longest, self._as_at))
            found |= self._fetch({o.measure for o in sums}, around, started_by=last)
        return found

    def _fetch(self, measures: Collection[str], span: Span, *, started_by: dt.date | None = None) -> _Placed:
        rows = self._history.observations_between(
            self._programme.id, measures, span, self._receipts, started_by=started_by
        )
        found: _Placed = {}
        decided = set(self._adding)
        for receipt_id, position, observation in rows:
            if receipt_id in self._decisions:
                decided.add(receipt_id)
            else:
                receipt = self._receipts[receipt_id]
                place = (self._places[receipt_id], position)
                found[place] = KnownObservation(observation, receipt.return_id, receipt_id)
        self._speak(decided)
        for receipt_id in decided:
            for position, item in enumerate(self._spoken[receipt_id].known):
                if item.observation.measure in measures and _is_within(item, span):
                    found[self._places[receipt_id], position] = item
        return found

    def say(self, ids: Collection[int]) -> Iterator[KnownObservation]:
        """What receipts give, as they are judged alone."""
        self._speak(ids)
        for receipt_id in self._in_order(ids):
            yield from self._spoken[receipt_id].known

    def _speak(self, ids: Collection[int]) -> None:
        """Have receipts say what they do, each once; those that something was decided about are judged again."""
        silent = [self._receipts[i] for i in self._in_order(ids) if i not in self._spoken]
        if silent:
            self._spoken |= judge_again(self._history, self._programme, silent, self._decisions, self._as_at)

    def _in_order(self, ids: Iterable[int]) -> list[int]:
        return sorted(set(ids), key=self._places.__getitem__)


def _is_within(item: KnownObservation, span: Span) -> bool:
    return span[0] <= item.observation.period.end <= span[1]


def _adds_figures(decision: Decision) -> bool:
    """Whether a decision may give a figure where the workbook gives none, or take one away."""
    return isinstance(decision, Correction) and not (_has_digit(decision.expected) and _has_digit(decision.right))


def _has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)
