"""Nothing but an issue or an erratum writes among the issued packs, and nobody names a place within the history."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from tests.end_to_end.command import run
from tests.issuing.office import AS_AT, Office
from tests.issuing.test_issuing import PACK, SOUND
from tests.scenarios.harbour import MARCH, lamps

KEPT = ("issued/lamplight", "history/packs", "quarantine")


def state(home: Path) -> dict[Path, str]:
    """Every file where only Boardpack writes, but for what the history has of its own."""
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for name in ("issued", "history", "quarantine")
        for path in (home / name).rglob("*")
        if path.is_file() and not path.name.startswith("history.s")
    }


@pytest.mark.parametrize("folder", [KEPT[0], *(pytest.param(f, marks=pytest.mark.long) for f in KEPT[1:])])
def test_no_command_writes_where_it_is_told_to(office: Office, tmp_path: Path, folder: str) -> None:
    office.issue(PACK)
    book = lamps(MARCH).save(tmp_path, "Lamps.xlsx")
    named = ("--programme", office.harbour.programme)
    (tmp_path / "by a link").symlink_to(office.home / folder)
    for place in (office.home / folder, tmp_path / "by a link"):
        before = state(office.home)
        for command in (
            ("build", "--board", "wharf", "--as-at", AS_AT, "--out", place / "a.pdf"),
            ("rebuild", PACK, "--out", place / "a.pdf"),
            ("kpis", "--as-at", AS_AT, "--csv", place / "a.csv"),
            ("kpis", "--as-at", AS_AT, "--xlsx", place / "a.xlsx"),
            ("tracker", "--owner", "Keeper", "--as-at", AS_AT, "--out", place / "a.xlsx"),
            ("tracker", "--all-owners", "--as-at", AS_AT, "--out", place),
            ("commentary", "--as-at", AS_AT, "--out", place / "a.xlsx"),
            ("check", book, "--annotate", place),
            ("layout", "suggest", book, "--out", place / "a.yaml"),
        ):
            done = run(*command, *named, "--home", office.home)
            assert (done.code, "; choose another --" in done.err) == (2, True), (command, done)
        assert state(office.home) == before


def test_answers_write_nothing_there(office: Office) -> None:
    office.issue(PACK)
    office.take(*SOUND)
    other = office.build()["pack"]
    before = {p: h for p, h in state(office.home).items() if "packs" in p.parts or "issued" in p.parts}
    named = ("--programme", office.harbour.programme, "--home", office.home)
    assert run("diff", PACK, other, "--home", office.home).code == 0
    assert run("explain", "K2", "--pack", PACK, "--home", office.home).code == 0
    assert run("kpis", "--as-at", AS_AT, *named).code == 0
    assert run("verify", "--home", office.home).code == 0
    assert {p: h for p, h in state(office.home).items() if "packs" in p.parts or "issued" in p.parts} == before


def test_issued_packs_come_back_from_a_backup_as_they_were_left(office: Office, tmp_path: Path) -> None:
    office.issue(PACK)
    (issued,) = office.issued
    assert run("backup", "--home", office.home, "--out", tmp_path / "b.zip").code == 0
    assert run("restore", tmp_path / "b.zip", "--home", tmp_path / "again").code == 0
    again = tmp_path / "again" / issued.relative_to(office.home)
    assert stat.S_IMODE(again.stat().st_mode) == stat.S_IMODE(issued.stat().st_mode) == 0o444
    assert run("verify", "--home", tmp_path / "again").out.endswith("sound\n")
