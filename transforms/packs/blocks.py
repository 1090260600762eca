"""Indicator blocks: one for each indicator that earns it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from schemas.config import Programme
from schemas.kpi import KpiRow
from schemas.pack import Block
from transforms.known import Facts
from transforms.limits import limits_of_indicator, say_usual_variation
from transforms.packs.charts import charted_since, make_chart
from transforms.packs.commentary import is_commented, make_commentary
from transforms.packs.inputs import IMPACT_ORDER, RATED, PackInput, who_text
from transforms.packs.scorecard import score_row
from transforms.words import join_words, plural


def make_blocks(pack: PackInput) -> tuple[Block, ...]:
    """A block for every indicator with a figure that is Red, Yellow, held, misses its target or moved colour, or
    on which an owner wrote since the previous reporting date."""
    return tuple(_block(rows, reasons, pack) for rows, reasons in _earned(pack))


def prepare_charts(facts: Facts, rows: Sequence[KpiRow], programme: Programme, as_at: dt.date) -> None:
    """Fetch the series of every indicator whose figures earn it a block, in one step."""
    own = {i.id: [r for r in rows if r.indicator == i.id] for i in programme.indicators}
    charted = {i.measure for i in programme.indicators if earn_block(own[i.id])}
    facts.prepare(charted, charted_since(as_at), as_at)


def list_blocks(pack: PackInput) -> list[tuple[str, str]]:
    """The id and label of every indicator that has a block, in order."""
    return [(rows[0].indicator, rows[0].label) for rows, _ in _earned(pack)]


def _earned(pack: PackInput) -> Iterator[tuple[list[KpiRow], list[str]]]:
    for indicator in pack.programme.indicators:
        rows = [r for r in pack.own_rows if r.indicator == indicator.id]
        reasons = earn_block(rows)
        if is_commented(indicator.id, pack):
            reasons.append("an owner comments on it")
        if rows and reasons:
            yield rows, reasons


def earn_block(rows: Sequence[KpiRow]) -> list[str]:
    """Why an indicator earns a block; empty where it does not."""
    reasons = []
    if any(r.impact == "held" or r.is_stated for r in rows):
        reasons.append("a figure is held")
    if any(r.impact in {"red", "yellow", "amber"} for r in rows):
        reasons.append("a target is missed")
    if any(_moved(r) for r in rows):
        reasons.append("a colour moved")
    return reasons


def _moved(row: KpiRow) -> bool:
    return row.impact in RATED and row.previous_impact in RATED and row.impact != row.previous_impact


def _block(rows: list[KpiRow], reasons: list[str], pack: PackInput) -> Block:
    indicator = pack.indicator(rows[0].indicator)
    head = rows[0] if rows[0].service is None and len(indicator.subgroups) < 2 else None
    worst = min(rows, key=lambda r: IMPACT_ORDER.index(r.impact))
    rating = pack.rating(head.impact if head else worst.impact)
    told = head or worst
    sentence = f"{told.reason}." if head else f"{who_text(told, pack.programme)}: {told.reason}."
    sentence = sentence[:1].upper() + sentence[1:]
    return Block(
        indicator.id,
        rows[0].label,
        rating,
        f"Here because {join_words(reasons)}; {_serves(rows[0])}.",
        sentence,
        tuple(score_row(row, pack) for row in rows),
        make_chart(indicator, rows, pack),
        tuple(_notes(rows, pack)),
        make_commentary(indicator.id, pack),
    )


def _serves(row: KpiRow) -> str:
    if not row.plan_refs:
        return "serves no part of the plan"
    return f"serves {'part' if len(row.plan_refs) == 1 else 'parts'} {join_words(list(row.plan_refs))} of the plan"


def _notes(rows: Sequence[KpiRow], pack: PackInput) -> list[str]:
    indicator = pack.indicator(rows[0].indicator)
    notes = []
    if indicator.company == "none":
        counts = [(sum(r.impact == i for r in rows), pack.rating(i).word) for i in IMPACT_ORDER]
        listed = join_words([f"{n} {word}" for n, word in counts if n])
        notes.append(f"Averages are not added up: of {plural(len(rows), 'service')}, {listed}.")
    if any(r.is_corrected for r in rows):
        notes.append("* rests on a declared correction; see data quality.")
    if any(r.is_overridden for r in rows):
        notes.append("¶ printed although a finding stands against it, by a declared override; see data quality.")
    if any(r.is_stated for r in rows):
        notes.append("§ as stated in the return; it cannot be derived while a service's figure is held or missing.")
    if any(r.is_small_base for r in rows):
        notes.append("# small base: a few cases move this figure far.")
    notes += _usual_variation(rows, pack)
    if indicator.note:
        notes.append(indicator.note)
    return notes


def _usual_variation(rows: Sequence[KpiRow], pack: PackInput) -> list[str]:
    """How far the company's figure usually varies, where its series is long and steady enough to tell."""
    indicator = pack.indicator(rows[0].indicator)
    by_key = {row.key: row for row in rows}
    notes = []
    for limits in limits_of_indicator(pack.facts, indicator, pack.programme, pack.as_at):
        row = by_key.get(limits.key)
        if row is not None:
            said = say_usual_variation(limits, row.unit, row.decimals)
            who = who_text(row, pack.programme)
            notes.append(f"{who[:1].upper()}{who[1:]}, {said}.")
    return notes
