"""Layouts: how a return's workbook is laid out, told by anchors and header spellings, never by row numbers.

A table is a grid: a row axis (services, items or records) and a column axis (fields or periods).
Every body cell becomes one reading, known by table, row key and field. A measure says which
readings make its numerator, denominator and stated value; a check says which readings must add up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
ValueKind = Literal["count", "number", "percent", "text", "date", "plan_date"]
Form = Literal["percent", "average", "rate", "count", "number"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FieldLayout(_Frozen):
    """One column (or row) of values: its header spellings and the kind of value it holds.

    `under` names the merged heading above it where two columns share a header. `bare` says what a bare
    number in a percent column means: 75.6 (percent) or 0.756 (fraction); a percent format or sign in the
    cell decides before it.
    """

    headers: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    kind: ValueKind
    required: bool = True
    bare: Literal["percent", "fraction"] = "percent"


class Subtotal(_Frozen):
    """A row that sums some of the services."""

    id: Slug
    labels: tuple[str, ...]
    of: tuple[Slug, ...]


class Item(_Frozen):
    """A declared row that is not a service: its label spellings, and its group where rows share a label.

    `kind` overrides the kind of the table's values for this row (a count among percentages).
    """

    labels: tuple[str, ...]
    group: tuple[str, ...] = ()
    kind: ValueKind | None = None
    required: bool = True


class RowAxis(_Frozen):
    """What runs down the table.

    services: one row a service, `company` row required, optional or none; items: declared labels;
    records: one record a row, known by the field `key`.
    """

    kind: Literal["services", "items", "records"]
    headers: tuple[str, ...] = ()
    group_headers: tuple[str, ...] = ()
    services: tuple[Slug, ...] = ()
    optional_services: tuple[Slug, ...] = ()
    company: Literal["required", "optional", "none"] = "none"
    subtotals: tuple[Subtotal, ...] = ()
    items: dict[Slug, Item] = {}
    key: Slug | None = None

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        if self.kind == "services" and not (self.services or self.optional_services):
            raise ValueError("rows of kind services need the list of services")
        if self.kind == "items" and not self.items:
            raise ValueError("rows of kind items need items")
        if self.kind == "records" and self.key is None:
            raise ValueError("rows of kind records need the key field")
        return self


VALUE = "value"


class ColumnAxis(_Frozen):
    """What runs across the table: declared fields, periods (parsed from their headers) and fields, or one value.

    kind `value`: a form without a header row, where each label has its value beside it or below it
    (`beside` says which is looked at first). The value is then the field "value".
    """

    kind: Literal["fields", "periods", "value"] = "fields"
    fields: dict[Slug, FieldLayout] = {}
    value: FieldLayout | None = None
    beside: Literal["right", "below"] = "right"

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        if self.kind == "fields" and not self.fields:
            raise ValueError("columns of kind fields need fields")
        if self.kind != "fields" and self.value is None:
            raise ValueError(f"columns of kind {self.kind} need value")
        if self.kind == "value" and self.fields:
            raise ValueError("columns of kind value have no fields")
        return self

    @property
    def named(self) -> dict[str, FieldLayout]:
        """The fields that have a name of their own: the declared ones, or the one value of a form."""
        return {VALUE: self.value} if self.kind == "value" and self.value is not None else self.fields


class Term(_Frozen):
    """A sum of readings: a field of the row at hand, or named rows (of a field, or of the column at hand)."""

    field: Slug | None = None
    rows: tuple[Slug, ...] = ()


def _as_term(value: object) -> object:
    return {"field": value} if isinstance(value, str) else value


TermLike = Annotated[Term, BeforeValidator(_as_term)]


class MeasureLayout(_Frozen):
    """How one measure is read from a table.

    `services` names the rows that have the measure, where not all of them do. form: percent = 100 n/d,
    average = n/d, rate = `per` n/d, count = n, number = as stated.
    """

    id: Slug
    form: Form
    numerator: TermLike | None = None
    denominator: TermLike | None = None
    stated: TermLike | None = None
    per: Decimal = Decimal(1)
    services: tuple[Slug, ...] = ()
    service: Slug | None = None
    subgroup: Slug | None = None
    basis: Literal["snapshot", "in_period", "ytd", "rolling_12m"] | None = None

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.form in {"percent", "average", "rate"}:
            if (self.numerator is None) != (self.denominator is None):
                raise ValueError("numerator and denominator go together")
            if self.numerator is None and self.stated is None:
                raise ValueError("a measure needs a numerator and denominator, or a stated value")
        elif self.numerator is None and self.stated is None:
            raise ValueError("a measure needs a numerator or a stated value")
        return self


class SumCheck(_Frozen):
    """Parts must add up to the total, or to what they `equal` (shares of all: 100), within half a unit a part
    where values are rounded."""

    total: TermLike | None = None
    equals: Decimal | None = None
    parts: tuple[TermLike, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """The total, if it is read, and the parts."""
        return self.parts if self.total is None else (self.total, *self.parts)

    @model_validator(mode="after")
    def _one_total(self) -> Self:
        if (self.total is None) == (self.equals is None):
            raise ValueError("a check has either `total` or `equals`")
        return self


class Repeat(_Frozen):
    """A table that stands once for each service, under a heading (or on a sheet) that names the service.

    `{service}` in the anchor (or, with `by: sheet`, in `sheets`) stands for every spelling of a service;
    without an anchor the heading is the service's name alone. `company` is the block of the whole.
    """

    services: tuple[Slug, ...]
    optional_services: tuple[Slug, ...] = ()
    company: Literal["required", "optional", "none"] = "none"
    by: Literal["heading", "sheet"] = "heading"


class TableLayout(_Frozen):
    """One table of a workbook. `sheets` are hints; the anchor and the headers find it.

    `service` says that the whole table is about one service (or "company"); `repeat` that there is one such
    table for each.
    """

    id: Slug
    sheets: tuple[str, ...] = ()
    anchor: tuple[str, ...] = ()
    rows: RowAxis
    columns: ColumnAxis
    measures: tuple[MeasureLayout, ...] = ()
    checks: tuple[SumCheck, ...] = ()
    required: bool = True
    service: Slug | None = None
    repeat: Repeat | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.columns.kind == "value" and self.rows.kind == "records":
            raise ValueError("columns of kind value go with rows of kind items or services")
        if self.rows.kind == "services" and (self.repeat is not None or self.service is not None):
            raise ValueError("a table with a row for each service is not itself about one service")
        if self.repeat is not None and self.service is not None:
            raise ValueError("a table has either `service` or `repeat`")
        return self


class PeriodLine(_Frozen):
    """The line that dates a workbook: the words before the date, and how precise it is."""

    labels: tuple[str, ...]
    precision: Literal["day", "month", "quarter", "year"] = "day"


class Layout(_Frozen):
    """The layout of a return from a date on. Later layouts state only their differences in YAML."""

    from_: dt.date = Field(alias="from")
    as_at: PeriodLine
    covers: PeriodLine | None = None
    basis: Literal["snapshot", "in_period", "ytd", "rolling_12m"] = "snapshot"
    hidden: Literal["read", "refuse"] = "read"
    tables: dict[Slug, TableLayout]

    @model_validator(mode="before")
    @classmethod
    def _name_tables(cls, data: Any) -> Any:
        """Give each table its key as id, so that it knows its own name."""
        if not isinstance(data, Mapping) or not isinstance(data.get("tables"), Mapping):
            return data
        named = {k: {**v, "id": k} if isinstance(v, Mapping) else v for k, v in data["tables"].items()}
        return {**data, "tables": named}
