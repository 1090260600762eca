"""`explain`: an option that cannot apply to what is asked about is refused with the reason, and never left aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import tracker
from tests.end_to_end.command import Result, run
from tests.issuing.office import AS_AT, Office

ACTION = "1.1-1"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A home with figures, an action, and one pack of the wharf. Read only."""
    made = Office(tmp_path_factory.mktemp("office"))
    made.take()
    made.take_book(tracker({"Key": ACTION}))
    made.build()
    return made


def ask(office: Office, *asked: object) -> Result:
    """Ask as at the date."""
    named = ("--programme", office.harbour.programme, "--home", office.home)
    return run("explain", *named, "--as-at", AS_AT, *asked)


def ask_pack(office: Office, *asked: object) -> Result:
    """Ask the pack."""
    return run("explain", "--home", office.home, "--pack", "wharf@2031-04-10", *asked)


REFUSED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("K1", "--service", "islands"), "K1 names one line: --service cannot choose another; leave it out"),
    (("k4", "--service", "islands"), "k4 names one line: --service cannot choose another; leave it out"),
    (("K1", "--service", "nonsense"), "K1 names one line: --service cannot choose another; leave it out"),
    (("K1", "--subgroup", "x"), "K1 names one line: --subgroup cannot choose another; leave it out"),
    (
        ("K1", "--service", "islands", "--subgroup", "x"),
        "K1 names one line: --service and --subgroup cannot choose another; leave them out",
    ),
    ((ACTION, "--service", "islands"), f"{ACTION} is an action, and --service goes with an indicator; leave it out"),
    ((ACTION, "--subgroup", "x"), f"{ACTION} is an action, and --subgroup goes with an indicator; leave it out"),
    (("red", "--service", "islands"), "red is a rating, and --service goes with an indicator; leave it out"),
    (("No data", "--subgroup", "x"), "No data is a rating, and --subgroup goes with an indicator; leave it out"),
)
OF_BOARDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("K1",), "--board goes with a colour or another rating, and K1 is a figure; leave it out"),
    (
        ("lamps_in_time", "--service", "islands"),
        "--board goes with a colour or another rating, and lamps_in_time is a figure; leave it out",
    ),
    ((ACTION,), f"--board goes with a colour or another rating, and {ACTION} is an action; leave it out"),
)


@pytest.mark.parametrize(("asked", "why"), REFUSED)
def test_an_option_that_cannot_choose_is_refused(asked: tuple[str, ...], why: str, office: Office) -> None:
    for result in (ask(office, *asked), ask(office, *asked, "--json"), ask_pack(office, *asked)):
        assert (result.code, result.out) == (2, "")
        assert result.error_line == f"boardpack: {why}"


@pytest.mark.parametrize(("asked", "why"), OF_BOARDS)
@pytest.mark.parametrize("board", ["wharf", "nonsense"])
def test_a_board_goes_with_a_rating_only(asked: tuple[str, ...], why: str, board: str, office: Office) -> None:
    result = ask(office, *asked, "--board", board)
    assert (result.code, result.out) == (2, "")
    assert result.error_line == f"boardpack: {why}"
    assert ask(office, "red", "--board", "wharf").code == 0


@pytest.mark.parametrize(
    ("options", "own"),
    [
        (("--board", "wharf"), "--board: take it out"),
        (("--board", "pier"), "--board: take it out"),
        (("--as-at", AS_AT), "--as-at: take it out"),
        (("--as-known", "1"), "--as-known: take it out"),
        (("--as-at", AS_AT, "--as-known", "1"), "--as-at and --as-known: take them out"),
    ],
)
@pytest.mark.parametrize("name", ["K1", "red", ACTION])
def test_a_pack_has_its_own(name: str, options: tuple[str, ...], own: str, office: Office) -> None:
    result = ask_pack(office, name, *options)
    assert (result.code, result.out) == (2, "")
    assert result.error_line == f"boardpack: a --pack has its own {own}"


@pytest.mark.parametrize(
    ("programme", "why"),
    [
        ("nonsense", "there is no programme 'nonsense'; known programmes are hillingdon_2015, slough_2021"),
        ("slough_2021", "wharf@2031-04-10 is a pack of lamplight, not of slough_2021"),
    ],
)
def test_a_pack_of_another_programme_is_told(programme: str, why: str, office: Office) -> None:
    result = ask_pack(office, "K1", "--programme", programme)
    assert (result.code, result.out) == (2, "")
    assert result.error_line == f"boardpack: {why}"


def test_a_pack_with_its_own_programme_answers(office: Office) -> None:
    for programme in ("lamplight", office.harbour.programme):
        assert ask_pack(office, "K1", "--programme", programme).code == 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("K99", "there is no K99: the references as at 2031-03-31 are K1 to K4"),
        ("9.9-9", "there is no indicator, action or rating '9.9-9'"),
        ("lamps", "there is no indicator, action or rating 'lamps'; did you mean 'lamps_in_time'?"),
    ],
)
def test_what_there_is_not_is_told_as_what_it_could_be(name: str, why: str, office: Office) -> None:
    assert ask(office, name).error_line == f"boardpack: {why}"


def test_spaces_around_a_name_do_not_matter(office: Office) -> None:
    asked: Any = (" K1 ", "K1")
    assert len({ask(office, name, "--json").out for name in asked}) == 1


def test_a_wrong_date_is_wrong_usage_also_where_nothing_was_received(tmp_path: Path) -> None:
    result = run("explain", "K1", "--programme", "slough_2021", "--as-at", "2021-13-01", "--home", tmp_path)
    assert (result.code, result.error_line) == (2, "boardpack: '2021-13-01' is not a date; write it as 2021-11-30")
