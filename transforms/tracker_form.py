"""The form for one owner's rows of the plan: prefilled from the position, laid out as the tracker itself is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from schemas.config import Programme, Return
from schemas.facts import OWNER_FIELDS
from schemas.forms import ChoiceList, FormColumn, FormValue, ReturnForm
from schemas.layout import FieldLayout, Layout, TableLayout
from transforms.actions import ActionRow
from transforms.form_layout import above_of, anchor_of, head_lines, header_of, help_column, sheet_name
from transforms.packs.inputs import find_rating
from transforms.roles import fold_role, names_role
from transforms.words import say_date

_WIDTHS = {
    "key": 10, "ref": 8, "letter": 8, "title": 44, "owner": 24, "printed": 18, "recovery_note": 36,
    "owner_rating": 13, "progress": 44,
}  # fmt: skip
_CODES = {"key", "ref", "letter"}
_RATINGS = "ratings"


def own_rows(rows: Sequence[ActionRow], role: str, *, is_exact: bool = False) -> list[ActionRow]:
    """The actions of a role: those whose owner names it, alone or among others; `is_exact`: alone."""
    if is_exact:
        return [row for row in rows if fold_role(row.entry.owner) == fold_role(role)]
    return [row for row in rows if names_role(row.entry.owner, role)]


def make_tracker_form(
    programme: Programme,
    item: Return,
    layout: Layout,
    table: TableLayout,
    rows: Sequence[ActionRow],
    role: str,
    as_at: dt.date,
) -> ReturnForm:
    """An owner's rows of the plan as a form for `as_at`. The plan's own cells are locked, the owner's are open."""
    names = _order_fields(table)
    fields = table.columns.fields
    plan = [n for n in names if n not in OWNER_FIELDS]
    owner = [n for n in names if n in OWNER_FIELDS]
    shown_help = (
        help_column("Rating by rule", 13, table),
        help_column("Why this rating", 30, table),
    )
    columns = (
        *(_column(n, fields[n], is_locked=True) for n in plan),
        *shown_help,
        *(_column(n, fields[n], is_locked=False) for n in owner),
    )
    lines = [
        (
            *(_value(row, n, programme) for n in plan),
            find_rating(row.outcome, programme).word,
            row.reason,
            *(_value(row, n, programme) for n in owner),
        )
        for row in rows
    ]
    key = table.rows.key or "key"
    frozen = plan.index("title") + 1 if "title" in plan and plan.index("title") < 4 else plan.index(key) + 1
    return ReturnForm(
        sheet_name(table, "Tracker"),
        head_lines(item, layout, as_at, role),
        anchor_of(table),
        columns,
        tuple(lines),
        (_ratings(programme),),
        _instructions(fields, as_at),
        as_at,
        frozen,
    )


def _order_fields(table: TableLayout) -> list[str]:
    """The key first, then the fields as the layout lists them."""
    key = table.rows.key or "key"
    return [key, *(name for name in table.columns.fields if name != key)]


def _column(name: str, field: FieldLayout, *, is_locked: bool) -> FormColumn:
    kind: Literal["text", "code", "date"] = "code" if name in _CODES else "text"
    kind = "date" if field.kind == "date" else kind
    choices = _RATINGS if name == "owner_rating" else ""
    width = _WIDTHS.get(name, 13 if kind == "date" else 20)
    return FormColumn(header_of(name, field), kind, width, is_locked, False, choices, above_of(field))


def _value(row: ActionRow, name: str, programme: Programme) -> FormValue:
    """A cell of an action: dates as they are in force, everything else as the tracker says it."""
    entry = row.entry
    if name in {"start", "due", "forecast"}:
        day: dt.date | None = getattr(row, name)
        return day
    if name == "owner_rating":
        return find_rating(entry.owner_rating, programme).word if entry.owner_rating else None
    value = getattr(entry, name, None)
    return value if isinstance(value, dt.date) else (value or None)


def _ratings(programme: Programme) -> ChoiceList:
    values = tuple((c.label, c.outcome) for c in programme.brag.values())
    return ChoiceList(_RATINGS, "Ratings you may choose", values)


def _instructions(fields: dict[str, FieldLayout], as_at: dt.date) -> tuple[str, ...]:
    """How to fill the form in, naming the columns as this programme calls them."""

    def header(name: str) -> str:
        return f"'{header_of(name, fields[name])}'"

    texts = [
        f"Say how each action stands on {say_date(as_at)}. Rows that have not changed may stay as they are.",
        "Shaded cells come from the plan. If one is wrong, tell the programme office; do not change it here.",
        "Leave the first lines of the sheet as they are: by them the file is known when it comes back.",
    ]
    if "due" in fields and "forecast" in fields:
        texts.append(
            f"If an action will not be done by {header('due')}, write the day you expect as {header('forecast')}. "
            f"A new due date is agreed by the board."
        )
    if "completed_on" in fields:
        texts.append(f"{header('completed_on')} is the day on which the action was finished, not a day to come.")
    if "recovery_note" in fields and "recovery_by" in fields:
        texts.append(
            f"If an action is late, write in {header('recovery_note')} what will bring it back on course, and in "
            f"{header('recovery_by')} by when."
        )
    if "owner_rating" in fields:
        texts.append(
            f"{header('owner_rating')} is your own view. The rating by rule stands beside it for information; "
            f"the board sees both."
        )
    texts.append("Clearing a white cell takes out what was there. Write roles, never names of children or staff.")
    return tuple(texts)
