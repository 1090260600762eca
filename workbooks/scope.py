"""Whose rows a partial workbook holds: the line above its table that says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.facts import OWNER_FIELDS
from schemas.findings import Finding, make_finding
from schemas.spelling import normalise
from workbooks.as_at import label_end
from workbooks.grid import RawCell, Sheet
from workbooks.headings import say_where
from workbooks.locate import LocatedTable


def find_scope(located: Iterable[LocatedTable], labels: Iterable[str]) -> tuple[str, list[Finding]]:
    """Whose rows the tables hold, by the line above them that says so; '' for a whole workbook.

    A line that names nobody, or two that name different roles, is a finding: taken for a whole tracker, the
    rows of one owner would make all others vanish.
    """
    forms = {normalise(label) for label in labels}
    first: tuple[str, RawCell] | None = None
    findings: list[Finding] = []
    for table in located:
        for cell in table.sheet.texts(table.header_row - 1):
            text = " ".join(str(cell.value).replace("\u00a0", " ").split())
            end = label_end(text, forms)
            if end is None:
                continue
            role = text[end:].strip(" :.-") or _role_beside(table.sheet, cell)
            at: dict[str, Any] = {"sheet": table.sheet.name, "cell": cell.address}
            if not role:
                findings.append(make_finding("rows_of_unclear", **at, why="it names nobody"))
            elif first is not None and normalise(role) != normalise(first[0]):
                why = f"it says '{role}', and {first[1].address} says '{first[0]}'"
                findings.append(make_finding("rows_of_unclear", **at, why=why))
            first = first or (role, cell)
    return ("" if first is None or findings else first[0]), findings


def find_lost_columns(located: Iterable[LocatedTable]) -> list[Finding]:
    """The declared columns that an owner's rows lack: an absent column must not clear what the plan knows."""
    findings = []
    for table in located:
        present = {name for _, name in table.columns}
        at: dict[str, Any] = {
            "sheet": table.sheet.name,
            "cell": table.sheet.at(table.header_row, table.label_column).address,
        }
        findings += [
            make_finding(
                "header_missing",
                **at,
                header=field.headers[0],
                where=say_where(name),
                near="",
                table_id=table.layout.id,
            )
            for name, field in table.layout.columns.fields.items()
            if name in OWNER_FIELDS and name not in present
        ]
    return findings


def _role_beside(sheet: Sheet, cell: RawCell) -> str:
    """The text of the next filled cell in the row; below it may stand the table itself."""
    cells = [c for c in sheet.rows().get(cell.row, []) if c.column > cell.column]
    return cells[0].text if cells else ""
