"""kill -9 at every step of a command: once it is run again, all is as if nothing had happened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.readers import shared_opener
from flows.verifying import Wish, verify_home
from tests.kills.commands import COMMANDS, Killed, copy_place, make_template, read_events, read_files, run
from tests.kills.points import count_steps, run_until
from tests.scenarios.harbour import lamps
from tests.together.work import MARCH, Place, find_faults

_POINTS = 200
_SHARES = 2
_MOST = {"ingest": 300, "correct": 300}
"""How many of its points a command is killed at: of the others 45, spread over all their steps."""


@dataclass
class Undisturbed:
    """A command that nobody killed: the place before it, its steps, and what it left."""

    killed: Killed
    template: Place
    steps: int
    before: dict[str, str]
    events: list[tuple[str, ...]]
    files: dict[str, str]


class Commands:
    """Every command, run undisturbed when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._found: dict[str, Undisturbed] = {}

    def __getitem__(self, name: str) -> Undisturbed:
        if name not in self._found:
            number = [k.name for k in COMMANDS].index(name)
            self._found[name] = run_undisturbed(self.folder / str(number), COMMANDS[number])
        return self._found[name]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """The commands as nobody disturbs them."""
    shared_opener().open(lamps(MARCH).content(), "lamps.xlsx")  # the reading process is there before any child
    folder = tmp_path_factory.mktemp("kills")
    yield Commands(folder)
    shutil.rmtree(folder, ignore_errors=True)


def run_undisturbed(folder: Path, killed: Killed) -> Undisturbed:
    template = make_template(folder / "before", killed)
    counted = copy_place(template, folder / "counted")
    steps = count_steps(lambda: run(counted, killed.arguments), counted.folder)
    place = copy_place(template, folder / "undisturbed")
    run(place, killed.arguments)
    return Undisturbed(killed, template, steps, read_files(template), read_events(place), read_files(place))


def kill_and_run_again(sound: Undisturbed, point: int, folder: Path) -> None:
    """Kill the command at a point, look at what is seen then, run it again, and look once more."""
    place = copy_place(sound.template, folder)
    step = run_until(lambda: run(place, sound.killed.arguments), place.folder, point)
    assert step is not None, f"{sound.killed.name} ended before point {point}"
    about = f"{sound.killed.name}, killed before {step} (point {point} of {sound.steps})"
    check_what_is_seen(sound, place, about)
    run(place, sound.killed.arguments)
    assert read_events(place) == sound.events, about
    assert told_apart(read_files(place), sound.files, place) == {}, about
    assert [f for f in find_faults(place) if not f.startswith("left: ")] == [], about
    assert verify_home(place.home, Wish()).faults == [], about
    shutil.rmtree(folder)


def check_what_is_seen(sound: Undisturbed, place: Place, about: str) -> None:
    """Whatever lies there after a kill is whole: as it was before, or as it will be."""
    whole = {*sound.before.items(), *sound.files.items()}
    hashes = {sha256 for _, sha256 in whole}
    for name, sha256 in read_files(place).items():
        aside = "/.taken/" in name and sha256 in hashes
        assert (name, sha256) in whole or aside, f"{about}: {name} is neither old nor new"
    arrived = {sha256 for name, sha256 in sound.before.items() if name.startswith("home/inbox/")}
    assert arrived <= {sha256 for _, sha256 in read_files(place).items()}, f"{about}: a workbook is lost"


def told_apart(files: dict[str, str], wanted: dict[str, str], place: Place) -> dict[str, str]:
    """The files that are not as they should be. What goes back to a sender may say that the file was known."""
    other = dict.fromkeys(wanted.keys() - files.keys(), "missing")
    other |= dict.fromkeys(files.keys() - wanted.keys(), "too much")
    for name in files.keys() & wanted.keys():
        if files[name] != wanted[name] and not is_known_again(place.folder / name):
            other[name] = "changed"
    return other


def is_known_again(path: Path) -> bool:
    is_answer = ".acknowledgement." in path.name
    return is_answer and "taken in before" in path.read_text(encoding="utf-8")


def spread(steps: int, number: int) -> list[int]:
    """Points over all the steps, the first and the last among them."""
    return sorted({1 + round(i * (steps - 1) / (number - 1)) for i in range(number)})


@pytest.mark.long
def test_some_points_of_taking_in(undisturbed: Commands, tmp_path: Path) -> None:
    sound = undisturbed["ingest"]
    for point in spread(sound.steps, 4):
        kill_and_run_again(sound, point, tmp_path / f"{point}")


SHARES = [
    pytest.param(k.name, share, marks=pytest.mark.xdist_group(f"kills of {k.name}, {share}"))
    for k in COMMANDS
    for share in range(_SHARES)
]


@pytest.mark.long
@pytest.mark.parametrize(("name", "share"), SHARES)
def test_every_point_of_a_command(name: str, share: int, undisturbed: Commands, tmp_path: Path) -> None:
    """In shares, so that several processes may take them."""
    sound = undisturbed[name]
    for point in chosen_points(sound)[share::_SHARES]:
        kill_and_run_again(sound, point, tmp_path / f"{point}")


@pytest.mark.long
def test_there_are_enough_points(undisturbed: Commands) -> None:
    assert sum(len(chosen_points(undisturbed[killed.name])) for killed in COMMANDS) >= _POINTS


def chosen_points(sound: Undisturbed) -> list[int]:
    """Every point of a command, or so many spread over all of them as it is killed at."""
    return spread(sound.steps, min(sound.steps, _MOST.get(sound.killed.name, 45)))
