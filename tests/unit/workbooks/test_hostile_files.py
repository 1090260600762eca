"""Files made to do harm: each ends in a finding or opens to what it holds, and none in anything else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.workbooks.office_files import (
    MAIN,
    first_sheet,
    ods,
    ods_cell,
    ods_parts,
    ods_row,
    opened,
    record,
    refusal,
    relations,
    table_csv,
    table_ods,
    table_xls,
    table_xlsb,
    table_xlsx,
    xlsb,
    xlsx,
    xlsx_parts,
    zipped,
)
from workbooks import ceilings
from workbooks.opening import Unopenable, open_workbook

ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(xml: str) -> bytes:
    """A workbook whose one sheet is this XML."""
    return zipped(xlsx_parts() | {SHEET: xml})


def with_low_size(content: bytes) -> bytes:
    """The zip file with the declared size of its sheet set to 10 bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert content.count(size) == 2, "once before the part, once in the directory"
    return content.replace(size, (10).to_bytes(4, "little"))


LARGE = f'<worksheet xmlns="{MAIN}"><sheetData>{ONE}</sheetData>{" " * 77_777}</worksheet>'
OUTSIDE = relations(("worksheet", "http://127.0.0.1/sheet.xml")).replace(" Id=", ' TargetMode="External" Id=')
BILLION = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lamp"}">' for n in range(12))
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a bomb that says how large it is": (
        lambda: zipped([*xlsx_parts(ONE).items(), ("xl/media/image.bin", bytes(300_000_000))]), "file_too_large"),
    "a bomb among the styles": (
        lambda: zipped(xlsx_parts(ONE) | {"xl/styles.xml": b" " * 100_000_000}), "file_too_large"),
    "a part larger than it says": (lambda: with_low_size(zipped(xlsx_parts() | {SHEET: LARGE})), "damaged_file"),
    "twenty thousand parts": (lambda: zipped([(f"part{n}", "") for n in range(20_000)]), "file_too_large"),
    "entities within entities": (
        lambda: with_sheet(f'<!DOCTYPE w [{BILLION}]><worksheet xmlns="{MAIN}">&a11;</worksheet>'), "not_a_workbook"),
    "an entity from outside": (
        lambda: with_sheet('<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]><w>&a;</w>'), "not_a_workbook"),
    "entities in an .ods": (
        lambda: zipped(ods_parts("") | {"content.xml": '<!DOCTYPE w [<!ENTITY a "b">]><w/>'}), "not_a_workbook"),
    "elements without end within one another": (
        lambda: with_sheet(f'<worksheet xmlns="{MAIN}">' + "<a>" * 100_000), "damaged_file"),
    "a tag without end": (lambda: with_sheet(f'<worksheet xmlns="{MAIN}" a="' + "a" * 20_000_000), "damaged_file"),
    "ten thousand kinds of elements": (
        lambda: with_sheet("<w>" + "".join(f"<a{n}/>" for n in range(10_000)) + "</w>"), "file_too_large"),
    "a merge of millions of filled cells": (
        lambda: xlsx(
            ONE + '<row r="400000"><c r="Z400000"><v>1</v></c></row>',
            after='<mergeCells><mergeCell ref="A1:Z400000"/></mergeCells>'), "file_too_large"),
    "a million merges": (
        lambda: xlsx(ONE, after='<mergeCell ref="A1:B2"/>' * 250_000), "file_too_large"),
    "a million sheets": (
        lambda: xlsx(ONE, book="<sheets>" + '<sheet name="a" r:id="r1"/>' * 5000 + "</sheets>"), "file_too_large"),
    "a sheet outside the file": (
        lambda: zipped(xlsx_parts(ONE) | {
            "xl/_rels/workbook.xml.rels": relations(("worksheet", "../../../../etc/hostname"))}), "damaged_file"),
    "a sheet on the network": (
        lambda: zipped(xlsx_parts(ONE) | {"xl/_rels/workbook.xml.rels": OUTSIDE}), "damaged_file"),
    "a text of megabytes in a cell": (
        lambda: xlsx(f'<row><c t="str"><v>{"a" * 2_000_000}</v></c></row>'), "file_too_large"),
    "a text repeated over a sheet": (
        lambda: ods(ods_row(ods_cell("string", "", "a" * 900_000), number_rows_repeated="100")), "file_too_large"),
    "spaces upon spaces": (
        lambda: ods(ods_row(ods_cell("string", "", '<text:s text:c="999999999999"/>' * 9))), "file_too_large"),
    "an absurd number of repeats": (
        lambda: ods(ods_row(ods_cell("float", "1"), number_rows_repeated="9" * 500)), "file_too_large"),
    "millions of empty records": (lambda: xlsb(record(99) * 3_100_000), "file_too_large"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_file_made_to_do_harm_is_refused(case: tuple[Callable[[], bytes], str]) -> None:
    make, code = case
    assert refusal(make())[0] == code


def test_a_workbook_within_a_workbook_is_not_opened() -> None:
    inner = xlsx(ONE)
    content = zipped(xlsx_parts(ONE) | {"xl/embeddings/inner.xlsx": zipped({"bomb.xlsx": inner * 50})})
    assert first_sheet(content).at(1, 1).value == 1


def test_a_document_type_without_entities_is_harmless_and_not_fetched() -> None:
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{ONE}</sheetData></worksheet>'
    declared = f'<!DOCTYPE w SYSTEM "http://127.0.0.1:9/w.dtd">{xml}'
    assert first_sheet(with_sheet(declared)).at(1, 1).value == 1


def test_claims_of_a_whole_sheet_cost_nothing() -> None:
    """A used range, hidden columns and merges may each claim 17,000 million cells; only what is filled counts."""
    content = xlsx(
        ONE,
        before='<dimension ref="A1:XFD1048576"/><cols>' + '<col min="1" max="16384" hidden="1"/>' * 2000 + "</cols>",
        after='<mergeCells><mergeCell ref="B2:XFD1048576"/></mergeCells>',
    )
    sheet = first_sheet(content)
    assert (len(sheet.cells), sheet.merged, sheet.hidden_columns) == (1, {}, frozenset({1}))


def test_a_cell_in_the_last_corner_of_a_sheet_is_one_cell() -> None:
    sheet = first_sheet(xlsx('<row r="1048576"><c r="XFD1048576" s="1"><v>0.5</v></c></row>'))
    assert list(sheet.rows()) == [1_048_576]


def test_more_read_bytes_than_the_ceiling_are_refused_whatever_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceilings, "MOST_READ_BYTES", 100)
    assert refusal(xlsx(ONE))[0] == "file_too_large"


