"""What every form takes from its return's layout, so that our own reader knows the form when it comes back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from schemas.config import Return
from schemas.forms import FormColumn
from schemas.layout import FieldLayout, Layout, TableLayout
from schemas.spelling import normalise
from transforms.words import say_date


def head_lines(item: Return, layout: Layout, as_at: dt.date, role: str = "") -> tuple[str, ...]:
    """The title, the as-at line and, for one owner's rows, the line that says whose they are."""
    when = say_date(as_at)
    if layout.as_at.precision == "month":
        when = when.split(" ", 1)[1]
    lines = [item.recognise[0], f"{_word(layout.as_at.labels)}: {when}"]
    if role:
        lines.append(f"{_word(layout.rows_of)}: {role}")
    return tuple(lines)


def _word(labels: Sequence[str]) -> str:
    return labels[0].rstrip(" :")


def record_table(layout: Layout) -> TableLayout | None:
    """The table of records of a layout, which a form is made of; None where there is none."""
    return next((t for t in layout.tables.values() if t.rows.kind == "records"), None)


def sheet_name(table: TableLayout, default: str) -> str:
    """The sheet that the layout looks on first, as Excel allows it."""
    name = re.sub(r"[\[\]:*?/\\]", " ", table.sheets[0] if table.sheets else default)
    return " ".join(name.split())[:31] or default


def anchor_of(table: TableLayout) -> str:
    """The heading above the table; '' where the layout needs none."""
    return table.anchor[0] if table.anchor else ""


def header_of(name: str, field: FieldLayout) -> str:
    """The first spelling of a field's header, which is the layout's own."""
    return field.headers[0] if field.headers else name


def above_of(field: FieldLayout) -> str:
    """The heading over the header; '' where the layout needs none."""
    return field.under[0] if field.under else ""


def help_column(title: str, width: float, table: TableLayout) -> FormColumn:
    """A column for information, under a header that the layout does not read."""
    known = {normalise(h) for f in table.columns.fields.values() for h in f.headers}
    known |= {normalise(h) for h in table.rows.headers}
    return FormColumn(f"{title} (for information)" if normalise(title) in known else title, "text", width, True, True)
