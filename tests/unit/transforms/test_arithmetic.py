"""The arithmetic of a figure: what it says adds up, and it never claims more than can be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import CellRef, Observation, Operand, Period
from schemas.kpi import KpiRow
from transforms.arithmetic import say_arithmetic
from transforms.known import FigureValue, KnownObservation
from transforms.row_forms import plain

DAY = Period(dt.date(2031, 3, 31), dt.date(2031, 3, 31))
counts = st.integers(0, 5000)


def row_of(unit: str = "percent", decimals: int = 1) -> KpiRow:
    """A row of which only unit and decimals matter."""
    values = dict.fromkeys(KpiRow.__slots__)
    return KpiRow(**{**values, "unit": unit, "decimals": decimals})  # type: ignore[arg-type]


def observed(
    over: list[int], under: list[int], *stated: int, form: str = "percent", per: int = 1
) -> KnownObservation:
    """A row of a return: a cell for each number, numerator first."""
    operands = tuple(
        Operand(f"cell {n}", CellRef("Sheet", f"A{n}"), str(number), str(number))
        for n, number in enumerate([*over, *under, *stated], 1)
    )
    denominator = Decimal(sum(under)) if under else None
    item = Observation(
        "m", None, None, DAY, "snapshot", form, Decimal(per), Decimal(sum(over)), denominator, None, 0, "sound",
        operands=operands,
    )  # fmt: skip
    return KnownObservation(item, "weekly", 1)


def value_of(*parts: KnownObservation, per: int = 100) -> FigureValue:
    """The figure of observations added up."""
    over = sum((p.observation.numerator or Decimal(0) for p in parts), Decimal(0))
    unders = [p.observation.denominator for p in parts]
    under = None if None in unders else sum((u for u in unders if u is not None), Decimal(0))
    exact = Fraction(over) if under is None else per * Fraction(over) / Fraction(under)
    return FigureValue("published", DAY, exact, over, under, "", parts)


def test_services_are_added_up_then_divided() -> None:
    parts = [observed([111], [134]), observed([58], [97]), observed([23], [30])]
    said = say_arithmetic(row_of(), value_of(*parts))
    assert said == "111 + 58 + 23 = 192 of 134 + 97 + 30 = 261; 192 / 261 = 73.6%"


def test_one_row_of_two_cells_is_only_divided() -> None:
    assert say_arithmetic(row_of(), value_of(observed([1200], [1500], 80))) == "1,200 / 1,500 = 80.0%"


def test_a_row_made_of_several_cells_adds_those() -> None:
    said = say_arithmetic(row_of(), value_of(observed([19, 52], [19, 52, 8], 90)))
    assert said == "19 + 52 = 71 of 19 + 52 + 8 = 79; 71 / 79 = 89.9%"


def test_a_sum_of_services_has_no_quotient() -> None:
    parts = [observed([n], [], form="count") for n in (3, 4)]
    assert say_arithmetic(row_of("children", 0), value_of(*parts)) == "3 + 4 = 7"
    assert say_arithmetic(row_of("children", 0), value_of(parts[0])) == ""


def test_a_rate_names_what_it_is_per() -> None:
    said = say_arithmetic(row_of("per 1,000", 1), value_of(observed([12], [3400], form="rate", per=1000), per=1000))
    assert said == "1,000 x 12 / 3,400 = 3.5"


def test_where_it_cannot_be_told_which_cells_are_the_numerator_none_are_named() -> None:
    assert say_arithmetic(row_of(), value_of(observed([10], [0, 20]))) == "10 / 20 = 50.0%"


def test_nothing_is_worked_out_of_what_is_held_or_stated() -> None:
    held = FigureValue("held", DAY, None, None, None, "why", (observed([1], [2]),))
    assert say_arithmetic(row_of(), held) == ""
    assert say_arithmetic(row_of(), None) == ""


@given(st.lists(st.tuples(counts, st.integers(1, 5000)), min_size=1, max_size=5))
def test_every_sum_it_states_holds(pairs: list[tuple[int, int]]) -> None:
    said = say_arithmetic(row_of(), value_of(*(observed([n], [d]) for n, d in pairs)))
    *sums, quotient = said.replace(",", "").replace(";", " of").split(" of ")
    for text in sums:
        terms, _, total = text.rpartition(" = ")
        assert sum(int(t) for t in (terms or total).split(" + ")) == int(total)
    over, under = (int(t) for t in quotient.partition(" = ")[0].split(" / "))
    assert (over, under) == (sum(n for n, _ in pairs), sum(d for _, d in pairs))
    assert plain(Decimal(quotient.partition(" = ")[2].removesuffix("%"))).count(".") == 1
