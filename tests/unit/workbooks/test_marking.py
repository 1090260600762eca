"""A marked copy is the sender's own workbook: what was found is put in, and nothing else is changed."""

from __future__ import annotations

import io
import posixpath
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

from schemas.findings import Finding, Suggestion
from tests.builders import invented_programme, lamp_report
from tests.unit.workbooks.rich_workbooks import (
    MACROS,
    full_workbook,
    parts_of,
    resaved,
    styled_workbook,
    values_of,
    with_signature,
    with_strangers,
    with_thread,
)
from workbooks.findings_table import FIRST_LINE, SECOND_LINE
from workbooks.marking import Unmarkable, mark_workbook, write_findings_workbook
from workbooks.reading import read_workbook

# the reader that the tests compare with says what it cannot show itself; the parts are compared beside it
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

LINES = ("File: lamps.xlsx", "Return: Lamps, as at 3 March 2031")
SAMPLES = sorted((Path(__file__).parents[3] / "sample_inputs").rglob("*.xlsx"))


def finding(cell: str | None, severity: str = "error", sheet: str | None = "Lamps", **parts: object) -> Finding:
    """Something found at a cell."""
    words = {"message": f"{cell} is wrong.", "action": "Mend it.", **parts}
    return Finding("text_in_number", severity, sheet, cell, **words)  # type: ignore[arg-type]


def marked(content: bytes, *findings: Finding) -> bytes:
    return mark_workbook(content, findings, LINES).content


