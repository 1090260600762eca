"""Where a number comes from: value, formula in words, and every cell behind it."""

from __future__ import annotations

from typing import Any

from flows.position import Position
from flows.settings import UsageError
from schemas.config import Indicator
from schemas.evidence import AppliedCorrection, AppliedOverride, ReceivedFile
from schemas.facts import Operand
from schemas.figures import decimal_text
from schemas.kpi import KpiRow
from schemas.spelling import find_id, nearest, normalise
from transforms.formulas import say_formula
from transforms.known import FigureValue
from transforms.words import USED_WORDS, join_words, plural, say_accepted, say_number, say_period, say_target


def find_row(position: Position, name: str, service: str | None, subgroup: str | None) -> KpiRow:
    """The KPI row meant by an indicator's id, label or printed reference. UsageError names the nearest."""
    by_ref = next((row for row in position.rows if row.ref.casefold() == name.casefold()), None)
    if by_ref is not None:
        return by_ref
    programme = position.programme
    indicator = find_id(name, {i.id: (i.id, i.label) for i in programme.indicators})
    if indicator is None:
        part = normalise(name).replace(" ", "_")
        near = [i.id for i in programme.indicators if part and part in i.id] or [
            *filter(None, [nearest(name, [i.id for i in programme.indicators])])
        ]
        hint = f"; did you mean {join_words([repr(n) for n in near[:4]], 'or')}?" if near else ""
        raise UsageError(f"there is no indicator '{name}'{hint}")
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
        near = nearest(text, list(spellings))
        raise UsageError(f"there is no {what} '{text}'" + (f"; did you mean '{near}'?" if near else ""))
    return found


def explain_figure(position: Position, row: KpiRow) -> dict[str, Any]:
    """The explanation of one figure; see docs/cli.md for the fields."""
    indicator = next(i for i in position.programme.indicators if i.id == row.indicator)
    value = position.facts.value_at(indicator, row.service, row.subgroup, position.as_at)
    operands = _operands(position, value) if value is not None else []
    return {
        "ref": row.ref,
        "indicator": row.indicator,
        "label": row.label,
        "service": row.service,
        "subgroup": row.subgroup,
        "as_at": position.as_at.isoformat(),
        "as_known": position.as_known,
        "value": decimal_text(row.value),
        "state": row.state,
        "impact": row.impact,
        "words": _words(row, value),
        "operands": operands,
        "overrides": _overrides(position, value) if value is not None else [],
        "target": _target(row, indicator),
        "rule": row.reason,
        "configuration": position.configuration_sha,
    }


def _operands(position: Position, value: FigureValue) -> list[dict[str, Any]]:
    found = []
    for part in value.parts:
        item = position.receipt(part.receipt_id)
        who = position.programme.service_label(part.observation.service)
        found += [_operand(item, operand, who) for operand in part.observation.operands]
    return found


def _operand(item: ReceivedFile, operand: Operand, who: str) -> dict[str, Any]:
    applied = next((a for a in item.applied if a.reading.ref == operand.ref), None)
    return {
        "name": f"{who}: {operand.name.replace('_', ' ')}",
        "value": operand.value,
        "as_printed": applied.reading.raw_text if applied else operand.raw_text,
        "file": item.name,
        "sha256": item.sha256,
        "sheet": operand.ref.sheet,
        "cell": operand.ref.cell,
        "received_at": item.received_at,
        "receipt": item.receipt_id,
        "correction": _correction(applied),
        "override": next((_override(o) for o in item.overridden if _is_at(o, operand)), None),
    }


def _is_at(applied: AppliedOverride, operand: Operand) -> bool:
    return (applied.finding.sheet, applied.finding.cell) == (operand.ref.sheet, operand.ref.cell)


def _override(applied: AppliedOverride) -> dict[str, str | None]:
    declared, finding = applied.override, applied.finding
    chosen = next((o.chosen for o in applied.released if o.chosen), "")
    return {
        "code": finding.code,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "message": finding.message,
        "expected": declared.expected,
        "use": declared.use,
        "printed": USED_WORDS[chosen] if chosen else None,
        "role": declared.role,
        "date": declared.date.isoformat(),
        "note": declared.note,
    }


def _overrides(position: Position, value: FigureValue) -> list[dict[str, Any]]:
    """The overrides that released a figure, or one that it is made of."""
    found = []
    for part in (*value.parts, *value.beside):
        who = position.programme.service_label(part.observation.service)
        item = position.receipt(part.receipt_id)
        own = [a for a in item.overridden if part.observation in a.released]
        found += [{"service": who, "file": item.name, **_override(a)} for a in own]
    return found


def _correction(applied: AppliedCorrection | None) -> dict[str, str] | None:
    if applied is None:
        return None
    declared = applied.correction
    return {
        "expected": declared.expected,
        "right": declared.right,
        "role": declared.role,
        "date": declared.date.isoformat(),
        "reason": declared.reason,
    }


def _words(row: KpiRow, value: FigureValue | None) -> str:
    formula = say_formula(row, value)
    if value is None:
        return formula
    when = say_period(value.period)
    if row.state != "published" or row.value is None:
        return f"{formula} (figure of {when})"
    unit = "%" if row.unit == "percent" else f" {row.unit}"
    return f"{say_number(row.value)}{unit} on {when}: {formula}, rounded to {plural(row.decimals, 'decimal')}"


def _target(row: KpiRow, indicator: Indicator) -> dict[str, Any] | None:
    if row.target_low is None and row.target_high is None and row.target_text is None:
        return None
    note = indicator.target.note if indicator.target else ""
    return {
        "low": decimal_text(row.target_low),
        "high": decimal_text(row.target_high),
        "text": row.target_text,
        "tolerance": (
            {"kind": row.tolerance_kind, "value": decimal_text(row.tolerance_value)} if row.tolerance_kind else None
        ),
        "note": note,
    }


def say_explanation(explanation: dict[str, Any]) -> str:
    """An explanation for the prompt."""
    lines = [f"{explanation['ref']} {explanation['label']}"]
    if explanation["rule"] not in explanation["words"]:
        lines.append(f"  {explanation['words']}")
    lines.append(f"  {explanation['impact'].replace('_', ' ')}: {explanation['rule']}")
    target = explanation["target"]
    if target and target["tolerance"]:
        kind = target["tolerance"]["kind"].replace("_", " ")
        lines.append(
            f"  tolerance {say_target_text(target['tolerance']['value'])} {kind} (declared by the programme)"
        )
    for operand in explanation["operands"]:
        place = f"{operand['file']}, {operand['sheet']}!{operand['cell']}"
        printed = operand["as_printed"] or "empty"
        lines.append(f"  {operand['name']}: {printed} ({place}; received {operand['received_at']})")
        if operand.get("retired"):
            gone = operand["retired"]
            hash_ = f"its SHA-256 is {operand['sha256']}"
            lines.append(f"      the file was deleted on {gone['on']} by {gone['rule']}; {hash_}")
        if operand["correction"]:
            fix = operand["correction"]
            lines.append(f"      corrected to {fix['right']} by {fix['role']}, {fix['date']}: {fix['reason']}")
    for item in explanation["overrides"]:
        lines.append(f"  {item['service']}: printed is {item['printed']}, although {say_accepted(item['message'])}")
        lines.append(f"      accepted by {item['role']}, {item['date']}: {item['note']}")
    lines.append(f"  configuration {explanation['configuration'][:12]}, as known at event {explanation['as_known']}")
    return "\n".join(lines)


def say_target_text(text: str) -> str:
    """A decimal text without needless zeros."""
    from decimal import Decimal

    return say_target(Decimal(text))
