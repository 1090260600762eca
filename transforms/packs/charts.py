"""Charts as geometry: an indicator's series in shares of the plot, with an alternative that says the message."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal

from schemas.config import Indicator
from schemas.facts import Period
from schemas.figures import Figure, round_half_away
from schemas.kpi import KpiRow
from schemas.pack import Chart, ChartLine, ChartPoint, ChartTarget
from transforms.known import FigureValue
from transforms.packs.inputs import PackInput, period_text, who_text
from transforms.words import join_words, say_number, say_short_date, say_target

_MOST_LINES = 5  # as many as can be told apart in print
YEARS_CHARTED = 3
_Series = tuple[KpiRow, list[FigureValue]]


def make_chart(indicator: Indicator, rows: Sequence[KpiRow], pack: PackInput) -> Chart | None:
    """The series of an indicator's rows up to the as-at date; None where no line has two points."""
    series = [(row, _visible(indicator, row, pack)) for row in rows[:_MOST_LINES]]
    drawn = [(row, values) for row, values in series if _published(values)]
    if not any(len(_published(values)) > 1 for _, values in drawn):
        return None
    low, high = _span(drawn, indicator)
    ticks = _ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    days = sorted({v.period.end for _, values in drawn for v in _published(values)})
    percent = "%" if indicator.unit == "percent" else ""
    first = 0 if drawn[0][0].service is None else 1  # the bold line is the company's
    lines = [
        _line(row, values, days, low, high, indicator, style, pack)
        for style, (row, values) in enumerate(drawn, first)
    ]
    return Chart(
        tuple(lines),
        tuple(_targets(rows, low, high, percent)),
        tuple((_share(t, low, high), f"{say_number(Decimal(str(t)).normalize() + 0)}{percent}") for t in ticks),
        tuple(_x_ticks(days)),
        _alt(drawn, rows, indicator, pack),
    )


def charted_since(as_at: dt.date) -> dt.date:
    """The first day that a chart shows: a series longer than three years cannot be read in print."""
    return as_at.replace(year=as_at.year - YEARS_CHARTED, day=min(as_at.day, 28))


def _visible(indicator: Indicator, row: KpiRow, pack: PackInput) -> list[FigureValue]:
    values = pack.facts.series(indicator, row.service, row.subgroup, charted_since(pack.as_at))
    return [v for v in values if v.period.end <= pack.as_at]


def _published(values: Sequence[FigureValue]) -> list[FigureValue]:
    return [v for v in values if v.state in {"published", "stated"} and v.exact is not None]


def _span(drawn: Sequence[_Series], indicator: Indicator) -> tuple[float, float]:
    values = [float(v.exact) for _, series in drawn for v in _published(series) if v.exact is not None]
    for row, _ in drawn:
        values += [float(t) for t in (row.target_low, row.target_high) if t is not None]
    low, high = min(values), max(values)
    room = (high - low or abs(high) or 1.0) * 0.12
    low, high = max(low - room, 0.0) if low >= 0 else low - room, high + room
    return low, min(high, 100.0) if indicator.unit == "percent" and high - room <= 100 else high


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round values that span the plot."""
    raw = (high - low) / 4 or 1.0
    size = 10 ** math.floor(math.log10(raw))
    step = next(m * size for m in (1, 2, 5, 10) if m * size >= raw)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(i * step, 6) for i in range(first, last + 1)]


def _share(value: float, low: float, high: float) -> float:
    return round((value - low) / (high - low), 4)


def _across(day: dt.date, days: Sequence[dt.date]) -> float:
    whole = (days[-1] - days[0]).days
    return round((day - days[0]).days / whole, 4) if whole else 0.5


def _line(
    row: KpiRow,
    values: Sequence[FigureValue],
    days: Sequence[dt.date],
    low: float,
    high: float,
    indicator: Indicator,
    style: int,
    pack: PackInput,
) -> ChartLine:
    points, gap = [], False
    for value in values:
        if value.exact is None:
            gap = True  # a period without a sound figure breaks the line
            continue
        printed = round_half_away(value.exact, indicator.decimals)
        points.append(
            ChartPoint(
                _across(value.period.end, days),
                _share(float(printed), low, high),
                _figure(row, value, printed),
                period_text(value.period),
                gap,
            )
        )
        gap = False
    return ChartLine(_short_name(row, pack), tuple(points), style)


def _figure(row: KpiRow, value: FigureValue, printed: Decimal) -> Figure:
    key = f"{row.key}@{value.period.key}"
    text = say_number(printed)
    marks = value.is_corrected, value.is_overridden
    return Figure(row.ref, key, "published", printed, row.decimals, text, (), *marks)


def _short_name(row: KpiRow, pack: PackInput) -> str:
    if row.service is not None and row.subgroup is None:
        service = next((s for s in pack.programme.services if s.id == row.service), None)
        return (service.short or service.label) if service else row.service
    return who_text(row, pack.programme)


def _targets(rows: Sequence[KpiRow], low: float, high: float, percent: str) -> list[ChartTarget]:
    """One line for each target; none where services have their own, which would hide the series."""
    found: dict[tuple[Decimal | None, Decimal | None], ChartTarget] = {}
    for row in rows:
        ends = (row.target_low, row.target_high)
        numbers = [n for n in ends if n is not None]
        if numbers:
            text = " to ".join(say_target(n) for n in numbers)
            bottom, top = _share(float(numbers[0]), low, high), _share(float(numbers[-1]), low, high)
            found[ends] = ChartTarget(bottom, top, f"target {text}{percent}")
    return list(found.values()) if len(found) == 1 else []


def _x_ticks(days: Sequence[dt.date]) -> list[tuple[float, str]]:
    """Dates below the plot, no closer than their text is wide."""
    ticks: list[tuple[float, str]] = []
    for day in reversed(days):
        place = _across(day, days)
        room = 0.32 if place < 0.06 else 0.22  # the first text begins at its tick, the others are centred
        if all(abs(place - other) >= room for other, _ in ticks):
            ticks.append((place, say_short_date(day)))
    return list(reversed(ticks))


def _when(period: Period) -> str:
    """ "on 29 Nov 2021", "for 12 months to Nov 2021"."""
    return f"{'on' if period.start == period.end else 'for'} {period_text(period)}"


def _alt(drawn: Sequence[_Series], rows: Sequence[KpiRow], indicator: Indicator, pack: PackInput) -> str:
    percent = "%" if indicator.unit == "percent" else ""
    said = []
    for row, values in drawn:
        shown = [
            f"{say_number(round_half_away(v.exact, indicator.decimals))}{percent} {_when(v.period)}"
            for v in _published(values)[-6:]
            if v.exact is not None
        ]
        said.append(f"{who_text(row, pack.programme)}: {join_words(shown)}")
    target = next((r for r in rows if r.target_low is not None or r.target_high is not None), None)
    aim = ""
    if target is not None and target.service is None:
        ends = [t for t in (target.target_low, target.target_high) if t is not None]
        aim = f" Target {' to '.join(say_target(t) for t in ends)}{percent}."
    return f"Line chart of {indicator.label}. {'. '.join(said)}.{aim}"
