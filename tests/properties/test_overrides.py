"""An override changes the figure that it names, and the company figure made of it, and nothing else."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from schemas.decisions import ALWAYS_DIFFER, OVERRIDABLE_ERRORS, UNUSABLE_CELLS
from schemas.facts import LABEL_FIELD
from tests.properties.lines import SERVICES
from tests.unit.transforms.decisions import accept, decide, facts_of
from tests.unit.transforms.tables import DAY, VISITS, cut, make_layout, programme
from transforms.cell_names import name_cell
from transforms.indicators import derive_kpis

LAYOUT = make_layout(visits=VISITS)
SEVERAL = settings(max_examples=120, deadline=None, derandomize=True)


@st.composite
def cells(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A row of visits that mostly agrees with itself, with at most two cells damaged."""
    in_time, late = draw(st.integers(0, 300)), draw(st.integers(0, 60))
    total = in_time + late
    share = f"{100 * in_time / total:.1f}%" if total else ""
    row = [str(total), str(in_time), str(late), share]
    damages = ["", "some", str(draw(st.integers(0, 400))), f"{draw(st.integers(0, 1000)) / 10:.1f}%"]
    for place in draw(st.lists(st.integers(0, 3), max_size=2)):
        row[place] = draw(st.sampled_from(damages))
    return row[0], row[1], row[2], row[3]


@st.composite
def tables(draw: st.DrawFn) -> list:
    rows = {service: draw(cells()) for service in SERVICES}
    rows["company"] = ("", "", "", f"{draw(st.integers(0, 1000)) / 10:.1f}%")
    return [cut(LAYOUT, "visits", rows)]


def override_for(finding, readings, use: str | None):
    """An override of a finding as `correct --accept` would declare it; None where nothing names it."""
    reading = next((r for r in readings if r.cell == finding.cell and r.field != LABEL_FIELD), None)
    name = name_cell(reading, readings, LAYOUT, DAY) if reading is not None else None
    if name is None or reading is None:
        return None
    chosen = use or ("counts" if finding.code in ALWAYS_DIFFER else ...)
    keys = {"service": ..., "measure": ..., "field": ...} | name.keys()
    held = finding.code in OVERRIDABLE_ERRORS
    return accept(**keys, code=finding.code, expected=reading.raw_text, use=chosen if held else ...)


@SEVERAL
@given(given=tables(), pick=st.integers(0, 50), use=st.sampled_from(["counts", "stated", None]))
def test_only_the_named_row_and_its_company_figure_change(given: list, pick: int, use: str | None) -> None:
    readings = list(given[0].readings)
    before = decide(LAYOUT, given)
    assume(before.findings)
    finding = before.findings[pick % len(before.findings)]
    assume(finding.severity != "note" and (finding.severity == "doubt" or finding.code in OVERRIDABLE_ERRORS))
    override = override_for(finding, readings, use)
    assume(override is not None)
    after = decide(LAYOUT, given, [override])
    event(f"{finding.code}: {'applied' if after.overridden else 'not applied'}")

    own = override.service
    assert [o for o in after.observations if o.service not in {own, None}] == [
        o for o in before.observations if o.service not in {own, None}
    ]
    lines = {
        when: {r.service: r for r in derive_kpis(facts_of(found), programme(), DAY)}
        for when, found in (("before", before), ("after", after))
    }
    for service in SERVICES:
        if service != own:
            assert lines["after"][service] == lines["before"][service]
    if not after.overridden or finding.severity == "doubt":
        assert after.observations == before.observations
        assert lines["after"] == lines["before"]


@SEVERAL
@given(given=tables(), service=st.sampled_from(SERVICES), use=st.sampled_from(["counts", "stated"]))
def test_what_is_released_is_one_of_the_figures_of_its_own_row(given: list, service: str, use: str) -> None:
    readings = list(given[0].readings)
    before = decide(LAYOUT, given)
    held = [o for o in before.observations if o.service == service and o.state == "held"]
    assume(held)
    keys = set(held[0].held_by)
    wanted = [override_for(f, readings, use) for f in before.findings if (f.code, f.sheet, f.cell) in keys]
    assume(all(o is not None for o in wanted))
    after = decide(LAYOUT, given, wanted)
    (found,) = [o for o in after.observations if o.service == service]
    event(f"{use}: {found.state}")
    if found.state == "held":
        assert any(f.code == "override_unmatched" for f in after.findings)
        return
    assert found.chosen == use
    bad = {cell for code, _, cell in keys if code in UNUSABLE_CELLS}
    row = {r.field: r for r in readings if r.row_key == service}
    if use == "stated":
        assert found.exact == Fraction(row["stated_pct"].number)
        assert row["stated_pct"].cell not in bad
    else:
        total, in_time = row["total"], row["in_time"]
        assert not bad & {total.cell, in_time.cell}
        assert (found.numerator, found.denominator) == (in_time.number, total.number)
    if found.exact is not None:
        assert 0 <= found.exact <= 100
