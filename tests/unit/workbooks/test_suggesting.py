"""What is made out in a sheet nobody has described: tables, kinds, arithmetic, dates, and every guess said."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
from openpyxl import Workbook

from schemas.config import Programme
from schemas.layout import Layout, SumCheck, TableLayout, Term
from schemas.proposal import Proposal
from tests.builders import Shown, invented_programme, percent
from workbooks.grid import Sheet
from workbooks.opening import open_workbook
from workbooks.suggesting.blocks import find_blocks
from workbooks.suggesting.names import Names, slug
from workbooks.suggesting.proposing import NothingFound, propose_return
from workbooks.suggesting.trial import try_return

TITLE = ["Harbour performance report"]
AS_AT = ["As at 29 March 2031"]


def sheets(merges: Sequence[str] = (), **lines: Sequence[Sequence[Any]]) -> tuple[Sheet, ...]:
    """The sheets of a workbook whose lines are given by sheet."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in lines.items():
        sheet = book.create_sheet(name)
        for down, row in enumerate(rows, 1):
            for right, value in enumerate(row, 1):
                cell = sheet.cell(down, right, value.value if isinstance(value, Shown) else value)
                cell.number_format = value.number_format if isinstance(value, Shown) else "General"
        for area in merges:
            sheet.merge_cells(area)
    content = io.BytesIO()
    book.save(content)
    return open_workbook(content.getvalue(), "book.xlsx").sheets


def propose(*rows: Sequence[Any], programme: Programme | None = None, merges: Sequence[str] = ()) -> Proposal:
    """The proposal for one sheet under a title and an as-at line."""
    return propose_return(sheets(merges, Lights=[TITLE, AS_AT, [], *rows]), programme or invented_programme())


def layout_of(proposal: Proposal) -> Layout:
    return proposal.item.layouts[0]


def only_table(proposal: Proposal) -> TableLayout:
    (table,) = layout_of(proposal).tables.values()
    return table


def remarks(proposal: Proposal) -> str:
    return "\n".join(r.text for r in proposal.remarks)


LIT = [
    ["Quay", "Lamps due", "Lit in time", "Lit late", "% in time"],
    ["Quay & Basin", 120, 90, 30, percent("75.0")],
    ["The Reach", 64, 60, 4, percent("93.8")],
    ["Islands", 55, 33, 22, percent("60.0")],
    ["Whole harbour", 239, 183, 56, percent("76.6")],
]


# --- Rows -------------------------------------------------------------------------------------------------


def test_rows_are_services_where_the_programme_spells_them_so() -> None:
    rows = only_table(propose(*LIT)).rows
    assert (rows.kind, rows.services, rows.company) == (
        "services",
        ("quay_basin", "upper_reach", "islands"),
        "required",
    )
    assert rows.headers == ("Quay",)


def test_a_row_that_sums_services_is_a_subtotal() -> None:
    both = ["Both shores", 184, 150, 34, percent("81.5")]
    (subtotal,) = only_table(propose(*LIT[:3], both, *LIT[3:])).rows.subtotals
    assert (subtotal.labels, subtotal.of) == (("Both shores",), ("quay_basin", "upper_reach"))


def test_a_row_that_names_no_service_is_told_and_the_nearest_name_with_it() -> None:
    found = propose(*LIT[:3], ["Island", 55, 33, 22, percent("60.0")])
    assert "'Island' is none of the programme's services; it may be 'Islands'" in remarks(found)


def test_without_a_programme_services_are_proposed_to_be_declared() -> None:
    rows = [["Team", *LIT[0][1:]], *LIT[1:4], ["Total", *LIT[4][1:]]]
    found = propose_return(sheets(Lights=[TITLE, AS_AT, [], *rows]))
    assert [s.label for s in found.services] == ["Quay & Basin", "The Reach", "Islands"]
    assert only_table(found).rows.company == "required"
    assert "'Total' is taken to be the row of the whole" in remarks(found)


def test_a_group_column_tells_apart_rows_of_one_label() -> None:
    rows = [["Measure", "Group", "Number"], ["Lamps lit", "tall", 4], [None, "short", 9], ["Oil drawn", "tall", 30]]
    items = only_table(propose(*rows)).rows.items
    assert [(i.labels, i.group) for i in items.values()] == [
        (("Lamps lit",), ("tall",)), (("Lamps lit",), ("short",)), (("Oil drawn",), ("tall",))
    ]  # fmt: skip


