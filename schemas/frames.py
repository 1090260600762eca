"""The contracts of tables that leave the product, as pandera schemas made from their declared columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pa

from schemas.facts import ACTION_COLUMNS, KPI_COLUMNS, Column

IMPACTS = ("green", "amber", "yellow", "red", "grey", "no_data", "held", "unrated")
OUTCOMES = ("blue", "red", "amber", "yellow", "green", "grey", "undated")

_ALLOWED: dict[str, tuple[str, ...]] = {
    "impact": IMPACTS,
    "outcome": OUTCOMES,
    "state": ("published", "held", "missing", "suppressed", "no_cases"),
    "direction": ("higher", "lower", "range", "neutral"),
}


def _column(column: Column) -> pa.Column:
    checks = [pa.Check.isin(_ALLOWED[column.name])] if column.name in _ALLOWED else []
    return pa.Column(object, checks, nullable=column.name not in _ALLOWED, title=column.title)


def _value_only_if_published(frame: pd.DataFrame) -> pd.Series:
    return frame["value"].isna() | (frame["state"] == "published")


KPI_SCHEMA = pa.DataFrameSchema(
    {c.name: _column(c) for c in KPI_COLUMNS},
    checks=[pa.Check(_value_only_if_published, name="value_only_if_published")],
    unique=["indicator", "service", "subgroup"],
    strict=True,
    ordered=True,
)

ACTION_SCHEMA = pa.DataFrameSchema(
    {c.name: _column(c) for c in ACTION_COLUMNS}, unique=["key"], strict=True, ordered=True
)


def make_frame(
    forms: Iterable[Mapping[str, Any]], columns: Sequence[Column], schema: pa.DataFrameSchema
) -> pd.DataFrame:
    """Rows as a frame that keeps its contract. SchemaError where they do not: a defect of ours."""
    names = [c.name for c in columns]
    frame = pd.DataFrame([dict(form) for form in forms], columns=names, dtype=object)
    return schema.validate(frame)
