"""What is known: the observations that speak, as a frame, and the figure of a measure at a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from schemas.config import Indicator
from schemas.facts import Observation, Period, derive_value
from transforms.company import sum_parts

_KEY = ["return_id", "measure", "service", "subgroup", "basis", "period_start", "period_end", "precision"]


@dataclass(frozen=True, slots=True)
class KnownObservation:
    """An observation and the receipt that it speaks from."""

    observation: Observation
    return_id: str
    receipt_id: int


@dataclass(frozen=True, slots=True)
class FigureValue:
    """The figure of a measure for a service and subgroup in one period.

    state: published; stated (printed as stated, not derived); held; no_cases. `exact` is unrounded.
    `parts` are the observations it is made of; `beside` a company row that contradicts them, by decision.
    """

    state: str
    period: Period
    exact: Fraction | None
    numerator: Decimal | None
    denominator: Decimal | None
    why: str
    parts: tuple[KnownObservation, ...]
    beside: tuple[KnownObservation, ...] = ()

    @property
    def is_corrected(self) -> bool:
        """Whether a correction stands behind it."""
        return any(p.observation.is_corrected for p in self.parts)

    @property
    def is_overridden(self) -> bool:
        """Whether a finding was accepted to print it."""
        return any(p.observation.is_overridden for p in (*self.parts, *self.beside))


def known_frame(known: Iterable[KnownObservation]) -> pd.DataFrame:
    """The observations that speak: of several for one figure and period, the last in order.

    Columns: return_id, measure, service and subgroup ("" for none), basis, period_start, period_end
    (dates), precision, known (the KnownObservation).
    """
    rows = [
        {
            "return_id": k.return_id,
            "measure": k.observation.measure,
            "service": k.observation.service or "",
            "subgroup": k.observation.subgroup or "",
            "basis": k.observation.basis,
            "period_start": k.observation.period.start,
            "period_end": k.observation.period.end,
            "precision": k.observation.period.precision,
            "known": k,
        }
        for k in known
    ]
    frame = pd.DataFrame(rows, columns=[*_KEY, "known"], dtype=object)
    return frame.drop_duplicates(_KEY, keep="last").reset_index(drop=True)


class Facts:
    """The facts known at one point, from which figures at any date are made."""

    def __init__(self, known: Iterable[KnownObservation]) -> None:
        frame = known_frame(known)
        self._groups: dict[tuple[str, str, str, str], pd.DataFrame] = {}
        for key, group in frame.groupby(["return_id", "measure", "subgroup", "basis"], sort=False):
            self._groups[key] = group.sort_values("period_end", kind="stable")  # type: ignore[index]

    def series(self, indicator: Indicator, service: str | None, subgroup: str | None) -> list[FigureValue]:
        """Every figure of an indicator's line, by period, oldest first."""
        group = self._groups.get((indicator.return_id, indicator.measure, subgroup or "", indicator.basis))
        if group is None:
            return []
        values = []
        for _, rows in group.groupby(["period_end", "period_start", "precision"], sort=True):
            found: list[KnownObservation] = list(rows["known"])
            value = _company_value(found, indicator) if service is None else _service_value(found, service)
            if value is not None:
                values.append(value)
        return values

    def value_at(
        self, indicator: Indicator, service: str | None, subgroup: str | None, date: dt.date
    ) -> FigureValue | None:
        """The latest figure whose period ends on or before a date, however old."""
        visible = [v for v in self.series(indicator, service, subgroup) if v.period.end <= date]
        return visible[-1] if visible else None

    def value_of(
        self, indicator: Indicator, service: str | None, subgroup: str | None, period_end: dt.date
    ) -> FigureValue | None:
        """The figure of the period that ends on a given day."""
        own = [v for v in self.series(indicator, service, subgroup) if v.period.end == period_end]
        return own[-1] if own else None

    def receipts_giving(self, measure: str, period: Period) -> set[int]:
        """The receipts, of any return, that give a measure for a time that overlaps a period."""
        found: set[int] = set()
        for (_, own, _, _), group in self._groups.items():
            if own == measure:
                ends, starts = group["period_end"] >= period.start, group["period_start"] <= period.end
                found.update(k.receipt_id for k in group[ends & starts]["known"])
        return found


def _service_value(found: Sequence[KnownObservation], service: str) -> FigureValue | None:
    own = next((k for k in found if k.observation.service == service), None)
    if own is None or own.observation.state == "absent":
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
    if indicator.company == "stated" and not is_by_services:
        return _stated_value(own) if own is not None else None
    parts = [k for k in found if k.observation.service is not None]
    if own is not None and own.observation.state == "held":
        return FigureValue("held", own.observation.period, None, None, None, own.observation.why, (own,))
    unsound = [k for k in parts if k.observation.state != "sound"]
    if parts and not unsound:
        derived = _derive_company(parts, indicator)
        if derived is not None:
            return replace(derived, beside=(own,)) if own is not None and is_by_services else derived
    if not parts:
        # the return has no services for this measure: its own counts are the sums
        return _own_counts(own, indicator) if own is not None else None
    return _stated_company(own, parts, unsound)


def _stated_value(own: KnownObservation) -> FigureValue:
    """The company row's own figure; while its services cannot vouch for it, as stated only."""
    return _stated_company(own, (), ()) if own.observation.state == "stated_only" else _value_of(own)


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
    if own is not None and own.observation.exact is not None:
        return FigureValue("stated", period, own.observation.exact, None, None, why, source)
    return FigureValue("held", period, None, None, None, why, source)
