"""Files with a password are named as such; the one password that every program tries is tried."""

from __future__ import annotations

import io

import msoffcrypto
import pytest
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from tests.unit.workbooks.office_files import (
    HEADER,
    ods_parts,
    opened,
    refusal,
    table_xlsx,
    zipped,
)


def locked(content: bytes, password: str) -> bytes:
    """An .xlsx with a password, as Excel saves one."""
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, target)
    return target.getvalue()


def test_a_workbook_with_a_password_is_said_to_have_one() -> None:
    content = locked(table_xlsx(), "seven lamps")
    assert msoffcrypto.OfficeFile(io.BytesIO(content)).is_encrypted()
    code, message = refusal(content)
    assert (code, "password" in message) == ("encrypted_file", True)


def test_a_workbook_that_is_only_marked_read_only_opens_as_everywhere() -> None:
    sheet = opened(locked(table_xlsx(), "VelvetSweatshop")).sheets[0]
    assert tuple(sheet.at(1, column).value for column in range(1, 5)) == HEADER


def test_a_locked_ods_is_said_to_have_a_password() -> None:
    manifest = (
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    )
    content = zipped(ods_parts("") | {"META-INF/manifest.xml": manifest, "content.xml": b"\x8f\x11\x02"})
    assert refusal(content)[0] == "encrypted_file"


def test_protection_of_sheets_is_no_password_of_the_file() -> None:
    book = xlwt.Workbook()
    book.add_sheet("Lamps").write(0, 0, "Islands")
    book.get_sheet(0).set_protect(True)
    target = io.BytesIO()
    book.save(target)
    assert opened(target.getvalue()).sheets[0].at(1, 1).value == "Islands"


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_locked_workbook_that_is_cut_short_is_refused(share: float) -> None:
    content = locked(table_xlsx(), "seven lamps")
    assert refusal(content[: int(len(content) * share)])[0] in {"encrypted_file", "damaged_file"}
