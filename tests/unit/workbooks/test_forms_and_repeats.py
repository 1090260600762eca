"""Forms (labels with values beside them) and tables that stand once for each service."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from programmes.load import ConfigurationError, load_programme
from schemas.config import Programme
from schemas.facts import Observation
from tests.builders import Book, changed, percent, write_programme
from transforms.judging import Judgement, judge_tables
from workbooks.reading import WorkbookReading, read_workbook

HARBOUR_FORM = """\
id: harbour_form
title: Harbour form
cadence: monthly
recognise: [Harbour form]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at]}
    basis: in_period
    tables:
      totals:
        anchor: [The month in figures]
        rows:
          kind: items
          items:
            ships: {labels: [Ships in harbour, Ships]}
            lit: {labels: [Of these lit]}
            share: {labels: ["% lit"], kind: percent}
            visitors: {labels: [Visitors], required: false}
        columns: {kind: value, value: {kind: count}}
        measures:
          - id: ships_lit
            form: percent
            numerator: {rows: [lit]}
            denominator: {rows: [ships]}
            stated: {rows: [share]}
          - {id: visitors, form: count, stated: {rows: [visitors]}}
"""

QUAY_BOOKS = """\
id: quay_books
title: Quay books
cadence: monthly
recognise: [Quay books]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at]}
    tables:
      hands:
        anchor: ["Hands of {service}"]
        repeat: {services: [quay_basin, upper_reach, islands], company: optional}
        rows:
          kind: items
          headers: [Post]
          items:
            keepers: {labels: [Keepers]}
            boatmen: {labels: [Boatmen]}
        columns:
          fields:
            posts: {headers: [Posts], kind: count}
            filled: {headers: [Filled], kind: count}
        measures:
          - id: posts_filled
            form: percent
            numerator: {field: filled, rows: [keepers, boatmen]}
            denominator: {field: posts, rows: [keepers, boatmen]}
"""


def programme_with(folder: Path, **files: str) -> Programme:
    """The invented programme with the two returns of this file."""
    write_programme(folder)
    for name, text in {"harbour_form": HARBOUR_FORM, "quay_books": QUAY_BOOKS, **files}.items():
        (folder / "returns" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_programme(folder).programme


def read(book: Book, programme: Programme) -> tuple[WorkbookReading, Judgement]:
    """A workbook read and judged."""
    reading = read_workbook(book.content(), "return.xlsx", programme)
    if reading.item is None or reading.layout is None or reading.period is None:
        return reading, Judgement()
    times = reading.period, reading.covered
    return reading, judge_tables(reading.tables, reading.layout, programme, *times, cadence=reading.item.cadence)


def form(*lines: Sequence[Any]) -> Book:
    """A workbook with the form on one sheet."""
    book = Book()
    book.add_sheet("Form", ("Harbour form",), ("As at", "31 January 2031"), (), ("The month in figures",), *lines)
    return book


SOUND_FORMS: dict[str, tuple[Sequence[Any], ...]] = {
    "values to the right": (("Ships in harbour", 40), ("Of these lit", 30), ("% lit", percent("75.0"))),
    "values some cells on": (("Ships", None, 40), ("Of these lit", None, 30), ("% lit", None, percent("75"))),
    "values below": (("Ships", "Of these lit", "% lit"), (40, 30, percent("75.0"))),
    "two pairs on a line": (("Ships", 40, None, "Of these lit", 30), ("% lit", percent("75.0"))),
    "colons and small letters": (("ships:", 40), ("of these lit:", 30), ("% lit", percent("75.0"))),
    "in another order, with a note": (("% lit", percent("75.0")), ("Ships", 40), (), ("Of these lit", 30), ("Note",)),
}  # fmt: skip


@pytest.mark.parametrize("lines", SOUND_FORMS.values(), ids=SOUND_FORMS)
def test_a_form_is_read_wherever_its_values_stand(tmp_path: Path, lines: tuple[Sequence[Any], ...]) -> None:
    reading, judged = read(form(*lines), programme_with(tmp_path))
    assert [f.message for f in (*reading.findings, *judged.findings)] == []
    (lit,) = [o for o in judged.observations if o.measure == "ships_lit"]
    assert (lit.numerator, lit.denominator, lit.stated, lit.state) == (30, 40, 75, "sound")
    assert lit.service is None


def test_a_form_keeps_the_cell_of_every_value(tmp_path: Path) -> None:
    book = form(("Ships", None, 40), ("Of these lit", None, 30), ("% lit", None, percent("75.0")))
    reading, _ = read(book, programme_with(tmp_path))
    cells = {r.row_key: r.cell for r in reading.tables[0].readings if r.field == "value"}
    assert cells == {"ships": "C5", "lit": "C6", "share": "C7"}


def test_a_form_that_contradicts_itself_is_held_at_its_cell(tmp_path: Path) -> None:
    _, judged = read(form(("Ships", 40), ("Of these lit", 30), ("% lit", percent("57.0"))), programme_with(tmp_path))
    assert [(f.code, f.cell) for f in judged.findings] == [("percent_disagrees", "B7")]
    assert [o.state for o in judged.observations] == ["held"]


def test_a_label_that_is_missing_or_stands_twice_is_an_error(tmp_path: Path) -> None:
    programme = programme_with(tmp_path)
    _, missing = read(form(("Ships", 40), ("% lit", percent("75.0"))), programme)
    assert "missing_row" in {f.code for f in missing.findings}
    _, twice = read(form(("Ships", 40), ("Of these lit", 30), ("Ships", 41), ("% lit", percent("75.0"))), programme)
    assert "duplicate_row" in {f.code for f in twice.findings}


def test_a_figure_beside_an_undeclared_label_is_told_of(tmp_path: Path) -> None:
    lines = (("Ships", 40), ("Wrecks", 2), ("Of these lit", 30), ("% lit", percent("75.0")))
    _, judged = read(form(*lines), programme_with(tmp_path))
    assert [(f.code, f.cell) for f in judged.findings] == [("undeclared_row", "A6")]


def test_an_empty_value_of_a_form_is_missing_not_zero(tmp_path: Path) -> None:
    _, judged = read(
        form(("Ships", 40), ("Of these lit", None), ("% lit", percent("75.0"))), programme_with(tmp_path)
    )
    assert "missing_value" in {f.code for f in judged.findings}
    assert all(o.state != "sound" for o in judged.observations)


def block(service: str, *rows: Sequence[Any]) -> list[Sequence[Any]]:
    """One service's table under its heading."""
    return [(f"Hands of {service}",), ("Post", "Posts", "Filled"), *rows, ()]


