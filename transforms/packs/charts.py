"""Charts as geometry: an indicator's series in shares of the plot, with an alternative that says the message."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from schemas.config import Indicator
from schemas.facts import Period
from schemas.figures import Figure, round_half_away
from schemas.kpi import KpiRow
from schemas.pack import Chart, ChartLine, ChartPoint
from transforms.indicators import stale_after
from transforms.known import FigureValue
from transforms.limits import step_days
from transforms.packs.chart_scale import Scale
from transforms.packs.chart_targets import HeldTarget, draw_target, last_step, list_held, say_held
from transforms.packs.inputs import PackInput, period_text, who_text
from transforms.packs.line_count import measure_text, shorten_to_width
from transforms.words import join_words, say_number, say_period, say_short_date

_MOST_LINES = 5  # as many as can be told apart in print
YEARS_CHARTED = 3
_LABEL_SIZE = 24
_LABEL_MM = 228 * 25.4 / 72
"""How wide the room beside the plot is, in which each line is named."""
_Series = tuple[KpiRow, list[FigureValue]]


def make_chart(indicator: Indicator, rows: Sequence[KpiRow], pack: PackInput) -> Chart | None:
    """The series of an indicator's rows up to the as-at date; None where no line has two points."""
    series = [(row, _visible(indicator, row, pack)) for row in rows[:_MOST_LINES]]
    drawn = [(row, values) for row, values in series if _published(values)]
    if not any(len(_published(values)) > 1 for _, values in drawn):
        return None
    days = sorted({v.period.end for _, values in drawn for v in _published(values)})
    held = list_held(rows, indicator, days[0], pack.as_at)
    scale = _scale(drawn, days, held, rows, indicator, pack)
    percent = "%" if indicator.unit == "percent" else ""
    most_days = _most_days(indicator, pack)
    first = 0 if drawn[0][0].service is None else 1  # the bold line is the company's
    labels = _labels(drawn, indicator, pack)
    lines = [
        _line(row, values, scale, indicator, style, label, most_days, pack)
        for style, ((row, values), label) in enumerate(zip(drawn, labels, strict=True), first)
    ]
    return Chart(
        tuple(lines),
        draw_target(held, scale, percent),
        tuple((scale.share(t), f"{say_number(Decimal(str(t)).normalize() + 0)}{percent}") for t in scale.ticks),
        tuple(_x_ticks(days, scale)),
        _alt(drawn, held, indicator, most_days, pack),
    )


def charted_since(as_at: dt.date) -> dt.date:
    """The first day that a chart shows: a series longer than three years cannot be read in print."""
    return as_at.replace(year=as_at.year - YEARS_CHARTED, day=min(as_at.day, 28))


def _visible(indicator: Indicator, row: KpiRow, pack: PackInput) -> list[FigureValue]:
    values = pack.facts.series(indicator, row.service, row.subgroup, charted_since(pack.as_at))
    return [v for v in values if v.period.end <= pack.as_at]


def _published(values: Sequence[FigureValue]) -> list[FigureValue]:
    return [v for v in values if v.state in {"published", "stated"} and v.exact is not None]


def _scale(
    drawn: Sequence[_Series],
    days: Sequence[dt.date],
    held: Sequence[HeldTarget],
    rows: Sequence[KpiRow],
    indicator: Indicator,
    pack: PackInput,
) -> Scale:
    """The scale over every figure and target that is drawn; a step after the last figure is still shown."""
    values = [float(v.exact) for _, series in drawn for v in _published(series) if v.exact is not None]
    values += [float(end) for h in held for end in h.ends]
    stepped = last_step(rows, indicator, pack.as_at)
    last = max([days[-1], stepped]) if stepped is not None else days[-1]
    return Scale.over([days[0], last], values, is_percent=indicator.unit == "percent")


# --- Lines ----------------------------------------------------------------------------------------------


def _line(
    row: KpiRow,
    values: Sequence[FigureValue],
    scale: Scale,
    indicator: Indicator,
    style: int,
    label: str,
    most_days: int,
    pack: PackInput,
) -> ChartLine:
    points: list[ChartPoint] = []
    gap, before = False, None
    for value in values:
        if value.exact is None:
            gap = True  # a period without a sound figure breaks the line
            continue
        printed = round_half_away(value.exact, indicator.decimals)
        is_gap = gap or _begins_anew(before, value, indicator)
        points.append(
            ChartPoint(
                scale.across(value.period.end),
                scale.share(float(printed)),
                _figure(row, value, printed),
                period_text(value.period),
                is_gap,
                not is_gap and _is_missing_between(before, value, most_days, pack, indicator),
            )
        )
        gap, before = False, value
    return ChartLine(_short_name(row, pack), tuple(points), style, label)


