"""The contract of a return's cells: each broken cell is told by the code of its finding, all at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.facts import Reading, ReadingKind
from schemas.findings import RULES
from schemas.layout import Item, TableLayout
from schemas.returns import READINGS_SCHEMA, expected_kind, find_unsound, readings_frame
from tests.builders import invented_programme

LAMPS = invented_programme().return_of("lamp_report").layouts[0].tables["lamps"]
OIL = invented_programme().return_of("lamp_report").layouts[0].tables["oil"]


def reading(
    field: str,
    kind: ReadingKind,
    value: str | None,
    raw: str = "",
    number_format: str = "General",
    cell: str = "B7",
    row: str = "islands",
) -> Reading:
    """One cell of the lamps table."""
    return Reading("lamps", row, field, "Lamps", cell, raw or (value or ""), number_format, kind, value)


def unsound(table: TableLayout, *readings: Reading, shares: set[str] | None = None) -> dict[str, str]:
    """The broken cells among these readings, with their codes."""
    return find_unsound(readings_frame(table, readings, shares or set()))


def test_every_check_bears_the_code_of_a_finding() -> None:
    codes = {check.name for check in READINGS_SCHEMA.checks}
    assert codes <= set(RULES)
    assert codes == {
        "formula_uncached", "error_cell", "text_in_number", "not_a_date", "negative_count",
        "fractional_count", "percent_out_of_range", "bare_fraction",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (reading("due", "uncached", None), "formula_uncached"),
        (reading("due", "error", "#REF!"), "error_cell"),
        (reading("due", "unreadable", None, "about 40"), "text_in_number"),
        (reading("pct", "unreadable", None, "99.7.0%"), "text_in_number"),
        (reading("due", "count", "-3"), "negative_count"),
        (reading("due", "count", "3.5"), "fractional_count"),
        (reading("pct", "percent", "-3"), "percent_out_of_range"),
        (reading("pct", "percent", "0.75"), "bare_fraction"),
    ],
)
def test_a_broken_cell_is_told_by_its_code(cell: Reading, code: str) -> None:
    assert unsound(LAMPS, cell) == {"B7": code}


@pytest.mark.parametrize(
    "cell",
    [
        reading("due", "count", "0"),
        reading("due", "empty", None),
        reading("due", "symbol", "not available", "x"),
        reading("pct", "percent", "0"),
        reading("pct", "percent", "1"),
        reading("pct", "percent", "100"),
        reading("pct", "percent", "0.75", "0.75%"),
        reading("pct", "percent", "0.75", "0.75%", "0.00%"),
        reading("pct", "symbol", "suppressed", "c"),
    ],
)
def test_a_sound_cell_is_not_told(cell: Reading) -> None:
    assert unsound(LAMPS, cell) == {}


def test_a_percentage_above_100_breaks_the_contract_only_where_it_is_a_share_of_all() -> None:
    cell = reading("pct", "percent", "120")
    assert unsound(LAMPS, cell, shares={"B7"}) == {"B7": "percent_out_of_range"}
    assert unsound(LAMPS, cell) == {}


def test_one_bad_cell_never_hides_another() -> None:
    cells = [
        reading("due", "count", "-3", cell="B7"),
        reading("in_time", "unreadable", None, "?", cell="C7"),
        reading("pct", "percent", "0.75", cell="E7"),
        reading("late", "count", "4", cell="D7"),
    ]
    assert unsound(LAMPS, *cells) == {"B7": "negative_count", "C7": "text_in_number", "E7": "bare_fraction"}


def test_a_table_without_cells_is_sound() -> None:
    assert unsound(LAMPS) == {}


def test_a_column_declared_to_hold_fractions_takes_a_bare_fraction() -> None:
    columns = LAMPS.columns.model_copy(
        update={
            "fields": {
                **LAMPS.columns.fields,
                "pct": LAMPS.columns.fields["pct"].model_copy(update={"bare": "fraction"}),
            }
        }
    )
    table = LAMPS.model_copy(update={"columns": columns})
    assert unsound(table, reading("pct", "percent", "0.75")) == {}


def test_a_row_may_hold_another_kind_than_its_column() -> None:
    own = reading("2031-01-01/2031-01-31/month", "count", "40", row="barrels")
    other = reading("2031-01-01/2031-01-31/month", "percent", "81", row="clean")
    assert isinstance(OIL.rows.items["barrels"], Item)
    assert (expected_kind(OIL, own), expected_kind(OIL, other)) == ("count", "percent")


def test_the_frame_keeps_numbers_as_decimals() -> None:
    frame = readings_frame(LAMPS, [reading("due", "count", "394")], set())
    assert frame.loc["B7", "value"] == Decimal(394)
    assert isinstance(frame.loc["B7", "value"], Decimal)
