"""What a user asks for is never written to where a home keeps what must not be lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.command import run
from tests.issuing.office import AS_AT, Office

KEPT = ("history", "issued", "quarantine", "inbox", "locks")


def commands(office: Office, place: Path) -> dict[str, tuple[object, ...]]:
    """Every command that writes a file where it is told to, told to write to a place."""
    named = ("--programme", office.harbour.programme, "--home", office.home)
    of_date = (*named, "--as-at", AS_AT)
    return {
        "kpis --csv": ("kpis", *of_date, "--csv", place),
        "kpis --xlsx": ("kpis", *of_date, "--xlsx", place),
        "tracker --out": ("tracker", *of_date, "--owner", "Keeper", "--out", place),
        "tracker --all-owners --out": ("tracker", *of_date, "--all-owners", "--out", place),
        "commentary --out": ("commentary", *of_date, "--out", place),
        "build --out": ("build", *of_date, "--board", "wharf", "--out", place),
        "rebuild --out": ("rebuild", 3, "--home", office.home, "--out", place),
        "check --annotate": ("check", "lamps.xlsx", *named, "--annotate", place),
    }


def test_no_command_writes_into_what_a_home_keeps(office: Office) -> None:
    database = office.home / "history" / "history.sqlite"
    before = database.read_bytes()
    for folder in KEPT:
        place = office.home / folder / "history.sqlite"
        for name, arguments in commands(office, place).items():
            done = run(*arguments)
            assert (done.code, done.out) == (2, ""), (name, folder)
            option = name.rpartition(" ")[2]
            assert done.error_line.startswith(f"boardpack: {place} is "), name
            assert done.error_line.endswith(f"; choose another {option}"), name
    assert database.read_bytes() == before


def test_a_link_into_the_history_is_no_way_in(office: Office, tmp_path: Path) -> None:
    link = tmp_path / "table.csv"
    link.symlink_to(office.home / "history" / "history.sqlite")
    assert run(*commands(office, link)["kpis --csv"]).code == 2


@pytest.mark.parametrize("other", ["table.out", "./table.out"])
def test_two_tables_in_one_file_are_refused(other: str, office: Office, tmp_path: Path) -> None:
    named = ("--programme", office.harbour.programme, "--home", office.home, "--as-at", AS_AT)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        done = run("kpis", *named, "--csv", "table.out", "--xlsx", other)
    assert (done.code, done.out) == (2, "")
    assert done.error_line == "boardpack: --csv and --xlsx both name table.out; name two files"
    assert not (tmp_path / "table.out").exists()


def test_the_outbox_and_any_other_place_will_do(office: Office, tmp_path: Path) -> None:
    for place in (office.home / "outbox" / "table.csv", tmp_path / "history" / "table.csv"):
        assert run(*commands(office, place)["kpis --csv"]).code == 0
        assert place.is_file()
