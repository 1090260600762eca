"""Overrides: a doubt or a held figure that is accepted as it stands, and what can be accepted at all."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from schemas.config import Frozen, Slug
from schemas.findings import RULES
from schemas.spelling import nearest

Use = Literal["counts", "stated"]

CONTRADICTIONS = frozenset({"counts_disagree", "percent_disagrees", "more_than_all", "company_disagrees"})
"""Errors at figures that contradict each other: one of them may be accepted, which is then printed."""

UNUSABLE_CELLS = frozenset(
    {
        "missing_value",
        "text_in_number",
        "error_cell",
        "formula_uncached",
        "negative_count",
        "fractional_count",
        "percent_out_of_range",
        "bare_fraction",
    }
)
"""Errors at a cell that cannot be used: the row's other figure may be accepted, never the cell's own."""

CHECKS_ONLY = frozenset({"subtotal_disagrees"})
"""Errors at cells that no printed figure rests on: they may be accepted, and change nothing."""

AGREEMENT = frozenset({"returns_disagree", "periods_disagree"})
"""Errors between workbooks: an override lets this workbook's own figure stand."""

OVERRIDABLE_ERRORS = CONTRADICTIONS | UNUSABLE_CELLS | CHECKS_ONLY | AGREEMENT
"""The errors that can be overridden. Every doubt can; a note need not; a refused file never."""

ALWAYS_DIFFER = frozenset({"percent_disagrees", "company_disagrees"})
"""Errors beside which both figures exist and differ: `use` must say which is printed."""

COMPARED = AGREEMENT | {
    "denominator_repeated",
    "figure_unchanged",
    "jump",
    "weekday_unusual",
    "month_twice",
    "same_as_previous",
    "as_at_future",
    "title_changed",
}
"""Findings that only comparing workbooks makes. A file that arrives is told them, and they are stored as they were
then: a record of that day, which decides nothing. What stands is made anew from what is known."""

ACROSS_FILES = COMPARED | {"due_moved", "action_gone", "stated_not_checked"}
"""Findings that may come of comparing workbooks: what one file alone does not have may be told of it still."""


def explain_refusal(code: str) -> str:
    """Why findings of a code cannot be overridden; "" where they can."""
    rule = RULES.get(code)
    if rule is None:
        near = nearest(code, list(RULES))
        return f"there is no finding {code!r}" + (f"; did you mean {near!r}?" if near else "")
    if rule.severity == "doubt" or code in OVERRIDABLE_ERRORS:
        return ""
    if rule.severity == "note":
        return f"{code!r} is a note: it holds nothing back and needs no override"
    what = "refuses the whole file" if rule.refuses else "is about how the file is built"
    allowed = ", ".join(sorted(OVERRIDABLE_ERRORS))
    return f"{code!r} {what} and cannot be overridden; every doubt can, and these errors: {allowed}"


class Override(Frozen):
    """A declared acceptance of one finding: a doubt, or an error that holds a figure.

    It names its cell as a correction does; a finding of the tracker by `action`, the action's key. `period`
    is the as-at date of the workbook. `expected` is what the cell says; where the finding is at no cell that
    was read, words that its sentence quotes. `use` says which of two contradicting figures is printed.
    """

    role: str
    date: dt.date
    return_id: Slug = Field(alias="return")
    period: dt.date
    code: str
    service: Slug | None = None
    subgroup: Slug | None = None
    measure: Slug | None = None
    table: Slug | None = None
    row: Slug | None = None
    field: Slug | None = None
    observed: dt.date | None = None
    action: str | None = None
    expected: str
    use: Use | None = None
    note: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @field_validator("code")
    @classmethod
    def _can_be_overridden(cls, code: str) -> str:
        why = explain_refusal(code)
        if why:
            raise ValueError(why)
        return code

    @model_validator(mode="after")
    def _fits_its_code(self) -> Self:
        is_error = self.code in OVERRIDABLE_ERRORS
        if is_error and (self.measure is None or self.field is None):
            raise ValueError(f"an override of {self.code} names its measure and field")
        if self.use is not None and (not is_error or self.code in CHECKS_ONLY | AGREEMENT):
            raise ValueError(f"there is no other figure of this cell to choose for {self.code}: take `use` out")
        if self.use is None and self.code in ALWAYS_DIFFER:
            raise ValueError("say with `use` which figure is printed: counts or stated")
        return self