def test_years_that_stand_again_for_each_category_are_labels_with_groups() -> None:
    rows = [["Year", "Store", "Barrels"], [2030, "Oil", 4], [2030, "Wicks", 9], [2031, "Oil", 5], [2031, "Wicks", 8]]
    items = only_table(propose(*rows)).rows.items
    assert [(i.labels[0], i.group[0]) for i in items.values()] == [
        ("2030", "Oil"), ("2030", "Wicks"), ("2031", "Oil"), ("2031", "Wicks")
    ]  # fmt: skip


def test_a_list_is_known_by_its_reference() -> None:
    rows = [["Ref", "Lamp", "Keeper"], ["L1", "Red lamp", "Night watch"], ["L2", "Red lamp", "Night watch"]]
    table = only_table(propose(*rows, ["L3", "White lamp", "Day watch"]))
    assert (table.rows.kind, table.rows.key) == ("records", "ref")


def test_a_plan_of_actions_is_a_tracker_with_the_names_that_a_tracker_has() -> None:
    rows = [
        ["Action no", "Action", "Lead", "Target date", "Date completed", "RAG"],
        ["1", "Trim the wicks", "Harbour office", "By June 2031", None, "Green"],
        ["2", "Fill the stores", "Night watch", "From May 2031", None, "Amber"],
        ["3", "Paint the buoys", "Night watch", "July 2031", None, "Red"],
    ]
    found = propose(*rows)
    fields = only_table(found).columns.fields
    assert found.item.kind == "tracker"
    assert set(fields) == {"key", "title", "owner", "printed", "completed_on", "owner_rating"}
    assert fields["printed"].kind == "plan_date"


# --- Columns ----------------------------------------------------------------------------------------------


def test_months_across_are_periods_whether_text_or_dates() -> None:
    rows = [["Measure", "May 2031", "Jun-31"], ["Oil drawn", 12, 14], ["% clean", percent("81.0"), percent("84.5")]]
    table = only_table(propose(*rows))
    assert table.columns.kind == "periods"
    kinds = {key: item.kind or table.columns.value.kind for key, item in table.rows.items.items()}  # type: ignore[union-attr]
    assert kinds == {"oil_drawn": "count", "pct_clean": "percent"}


def test_shared_headings_are_told_apart_by_the_merged_heading_above() -> None:
    rows = [
        [None, "Rounds", None, "Repairs", None],
        ["Quay", "Due", "Done", "Due", "Done"],
        ["Quay & Basin", 4, 3, 9, 9],
        ["Islands", 5, 5, 8, 2],
    ]
    fields = only_table(propose(*rows, merges=("B4:C4", "D4:E4"))).columns.fields
    assert [(f.headers, f.under) for f in fields.values()] == [
        (("Due",), ("Rounds",)), (("Done",), ("Rounds",)), (("Due",), ("Repairs",)), (("Done",), ("Repairs",))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "values", "kind", "bare"),
    [
        ("Lamps", [12, 40, 7], "count", "percent"),
        ("Average", [12.5, 40, 7.25], "number", "percent"),
        ("Share", [percent("12.5"), percent("40.0"), percent("7.0")], "percent", "percent"),
        ("Share", ["12.5%", "40%", "7%"], "percent", "percent"),
        ("% lit", [75.6, 80, 91.2], "percent", "percent"),
        ("% lit", [0.756, 0.8, 1], "percent", "fraction"),
        ("Remark", ["good", "fair", "dim"], "text", "percent"),
    ],
)
def test_the_kind_of_a_column_is_that_of_its_cells(header: str, values: list[Any], kind: str, bare: str) -> None:
    names = ("Quay & Basin", "The Reach", "Islands")
    rows = [["Quay", "Buoys", header], *([n, 10 + i, v] for i, (n, v) in enumerate(zip(names, values, strict=True)))]
    field = list(only_table(propose(*rows)).columns.fields.values())[1]
    assert (field.kind, field.bare) == (kind, bare)


def test_a_figure_column_without_a_heading_is_told() -> None:
    rows = [["Quay", "Lamps", None], ["Quay & Basin", 1, 20], ["Islands", 4, 30]]
    assert "column C holds figures but has no heading" in remarks(propose(*rows))


# --- Arithmetic -------------------------------------------------------------------------------------------


