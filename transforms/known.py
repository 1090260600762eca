"""What is known: the observations that speak, and the figure of a measure at a date."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from typing import Protocol

from schemas.config import Indicator
from schemas.facts import Observation, Period, derive_value
from schemas.findings import Finding
from transforms.company import sum_parts
from transforms.spans import Span, find_gaps, join_spans

_Line = tuple[str, str, str, str]
"""Return, measure, subgroup ("" for none) and basis."""
_When = tuple[dt.date, dt.date, str]
"""A period by its end, its start and its precision: the order of a series."""
_STEP_DAYS = 7
"""How much is fetched where something was given at last: a week, and four times more whenever that is not enough."""
_DAY = dt.timedelta(days=1)
_FIRST_DAYS = 45
"""How far back a figure is looked for at first: a month and a half, the age at which a monthly one is stale."""


@dataclass(frozen=True, slots=True)
class KnownObservation:
    """An observation and the receipt that it speaks from.

    `disputes` are the findings for which a comparison holds it, each with the receipt that it is told of: its own,
    and the one that it contradicts.
    """

    observation: Observation
    return_id: str
    receipt_id: int
    disputes: tuple[tuple[int, Finding], ...] = ()


@dataclass(frozen=True, slots=True)
class FigureValue:
    """The figure of a measure for a service and subgroup in one period.

    state: published; stated (printed as stated, not derived); held; no_cases. `exact` is unrounded.
    `parts` are the observations it is made of; `beside` a company row that something was decided about: it
    contradicts them, or another workbook contradicts it; `unsound` the services for want of which a company figure is
    not derived: held or missing, or sound as stated and without counts; `against` those that a company
    row which is held was checked against.
    """

    state: str
    period: Period
    exact: Fraction | None
    numerator: Decimal | None
    denominator: Decimal | None
    why: str
    parts: tuple[KnownObservation, ...]
    beside: tuple[KnownObservation, ...] = ()
    unsound: tuple[KnownObservation, ...] = ()
    against: tuple[KnownObservation, ...] = ()

    @property
    def is_corrected(self) -> bool:
        """Whether a correction stands behind it."""
        return any(p.observation.is_corrected for p in self.parts)

    @property
    def is_overridden(self) -> bool:
        """Whether a finding was accepted to print it."""
        return any(p.observation.is_overridden for p in (*self.parts, *self.beside))


class FactSource(Protocol):
    """Where facts are fetched from as they are asked for, so that ten years of them need not be at hand."""

    def recall(self, measures: Collection[str], first: dt.date, last: dt.date) -> Iterable[KnownObservation]:
        """All that is known of measures for periods that end from `first` to `last`, in the order it speaks."""

    def last_end(self, measure: str, before: dt.date) -> dt.date | None:
        """The last day before a date on which a period of the measure may end; None where there is none."""


class Facts:
    """The facts known at one point, from which figures at any date are made.

    Of several observations of one figure and period, the last in order speaks. With a `source`, what is asked
    for is fetched from it, each measure and day once; the answers are the same as if all had been given.
    """

    def __init__(self, known: Iterable[KnownObservation] = (), source: FactSource | None = None) -> None:
        self._lines: dict[_Line, dict[_When, dict[str | None, KnownObservation]]] = {}
        self._order: dict[_Line, list[_When]] = {}
        self._source = source
        self._fetched: dict[str, list[Span]] = {}
        self._add(known)

    def prepare(self, measures: Iterable[str], first: dt.date, last: dt.date) -> None:
        """Fetch what is known of measures for periods that end from `first` to `last`, many in one step."""
        if self._source is None or last < first:
            return
        waiting: dict[Span, set[str]] = {}
        for measure in set(measures):
            for gap in find_gaps(self._fetched.get(measure, ()), (first, last)):
                waiting.setdefault(gap, set()).add(measure)
        for gap, own in sorted(waiting.items()):
            self._add(self._source.recall(own, *gap))
            for measure in own:
                self._fetched[measure] = join_spans([*self._fetched.get(measure, ()), gap])

    def series(
        self, indicator: Indicator, service: str | None, subgroup: str | None, since: dt.date = dt.date.min
    ) -> list[FigureValue]:
        """Every figure of an indicator's line whose period ends on `since` or later, oldest first."""
        self.prepare([indicator.measure], since, dt.date.max)
        line = _line_of(indicator, subgroup)
        values = [self._figure(line, when, indicator, service) for when in self._times(line, since, dt.date.max)]
        return [v for v in values if v is not None]

    def value_at(
        self, indicator: Indicator, service: str | None, subgroup: str | None, date: dt.date
    ) -> FigureValue | None:
        """The latest figure whose period ends on or before a date, however old."""
        line = _line_of(indicator, subgroup)
        for first, last in self._spans_back(indicator.measure, date):
            for when in reversed(self._times(line, first, last)):
                value = self._figure(line, when, indicator, service)
                if value is not None:
                    return value
        return None

    def value_of(
        self, indicator: Indicator, service: str | None, subgroup: str | None, period_end: dt.date
    ) -> FigureValue | None:
        """The figure of the period that ends on a given day."""
        self.prepare([indicator.measure], period_end, period_end)
        line = _line_of(indicator, subgroup)
        values = [self._figure(line, w, indicator, service) for w in self._times(line, period_end, period_end)]
        return next((v for v in reversed(values) if v is not None), None)

    def _add(self, known: Iterable[KnownObservation]) -> None:
        for item in known:
            own = item.observation
            line = (item.return_id, own.measure, own.subgroup or "", own.basis)
            when = (own.period.end, own.period.start, own.period.precision)
            found = self._lines.setdefault(line, {}).setdefault(when, {})
            found.pop(own.service, None)  # the last one speaks, from its own place in the order
            found[own.service] = item
            self._order.pop(line, None)

    def _times(self, line: _Line, first: dt.date, last: dt.date) -> list[_When]:
        """The periods of a line that end from `first` to `last`, in order."""
        order = self._order.get(line)
        if order is None:
            order = self._order[line] = sorted(self._lines.get(line, ()))
        return order[bisect_left(order, first, key=itemgetter(0)) : bisect_right(order, last, key=itemgetter(0))]

    def _figure(self, line: _Line, when: _When, indicator: Indicator, service: str | None) -> FigureValue | None:
        found = self._lines[line][when]
        if service is None:
            return _company_value(list(found.values()), indicator)
        return _service_value(found.get(service))

    def _spans_back(self, measure: str, date: dt.date) -> Iterator[Span]:
        """Spans of days from a date backwards, each fetched as it is reached, until nothing is left."""
        if self._source is None:
            yield dt.date.min, date
            return
        self.prepare([measure], _days_before(date, _FIRST_DAYS), date)
        first = next(a for a, b in self._fetched[measure] if a <= date <= b)
        yield first, date
        days = _STEP_DAYS
        while first > dt.date.min:
            last, end = first - _DAY, self._source.last_end(measure, first)
            if end is None:  # nothing is left to be fetched
                self._fetched[measure] = join_spans([*self._fetched[measure], (dt.date.min, last)])
                return
            self.prepare([measure], _days_before(end, days), last)
            days *= 4
            first = next(a for a, b in self._fetched[measure] if a <= last <= b)
            yield first, last

    def receipts_giving(
        self, measure: str, period: Period, subgroup: str | None, services: Collection[str | None] | None = None
    ) -> set[int]:
        """The receipts, of any return, that give a measure of a subgroup for a time that overlaps a period; of some
        services, where they are named (None is the company's own row)."""
        self.prepare([measure], period.start, dt.date.max)
        return {
            known.receipt_id
            for (_, own, group, _), times in self._lines.items()
            for (end, start, _), found in times.items()
            if (own, group) == (measure, subgroup or "") and end >= period.start and start <= period.end
            for service, known in found.items()
            if services is None or service in services
        }


