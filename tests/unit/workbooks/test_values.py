"""What a cell says, by its value, its number format and what its layout expects there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbooks.grid import RawCell, RawValue
from workbooks.values import ParsedValue, parse_value

NBSP = "\u00a0"


def parse(value: RawValue, expected: str, number_format: str = "General", bare: str = "percent") -> ParsedValue:
    """The value of one cell."""
    return parse_value(RawCell(7, 2, value, number_format), expected, bare)


@pytest.mark.parametrize(
    ("value", "number_format", "points", "decimals"),
    [
        (0.756, "0.0%", "75.6", 1),
        (0.756, "0%", "75.6", 0),
        (0.756345, "0.0%", "75.6345", 1),
        (1, "0%", "100", 0),
        (0, "0.0%", "0", 1),
        (0.07, '0.0%;[Red]-0.0%;"-"', "7", 1),
        (75.6, "General", "75.6", 1),
        (75.6, "0.00", "75.6", 2),
        (75, "General", "75", 0),
        (0.756, "General", "0.756", 3),
        ("75.6%", "General", "75.6", 1),
        ("75.60%", "General", "75.6", 2),
        ("75.6 %", "General", "75.6", 1),
        (f"{NBSP}75.6{NBSP}%", "General", "75.6", 1),
        ("75.6", "General", "75.6", 1),
        ("0.756", "General", "0.756", 3),
        ("100%", "General", "100", 0),
        ("-5%", "General", "-5", 0),
        (".5%", "General", "0.5", 1),
    ],
)
def test_a_percentage_is_read_in_points_by_its_format_or_sign(
    value: RawValue, number_format: str, points: str, decimals: int
) -> None:
    assert parse(value, "percent", number_format) == ParsedValue("percent", points, decimals)


@pytest.mark.parametrize(
    ("value", "number_format", "points"),
    [
        (0.756, "General", "75.6"),
        ("0.756", "General", "75.6"),
        (0.756, "0.0%", "75.6"),
        ("75.6%", "General", "75.6"),
        (1, "General", "100"),
    ],
)
def test_where_the_layout_says_fraction_a_bare_number_is_one_but_a_format_or_sign_decides_first(
    value: RawValue, number_format: str, points: str
) -> None:
    parsed = parse(value, "percent", number_format, bare="fraction")
    assert (parsed.kind, parsed.value) == ("percent", points)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (394, "394"),
        (394.0, "394"),
        (-3, "-3"),
        (3.5, "3.5"),
        ("394", "394"),
        (f" 394{NBSP}", "394"),
        ("1,394", "1394"),
        ("1,234,567", "1234567"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        ("+3", "3"),
        ("0", "0"),
    ],
)
def test_a_count_is_read_with_thousands_signs_and_hard_spaces(value: RawValue, count: str) -> None:
    parsed = parse(value, "count")
    assert (parsed.kind, parsed.value) == ("count", count)


@pytest.mark.parametrize(
    ("value", "number_format", "number", "decimals"),
    [
        (14.5, "0.0", "14.5", 1),
        (14.25, "0.0", "14.25", 1),
        (14.5, "0.00", "14.5", 2),
        (14.5, "General", "14.5", 1),
        (1234.5, "#,##0.0", "1234.5", 1),
        ("1,234.50", "General", "1234.5", 2),
        (1e-7, "General", "0.0000001", 7),
        (0.1 + 0.2, "0.0", "0.30000000000000004", 1),
    ],
)
def test_a_number_keeps_its_value_and_the_decimals_it_shows(
    value: RawValue, number_format: str, number: str, decimals: int
) -> None:
    assert parse(value, "number", number_format) == ParsedValue("number", number, decimals)


@pytest.mark.parametrize("expected", ["count", "number", "percent"])
@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("z", "not applicable"),
        ("Z", "not applicable"),
        ("x", "not available"),
        ("c", "suppressed"),
        ("*", "suppressed"),
        ("low", "rounds to 0"),
        ("-", "no figure given"),
        ("–", "no figure given"),
        ("N/A", "not applicable or not available"),
        (f"{NBSP}tbc ", "not available"),
    ],
)
def test_a_symbol_is_no_number_but_has_its_meaning(expected: str, text: str, meaning: str) -> None:
    assert parse(text, expected) == ParsedValue("symbol", meaning)


@pytest.mark.parametrize("expected", ["count", "number", "percent"])
@pytest.mark.parametrize(
    "value",
    [
        "about 40", "40ish", "99.7.0%", "1,23", "12,34,567", "1.5.", "£5", "(5)", "5-6", "5 6", "--5", "%",
        "75,6", "1e5", "²", True, False, dt.datetime(2031, 3, 3), dt.time(9, 0), float("inf"), float("nan"),
        1e30, "9" * 40,
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_unreadable_and_never_a_guess(expected: str, value: RawValue) -> None:
    assert parse(value, expected) == ParsedValue("unreadable", None)


def test_a_percent_sign_does_not_belong_in_a_count() -> None:
    assert parse("40%", "count").kind == "unreadable"
    assert parse("40%", "number").kind == "unreadable"


@pytest.mark.parametrize("expected", ["count", "number", "percent", "text", "date", "plan_date"])
def test_empty_errors_and_formulas_without_result_come_before_any_kind(expected: str) -> None:
    assert parse(None, expected) == ParsedValue("empty", None)
    assert parse(f" {NBSP}\n", expected) == ParsedValue("empty", None)
    error = RawCell(7, 2, "#DIV/0!", is_error=True)
    assert parse_value(error, expected) == ParsedValue("error", "#DIV/0!")
    assert parse_value(RawCell(7, 2, None, is_uncached=True), expected) == ParsedValue("uncached", None)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (dt.datetime(2021, 3, 29), "2021-03-29"),
        (dt.datetime(2021, 3, 29, 17, 30), "2021-03-29"),
        (dt.date(2021, 3, 29), "2021-03-29"),
        ("29/03/2021", "2021-03-29"),
        ("29/3/21", "2021-03-29"),
        ("29.03.2021", "2021-03-29"),
        ("29-03-21", "2021-03-29"),
        ("2021-03-29", "2021-03-29"),
        ("29th March 2021", "2021-03-29"),
        ("29 March 2021", "2021-03-29"),
        (f"29{NBSP}Mar{NBSP}21", "2021-03-29"),
        ("1st of April 2021", "2021-04-01"),
        ("04/05/2021", "2021-05-04"),
    ],
)
def test_a_date_is_read_day_before_month(value: RawValue, day: str) -> None:
    assert parse(value, "date") == ParsedValue("date", day)


@pytest.mark.parametrize("value", ["31/02/2021", "13/13/2021", "March 2021", "soon", "29/03", 4428, 99999, True])
def test_what_is_no_whole_date_is_unreadable(value: RawValue) -> None:
    assert parse(value, "date") == ParsedValue("unreadable", None)


def test_a_symbol_may_stand_for_a_date() -> None:
    assert parse("n/a", "date") == ParsedValue("symbol", "not applicable or not available")


def test_text_is_kept_as_the_sheet_shows_it() -> None:
    assert parse(f" as{NBSP}planned ", "text") == ParsedValue("text", "as planned")
    assert parse(0.756, "text", "0.0%") == ParsedValue("text", "75.6%")


@given(st.integers(-(10**6), 10**6), st.integers(0, 4))
def test_a_percent_format_reads_the_number_that_was_typed_free_of_binary_noise(digits: int, places: int) -> None:
    points = Decimal(digits).scaleb(-places)
    fraction = float(points / 100)
    number_format = f"0.{'0' * places}%" if places else "0%"
    parsed = parse(fraction, "percent", number_format)
    assert parsed.value is not None
    assert Decimal(parsed.value) == points
    assert parsed.decimals == places


@given(st.integers(-(10**12), 10**12))
def test_a_count_with_and_without_thousands_marks_is_the_same(count: int) -> None:
    assert parse(f"{count:,}", "count") == parse(count, "count") == ParsedValue("count", str(count))


ANYTHING = (
    st.text(max_size=25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.booleans()
    | st.datetimes()
    | st.none()
)


@given(
    ANYTHING,
    st.sampled_from(["count", "number", "percent", "text", "date", "plan_date"]),
    st.sampled_from(["General", "0.0%", "0", "dd/mm/yyyy", '"x"0', "0." + "0" * 30]),
)
def test_nothing_a_cell_may_hold_raises(value: RawValue, expected: str, number_format: str) -> None:
    parsed = parse(value, expected, number_format)
    assert (parsed.value is None) == (parsed.kind in {"empty", "unreadable", "uncached"})