def test_a_percentage_borne_out_in_every_row_is_a_measure_of_its_counts() -> None:
    (measure,) = only_table(propose(*LIT)).measures
    assert (measure.form, measure.numerator, measure.denominator, measure.stated) == (
        "percent", Term(field="lit_in_time"), Term(field="lamps_due"), Term(field="pct_in_time")
    )  # fmt: skip


def test_parts_that_add_up_in_every_row_are_a_check() -> None:
    (check,) = only_table(propose(*LIT)).checks
    assert check == SumCheck(total="lamps_due", parts=("lit_in_time", "lit_late"))


def test_headings_alone_prove_nothing() -> None:
    rows = [["Quay", "Total", "Lit", "Dark", "% lit"], ["Quay & Basin", 9, 3, 7, percent("12.0")],
            ["The Reach", 8, 3, 2, percent("91.0")], ["Islands", 7, 1, 1, percent("44.0")]]  # fmt: skip
    table = only_table(propose(*rows))
    assert table.checks == ()
    assert all(m.numerator is None or m.form == "count" for m in table.measures)


def test_a_row_that_contradicts_the_others_is_named() -> None:
    more = [["Both shores", 184, 150, 34, percent("81.5")], ["Whole harbour", 239, 183, 56, percent("76.6")]]
    rows = [*LIT[:3], ["Islands", 55, 30, 22, percent("60.0")], *more]
    assert "the figures contradict this in row 7; check them" in remarks(propose(*rows))


def test_a_total_row_that_is_the_sum_of_items_is_a_check() -> None:
    rows = [["Grade", "Lamps", "Buoys"], ["Bright", 4, 8], ["Fair", 3, 9], ["Dim", 2, 5], ["Total", 9, 22]]
    checks = only_table(propose(*rows)).checks
    assert [c.total for c in checks] == [Term(field="lamps", rows=("total",)), Term(field="buoys", rows=("total",))]


def test_what_few_rows_bear_out_is_marked() -> None:
    rows = [["Quay", "Due", "Done", "% done"], ["Quay & Basin", 120, 90, percent("75.0")]]
    assert "one row or column bears this out" in remarks(propose(*rows))


# --- Sheets -----------------------------------------------------------------------------------------------


def test_each_table_of_a_sheet_has_its_own_heading() -> None:
    rows = [
        ["Lights"],
        *LIT,
        ["Notes stand below a table."],
        [],
        ["Stores"],
        ["Quay", "Oil"],
        ["Quay & Basin", 4],
        ["Islands", 5],
    ]
    tables = layout_of(propose(*rows)).tables
    assert [t.anchor for t in tables.values()] == [("Lights",), ("Stores",)]


def test_labels_with_figures_beside_them_are_a_form() -> None:
    table = only_table(
        propose(["The month in figures"], ["Ships", 120], ["% lit", percent("75.0")], ["Visitors", 40])
    )
    assert table.columns.kind == "value"
    assert {key: i.kind for key, i in table.rows.items.items()} == {
        "ships": None,
        "pct_lit": "percent",
        "visitors": None,
    }


def test_a_table_for_each_service_is_told_once() -> None:
    hands = [["Post", "Posts", "Filled"], ["Keepers", 10, 8], ["Boatmen", 5, 5], []]
    rows = [["Hands of Q&B"], *hands, ["Hands of The Reach"], *hands, ["Hands of Islands"], *hands]
    table = only_table(propose(*rows))
    assert table.anchor == ("Hands of {service}",)
    assert table.repeat is not None
    assert table.repeat.services == ("quay_basin", "upper_reach", "islands")


def test_a_sheet_for_each_service_is_told_once() -> None:
    hands = [TITLE, AS_AT, [], ["Post", "Posts", "Filled"], ["Keepers", 10, 8], ["Boatmen", 5, 5]]
    found = propose_return(sheets(**{"Islands": hands, "Upper Reach": hands}), invented_programme())
    table = only_table(found)
    assert table.repeat is not None
    assert (table.sheets, table.repeat.by) == (("{service}",), "sheet")


