"""Every number and colour of the pack can be asked about, and every reference in the PDF leads there and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from openpyxl import Workbook, load_workbook

from flows.answering import say_explanation
from flows.building import BuiltPack, find_board, give_pack
from flows.explaining_packs import explain_printed
from flows.explaining_plan import explain_action, explain_rating, find_action
from flows.position import Position, derive_known
from flows.settings import Home
from history.store import History
from tests.end_to_end.command import run
from tests.packs.conftest import SAMPLES

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def told(home: Home, built: BuiltPack, pages: list[str]) -> dict[str, dict[str, Any]]:
    """The explanation of every reference that the PDF prints, asked of the pack, by reference."""
    refs = sorted(set(re.findall(r"\bK\d+\b", "\n".join(pages))), key=lambda ref: int(ref[1:]))
    history = History(home.history)
    try:
        pack = history.packs.find(built.pack_id)
        assert pack is not None
        assert pack.facts
        position = derive_known(history, pack.programme, pack.as_at, pack.as_known)
        found = {ref: explain_printed(history, position, pack, ref) for ref in refs}
    finally:
        history.close()
    return found


def parts(told: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every value that a row prints with a trail of its own: the figure, the previous value, the baseline."""
    for ref, row in told.items():
        yield ref, row
        yield from ((f"{ref} {name}", row[name]) for name in ("previous", "baseline") if row[name])


@cache
def book(file: str) -> Workbook:
    """A workbook of the samples."""
    return load_workbook(SAMPLES / file, data_only=True)


def shown_in(file: str, sheet: str, cell: str) -> str:
    """What Excel shows at a cell, by another reading of the file than ours: the value in its number format."""
    found = book(file)[sheet][cell]
    value, shape = found.value, found.number_format
    if value is None or isinstance(value, str):
        return (value or "").strip()
    number = Decimal(str(value)) * (100 if shape.endswith("%") else 1)
    decimals = re.fullmatch(r"[#,]*0(\.(0+))?%?", shape)
    if decimals is not None:
        places = len(decimals[2] or "")
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{number:f}{'%' if shape.endswith('%') else ''}"


class TestFigures:
    def test_every_row_of_the_pack_is_explained_as_printed(
        self, told: dict[str, dict[str, Any]], built: BuiltPack
    ) -> None:
        rows = {row.ref: row for group in built.model.scorecard for row in group.rows}
        assert told.keys() == rows.keys()
        for ref, row in rows.items():
            assert told[ref]["pack"]["agrees"] is True
            assert told[ref]["pack"]["text"] == told[ref]["text"] == row.figure.text
            assert told[ref]["rule"] == row.reason
            for name in ("previous", "baseline", "change"):
                printed = getattr(row, name).value
                own = told[ref][name]
                assert (own["value"] if own else None) == (None if printed is None else format(printed, "f")), (
                    ref,
                    name,
                )

    def test_every_operand_is_printed_so_at_that_cell_of_that_file(self, told: dict[str, dict[str, Any]]) -> None:
        checked = 0
        for name, part in parts(told):
            assert part["operands"] or part["value"] is None, name
            for operand in part["operands"]:
                checked += 1
                shown = shown_in(operand["file"], operand["sheet"], operand["cell"])
                assert operand["as_printed"] == shown, (name, operand)
        assert checked > 100

    def test_every_value_is_what_its_operands_give(self, told: dict[str, dict[str, Any]]) -> None:
        worked_out = 0
        for name, part in parts(told):
            if part["value"] is None:
                continue
            value = Decimal(part["value"])
            if not part["arithmetic"]:
                last = Decimal(part["operands"][-1]["value"])
                places = -int(value.as_tuple().exponent)
                assert last.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) == value, name
                continue
            worked_out += 1
            check_arithmetic(part["arithmetic"], value, [o["value"] for o in part["operands"]])
        assert worked_out > 10

    def test_every_change_is_the_difference_it_says(self, told: dict[str, dict[str, Any]]) -> None:
        changes = [row for row in told.values() if row["change"]]
        assert changes
        for row in changes:
            now, before, change = (n(t) for t in re.split(" - | = ", row["change"]["words"]))
            assert now - before == change == Decimal(row["change"]["value"])
            assert (now, before) == (Decimal(row["value"]), Decimal(row["previous"]["value"]))

    def test_all_of_it_can_be_read_out(self, told: dict[str, dict[str, Any]]) -> None:
        for ref, row in told.items():
            text = say_explanation(row)
            assert text.startswith(f"{ref} {row['name']}: ")
            assert all(f"{o['sheet']}!{o['cell']}" in text for o in row["operands"])
            assert "None" not in text
            assert row["configuration"][:12] in text


def n(text: str) -> Decimal:
    """A printed number: thousands marks, signs and percent signs aside."""
    return Decimal(text.replace(",", "").replace("%", "").replace("+", ""))


def check_arithmetic(text: str, value: Decimal, operands: list[str | None]) -> None:
    """What the arithmetic says holds: addends are operands, sums are sums, the quotient is the printed value."""
    counts, _, ratio = text.rpartition("; ")
    addends = []
    for part in re.split(" of | over ", counts) if counts else []:
        terms, _, total = part.rpartition(" = ")
        numbers = [n(t) for t in (terms or total).split(" + ")]
        assert sum(numbers) == n(total), text
        addends += numbers
    quotient, _, result = ratio.rpartition(" = ")
    over, under = (n(t) for t in quotient.split(" / "))
    known = {Decimal(o) for o in operands if o is not None}
    assert set(addends or [over, under]) <= known, (text, operands)
    places = -int(value.as_tuple().exponent)
    scale = 100 if result.endswith("%") else 1
    assert (over * scale / under).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) == n(result) == value, text


