"""An altered file is never what gets issued: the bytes that were built are, or nothing is, and it is said which."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.issuing.office import MEETING, Office
from tests.issuing.test_issuing import PACK, built_file, issues_in, sha_of
from tests.verifying.test_flipped_bytes import flip

pytestmark = pytest.mark.long


def flip_a_byte(path: Path) -> None:
    flip(path, path.stat().st_size // 2, 0)


def put_another(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7 another")


def put_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("alter", "told"),
    [
        (flip_a_byte, "was altered after it was built"),
        (put_another, "was altered after it was built"),
        (put_a_folder, "is not there any more"),
        (Path.unlink, "is not there any more"),
    ],
)
def test_the_bytes_that_were_built_are_issued_and_it_says_so(
    office: Office, alter: Callable[[Path], None], told: str
) -> None:
    path = built_file(office)
    sha256 = sha_of(path)
    alter(path)
    altered = path.read_bytes() if path.is_file() else None
    done = office.issue(PACK)
    assert done.code == 0
    assert done.error_line == (
        f"boardpack: pack {PACK} was made again, with the bytes that were built, and these are issued: "
        f"its file {path} {told}"
    )
    (issued,) = office.issued
    assert sha_of(issued) == sha256
    assert (path.read_bytes() if path.is_file() else None) == altered, "it is left as it is, to be looked into"


@pytest.mark.parametrize("alter", [flip_a_byte, pytest.param(Path.unlink, marks=pytest.mark.long)])
def test_where_they_cannot_be_made_again_nothing_is_issued(
    office: Office, alter: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    alter(built_file(office))
    monkeypatch.setattr("flows.building.software_version", lambda: "Boardpack 0.0.9")
    done = office.issue(PACK)
    assert done.code == 4
    assert f"pack {PACK} is not issued: its file {office.home}" in done.error_line
    assert "made again it has other bytes" in done.error_line
    assert done.error_line.endswith("build it again and look at that")
    assert office.issued == issues_in(office) == []


def test_another_pack_built_in_its_place_is_told_as_that(office: Office) -> None:
    sha256 = sha_of(built_file(office))
    other = office.build(meeting="2031-05-08")["pack"]
    done = office.issue(PACK, "--json")
    assert done.json["made_again"].endswith(f"is another pack, {other}, which was built in its place")
    assert done.json["sha256"] == sha256


def test_an_altered_file_named_by_its_path_is_no_pack(office: Office) -> None:
    path = built_file(office)
    flip_a_byte(path)
    done = office.issue(path)
    assert (done.code, "or it was changed since" in done.error_line) == (2, True)
    assert office.issued == []


def test_a_file_altered_as_it_was_found_sound_is_issued_by_its_number(office: Office) -> None:
    assert office.issue(PACK, "--json").json["made_again"] is None
    assert office.issue(f"wharf@{MEETING}", "--json").json["already"] is True
