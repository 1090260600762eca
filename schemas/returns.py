"""The contract of a return's cells, as a pandera schema over parsed readings.

One row a cell: what the layout expects there, what the parser made of it. Parsing comes first and nothing
is coerced here, so that one bad cell never hides another. Each check bears the code of its finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

import pandas as pd
import pandera.pandas as pa

from schemas.facts import Reading
from schemas.layout import TableLayout

_NUMERIC = {"count", "number", "percent"}


def expected_kind(layout: TableLayout, reading: Reading) -> str:
    """What the layout expects in a cell: the row's own kind, else its column's."""
    item = layout.rows.items.get(reading.row_key.split("#")[0])
    if item is not None and item.kind is not None:
        return item.kind
    field = layout.columns.named.get(reading.field) or layout.columns.value
    return field.kind if field is not None else "text"


def readings_frame(layout: TableLayout, readings: Iterable[Reading], shares: set[str]) -> pd.DataFrame:
    """The cells of one table: cell (index), expected, kind, value (Decimal or None), is_share, is_marked, bare.

    `shares` are the addresses of cells that state a share of all, which cannot pass 100.
    """
    rows = []
    for reading in readings:
        field = layout.columns.named.get(reading.field) or layout.columns.value
        rows.append(
            {
                "cell": reading.cell,
                "expected": expected_kind(layout, reading),
                "kind": reading.kind,
                "value": reading.number,
                "is_share": reading.cell in shares,
                "is_marked": "%" in reading.raw_text or "%" in reading.number_format,
                "bare": field.bare if field is not None else "percent",
            }
        )
    columns = ["cell", "expected", "kind", "value", "is_share", "is_marked", "bare"]
    return pd.DataFrame(rows, columns=columns, dtype=object).set_index("cell")


def _check(code: str, fails: Callable[[pd.Series], bool]) -> pa.Check:
    """A check of one row; `fails` is told a row and says whether it breaks the contract."""

    def passes(frame: pd.DataFrame) -> pd.Series:
        return pd.Series([not fails(row) for _, row in frame.iterrows()], index=frame.index, dtype=bool)

    return pa.Check(passes, name=code, error=code)


def _number(row: pd.Series) -> Decimal | None:
    value = row["value"]
    return value if isinstance(value, Decimal) else None


def _is_negative_count(row: pd.Series) -> bool:
    number = _number(row)
    return row["expected"] == "count" and number is not None and number < 0


def _is_fractional_count(row: pd.Series) -> bool:
    number = _number(row)
    return row["expected"] == "count" and number is not None and number != number.to_integral_value()


def _is_no_percentage(row: pd.Series) -> bool:
    number = _number(row)
    if row["expected"] != "percent" or number is None:
        return False
    return number < 0 or (bool(row["is_share"]) and number > 100)


def _is_bare_fraction(row: pd.Series) -> bool:
    number = _number(row)
    if row["expected"] != "percent" or number is None or row["bare"] == "fraction":
        return False
    return 0 < number < 1 and not row["is_marked"]


READINGS_SCHEMA = pa.DataFrameSchema(
    {
        "expected": pa.Column(object, pa.Check.isin([*_NUMERIC, "text", "date", "plan_date"])),
        "kind": pa.Column(object),
        "value": pa.Column(object, nullable=True),
    },
    checks=[
        _check("formula_uncached", lambda row: row["kind"] == "uncached"),
        _check("error_cell", lambda row: row["kind"] == "error"),
        _check("text_in_number", lambda row: row["kind"] == "unreadable" and row["expected"] in _NUMERIC),
        _check("not_a_date", lambda row: row["kind"] == "unreadable" and row["expected"] == "date"),
        _check("negative_count", _is_negative_count),
        _check("fractional_count", _is_fractional_count),
        _check("percent_out_of_range", _is_no_percentage),
        _check("bare_fraction", _is_bare_fraction),
    ],
    strict=False,
)


def find_unsound(frame: pd.DataFrame) -> dict[str, str]:
    """The cells that break the contract, each with the code of the first check it fails."""
    if frame.empty:
        return {}
    try:
        READINGS_SCHEMA.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        # a failing check over the whole frame reports one row a column: one a cell is enough
        cases = error.failure_cases.drop_duplicates(["check", "index"])
        order = [check.name for check in READINGS_SCHEMA.checks]
        found: dict[str, str] = {}
        for code in order:
            for cell in cases.loc[cases["check"] == code, "index"]:
                found.setdefault(str(cell), str(code))
        return found
    return {}
