"""Scenarios of the kinds of file: a return that comes locked, damaged, or with more than cells."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import pytest
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from flows.checking import judge_file
from tests.builders import invented_programme, lamp_report, patched
from tests.scenarios.cases import case, expect, expect_only
from workbooks.opening import open_workbook

WHOLE = lamp_report().content()
LETTER = struct.pack("<8s504x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") + "WordDocument".encode("utf-16-le")


def judge_bytes(content: bytes, folder: Path, name: str = "Lamps of March.xlsx") -> Any:
    """Judge a file of any bytes."""
    path = folder / name
    path.write_bytes(content)
    return judge_file(path, invented_programme())


def as_xls(content: bytes) -> bytes:
    """The cells of a workbook, saved as .xls."""
    book = xlwt.Workbook()
    for sheet in open_workbook(content, "return.xlsx").sheets:
        made = book.add_sheet(sheet.name)
        for cell in sheet.cells.values():
            style = xlwt.easyxf(num_format_str=cell.number_format)
            made.write(cell.row - 1, cell.column - 1, cell.value, style)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(("content", "what"), [(b"%PDF-1.7\n1 0 obj\n", "a PDF"), (LETTER, "a Word document")])
@case("unsupported_format")
def test_a_file_of_another_kind_is_refused_by_its_name(content: bytes, what: str, tmp_path: Path) -> None:
    judged = judge_bytes(content, tmp_path)
    expect_only(judged, "refused", "unsupported_format")
    expect(judged, "unsupported_format", None, None, says=("Lamps of March.xlsx", what), advises="Save it as")


@case("encrypted_file")
def test_a_workbook_with_a_password_is_refused_as_such(tmp_path: Path) -> None:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(WHOLE)).encrypt("seven lamps", target)
    judged = judge_bytes(target.getvalue(), tmp_path)
    expect_only(judged, "refused", "encrypted_file")
    expect(
        judged, "encrypted_file", None, None,
        says=("Lamps of March.xlsx", "password"), advises="Take the password off and send it again",
    )  # fmt: skip


@case("damaged_file")
def test_half_a_workbook_is_refused_as_damaged(tmp_path: Path) -> None:
    judged = judge_bytes(WHOLE[: len(WHOLE) // 2], tmp_path)
    expect_only(judged, "refused", "damaged_file")
    expect(judged, "damaged_file", None, None, says=("Lamps of March.xlsx", "cut short"), advises="save it again")


@case("macros_not_run")
def test_a_workbook_with_macros_is_read_without_running_them(tmp_path: Path) -> None:
    relation = (
        '<Relationship Id="rIdMacros" Target="vbaProject.bin" '
        'Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"/></Relationships>'
    )
    content = patched(WHOLE, "xl/_rels/workbook.xml.rels", "</Relationships>", relation)
    judged = judge_bytes(content, tmp_path, "Lamps of March.xlsm")
    expect_only(judged, "accepted", "macros_not_run")
    expect(judged, "macros_not_run", None, None, says="were not run", advises="Nothing")


@case("links_not_followed")
def test_a_workbook_that_takes_from_another_is_read_as_it_was_stored(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.at("Islands", "Lamps due").coordinate
    sheet = "xl/worksheets/sheet1.xml"
    content = patched(WHOLE, sheet, rf'(<c r="{cell}"[^>]*>)<v>', r"\1<f>[1]Quays!B4</f><v>")
    links = (
        '<externalReferences xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<externalReference r:id="rId99"/></externalReferences></workbook>'
    )
    judged = judge_bytes(patched(content, "xl/workbook.xml", "</workbook>", links), tmp_path)
    expect_only(judged, "accepted", "links_not_followed")
    expect(
        judged, "links_not_followed", "Lamps", cell,
        says=(f"{cell} takes its value from another workbook", "not opened"), advises="Nothing",
    )  # fmt: skip


@case("formats_lost")
def test_a_workbook_whose_styles_are_damaged_says_so(tmp_path: Path) -> None:
    judged = judge_bytes(patched(WHOLE, "xl/styles.xml", "<cellXfs", "<cellXfs <"), tmp_path)
    expect(
        judged, "formats_lost", None, None,
        says=("Lamps of March.xlsx", "cannot be told from a fraction"), advises="save it again",
    )  # fmt: skip


def test_the_same_return_as_xls_gives_the_same_figures(tmp_path: Path) -> None:
    first = judge_bytes(WHOLE, tmp_path)
    second = judge_bytes(as_xls(WHOLE), tmp_path, "Lamps of March.xls")
    expect_only(second, "accepted")
    assert first.observations
    assert [(o.measure, o.service, o.state, o.derived) for o in first.observations] == [
        (o.measure, o.service, o.state, o.derived) for o in second.observations
    ]