def texts(content: bytes) -> list[list[str]]:
    """The rows of the first sheet, as text."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [[str(cell.value) for cell in row if cell.value is not None] for row in sheet.iter_rows()]


def cell_at(content: bytes, sheet: str, cell: str) -> Cell:
    found = load_workbook(io.BytesIO(content))[sheet][cell]
    assert isinstance(found, Cell)
    return found


# --- What is kept -----------------------------------------------------------------------------------------

CHANGED = re.compile(
    r"\[Content_Types\]\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/styles\.xml"
    r"|xl/worksheets/sheet1\.xml|xl/worksheets/_rels/sheet1\.xml\.rels|xl/comments1\.xml|xl/drawings/vmlDrawing1\.vml"
)


@pytest.fixture(scope="module")
def both() -> tuple[bytes, bytes]:
    """A workbook that holds everything, and its marked copy."""
    content = with_strangers(with_thread(full_workbook(macros=True), "B4"))
    return content, marked(content, finding("B4"), finding("D5", "doubt"), finding("A1"), finding("Z99", "note"))


class TestKept:
    def test_every_part_that_need_not_change_keeps_its_bytes(self, both: tuple[bytes, bytes]) -> None:
        before, after = map(parts_of, both)
        changed = {name for name in before if after.get(name) != before[name]}
        assert not {name for name in changed if not CHANGED.fullmatch(name)}
        kept = before.keys() - changed
        for part in (
            "xl/vbaProject.bin",
            "xl/charts/chart1.xml",
            "xl/drawings/drawing1.xml",
            "xl/media/image1.png",
            "xl/tables/table1.xml",
            "xl/sharedStrings.xml",
            "xl/theme/theme1.xml",
            "xl/worksheets/sheet2.xml",
            "xl/threadedComments/threadedComment1.xml",
            "xl/pivotTables/pivotTable1.xml",
            "xl/externalLinks/externalLink1.xml",
            "customXml/item1.xml",
            "xl/printerSettings/printerSettings1.bin",
        ):
            assert part in kept, part

    def test_macros_are_the_same_byte_for_byte(self, both: tuple[bytes, bytes]) -> None:
        assert parts_of(both[1])["xl/vbaProject.bin"] == MACROS
        assert mark_workbook(both[0], [], LINES).suffix == ".xlsm"

    @pytest.mark.parametrize("formulas", [False, True])
    def test_values_stored_results_and_formulas_are_the_same(self, both: tuple[bytes, bytes], formulas: bool) -> None:
        before, after = (values_of(content, formulas=formulas) for content in both)
        assert {name: after[name] for name in before} == before

    @pytest.mark.parametrize(
        "pattern",
        [
            rb"<extLst>.*</extLst>",  # sparklines and the newer conditional formats
            rb"<conditionalFormatting.*</conditionalFormatting>",
            rb"<dataValidations.*</dataValidations>",
            rb"<sheetProtection[^>]*>",
            rb"<mergeCells.*</mergeCells>",
            rb"<cols>.*</cols>",
            rb"<pane [^>]*>",
            rb"<pageSetup [^>]*>",
            rb'<row r="5"[^>]*>',
            rb'<row r="8"[^>]*>',
            rb"<drawing [^>]*>",
            rb"<tableParts.*</tableParts>",
        ],
    )
    def test_everything_else_on_a_marked_sheet_is_the_same(self, both: tuple[bytes, bytes], pattern: bytes) -> None:
        before, after = (parts_of(content)["xl/worksheets/sheet1.xml"] for content in both)
        (found,) = re.findall(pattern, before)
        assert found in after

    def test_hidden_sheets_stay_hidden_and_names_stay_with_their_sheets(self, both: tuple[bytes, bytes]) -> None:
        before, after = (load_workbook(io.BytesIO(content)) for content in both)
        assert [s.title for s in after.worksheets] == ["Findings", "Lamps", "Lists"]
        assert after["Lists"].sheet_state == "hidden"
        assert after.defined_names["Lit"].attr_text == before.defined_names["Lit"].attr_text
        for sheet in ("Lamps",):
            assert after[sheet].print_title_rows == before[sheet].print_title_rows
            assert after[sheet].print_area == before[sheet].print_area

    def test_comments_of_the_sender_stay_above_ours(self, both: tuple[bytes, bytes]) -> None:
        text = cell_at(both[1], "Lamps", "B4").comment
        assert text is not None
        assert text.text.startswith("Counted twice by the keeper\n\nBoardpack found here:\n")
        assert "B4 is wrong." in text.text

    def test_the_package_is_whole(self, both: tuple[bytes, bytes]) -> None:
        parts = parts_of(both[1])
        for name, content in parts.items():
            if name.endswith((".xml", ".rels", ".vml")):
                ElementTree.fromstring(content)
        types = ElementTree.fromstring(parts["[Content_Types].xml"])
        declared = {e.get("PartName", "").lstrip("/") for e in types} | {e.get("Extension") for e in types}
        assert not [n for n in parts if n not in declared and n.rpartition(".")[2] not in declared]
        for name in (n for n in parts if n.endswith(".rels")):
            owner = posixpath.dirname(posixpath.dirname(name))
            for relation in ElementTree.fromstring(parts[name]):
                target = posixpath.normpath(posixpath.join("/", owner, relation.get("Target", ""))).lstrip("/")
                assert target in parts, (name, target)

    def test_the_list_on_the_sheet_names_what_this_file_has(self, both: tuple[bytes, bytes]) -> None:
        said = " ".join(" ".join(row) for row in texts(both[1]))
        for words in (
            "charts",
            "sparklines",
            "conditional formats",
            "macros, byte for byte",
            "text boxes",
            "pictures",
        ):
            assert words in said
        plain = " ".join(" ".join(row) for row in texts(marked(styled_workbook())))
        assert "charts" not in plain
        assert "macros" not in plain


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_every_sample_is_marked_and_keeps_its_values(path: Path) -> None:
    content = path.read_bytes()
    sheet = load_workbook(io.BytesIO(content)).sheetnames[-1]
    after = marked(content, finding("A1", sheet=sheet), finding("ZZ900", sheet=sheet))
    for formulas in (False, True):
        before = values_of(content, formulas=formulas)
        assert {k: v for k, v in values_of(after, formulas=formulas).items() if k in before} == before
    assert marked(content, finding("A1", sheet=sheet), finding("ZZ900", sheet=sheet)) == after


# --- What is lost, and said -------------------------------------------------------------------------------


class TestLost:
    def test_a_signature_is_taken_off_and_that_is_said(self) -> None:
        after = marked(with_signature(full_workbook()))
        assert not [name for name in parts_of(after) if "_xmlsig" in name]
        assert any("digital signature is taken off" in " ".join(row) for row in texts(after))

    def test_a_pattern_under_our_colour_is_lost_and_that_is_said(self) -> None:
        assert any(
            "lost under that colour at Lamps!D2" in " ".join(r)
            for r in texts(marked(styled_workbook(), finding("D2")))
        )

    def test_a_thread_hides_our_comment_and_that_is_said(self) -> None:
        after = marked(with_thread(full_workbook(), "B4"), finding("B4"))
        assert any("thread of comments stays at Lamps!B4" in " ".join(row) for row in texts(after))

    def test_nothing_is_said_to_be_lost_that_is_not_there(self) -> None:
        said = " ".join(" ".join(row) for row in texts(marked(styled_workbook())))
        for words in ("signature", "thread", "pattern", "macro", "conditional"):
            assert words not in said


# --- Marked cells -----------------------------------------------------------------------------------------


class TestCells:
    def test_only_the_fill_of_a_cell_changes(self) -> None:
        content = styled_workbook()
        before, after = cell_at(content, "Lamps", "B2"), cell_at(marked(content, finding("B2")), "Lamps", "B2")
        for name in ("number_format", "font", "border", "alignment", "protection", "value"):
            assert repr(getattr(after, name)) == repr(getattr(before, name)), name
        assert after.fill.fgColor.rgb != before.fill.fgColor.rgb
        assert after.fill.fill_type == "solid"

    def test_cells_of_the_same_style_that_are_not_marked_stay(self) -> None:
        content = styled_workbook()
        before, after = (cell_at(book, "Lamps", "C2") for book in (content, marked(content, finding("B2"))))
        assert repr(after.fill) == repr(before.fill)

    def test_severities_have_colours_of_their_own_and_the_worst_wins(self) -> None:
        after = marked(
            styled_workbook(), finding("B2"), finding("C2", "doubt"), finding("E9", "note"), finding("E9", "error")
        )
        colours = [cell_at(after, "Lamps", cell).fill.fgColor.rgb for cell in ("B2", "C2", "E9")]
        assert colours[0] == colours[2] != colours[1]

    def test_light_lettering_gets_a_dark_fill(self) -> None:
        after = marked(full_workbook(), finding("B3"), finding("B4"))
        on_white, on_black = (cell_at(after, "Lamps", cell).fill.fgColor.rgb for cell in ("B3", "B4"))
        assert int(str(on_white)[2:4], 16) < int(str(on_black)[2:4], 16)

    def test_one_comment_holds_every_finding_of_a_cell(self) -> None:
        hint = Suggestion("B2", "12.5", "13")
        after = marked(styled_workbook(), finding("B2", suggestion=hint), finding("B2", "doubt", message="Is it?"))
        comment = cell_at(after, "Lamps", "B2").comment
        assert comment is not None
        assert comment.text.splitlines() == [
            "Boardpack found here:",
            "1. ERROR (text_in_number)",
            "B2 is wrong.",
            "Mend it.",
            "Suggestion: B2: 12.5 -> 13",
            "2. DOUBT (text_in_number)",
            "Is it?",
            "Mend it.",
        ]

    def test_inside_a_merged_range_the_cell_that_is_seen_is_marked(self) -> None:
        after = marked(styled_workbook(), finding("C7"))
        comment = cell_at(after, "Lamps", "B6").comment
        assert comment is not None
        assert "(text_in_number, C7)" in comment.text

    @pytest.mark.parametrize("place", [None, "B2:C4", "ZZZZ1", "A0", "A9999999"])
    def test_what_names_no_single_cell_is_listed_only(self, place: str | None) -> None:
        after = marked(styled_workbook(), finding(place, message="Somewhere."))
        assert any("Somewhere." in row for row in texts(after))
        assert parts_of(after)["xl/comments/comment1.xml"] == parts_of(styled_workbook())["xl/comments/comment1.xml"]

    def test_a_sheet_that_is_not_there_is_listed_only(self) -> None:
        assert any("Elsewhere" in row for row in texts(marked(styled_workbook(), finding("B2", sheet="Elsewhere"))))


# --- The Findings sheet -----------------------------------------------------------------------------------


class TestSheet:
    def test_the_workbook_opens_on_it_and_no_other_sheet_is_selected(self) -> None:
        book = load_workbook(io.BytesIO(marked(styled_workbook(), finding("B2"))))
        assert book.worksheets[0].title == "Findings"
        assert book.active is book.worksheets[0]
        assert [s.sheet_view.tabSelected or False for s in book.worksheets] == [True, False, False, False]

    def test_a_name_that_is_taken_is_numbered(self) -> None:
        stream = io.BytesIO()
        book = load_workbook(io.BytesIO(styled_workbook()))
        book["one"].title = "FINDINGS"
        book.save(stream)
        assert load_workbook(io.BytesIO(marked(stream.getvalue()))).sheetnames[0] == "Findings (2)"

    def test_each_finding_is_a_row_errors_first(self) -> None:
        after = marked(
            styled_workbook(),
            finding("C2", "note", accept="a: 1\nb: 2"),
            finding("B2", suggestion=Suggestion("B2", "12.5", "13")),
        )
        rows = texts(after)
        header = next(n for n, row in enumerate(rows) if row[:1] == ["No."])
        assert rows[header + 1] == ["1", "E error", "Lamps", "B2", "B2 is wrong.", "Mend it.", "B2: 12.5 -> 13"]
        assert rows[header + 2] == ["2", "N note", "Lamps", "C2", "C2 is wrong.", "Mend it."], "no lines of YAML"

    def test_a_cells_address_leads_to_it_inside_the_file_only(self) -> None:
        after = marked(styled_workbook(), finding("B2"))
        sheet = load_workbook(io.BytesIO(after)).worksheets[0]
        links = [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        assert [(link.location, link.target) for link in links] == [("'Lamps'!B2", None)]

    def test_text_is_never_a_formula_and_markup_is_text(self) -> None:
        hostile = '=HYPERLINK("http://x") <b>&amp; ]]> _x0041_ \x07'
        after = marked(styled_workbook(), *(finding("B2", message=f"{sign}{hostile}") for sign in "=+-@"))
        sheet = load_workbook(io.BytesIO(after)).worksheets[0]
        cells = [cell for row in sheet.iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
        assert len(cells) == 4
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
        part = max(parts_of(after).items(), key=lambda item: item[1].count(b"HYPERLINK"))[1]
        assert b"<f>" not in part

    def test_it_prints_on_landscape_pages_with_the_header_on_each(self) -> None:
        sheet = load_workbook(io.BytesIO(marked(styled_workbook(), finding("B2")))).worksheets[0]
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        row = next(cell.row for cell in sheet["A"] if cell.value == "No.")
        assert sheet.print_title_rows == f"${row}:${row}"
        assert sheet.freeze_panes == f"A{row + 1}"
        assert sheet.auto_filter.ref.startswith(f"A{row}:")

    def test_without_findings_it_says_so(self) -> None:
        assert any("Nothing was found." in row for row in texts(marked(styled_workbook())))


# --- Read again -------------------------------------------------------------------------------------------


class TestReadAgain:
    def test_a_marked_copy_is_read_as_the_original_was(self) -> None:
        content = lamp_report().content()
        programme = invented_programme()
        before = read_workbook(content, "return.xlsx", programme)
        sheet = before.tables[0].sheet
        for again in (
            marked(content, finding("B2", sheet=sheet)),
            resaved(marked(content, finding("B2", sheet=sheet))),
        ):
            after = read_workbook(again, "return.xlsx", programme)
            assert (after.tables, after.period, after.findings) == (before.tables, before.period, before.findings)

    def test_the_sheet_is_known_by_its_words_and_not_by_its_name(self) -> None:
        stream = io.BytesIO()
        book = load_workbook(io.BytesIO(marked(lamp_report().content())))
        book.worksheets[0].title = "Renamed"
        book.save(stream)
        before = read_workbook(lamp_report().content(), "r.xlsx", invented_programme())
        assert read_workbook(stream.getvalue(), "r.xlsx", invented_programme()).tables == before.tables

    def test_a_sheet_of_the_senders_called_findings_is_read(self) -> None:
        stream = io.BytesIO()
        book = load_workbook(io.BytesIO(lamp_report().content()))
        for number, sheet in enumerate(book.worksheets):
            sheet.title = f"Findings {number}"
        book.save(stream)
        assert read_workbook(stream.getvalue(), "r.xlsx", invented_programme()).tables

    def test_a_table_of_findings_alone_is_refused_as_no_return(self) -> None:
        content = write_findings_workbook([finding("B2")], LINES, "it is encrypted")
        assert read_workbook(content, "r.xlsx", invented_programme()).findings[0].code == "unknown_return"


# --- Marked again -----------------------------------------------------------------------------------------


class TestMarkedAgain:
    @pytest.mark.parametrize(
        "save", [lambda content: content, resaved], ids=["as it was", "saved by another program"]
    )
    def test_old_marks_are_replaced_and_not_stacked(self, save: object) -> None:
        content = styled_workbook()
        first = save(marked(content, finding("B2"), finding("B4"), finding("E9")))  # type: ignore[operator]
        second = marked(first, finding("C2", "doubt"))
        book = load_workbook(io.BytesIO(second))
        assert book.sheetnames == ["Findings", "Lamps", "one", "two"]
        sheet = book["Lamps"]
        assert (sheet["B2"].comment, sheet["E9"].comment) == (None, None)
        assert sheet["C2"].comment is not None
        assert sheet["B4"].comment is not None
        assert sheet["B4"].comment.text == "What the keeper wrote\n"
        assert sheet["B2"].fill.fgColor.rgb == "FFFFEE00"
        assert sheet["E9"].fill.fill_type is None
        assert sheet.print_title_rows == "$1:$2"

    def test_marking_again_and_again_comes_to_rest(self) -> None:
        findings = (finding("B2"), finding("B4", "doubt"), finding("Z9", "note"))
        second = marked(marked(full_workbook(), *findings), *findings)
        assert marked(second, *findings) == second

    def test_without_findings_all_marks_are_gone(self) -> None:
        after = marked(marked(styled_workbook(), finding("B2"), finding("B4")))
        assert b"Boardpack found here" not in b"".join(parts_of(after).values())


# --- The table of findings alone --------------------------------------------------------------------------


class TestFindingsWorkbook:
    def test_it_has_the_same_table_and_says_why_it_is_alone(self) -> None:
        items = [finding("B2", suggestion=Suggestion("B2", "1", "2")), finding(None, "doubt", sheet=None)]
        rows = texts(write_findings_workbook(items, LINES, "it is encrypted"))
        table = [
            row for row in texts(mark_workbook(styled_workbook(), items, LINES).content) if row[:1] in (["1"], ["2"])
        ]
        assert [row for row in rows if row[:1] in (["1"], ["2"])] == table
        assert rows[:4] == [[FIRST_LINE], [SECOND_LINE], [LINES[0]], [LINES[1]]]
        assert any("was not marked, since it is encrypted." in row[0] for row in rows if row)

    def test_the_same_findings_give_the_same_bytes(self) -> None:
        assert len({write_findings_workbook([finding("B2")], LINES, "it is old") for _ in range(2)}) == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not an .xlsx or .xlsm file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not an .xlsx or .xlsm file"),
        (b"PK\x03\x04 damaged", "not an .xlsx or .xlsm file"),
        (b"Service,Due\nBasin,4\n", "not an .xlsx or .xlsm file"),
    ],
)
def test_what_is_no_such_workbook_is_declined_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(Unmarkable, match=re.escape(why)):
        mark_workbook(content, [], LINES)