def _line_of(indicator: Indicator, subgroup: str | None) -> _Line:
    return (indicator.return_id, indicator.measure, subgroup or "", indicator.basis)


def _days_before(date: dt.date, days: int) -> dt.date:
    return date - dt.timedelta(days=min(days, (date - dt.date.min).days))


def _service_value(own: KnownObservation | None) -> FigureValue | None:
    if own is None or own.observation.state in {"absent", "inapplicable"}:
        return None
    return _value_of(own)


def _value_of(known: KnownObservation) -> FigureValue:
    item = known.observation
    if item.state == "held":
        return FigureValue("held", item.period, None, None, None, item.why, (known,))
    if item.is_no_cases and item.form not in {"count", "number"}:
        return FigureValue("no_cases", item.period, None, item.numerator, item.denominator, "", (known,))
    if item.exact is None:
        return FigureValue("held", item.period, None, None, None, "no figure can be made of its counts", (known,))
    return FigureValue("published", item.period, item.exact, item.numerator, item.denominator, "", (known,))


def _company_value(found: Sequence[KnownObservation], indicator: Indicator) -> FigureValue | None:
    own = next((k for k in found if k.observation.service is None), None)
    if indicator.company == "none":
        return None
    if own is not None and own.observation.chosen == "company_row":
        return _value_of(own)  # a decision says that the row holds, whatever its services give
    is_by_services = own is not None and own.observation.chosen == "services"
    parts = [k for k in found if k.observation.service is not None and k.observation.state != "inapplicable"]
    unsound = [k for k in parts if k.observation.state != "sound"]
    if own is not None and own.observation.state == "held":
        return replace(_value_of(own), against=tuple(parts))
    if indicator.company == "stated" and not is_by_services:
        return _stated_value(own, unsound) if own is not None else None
    if parts and not unsound:
        derived = _derive_company(parts, indicator)
        if derived is not None:
            is_decided = own is not None and own.observation.chosen in {"services", "own"}
            return replace(derived, beside=(own,)) if own is not None and is_decided else derived
    if not parts:
        # the return has no services for this measure: its own counts are the sums
        return _own_counts(own, indicator) if own is not None else None
    return _stated_company(own, parts, unsound or _find_uncounted(parts, indicator))


