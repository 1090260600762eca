"""The pack for a machine: every printed figure with its sources, enough to check the pack without us.

No more stands in it than the pages show. Values come from the model's Figures, so that what is hidden on a
page is hidden here too.
"""

from __future__ import annotations

from typing import Any

from schemas.evidence import ReceivedFile
from schemas.facts import Operand
from schemas.figures import Figure, decimal_text
from schemas.kpi import KpiRow
from schemas.pack import Pack
from transforms.arithmetic import say_arithmetic
from transforms.formulas import say_formula
from transforms.known import FigureValue
from transforms.packs.inputs import PackInput
from transforms.packs.selection import select_own
from transforms.row_forms import action_form, kpi_form

FORMAT = "boardpack figures 1"
_PARTS = ("baseline", "previous", "change")
_COUNTS = ("numerator", "denominator")


def list_rows(given: PackInput, model: Pack) -> list[dict[str, Any]]:
    """Every row of the pack's KPI table, with the columns of schemas.facts.KPI_COLUMNS."""
    figures = {f.key: f for f in model.figures}
    return [_row(row, figures) for row in given.own_rows]


def _row(row: KpiRow, figures: dict[str, Figure]) -> dict[str, Any]:
    form = kpi_form(row)
    figure = figures[row.key]
    form |= {"state": figure.state, "value": decimal_text(figure.value)}
    form |= {name: decimal_text(figures[f"{row.key}:{name}"].value) for name in _PARTS}
    if figure.state != row.state:  # hidden on the page: what it is made of would tell it
        form |= dict.fromkeys(_COUNTS)
    return form


def describe_pack(given: PackInput, model: Pack) -> dict[str, Any]:
    """The pack as one document: what it is, its rows with their sources, its actions, every other printed figure,
    and the files behind them."""
    figures = {f.key: f for f in model.figures}
    own = {row.key for row in given.own_rows}
    return {
        "format": FORMAT,
        "pack": {
            "programme": given.programme.id,
            "authority": given.programme.authority,
            "title": given.programme.title,
            "board": given.board.id,
            "meeting": given.meeting.isoformat() if given.meeting else None,
            "as_at": given.as_at.isoformat(),
            "as_known": given.as_known,
            "edition": given.edition,
            "configuration": given.configuration_sha,
            "software": given.software,
            "notice": given.programme.notice,
        },
        "rows": [
            {**form, "text": figures[row.key].text, **_sources(row, figures[row.key], given)}
            for row, form in zip(given.own_rows, list_rows(given, model), strict=True)
        ],
        "actions": [action_form(a) for a in given.own_actions],
        "figures": [
            {"ref": f.ref, "key": f.key, "state": f.state, "value": decimal_text(f.value), "text": f.text}
            for f in model.figures
            if f.key not in own
        ],
        "files": _files(given, model),
    }


def _sources(row: KpiRow, figure: Figure, given: PackInput) -> dict[str, Any]:
    """How a figure was made, and its cells; the cells alone where what they say is not for the page's readers."""
    indicator = given.indicator(row.indicator)
    value = given.facts.value_at(indicator, row.service, row.subgroup, given.as_at)
    if value is None or figure.state not in {row.state, "published"}:
        return {"formula": "", "arithmetic": "", "sources": []}
    is_shown = figure.state == "published"
    return {
        "formula": say_formula(row, value),
        "arithmetic": say_arithmetic(row, value) if is_shown else "",
        "sources": _operands(value, given, is_told=is_shown or given.edition == "restricted"),
    }


def _operands(value: FigureValue, given: PackInput, *, is_told: bool) -> list[dict[str, Any]]:
    by_id = {r.receipt_id: r for r in given.received}
    return [
        _operand(part.observation.service, operand, by_id[part.receipt_id], is_told=is_told)
        for part in value.parts
        for operand in part.observation.operands
    ]


def _operand(service: str | None, operand: Operand, item: ReceivedFile, *, is_told: bool) -> dict[str, Any]:
    applied = next((a for a in item.applied if a.reading.ref == operand.ref), None)
    form = {
        "name": operand.name,
        "service": service,
        "file": item.name,
        "sha256": item.sha256,
        "sheet": operand.ref.sheet,
        "cell": operand.ref.cell,
        "receipt": item.receipt_id,
        "received_at": item.received_at,
    }
    if is_told:
        form["as_printed"] = applied.reading.raw_text if applied else operand.raw_text
        form["value"] = operand.value
        form["corrected_by"] = applied.correction.role if applied else None
    return form


def _files(given: PackInput, model: Pack) -> list[dict[str, Any]]:
    """The workbooks that the pack was built from, and the short ids that the pages name some of them by."""
    ids = {f.sha256: f.id for f in model.sources.files}
    return [
        {
            "id": ids.get(r.sha256),
            "file": r.name,
            "sha256": r.sha256,
            "return": r.return_id,
            "period_end": r.period.end.isoformat(),
            "receipt": r.receipt_id,
            "received_at": r.received_at,
        }
        for r in select_own(given).received
    ]
