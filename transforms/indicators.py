"""The KPI table: every indicator's figures at a reporting date, rated, with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from schemas.config import Indicator, Programme
from schemas.figures import round_half_away
from schemas.kpi import KpiRow
from transforms.brag import Rating, TargetInForce, rate_value, target_in_force
from transforms.compared import Line, find_baseline, find_previous, is_fresh, printed_value
from transforms.known import Facts, FigureValue
from transforms.reasons import (
    explain_early,
    explain_missing,
    explain_rating,
    explain_unrated,
    say_changes,
    target_of,
)
from transforms.spans import find_needed
from transforms.words import join_words, say_number


def derive_kpis(facts: Facts, programme: Programme, as_at: dt.date) -> list[KpiRow]:
    """The rows of the KPI table as at a date, in the programme's order, each with its reference ("K1")."""
    for measures, (first, last) in find_needed(programme, as_at):
        facts.prepare(measures, first, last)
    before = programme.previous_reporting_date(as_at)
    rows = []
    for number, line in enumerate(_lines(programme), 1):
        row = _derive_row(facts, programme, line, as_at, before)
        earlier = None
        if before is not None:
            earlier = _derive_row(facts, programme, line, before, programme.previous_reporting_date(before))
        rows.append(replace(row, ref=f"K{number}", previous_impact=earlier.impact if earlier else None))
    return rows


def _lines(programme: Programme) -> Iterator[Line]:
    for indicator in programme.indicators:
        for subgroup in indicator.subgroups or (None,):
            if indicator.company != "none":
                yield Line(indicator, None, subgroup)
            for service in indicator.services:
                yield Line(indicator, service, subgroup)


def stale_after(indicator: Indicator, programme: Programme) -> int:
    """Days after which a figure is no longer current: declared, else 1.5 times the return's cadence."""
    if indicator.stale_after is not None:
        return indicator.stale_after
    return programme.return_of(indicator.return_id).cadence_days * 3 // 2


def _derive_row(facts: Facts, programme: Programme, line: Line, as_at: dt.date, before: dt.date | None) -> KpiRow:
    indicator = line.indicator
    value = facts.value_at(indicator, line.service, line.subgroup, as_at)
    base = _blank_row(line, as_at)
    baseline = find_baseline(facts, line, as_at)
    base = replace(base, baseline=baseline.value, baseline_period=baseline.period)
    limit = stale_after(indicator, programme)
    if value is not None and value.state == "held":
        return _held_row(base, value, programme)
    if value is None or not is_fresh(value, as_at, limit):
        why = explain_missing(
            value.period if value else None, as_at, limit, programme.return_of(indicator.return_id).title
        )
        row = replace(base, reason=why, period=value.period if value else None)
    else:
        row = _figure_row(facts, programme, line, base, value, as_at, before)
    return _grey_row(row, indicator) if _is_early(indicator, as_at) else row


def _is_early(indicator: Indicator, as_at: dt.date) -> bool:
    return indicator.expected_from is not None and indicator.expected_from > as_at


def _grey_row(row: KpiRow, indicator: Indicator) -> KpiRow:
    """Too early to judge. Grey is a rating: the figure, and what it is compared with, stand."""
    assert indicator.expected_from is not None
    return replace(row, impact="grey", reason=explain_early(indicator.expected_from), miss=None)


def _figure_row(
    facts: Facts,
    programme: Programme,
    line: Line,
    row: KpiRow,
    value: FigureValue,
    as_at: dt.date,
    before: dt.date | None,
) -> KpiRow:
    row = _with_source(row, value, programme, line.indicator)
    if value.state == "no_cases":
        return replace(row, state="no_cases", impact="unrated", reason="no cases: 0 of 0")
    return _rated_row(facts, programme, line, row, value, as_at, before)


def _blank_row(line: Line, as_at: dt.date) -> KpiRow:
    indicator = line.indicator
    target = target_in_force(target_of(indicator, line.service), indicator.direction, as_at)
    tolerance = indicator.tolerance if target is not None and target.text is None else None
    return KpiRow(
        ref="",
        indicator=indicator.id,
        label=indicator.label,
        service=line.service,
        subgroup=line.subgroup,
        period=None,
        basis=indicator.basis,
        state="missing",
        value=None,
        numerator=None,
        denominator=None,
        unit=indicator.unit,
        decimals=indicator.decimals,
        direction=indicator.direction,
        target_low=target.low if target else None,
        target_high=target.high if target else None,
        target_text=target.text if target else None,
        tolerance_kind=tolerance.kind if tolerance else None,
        tolerance_value=tolerance.value if tolerance else None,
        baseline=None,
        baseline_period=None,
        previous=None,
        previous_period=None,
        change=None,
        impact="no_data",
        previous_impact=None,
        reason="",
        is_corrected=False,
        is_small_base=False,
        is_stated=False,
        miss=None,
        plan_refs=indicator.plan_refs,
        receipts=(),
    )