def test_running_out_of_memory_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("workbooks.spreadsheetml.parse_markup", run_out)
    assert refusal(xlsx(ONE))[0] == "file_too_large"


# --- Bytes in, only our own result or our own refusal out -------------------------------------------------

SEEDS = {"xlsx": table_xlsx(), "xls": table_xls(), "xlsb": table_xlsb(), "ods": table_ods(), "csv": table_csv()}
EDIT = st.tuples(st.floats(0, 1), st.integers(0, 6), st.binary(max_size=6))


def edited(content: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """The bytes with pieces cut out and others put in."""
    for share, cut, put in edits:
        place = int(share * len(content))
        content = content[:place] + put + content[place + cut :]
    return content


def edited_within(content: bytes, part: int, edits: list[tuple[float, int, bytes]]) -> bytes:
    """The zip file with pieces of one part's content changed, so that the damage lies behind the packing."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        parts = [(name, archive.read(name)) for name in names]
    chosen = part % len(parts)
    parts[chosen] = parts[chosen][0], edited(parts[chosen][1], edits)
    return zipped(parts)


def assert_plain(content: bytes) -> None:
    """The file opens to plain data that JSON can carry, or is refused with a finding; nothing else happens."""
    try:
        book = open_workbook(content, "return.xlsx")
    except Unopenable as error:
        assert error.finding.refuses
        assert "return.xlsx" in error.finding.message
        return
    for sheet in book.sheets:
        for place, cell in sheet.cells.items():
            assert place == (cell.row, cell.column)
            assert cell.text is not None
            json.dumps(cell.value, allow_nan=False, default=str)


fuzz = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("kind", SEEDS)
@fuzz
@given(edits=st.lists(EDIT, min_size=1, max_size=4))
def test_changed_bytes_never_raise(kind: str, edits: list[tuple[float, int, bytes]]) -> None:
    assert_plain(edited(SEEDS[kind], edits))


@pytest.mark.parametrize("kind", ["xlsx", "xlsb", "ods"])
@fuzz
@given(part=st.integers(0, 20), edits=st.lists(EDIT, min_size=1, max_size=4))
def test_changed_parts_never_raise(kind: str, part: int, edits: list[tuple[float, int, bytes]]) -> None:
    assert_plain(edited_within(SEEDS[kind], part, edits))


@fuzz
@given(st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08\x10\x00"]), st.binary())
def test_any_bytes_never_raise(start: bytes, rest: bytes) -> None:
    assert_plain(start + rest)


def test_the_files_that_are_changed_open_unchanged() -> None:
    assert [opened(content).kind for content in SEEDS.values()] == list(SEEDS)
