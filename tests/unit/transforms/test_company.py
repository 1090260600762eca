"""The company figure: derived from sound services, else as stated, never from what is left of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.kpi import KpiRow
from tests.properties.impact_rules import printed
from tests.properties.lines import SERVICES, known, make_programme, observe
from tests.unit.transforms.tables import DAY, VISITS, cut, judge, make_layout, programme, speak
from transforms.indicators import derive_kpis

LAYOUT = make_layout(visits=VISITS)
NORTH = ("447", "355", "92", "79.4%")
SOUTH = ("696", "616", "80", "88.5%")
WEST = ("371", "324", "47", "87.3%")
HELD = ("669", "616", "80", "88.5%")
COMPANY = ("", "", "", "85.5%")


def kpis(rows: Mapping[str, tuple[str, ...]], **keys: object) -> dict[str | None, KpiRow]:
    """The KPI rows of a workbook with this table, by service."""
    judged = judge(LAYOUT, [cut(LAYOUT, "visits", rows)])
    return {row.service: row for row in derive_kpis(speak(judged), programme(**keys), DAY)}


def codes(rows: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [f.code for f in judge(LAYOUT, [cut(LAYOUT, "visits", rows)]).findings]


SOUND = {"north": NORTH, "south": SOUTH, "west": WEST, "company": COMPANY}


class TestRatio:
    def test_sum_of_numerators_over_sum_of_denominators(self) -> None:
        row = kpis(SOUND)[None]
        assert (row.value, row.numerator, row.denominator) == (Decimal("85.5"), 1295, 1514)
        assert row.value == Decimal("85.5")
        assert not row.is_stated

    def test_never_a_mean_of_percentages(self) -> None:
        rows = {
            "north": ("10", "0", "10", "0%"),
            "south": ("990", "990", "0", "100%"),
            "west": ("0", "0", "0", ""),
        }
        assert kpis(rows)[None].value == Decimal("99.0")

    def test_the_return_need_not_state_it(self) -> None:
        rows = {k: v for k, v in SOUND.items() if k != "company"}
        assert kpis(rows)[None].value == Decimal("85.5")

    def test_no_cases_anywhere_is_no_cases(self) -> None:
        row = kpis(dict.fromkeys(SERVICES, ("0", "0", "0", "")))[None]
        assert (row.state, row.impact, row.value) == ("no_cases", "unrated", None)

    def test_a_service_without_cases_adds_nothing(self) -> None:
        rows = SOUND | {"west": ("0", "0", "0", ""), "company": ("", "", "", "")}
        found = kpis(rows)
        assert found["west"].state == "no_cases"
        assert (found[None].numerator, found[None].denominator) == (971, 1143)


class TestHeldService:
    ROWS = SOUND | {"south": HELD}

    def test_the_service_is_held_and_the_others_stand(self) -> None:
        found = kpis(self.ROWS)
        assert (found["south"].impact, found["south"].value) == ("held", None)
        assert found["north"].value == Decimal("79.4")
        assert found["west"].value == Decimal("87.3")

    def test_the_company_is_stated_not_derived(self) -> None:
        row = kpis(self.ROWS, target={"value": 90}, tolerance={"kind": "points", "value": 5})[None]
        assert (row.impact, row.value, row.is_stated) == ("unrated", Decimal("85.5"), True)
        assert row.numerator is None
        assert row.denominator is None
        assert "stated, not derived" in row.reason
        assert "South" in row.reason

    def test_it_is_compared_with_nothing(self) -> None:
        row = kpis(self.ROWS)[None]
        assert (row.previous, row.change) == (None, None)

    def test_a_doubt_stands_at_its_cell(self) -> None:
        judged = judge(LAYOUT, [cut(LAYOUT, "visits", self.ROWS)])
        (doubt,) = [f for f in judged.findings if f.code == "stated_not_checked"]
        assert (doubt.severity, doubt.cell) == ("doubt", "E5")
        assert "85.5%" in doubt.message

    def test_held_too_where_the_return_states_none(self) -> None:
        row = kpis({k: v for k, v in self.ROWS.items() if k != "company"})[None]
        assert (row.impact, row.value, row.numerator) == ("held", None, None)


class TestServicesThatAreNotThere:
    """A row that is missing, unknown or doubled keeps the company from being summed from the rest."""

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ({"north": NORTH, "west": WEST, "company": COMPANY}, "missing_service"),
            ({"north": NORTH, "?Sauth": SOUTH, "west": WEST, "company": COMPANY}, "undeclared_service"),
            ({**SOUND, "?Harbour": ("9", "9", "0", "100%")}, "undeclared_service"),
            ({**SOUND, "north#2": NORTH}, "duplicate_row"),
            ({**SOUND, "south": ("", "", "", "")}, "missing_value"),
        ],
    )
    def test_stated_not_derived(self, rows: Mapping[str, tuple[str, ...]], code: str) -> None:
        row = kpis(rows)[None]
        assert (row.impact, row.value, row.numerator) == ("unrated", Decimal("85.5"), None)
        assert "stated, not derived" in row.reason
        assert code in codes(rows)

    def test_a_service_without_figures_has_no_data(self) -> None:
        assert kpis({"north": NORTH, "west": WEST})["south"].impact == "no_data"

    def test_a_row_that_stands_twice_is_held_twice(self) -> None:
        assert kpis({**SOUND, "north#2": SOUTH})["north"].impact == "held"


class TestCompanyRow:
    def test_one_that_disagrees_with_sound_services_is_held_alone(self) -> None:
        rows = SOUND | {"company": ("1514", "1295", "219", "85.5%"), "north": ("446", "354", "92", "79.4%")}
        found = kpis(rows)
        assert (found[None].impact, found[None].value) == ("held", None)
        assert found["north"].value == Decimal("79.4")
        findings = judge(LAYOUT, [cut(LAYOUT, "visits", rows)]).findings
        (finding,) = [f for f in findings if f.code == "company_disagrees"]
        assert finding.suggestion is None

    def test_a_percentage_off_by_more_than_one_unit_is_held(self) -> None:
        assert kpis(SOUND | {"company": ("", "", "", "85.7%")})[None].impact == "held"

    def test_off_by_one_unit_the_derived_figure_is_printed(self) -> None:
        rows = SOUND | {"company": ("", "", "", "85.4%")}
        assert kpis(rows)[None].value == Decimal("85.5")
        assert codes(rows) == ["last_digit"]


class TestOtherRules:
    def test_sum_adds_up_counts(self) -> None:
        keys = {"company": "sum", "unit": "children", "decimals": 0, "services": list(SERVICES)}
        seen = [observe(DAY, n, form="count", service=s) for n, s in zip((2, 0, 5), SERVICES, strict=True)]
        (company, *_) = derive_kpis(known(seen), make_programme(keys), DAY)
        assert (company.value, company.numerator, company.denominator) == (7, 7, None)

    def test_sum_of_a_held_count_is_held(self) -> None:
        keys = {"company": "sum", "unit": "children", "decimals": 0, "services": list(SERVICES)}
        states = ("sound", "held", "sound")
        seen = [
            observe(DAY, 3, form="count", service=s, state=state) for s, state in zip(SERVICES, states, strict=True)
        ]
        (company, *_) = derive_kpis(known(seen), make_programme(keys), DAY)
        assert (company.impact, company.value) == ("held", None)

    def test_stated_is_what_the_return_says(self) -> None:
        row = kpis(SOUND | {"company": ("", "", "", "85.4%")}, company="stated")[None]
        assert (row.value, row.numerator) == (Decimal("85.4"), None)

    def test_stated_beside_a_held_service_cannot_be_checked(self) -> None:
        row = kpis(SOUND | {"south": HELD}, company="stated", target={"value": 80})[None]
        assert (row.impact, row.value, row.is_stated) == ("unrated", Decimal("85.5"), True)

    def test_stated_and_nothing_said_is_no_data(self) -> None:
        rows = {k: v for k, v in SOUND.items() if k != "company"}
        assert kpis(rows, company="stated")[None].impact == "no_data"

    def test_none_has_no_company_row(self) -> None:
        assert None not in kpis(SOUND, company="none")

    def test_without_services_the_companys_own_counts_are_the_sums(self) -> None:
        seen = [observe(DAY, 118, 124, stated="95.2")]
        (company,) = derive_kpis(known(seen), make_programme({"company": "ratio"}), DAY)
        assert (company.value, company.numerator, company.denominator) == (Decimal("95.2"), 118, 124)

    def test_without_any_counts_a_ratio_is_stated_not_derived(self) -> None:
        seen = [observe(DAY, stated="95.2")]
        (company,) = derive_kpis(known(seen), make_programme({"company": "ratio", "target": {"value": 90}}), DAY)
        assert (company.impact, company.value, company.is_stated) == ("unrated", Decimal("95.2"), True)
        assert "stated, not derived" in company.reason


@pytest.mark.parametrize(("own", "limit", "is_small"), [(9, 10, True), (10, 10, False), (2, 3, True), (3, 3, False)])
def test_a_denominator_below_the_small_base_is_marked(own: int, limit: int, is_small: bool) -> None:
    keys = {} if limit == 10 else {"small_base": limit}
    (row,) = derive_kpis(known([observe(DAY, 1, own)]), make_programme(keys), DAY)
    assert row.is_small_base is is_small


COUNTS = st.integers(0, 40).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.tuples(COUNTS, st.sampled_from(["sound", "sound", "held", "absent"])), min_size=3, max_size=3),
    st.one_of(st.none(), st.integers(0, 1000)),
)
def test_derived_from_all_services_or_not_at_all(services: list, tenths: int | None) -> None:
    seen = [
        observe(DAY, n, of, service=name, state=state)
        for name, ((n, of), state) in zip(SERVICES, services, strict=True)
    ]
    is_sound = all(state == "sound" for _, state in services)
    stated = None if tenths is None else Decimal(tenths) / 10
    if stated is not None:
        seen.append(observe(DAY, stated=stated, state="sound" if is_sound else "stated_only"))
    (company, *_) = derive_kpis(known(seen), programme(target={"value": 90}), DAY)
    numerator, denominator = (sum(counts[i] for counts, _ in services) for i in (0, 1))
    if not is_sound:
        assert (company.numerator, company.denominator, company.previous) == (None, None, None)
        assert company.value == (None if stated is None else stated)
        assert company.impact == ("held" if stated is None else "unrated")
    elif denominator == 0:
        assert (company.state, company.value) == ("no_cases", None)
    else:
        assert Fraction(company.value) == printed(Fraction(100 * numerator, denominator), 1)
        assert (company.numerator, company.denominator) == (numerator, denominator)