class TestActionsAndCounts:
    def test_every_action_names_the_cells_its_colour_rests_on(self, home: Home, position: Position) -> None:
        history = History(home.history)
        try:
            rows = [a for a in position.plan.rows if a.entry.key in {"1.2-6", "1.2-7", "1.1-3", "5.2-5"}]
            told = [explain_action(history, position, row) for row in rows]
        finally:
            history.close()
        assert len(told) == 4
        for row, own in zip(rows, told, strict=True):
            assert (own["outcome"], own["rule"]) == (row.outcome, row.reason)
            assert own["earlier"][-1]["outcome"] == row.previous_outcome
            for cell in own["cells"]:
                held = book(cell["file"])[cell["sheet"]][cell["cell"]].value
                shown = " ".join(str(held).removesuffix(" 00:00:00").split())
                assert " ".join(cell["as_printed"].split()) == shown, cell

    def test_every_count_is_the_number_of_what_it_counts(self, position: Position, built: BuiltPack) -> None:
        board = find_board(position, "tsg")
        given = give_pack(position, board, None)
        counts = {f.key: f.value for f in built.model.figures if f.key.startswith("count:")}
        ratings = {key.rpartition("/")[2] for key in counts}
        told = {rating: explain_rating(position, given, rating, board) for rating in ratings}
        plan_refs = {r.ref for p in position.programme.priorities for r in p.refs}
        for key, count in counts.items():
            *where, what, rating = key.removeprefix("count:").split("/")
            own = told[rating]
            if not where or where == ["all"]:
                assert len(own[what]) == count, key
            elif where[0] in plan_refs:
                assert sum(a["ref"] == where[0] for a in own["actions"]) == count, key
            else:
                part = next(p for p in own["parts"] if p["number"] == where[0])
                assert part[what] == count, key

    def test_an_action_is_found_by_its_key_whatever_its_case(self, position: Position) -> None:
        assert find_action(position, "1.2-7") is not None
        assert find_action(position, "9.9-9") is None


class TestCommand:
    def test_a_pack_needs_no_programme_and_no_date(self, home: Home, built: BuiltPack) -> None:
        result = run("explain", "K10", "--pack", built.pack_id, "--home", home.folder)
        assert result.code == 0, result.err
        assert f"Printed in pack {built.pack_id} of tsg: 79.4%" in result.out

    def test_a_colour_lists_what_its_count_counts(self, home: Home, built: BuiltPack) -> None:
        result = run("explain", "red", "--pack", built.pack_id, "--home", home.folder, "--json")
        printed = {f.key: f.value for f in built.model.figures}
        assert len(result.json["figures"]) == printed["count:figures/red"]
        assert len(result.json["actions"]) == printed["count:actions/red"]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("K1", "--pack", "99999"), "there is no pack 99999"),
            (("K1", "--pack", "last week's"), "names no pack"),
            (("K1", "--pack", "{pack}", "--as-at", "2021-11-30"), "has its own --as-at: take it out"),
            (
                ("K1", "--pack", "{pack}", "--programme", "hillingdon_2015"),
                "is a pack of slough_2021, not of hillingdon_2015",
            ),
            (("K99", "--pack", "{pack}"), "prints no K99"),
            (("K1",), "name a --programme, or a --pack"),
            (("K1", "--programme", "slough_2021"), "name the date with --as-at"),
        ],
    )
    def test_what_cannot_be_asked_is_said_in_one_line(
        self, home: Home, built: BuiltPack, arguments: tuple[str, ...], said: str
    ) -> None:
        filled = [a.format(pack=built.pack_id) for a in arguments]
        result = run("explain", *filled, "--home", home.folder)
        assert (result.code, result.out) == (2, "")
        assert said in result.error_line


# --- Links in the PDF -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def links(built: BuiltPack) -> list[tuple[str, str, int]]:
    """Every link of the PDF: where it leads, what it is called, and its flags."""
    with pikepdf.open(built.path) as pdf:
        return [
            (str(a["/Dest"]), str(a["/Contents"]), int(a["/F"]))
            for page in pdf.pages
            for a in page.get("/Annots", [])
        ]


def destinations(path: Path) -> set[str]:
    with pikepdf.open(path) as pdf:
        names = list(pdf.Root.Names.Dests.Names)
    return {str(name) for name in names[::2]}


def test_every_reference_leads_to_its_source_and_back(built: BuiltPack, links: list[tuple[str, str, int]]) -> None:
    refs = {row.ref for group in built.model.scorecard for row in group.rows}
    targets = [target for target, _, _ in links]
    assert {f"source-{ref}" for ref in refs} | refs == set(targets)
    assert set(targets) <= destinations(built.path)
    in_blocks = [row.ref for block in built.model.blocks for row in block.rows]
    assert len([t for t in targets if t.startswith("source-")]) == len(refs) + len(in_blocks)


def test_every_link_has_a_name_to_be_heard_and_is_printed(links: list[tuple[str, str, int]]) -> None:
    for target, name, flags in links:
        ref = target.removeprefix("source-")
        wanted = f"{ref}: where it came from" if target != ref else f"{ref}: its row in the scorecard"
        assert (name, flags) == (wanted, 4)


def test_references_look_like_text_and_not_like_links_of_the_web() -> None:
    style = (Path(__file__).parents[2] / "report_templates" / "pack" / "style.css.j2").read_text(encoding="utf-8")
    assert "a { color: inherit; text-decoration: none; }" in style
