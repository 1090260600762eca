"""What a command tells people to do can be done as it is told, and what it says is a sentence."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.builders import write_programme
from tests.end_to_end.command import Result, run
from tests.issuing.office import AS_AT, BOARDS, ON, ROLE, Office

pytestmark = pytest.mark.long


def follow(said: str, **words: str) -> Result:
    """Run the command that a sentence ends with."""
    command = said.rpartition("boardpack ")[2].rstrip("`")
    for word, value in words.items():
        command = command.replace(word, value)
    return run(*shlex.split(command))


@pytest.mark.parametrize("command", [("kpis",), ("explain", "K1")])
def test_where_nothing_was_received_the_way_to_take_it_in_works(command: tuple[str, ...], tmp_path: Path) -> None:
    programme = write_programme(tmp_path / "two words", boards=BOARDS)
    home = tmp_path / "a home"
    done = run(*command, "--programme", programme, "--home", home, "--as-at", AS_AT)
    assert done.code == 3
    assert follow(done.error_line).code == 0
    assert [p.name for p in (home / "inbox").iterdir()] == ["lamplight"]


def test_where_a_pack_has_no_meeting_the_way_to_build_one_that_has_works(office: Office) -> None:
    pack = office.build(meeting=None)["pack"]
    for done in (office.issue(pack), office.issue(pack, "--json")):
        assert (done.code, done.out) == (2, "")
        built = follow(done.error_line, DATE="2031-04-17")
        assert built.code == 0, built.err


def test_the_way_to_issue_what_was_built_works(office: Office) -> None:
    named = ("--programme", office.harbour.programme, "--home", office.home)
    built = run("build", *named, "--board", "pier", "--as-at", AS_AT, "--meeting", "2031-04-17")
    hint = built.out.splitlines()[-1]
    done = follow(f"{hint} --date {ON}", ROLE=shlex.quote(ROLE))
    assert done.code == 0, done.err


def test_where_another_pack_was_issued_the_way_to_put_that_right_works(office: Office) -> None:
    assert office.issue(3).code == 0
    office.take((394, 300), (200, 150), (100, 90))
    other = office.build()
    done = office.issue(other["pack"])
    assert done.code == 1
    said = f"{done.err.splitlines()[0]} --date {ON}"
    put_right = follow(said, ROLE=shlex.quote(ROLE), WHY="the counts were restated")
    assert put_right.code == 0, put_right.err


def test_a_board_of_one_is_said_in_the_singular(office: Office, tmp_path: Path) -> None:
    named = ("--home", office.home, "--as-at", AS_AT, "--board", "nobody")
    done = run("build", *named, "--programme", office.harbour.programme)
    assert done.error_line == "boardpack: there is no board 'nobody' in lamplight; its boards are wharf and pier"
    for boards, said in (
        ("boards:\n  - {id: wharf, title: Wharf board, short: Wharf}\n", "; its only board is wharf"),
        ("boards: []\n", ", which has no boards"),
    ):
        folder = write_programme(tmp_path / said.split()[-1], boards=boards)
        done = run("build", *named, "--programme", folder)
        assert done.error_line == f"boardpack: there is no board 'nobody' in lamplight{said}"


@pytest.mark.parametrize(
    ("more", "said"), [(("4",), "'4' is one argument too many"), (("4", "5"), "'4' and '5' are 2 arguments too many")]
)
def test_what_is_too_much_is_named(more: tuple[str, ...], said: str) -> None:
    done = run("diff", "2", "3", *more)
    assert (done.code, done.error_line) == (2, f"boardpack: {said}")


def test_a_folder_is_no_backup(tmp_path: Path) -> None:
    done = run("restore", tmp_path, "--home", tmp_path / "home")
    said = f"boardpack: {tmp_path} is a folder; name a file that `boardpack backup` wrote"
    assert (done.code, done.error_line) == (2, said)


def test_an_empty_home_is_told_with_json_too(tmp_path: Path) -> None:
    done = run("due", "--home", tmp_path, "--json")
    assert (done.code, done.json) == (0, {"returns": [], "packs": []})
    assert done.error_line == f"boardpack: no programme has an inbox in {tmp_path}; name one with --programme"


class TestDiff:
    def test_the_same_pack_twice_is_told(self, office: Office) -> None:
        done = run("diff", "3", "wharf@2031-04-10", "--home", office.home, "--json")
        assert (done.code, done.json["figures"]) == (0, [])
        assert done.error_line == "boardpack: both names mean the same pack, 3"

    def test_a_pack_of_another_programme_is_told(self, office: Office) -> None:
        other = office.build(board="pier")["pack"]
        for pair in (("3", str(other)), (str(other), "3"), ("wharf@2031-04-10", "pier@2031-04-10")):
            done = run("diff", *pair, "--home", office.home, "--programme", "slough_2021")
            assert (done.code, done.out) == (2, "")
            assert done.error_line == f"boardpack: {pair[0]} is a pack of lamplight, not of slough_2021"

    def test_a_programme_that_there_is_not_is_told(self, office: Office) -> None:
        done = run("diff", "3", "3", "--home", office.home, "--programme", "slow_2021")
        assert (done.code, done.out) == (2, "")
        assert done.error_line.startswith("boardpack: there is no programme 'slow_2021'; ")

    @pytest.mark.parametrize("programme", ["lamplight", None])
    def test_the_programme_by_name_or_path_will_do(self, programme: str | None, office: Office) -> None:
        other = office.build(board="pier")["pack"]
        named = programme or office.harbour.programme
        forms = [
            run("diff", *pair, "--home", office.home, "--programme", named, "--json").json
            for pair in ((3, other), (other, 3), ("wharf@2031-04-10", "pier@2031-04-10"))
        ]
        assert forms[0] == forms[1] == forms[2]
        assert (forms[0]["earlier"]["pack"], forms[0]["later"]["pack"]) == (3, other)
