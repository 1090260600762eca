"""Where a number comes from: its formula in words, every cell behind it, and what it is compared with."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flows.position import Position
from flows.settings import UsageError
from flows.tracing import Tracer
from flows.versions import describe_target, describe_version
from history.store import History
from schemas.config import Indicator
from schemas.figures import decimal_text
from schemas.kpi import KpiRow
from schemas.spelling import find_id, nearest, normalise, printable
from transforms.arithmetic import say_difference
from transforms.compared import Line, explain_no_previous, find_baseline, find_previous
from transforms.formulas import say_formula
from transforms.indicators import stale_after
from transforms.known import FigureValue
from transforms.packs.inputs import value_text, who_text
from transforms.words import join_words, plural, say_date, say_number, say_period

_REFERENCE = re.compile(r"K[0-9]+", re.IGNORECASE)
_NOTHING: dict[str, Any] = {
    "period": None,
    "period_end": None, "arithmetic": "", "operands": [], "files": [], "overrides": [], "held_by": [],
    "also_given": [],
}  # fmt: skip
"""The trail of a value that there is not."""


def find_row(position: Position, name: str, service: str | None, subgroup: str | None) -> KpiRow:
    """The KPI row meant by an indicator's id, label or printed reference. UsageError names the nearest."""
    by_ref = next((row for row in position.rows if row.ref.casefold() == name.casefold()), None)
    if by_ref is not None:
        return by_ref
    if names_reference(name) and position.rows:
        known = f"{position.rows[0].ref} to {position.rows[-1].ref}"
        raise UsageError(f"there is no {name.upper()}: the references as at {position.as_at.isoformat()} are {known}")
    programme = position.programme
    indicator = find_id(name, {i.id: (i.id, i.label) for i in programme.indicators})
    if indicator is None:
        part = normalise(name).replace(" ", "_")
        near = [i.id for i in programme.indicators if part and part in i.id] or [
            *filter(None, [nearest(name, [i.id for i in programme.indicators])])
        ]
        hint = f"; did you mean {join_words([repr(n) for n in near[:4]], 'or')}?" if near else ""
        raise UsageError(f"there is no indicator, action or rating '{printable(name)}'{hint}")
    service_id = _resolve(service, {s.id: (s.id, s.label, *s.spellings) for s in programme.services}, "service")
    group_id = _resolve(subgroup, {g.id: (g.id, g.label, *g.spellings) for g in programme.subgroups}, "subgroup")
    own = [row for row in position.rows if row.indicator == indicator]
    found = [row for row in own if row.service == service_id and row.subgroup == group_id]
    if found:
        return found[0]
    lines = [f"--service {r.service}" if r.service else "" for r in own]
    groups = [f"--subgroup {r.subgroup}" if r.subgroup else "" for r in own]
    choices = sorted({" ".join(filter(None, pair)) or "no option" for pair in zip(lines, groups, strict=True)})
    raise UsageError(f"'{indicator}' has no such line; it has {join_words(choices, 'or')}")


def _resolve(text: str | None, spellings: dict[str, tuple[str, ...]], what: str) -> str | None:
    if text is None:
        return None
    found = find_id(text, spellings)
    if found is None:
        by_spelling = {own: item for item, known in spellings.items() for own in known}
        near = nearest(text, list(by_spelling))
        known = join_words(list(spellings), "or") or "none; leave the option out"
        hint = f"did you mean '{by_spelling[near]}'? " if near else ""
        raise UsageError(f"there is no {what} '{text}'; {hint}the programme has {known}")
    return found


