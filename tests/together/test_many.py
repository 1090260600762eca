"""Many at once in one home: what they leave behind is what one after the other would have left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.together.work import NAME, WEEKS, Place, State, correct, find_faults, ingest, prepare, read_state, work

ROOT = Path(__file__).resolve().parents[2]


def one_after_the_other(folder: Path, place: Place, wanted: State) -> State:
    """The same workbooks in the order in which they were filed, and the same corrections, alone."""
    alone = prepare(folder)
    names = {p.stem: p for p in (place.folder / "sent").iterdir()}
    for name, path in names.items():
        alone.workbook(name).write_bytes(path.read_bytes())
    shas = {hash_of(alone.workbook(name)): name for name in names}
    for sha256 in (*wanted.arrivals, *wanted.refused):
        ingest(alone, shas[sha256])
    for week in range(len(WEEKS)):
        for number in range(2):
            if is_declared(place, week, number):
                correct(alone, week, number)
    assert find_faults(alone) == []
    return read_state(alone)


def hash_of(path: Path) -> str:
    from workbooks.reading import hash_content

    return hash_content(path.read_bytes())


def is_declared(place: Place, week: int, number: int) -> bool:
    from flows.checking import judge_file
    from flows.declaring import evidence_of_file, propose_corrections
    from programmes.load import load_programme

    loaded = load_programme(place.programme)
    judged = judge_file(place.workbook(f"wrong{week}"), loaded.programme)
    found = propose_corrections(evidence_of_file(judged, loaded.programme), loaded)
    return sorted(found, key=lambda p: p.cell)[number].is_declared


def compare(place: Place, folder: Path) -> None:
    """Nothing is lost, nothing is double, and all is as one after the other leaves it."""
    assert find_faults(place) == []
    state = read_state(place)
    assert state == one_after_the_other(folder, place, state)
    assert find_faults(place) == []


def test_four_threads_at_once(tmp_path: Path) -> None:
    place = prepare(tmp_path / "many")
    place.home.inbox(NAME).mkdir(parents=True)
    assert work(place, seed=1, worker=0, threads=4, steps=3) == []
    compare(place, tmp_path / "alone")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_two_processes_of_four_threads_at_once(seed: int, tmp_path: Path) -> None:
    place = prepare(tmp_path / "many")
    place.home.inbox(NAME).mkdir(parents=True)
    command = [sys.executable, "-m", "tests.together.work", place.folder, seed]
    processes = [
        subprocess.Popen([*map(str, (*command, worker, 4, 6))], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for worker in range(2)
    ]
    told = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "\n".join(told)
    compare(place, tmp_path / "alone")
