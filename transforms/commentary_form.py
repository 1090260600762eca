"""The form for commentary: every indicator with its figure and rating for information, and room for words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from schemas.config import Programme, Return
from schemas.forms import ChoiceList, FormColumn, FormValue, ReturnForm
from schemas.kpi import KpiRow
from schemas.layout import FieldLayout, Layout, TableLayout
from schemas.spelling import normalise
from transforms.commentary import MOST_CHARACTERS, TEXT_FIELDS, Remark
from transforms.form_layout import above_of, anchor_of, head_lines, header_of, help_column, sheet_name
from transforms.packs.inputs import IMPACT_ORDER, find_rating, value_text, who_text
from transforms.roles import list_owners
from transforms.words import say_date

_WIDTHS = {"indicator": 32, "service": 20, "role": 26}
_CHOICES = {"indicator": "indicators", "service": "services", "role": "roles"}
_SPARE_ROWS = 10


def make_commentary_form(
    programme: Programme,
    item: Return,
    layout: Layout,
    table: TableLayout,
    rows: Sequence[KpiRow],
    remarks: Sequence[Remark],
    owners: Sequence[str],
    role: str,
    as_at: dt.date,
) -> ReturnForm:
    """A form for commentary on the figures as at a date; what was already written for that date is filled in.

    `owners` are the roles to choose from; `role`, if any, is the one whose rows these are.
    """
    fields = table.columns.fields
    names = ["indicator", *(["service"] if "service" in fields else [])]
    words = [n for n in fields if n not in names]
    own_help = (
        help_column("Value", 24, table),
        help_column("Rating", 12, table),
        help_column("Why this rating", 34, table),
    )
    columns = (*(_column(n, fields[n]) for n in names), *own_help, *(_column(n, fields[n]) for n in words))
    written = [r for r in remarks if r.as_at == as_at and (not role or normalise(r.role) == normalise(role))]
    lines: list[tuple[FormValue, ...]] = []
    for indicator in programme.indicators:
        own = [row for row in rows if row.indicator == indicator.id]
        told = _say_figure(own, programme)
        of_it: list[Remark | None] = [r for r in written if r.indicator == indicator.id]
        for remark in of_it or [None]:
            start = [_word(n, indicator.label, remark, programme) for n in names]
            lines.append((*start, *told, *(_word(n, indicator.label, remark, programme) for n in words)))
    return ReturnForm(
        sheet_name(table, "Commentary"),
        head_lines(item, layout, as_at, role),
        anchor_of(table),
        columns,
        tuple(lines),
        _lists(programme, owners),
        _instructions(fields, as_at, role),
        as_at,
        1,
        _SPARE_ROWS,
    )


def _column(name: str, field: FieldLayout) -> FormColumn:
    width = _WIDTHS.get(name, 40)
    is_locked = name == "indicator"
    return FormColumn(
        header_of(name, field), "text", width, is_locked, False, _CHOICES.get(name, ""), above_of(field)
    )


def _say_figure(rows: Sequence[KpiRow], programme: Programme) -> tuple[str, str, str]:
    """Value, rating and reason of an indicator: the company's, else the worst; every value where there are more."""
    if not rows:
        return "", "", ""
    head = next((r for r in rows if r.service is None and not r.subgroup), None)
    told = head or min(rows, key=lambda r: IMPACT_ORDER.index(r.impact))
    values = value_text(told)
    if len(rows) > 1:
        values = "\n".join(f"{who_text(r, programme)}: {value_text(r)}" for r in rows)
    return values, find_rating(told.impact, programme).word, told.reason


def _word(name: str, label: str, remark: Remark | None, programme: Programme) -> str | None:
    if name == "indicator":
        return label
    if remark is None:
        return None
    if name == "service":
        return programme.service_label(remark.service) if remark.service else None
    if name == "role":
        return remark.role
    return "\n".join(dict(remark.texts).get(name, ())) or None


def _lists(programme: Programme, owners: Sequence[str]) -> tuple[ChoiceList, ...]:
    services = [programme.company.label, *(s.label for s in programme.services)]
    return (
        ChoiceList("services", "Services you may choose", tuple((s, "") for s in services)),
        ChoiceList("roles", "Roles of the plan", tuple((o, "") for o in list_owners(owners)), True),
        ChoiceList("indicators", "Indicators", tuple((i.label, "") for i in programme.indicators)),
    )


def _instructions(fields: dict[str, FieldLayout], as_at: dt.date, role: str) -> tuple[str, ...]:
    headers = [f"'{header_of(n, fields[n])}'" for n in TEXT_FIELDS if n in fields]
    texts = [
        f"Write what the board should know of the figures as at {say_date(as_at)}: {', '.join(headers)}.",
        "Write only where there is something to say. A row left empty is not printed and not missed.",
        "The board's pack prints your words as yours, with your role and the date, and changes nothing in them.",
        f"Keep each text under {MOST_CHARACTERS} characters.",
    ]
    if not role:
        texts.append(f"Give in '{header_of('role', fields['role'])}' the role of the person whose words these are.")
    if "service" in fields:
        texts.append(
            f"Fill in '{header_of('service', fields['service'])}' only where the words are about one service."
        )
    texts.append("For a second remark on an indicator use the empty rows below the list.")
    texts.append("Leave the first lines of the sheet as they are: by them the file is known when it comes back.")
    texts.append("Write roles, never names of children or staff, and nothing by which a person could be known.")
    return tuple(texts)