def explain_figure(history: History, position: Position, row: KpiRow) -> dict[str, Any]:
    """The explanation of one figure; see docs/cli.md for the fields."""
    indicator = next(i for i in position.programme.indicators if i.id == row.indicator)
    value = position.facts.value_at(indicator, row.service, row.subgroup, position.as_at)
    tracer = Tracer(history, position)
    trail = tracer.trace(row, value) if value is not None else dict(_NOTHING)
    return {
        "ref": row.ref,
        "indicator": row.indicator,
        "label": row.label,
        "service": row.service,
        "subgroup": row.subgroup,
        "name": f"{row.label}, {who_text(row, position.programme)}",
        "as_at": position.as_at.isoformat(),
        "as_known": position.as_known,
        "value": decimal_text(row.value),
        "text": value_text(row),
        "state": row.state,
        "impact": row.impact,
        "words": _words(row, value),
        **trail,
        "previous": _explain_previous(tracer, row, indicator, value),
        "change": {"value": decimal_text(row.change), "words": say_difference(row)}
        if row.change is not None
        else None,
        "baseline": _explain_baseline(tracer, row, indicator),
        "target": describe_target(row, indicator, position.as_at),
        "rule": row.reason,
        "configuration": position.configuration_sha,
        "configuration_version": describe_version(history, position, row),
    }


def _explain_previous(tracer: Tracer, row: KpiRow, indicator: Indicator, value: FigureValue | None) -> dict[str, Any]:
    """Where the previous value comes from, or why there is none."""
    if row.previous is None or row.previous_period is None:
        return {"value": None, "why": _why_no_previous(tracer.position, row, indicator, value), **_NOTHING}
    found = tracer.position.facts.value_of(indicator, row.service, row.subgroup, row.previous_period.end)
    return _part(tracer, row, row.previous, found)


def _why_no_previous(position: Position, row: KpiRow, indicator: Indicator, value: FigureValue | None) -> str:
    found = None
    if value is not None:
        programme, line = position.programme, Line(indicator, row.service, row.subgroup)
        before = programme.previous_reporting_date(position.as_at)
        found = find_previous(position.facts, line, value, before, stale_after(indicator, programme))
    return explain_no_previous(row, found)


def _explain_baseline(tracer: Tracer, row: KpiRow, indicator: Indicator) -> dict[str, Any] | None:
    """Where the baseline comes from; None where none is declared."""
    declared, position = indicator.baseline, tracer.position
    if declared is None:
        return None
    if row.baseline is None:
        line = Line(indicator, row.service, row.subgroup)
        return {"value": None, "why": find_baseline(position.facts, line, position.as_at).why, **_NOTHING}
    if declared.value is not None:
        why = "declared in the configuration, not read from a workbook"
        end = {"period": say_date(declared.period_end), "period_end": declared.period_end.isoformat()}
        return {"value": decimal_text(row.baseline), "why": why, **_NOTHING, **end}
    found = position.facts.value_of(indicator, row.service, row.subgroup, declared.period_end)
    return _part(tracer, row, row.baseline, found)


def _part(tracer: Tracer, row: KpiRow, printed: Decimal, value: FigureValue | None) -> dict[str, Any]:
    trail = tracer.trace(row, value) if value is not None else dict(_NOTHING)
    return {"value": decimal_text(printed), "why": "", **trail}


def _words(row: KpiRow, value: FigureValue | None) -> str:
    formula = say_formula(row, value)
    if value is None or row.state == "missing":
        return formula
    when = say_period(value.period)
    if row.state != "published" or row.value is None:
        return f"{formula} (figure of {when})"
    unit = "%" if row.unit == "percent" else f" {row.unit}"
    on = "on" if value.period.start == value.period.end else "for"
    return f"{say_number(row.value)}{unit} {on} {when}: {formula}, rounded to {plural(row.decimals, 'decimal')}"


def names_reference(name: str) -> bool:
    """Whether a name has the form of a reference that is printed beside a figure, such as K12."""
    return _REFERENCE.fullmatch(name) is not None


def names_figure(position: Position, name: str) -> bool:
    """Whether a name is the reference of a printed figure, or an indicator."""
    if any(row.ref.casefold() == name.casefold() for row in position.rows):
        return True
    return find_id(name, {i.id: (i.id, i.label) for i in position.programme.indicators}) is not None