@pytest.mark.parametrize(
    ("line", "label", "precision"),
    [
        (["As at 29 March 2031"], "As at", "day"),
        (["Position as at: 29/03/2031"], "Position as at", "day"),
        (["W/E", "29.03.31"], "W/E", "day"),
        (["Reporting month: March 2031"], "Reporting month", "month"),
        (["Quarter", "Q4 2030/31"], "Quarter", "quarter"),
    ],
)
def test_the_line_that_dates_a_workbook_is_found(line: list[Any], label: str, precision: str) -> None:
    found = propose_return(sheets(Lights=[TITLE, line, [], *LIT]), invented_programme())
    as_at = layout_of(found).as_at
    assert (as_at.labels, as_at.precision) == ((label,), precision)


def test_without_such_a_line_a_placeholder_stands_and_a_trial_says_what_is_missing() -> None:
    seen = sheets(Lights=[TITLE, [], *LIT])
    found = propose_return(seen, invented_programme())
    assert "no line with a date was made out" in remarks(found)
    assert "as_at_missing" in [f.code for f in try_return(seen, found.item, invented_programme()).findings]


@pytest.mark.parametrize(
    ("heading", "basis"),
    [
        ("Section B – Year to date", "ytd"),
        ("Lamps lit (YTD)", "ytd"),
        ("Rolling twelve months", "rolling_12m"),
        ("Lamps broken in the last 12 months", "rolling_12m"),
        ("Section A – In the month and at month end", "in_period"),
        ("Lamps at the end of the month", None),
        ("Lamps lit within 12 months of an order", None),
    ],
)
def test_a_heading_that_sounds_like_another_basis_than_a_day_is_unsure(heading: str, basis: str | None) -> None:
    found = propose([heading], *LIT)
    assert layout_of(found).basis == "snapshot"
    told = [r for r in found.remarks if "sounds like" in r.text]
    assert [(r.path[-1], r.is_unsure) for r in told] == ([("measures", True)] if basis else [])
    if basis:
        assert f"'{heading}' sounds like" in told[0].text
        assert f"give its measures `basis: {basis}` if it is" in told[0].text


def test_a_row_that_sounds_like_another_basis_is_unsure_alone() -> None:
    rows = [["Measure", "Feb-31", "Mar-31"], ["Lamps broken, year to date", 40, 52], ["Lamps in store", 9, 8]]
    found = propose(["Lamps"], *rows)
    (told,) = [r for r in found.remarks if "sounds like" in r.text]
    assert told.path[-2:] == ("measures", 0)
    assert "give it `basis: ytd` if it is" in told.text


def test_where_the_workbook_says_what_time_it_covers_only_other_times_are_unsure() -> None:
    line = ["Covering 1 March 2031 to 29 March 2031"]
    seen = sheets(Lights=[TITLE, AS_AT, line, [], ["Lamps lit in the month"], *LIT])
    found = propose_return(seen, invented_programme())
    assert layout_of(found).basis == "in_period"
    assert "sounds like" not in remarks(found)


def test_hidden_sheets_are_left_out_and_said() -> None:
    seen = sheets(Lights=[TITLE, AS_AT, [], *LIT], Lookups=[["Quay", "Buoys"], ["Islands", 4], ["The Reach", 5]])
    seen[1].is_hidden = True
    assert "hidden sheets were left out: Lookups" in remarks(propose_return(seen, invented_programme()))


@pytest.mark.parametrize("rows", [[], [["Only a title"]], [["Only a title"], ["and a few words below it"]]])
def test_a_workbook_without_a_table_is_told_as_such(rows: list[list[str]]) -> None:
    with pytest.raises(NothingFound):
        propose_return(sheets(Lights=rows), invented_programme())


def test_two_headings_in_a_block_are_one_header_row() -> None:
    (block,) = find_blocks(
        sheets(("B2:C2",), Lights=[["Lights"], [None, "Rounds"], ["Quay", "Due", "Done"], ["Islands", 5, 5]])[0]
    )
    assert (block.first_row, block.header_row) == (1, 3)


# --- Ids --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("% in time", "pct_in_time"),
        ("Lit & late", "lit_and_late"),
        ("2019/20 %", "column_2019_20_pct"),
        ("—", "column"),
        ("Label", "label_column"),
    ],
)
def test_an_id_is_made_of_the_words(text: str, expected: str) -> None:
    assert slug(text, "column") == expected


def test_ids_stay_apart() -> None:
    names = Names()
    given = [
        names.give("Due", "column", "Rounds"),
        names.give("Due", "column", "Repairs"),
        names.give("Due", "column"),
    ]
    assert given == ["due", "repairs_due", "due_2"]