def _begins_anew(before: FigureValue | None, value: FigureValue, indicator: Indicator) -> bool:
    """Whether a year to date begins again: its sum starts from nothing on 1 April."""
    return indicator.basis == "ytd" and before is not None and before.period.start != value.period.start


def _most_days(indicator: Indicator, pack: PackInput) -> int:
    """After how many days the next figure is late: one and a half steps of the return, or as long as a figure
    counts as current, where that is declared to be longer."""
    return stale_after(indicator, pack.programme)


def _is_missing_between(
    before: FigureValue | None, value: FigureValue, most_days: int, pack: PackInput, indicator: Indicator
) -> bool:
    """Whether periods are missing between two figures that follow on each other."""
    if before is None:
        return False
    step = step_days(value, pack.programme.return_of(indicator.return_id).cadence_days)
    return (value.period.end - before.period.end).days > max(most_days, step * 3 // 2)


def _figure(row: KpiRow, value: FigureValue, printed: Decimal) -> Figure:
    key = f"{row.key}@{value.period.key}"
    text = say_number(printed)
    marks = value.is_corrected, value.is_overridden
    return Figure(row.ref, key, "published", printed, row.decimals, text, (), *marks)


# --- Texts ----------------------------------------------------------------------------------------------


def _short_name(row: KpiRow, pack: PackInput) -> str:
    if row.service is not None and row.subgroup is None:
        service = next((s for s in pack.programme.services if s.id == row.service), None)
        return (service.short or service.label) if service else row.service
    return who_text(row, pack.programme)


def _labels(drawn: Sequence[_Series], indicator: Indicator, pack: PackInput) -> list[str]:
    """What each line is called beside its end: its name, cut at a word where it is long. Where that leaves nothing,
    or two alike, it is the reference, by which the table beside the chart names it in full."""
    names = []
    for row, values in drawn:
        last = _published(values)[-1].exact
        value = say_number(round_half_away(last, indicator.decimals)) if last is not None else ""
        room = _LABEL_MM - measure_text(f"{value} ", _LABEL_SIZE, is_bold=True)
        names.append(shorten_to_width(_short_name(row, pack), room, _LABEL_SIZE, is_bold=True))
    counts = Counter(names)
    return [name if name and counts[name] == 1 else row.ref for name, (row, _) in zip(names, drawn, strict=True)]


def _x_ticks(days: Sequence[dt.date], scale: Scale) -> list[tuple[float, str]]:
    """Dates below the plot, no closer than their text is wide."""
    ticks: list[tuple[float, str]] = []
    for day in reversed(days):
        place = scale.across(day)
        room = 0.36 if place < 0.06 else 0.25  # the first text begins at its tick, the others are centred
        if all(abs(place - other) >= room for other, _ in ticks):
            ticks.append((place, say_short_date(day)))
    return list(reversed(ticks))


def _alt(
    drawn: Sequence[_Series], held: Sequence[HeldTarget], indicator: Indicator, most_days: int, pack: PackInput
) -> str:
    percent = "%" if indicator.unit == "percent" else ""
    first = min(v.period.end for _, values in drawn for v in _published(values))
    said = []
    for row, values in drawn:
        shown = [
            f"{say_number(round_half_away(v.exact, indicator.decimals))}{percent} {_say_when(v.period)}"
            for v in _published(values)[-6:]
            if v.exact is not None
        ]
        said.append(f"{who_text(row, pack.programme)}: {join_words(shown)}")
    missing = _say_missing(drawn[0][1], most_days, pack, indicator)
    return f"Line chart of {indicator.label}. {'. '.join(said)}.{say_held(held, first, percent)}{missing}"


def _say_when(period: Period) -> str:
    """ "on 29 November 2021", "for 12 months to November 2021"."""
    return f"{'on' if period.start == period.end else 'for'} {say_period(period)}"


def _say_missing(values: Sequence[FigureValue], most_days: int, pack: PackInput, indicator: Indicator) -> str:
    """Between which figures of the first line none was received."""
    pairs = [
        f"{say_period(one.period)} and {say_period(other.period)}"
        for one, other in pairwise(values)
        if not _begins_anew(one, other, indicator) and _is_missing_between(one, other, most_days, pack, indicator)
    ]
    return f" No figures were received between {join_words(pairs, 'nor between')}." if pairs else ""