def _with_source(row: KpiRow, value: FigureValue, programme: Programme, indicator: Indicator) -> KpiRow:
    small = indicator.small_base if indicator.small_base is not None else programme.small_base
    return replace(
        row,
        period=value.period,
        numerator=value.numerator,
        denominator=value.denominator,
        is_corrected=value.is_corrected,
        is_overridden=value.is_overridden,
        is_small_base=value.denominator is not None and 0 < value.denominator < small,
        receipts=tuple(sorted({p.receipt_id for p in (*value.parts, *value.beside)})),
    )


def _held_row(row: KpiRow, value: FigureValue, programme: Programme) -> KpiRow:
    names = _unsound_services(value, programme)
    is_company = row.service is None and any(p.observation.service is not None for p in value.parts)
    since = names or "not every service gives its counts"
    why = f"not derived, since {since}" if is_company else value.why
    receipts = tuple(sorted({p.receipt_id for p in value.parts}))
    return replace(row, state="held", impact="held", reason=why, period=value.period, receipts=receipts)


def _unsound_services(value: FigureValue, programme: Programme) -> str:
    """Which services keep a figure from being derived, and how: "Duty and Reviews are held or missing"; where all
    stand, "Duty gives no counts"."""
    services = dict.fromkeys(k.observation.service or "" for k in value.unsound)
    names = [programme.service_label(service.removeprefix("?")) for service in services]
    if not names:
        return ""
    if all(k.observation.state == "sound" for k in value.unsound):
        return f"{join_words(names)} {'gives' if len(names) == 1 else 'give'} no counts"
    return f"{join_words(names)} {'is' if len(names) == 1 else 'are'} held or missing"


def _rated_row(
    facts: Facts,
    programme: Programme,
    line: Line,
    row: KpiRow,
    value: FigureValue,
    as_at: dt.date,
    before: dt.date | None,
) -> KpiRow:
    indicator = line.indicator
    exact = value.exact
    if exact is None:
        return row
    printed = round_half_away(exact, indicator.decimals)
    row = replace(row, state="published", value=printed)
    if value.state == "stated":
        names = _unsound_services(value, programme)
        since = f"since {names}" if names else "no counts are given"
        why = f"{say_number(printed)} stated, not derived, {since}"
        return replace(row, impact="unrated", is_stated=True, numerator=None, denominator=None, reason=why)
    previous = find_previous(facts, line, value, before, stale_after(indicator, programme)).value
    if previous is not None:
        earlier = printed_value(previous, indicator)
        if earlier is not None:
            row = replace(row, previous=earlier, previous_period=previous.period, change=printed - earlier)
    return _rate(line, row, value, previous, as_at)


def _rate(line: Line, row: KpiRow, value: FigureValue, previous: FigureValue | None, as_at: dt.date) -> KpiRow:
    indicator = line.indicator
    printed, exact = row.value, value.exact
    if printed is None or exact is None:
        return row
    declared = target_of(indicator, line.service)
    target = target_in_force(declared, indicator.direction, as_at)
    changes = say_changes(
        printed, row.previous, row.previous_period, row.baseline, as_at, with_baseline=target is None
    )
    is_profiled = indicator.basis != "ytd" or (declared is not None and bool(declared.steps) and previous is not None)
    too_early = target is not None and target.text is not None and not _after_baseline(indicator, value)
    if target is None or not is_profiled or too_early or (target.text is not None and row.baseline is None):
        why = explain_unrated(printed, indicator, line.service, value.period, as_at)
        return replace(row, impact="unrated", reason=_sentence(why, changes))
    rating = _rating(indicator, printed, target, row.previous, row.baseline)
    unrounded = _rating(indicator, exact, target, previous.exact if previous else None, row.baseline)
    why = explain_rating(printed, target, rating, row.baseline, indicator)
    if unrounded.impact != rating.impact:
        changes.append(f"{_long(exact, indicator)} unrounded would be {unrounded.impact.title()}")
    miss = rating.miss
    return replace(
        row,
        impact=rating.impact,
        reason=", ".join([why, *changes]),
        miss=round_half_away(miss, indicator.decimals) if miss is not None else None,
    )


def _rating(
    indicator: Indicator,
    value: Decimal | Fraction,
    target: TargetInForce,
    previous: Decimal | Fraction | None,
    baseline: Decimal | None,
) -> Rating:
    return rate_value(
        value, target, indicator.tolerance, previous, baseline, indicator.direction, indicator.improvement
    )


def _after_baseline(indicator: Indicator, value: FigureValue) -> bool:
    return indicator.baseline is not None and value.period.end > indicator.baseline.period_end


def _long(exact: Fraction, indicator: Indicator) -> str:
    return say_number(round_half_away(exact, indicator.decimals + 3))


def _sentence(why: str, changes: list[str]) -> str:
    return f"{why}; {', '.join(changes)}" if changes else why