def _find_uncounted(parts: Sequence[KnownObservation], indicator: Indicator) -> list[KnownObservation]:
    """The services that do not give the counts of which a company figure is derived."""
    wants_both = indicator.company != "sum"
    return [k for k in parts if k.observation.numerator is None or (wants_both and k.observation.denominator is None)]


def _stated_value(own: KnownObservation, unsound: Sequence[KnownObservation]) -> FigureValue:
    """The company row's own figure; while its services cannot vouch for it, as stated only."""
    return _stated_company(own, (), unsound) if own.observation.state == "stated_only" else _value_of(own)


def _own_counts(own: KnownObservation, indicator: Indicator) -> FigureValue:
    item = own.observation
    has_counts = item.numerator is not None and (item.denominator is not None or indicator.company == "sum")
    return _value_of(own) if has_counts else _stated_company(own, (), ())


def _derive_company(parts: Sequence[KnownObservation], indicator: Indicator) -> FigureValue | None:
    first = parts[0].observation
    numerator, denominator = sum_parts(p.observation for p in parts)
    if numerator is None:
        return None
    if indicator.company == "sum":
        return FigureValue("published", first.period, Fraction(numerator), numerator, None, "", tuple(parts))
    if denominator is None:
        return None
    if denominator == 0:
        return FigureValue("no_cases", first.period, None, numerator, denominator, "", tuple(parts))
    exact = derive_value(first.form, numerator, denominator, first.per)
    return FigureValue("published", first.period, exact, numerator, denominator, "", tuple(parts))


def _stated_company(
    own: KnownObservation | None,
    parts: Sequence[KnownObservation],
    unsound: Sequence[KnownObservation],
) -> FigureValue:
    """A company figure that cannot be derived: as stated where the return states one, else held."""
    why = ", ".join(sorted({k.observation.service or "" for k in unsound}))
    source = (own,) if own is not None else tuple(unsound or parts)
    period = source[0].observation.period
    lacking = tuple(sorted(unsound, key=lambda k: k.observation.service or ""))
    if own is not None and own.observation.exact is not None:
        return FigureValue("stated", period, own.observation.exact, None, None, why, source, unsound=lacking)
    return FigureValue("held", period, None, None, None, why, source, unsound=lacking)