def quay_books(*blocks: list[Sequence[Any]]) -> Book:
    """A workbook with one table a service."""
    book = Book()
    book.add_sheet("Hands", ("Quay books",), ("As at", "31 January 2031"), (), *(line for b in blocks for line in b))
    return book


SOUND_BLOCKS = [
    block("Quay & Basin", ("Keepers", 10, 8), ("Boatmen", 5, 5)),
    block("The Reach", ("Keepers", 4, 3), ("Boatmen", 2, 1)),
    block("Islands", ("Keepers", 6, 6), ("Boatmen", 1, 0)),
]


def by_service(observations: Sequence[Observation]) -> dict[str | None, tuple[Decimal | None, Decimal | None, str]]:
    """Counts and state of each service's observation."""
    return {o.service: (o.numerator, o.denominator, o.state) for o in observations}


def test_a_table_for_each_service_is_read_as_that_services_figures(tmp_path: Path) -> None:
    reading, judged = read(quay_books(*SOUND_BLOCKS), programme_with(tmp_path))
    assert [f.message for f in (*reading.findings, *judged.findings)] == []
    assert by_service(judged.observations) == {
        "quay_basin": (13, 15, "sound"),
        "upper_reach": (4, 6, "sound"),
        "islands": (6, 7, "sound"),
    }


def test_the_block_of_the_whole_is_held_against_the_services(tmp_path: Path) -> None:
    programme = programme_with(tmp_path)
    right = block("Whole harbour", ("Keepers", 20, 17), ("Boatmen", 8, 6))
    _, judged = read(quay_books(*SOUND_BLOCKS, right), programme)
    assert judged.findings == ()
    assert by_service(judged.observations)[None] == (23, 28, "sound")
    wrong = block("All quays", ("Keepers", 21, 17), ("Boatmen", 8, 6))
    _, judged = read(quay_books(*SOUND_BLOCKS, wrong), programme)
    assert [f.code for f in judged.findings] == ["company_disagrees"]
    assert by_service(judged.observations)[None][2] == "held"
    assert by_service(judged.observations)["islands"][2] == "sound"


def test_a_service_without_its_block_refuses_the_file(tmp_path: Path) -> None:
    reading, _ = read(quay_books(*SOUND_BLOCKS[:2]), programme_with(tmp_path))
    assert [f.code for f in reading.findings] == ["table_missing"]
    assert "Islands" in reading.findings[0].message


def test_a_heading_of_an_unknown_service_is_an_error(tmp_path: Path) -> None:
    stray = block("Far Skerries", ("Keepers", 1, 1), ("Boatmen", 1, 1))
    reading, judged = read(quay_books(*SOUND_BLOCKS, stray), programme_with(tmp_path))
    assert [(f.code, f.cell) for f in (*reading.findings, *judged.findings)] == [("undeclared_service", "A19")]


def test_a_sheet_for_each_service(tmp_path: Path) -> None:
    by_sheet = changed(QUAY_BOOKS, 'anchor: ["Hands of {service}"]', 'sheets: ["{service}"]')
    by_sheet = changed(by_sheet, "company: optional}", "by: sheet}")
    programme = programme_with(tmp_path, quay_books=by_sheet)
    book = Book()
    book.add_sheet("Front", ("Quay books",), ("As at", "31 January 2031"))
    for name, lines in zip(("Q&B", "Upper Reach", "Islands"), SOUND_BLOCKS, strict=True):
        book.add_sheet(name, *lines[1:])
    _, judged = read(book, programme)
    assert judged.findings == ()
    assert by_service(judged.observations)["quay_basin"] == (13, 15, "sound")


def test_a_repeated_table_needs_a_place_for_the_service(tmp_path: Path) -> None:
    without = changed(QUAY_BOOKS, 'anchor: ["Hands of {service}"]', "anchor: [Hands]")
    with pytest.raises(ConfigurationError, match=r"\{service\}"):
        programme_with(tmp_path, quay_books=without)
