"""What one process reads while another writes: nobody undoes what another has just done."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.outbox import publish_file
from flows.checking import JudgedFile, judge_file
from flows.declaring import (
    Proposal,
    complete_correction,
    evidence_of_file,
    propose_corrections,
    write_decision,
)
from flows.inbox import restore_inbox, take_away
from flows.locks import hold_lock, taking_in
from flows.position import derive_position
from flows.receiving import receive_files
from flows.settings import Home
from flows.taking import register, take_files
from history.originals import keep_original, original_path
from history.store import History
from programmes.declare import draft_entry
from programmes.load import LoadedProgramme, load_programme
from schemas.config import Programme
from tests.builders import PROGRAMME, Book, changed
from tests.scenarios.harbour import RECEIVED, Harbour, lamps

DAY = dt.date(2031, 3, 31)
TITLE = "Lamplight plan"


@pytest.fixture
def harbour(tmp_path: Path) -> Harbour:
    """An empty home."""
    return Harbour(tmp_path)


def two_wrong() -> Book:
    """A lamp report with a wrong count at two quays, each to be mended by one cell."""
    book = lamps(DAY)
    book.put("Quay & Basin", "Lit in time", 296)
    book.put("Upper Reach", "Lit in time", 149)
    return book


def at_once(*jobs: Callable[[], object]) -> None:
    """Run jobs in threads that start together; the first failure is raised."""
    gate, failures = threading.Barrier(len(jobs)), []

    def do(job: Callable[[], object]) -> None:
        gate.wait()
        try:
            job()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=do, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


# --- What is declared -----------------------------------------------------------------------------------


def propose(loaded: LoadedProgramme, judged: JudgedFile) -> list[Proposal]:
    return propose_corrections(evidence_of_file(judged, loaded.programme), loaded)


def declare(loaded: LoadedProgramme, judged: JudgedFile, number: int) -> Callable[[], bool]:
    """A correction that was drafted and waits to be written."""
    evidence = evidence_of_file(judged, loaded.programme)
    chosen = propose(loaded, judged)[number]
    entry = complete_correction(chosen, "Keeper", DAY, "Counted again.")
    draft = draft_entry(loaded.folder, "corrections", entry)
    return lambda: write_decision(loaded.folder, draft, entry, evidence, chosen)


def standing(history: History) -> list[str]:
    return [str(d["right"]) for d in history.decisions_at("lamplight", "correction", None)]


def test_a_run_that_read_the_yaml_earlier_withdraws_nothing_declared_since(harbour: Harbour) -> None:
    judged = judge_file(harbour.save(two_wrong()), harbour.loaded.programme)
    early = harbour.loaded
    history = History(harbour.home / "history")
    declare(early, judged, 0)()
    register(history, harbour.loaded, RECEIVED)
    declared = standing(history)
    assert len(declared) == 1
    register(history, early, RECEIVED)  # the other process, which read before
    take_files(history, [harbour.save(lamps(DAY))], early, RECEIVED)
    derive_position(history, early, DAY)
    assert standing(history) == declared
    history.close()


def test_an_older_configuration_is_not_registered_over_a_newer_one(harbour: Harbour) -> None:
    early = harbour.loaded
    text = changed(PROGRAMME, f"title: {TITLE}\n", "title: Brighter plan\n")
    (harbour.programme / "programme.yaml").write_text(text, encoding="utf-8")
    history = History(harbour.home / "history")
    late, sha = register(history, harbour.loaded, RECEIVED)
    assert register(history, early, RECEIVED) == (late, sha)
    found = history.configuration_at("lamplight", None)
    assert found is not None
    assert Programme.model_validate_json(found[1]).title == "Brighter plan"
    history.close()


def test_a_workbook_is_judged_by_the_configuration_that_its_receipt_names(harbour: Harbour) -> None:
    early = harbour.loaded
    text = changed(PROGRAMME, f"title: {TITLE}\n", "title: Brighter plan\n")
    (harbour.programme / "programme.yaml").write_text(text, encoding="utf-8")
    history = History(harbour.home / "history")
    take_files(history, [harbour.save(lamps(DAY))], early, RECEIVED)
    (receipt,) = history.receipts("lamplight", None)
    then = history.configuration_of("lamplight", receipt.configuration_sha)
    assert then is not None
    assert Programme.model_validate_json(then).title == "Brighter plan"
    history.close()


def test_two_corrections_drafted_at_once_both_stand(harbour: Harbour) -> None:
    loaded = harbour.loaded
    judged = judge_file(harbour.save(two_wrong()), loaded.programme)
    one, other = declare(loaded, judged, 0), declare(loaded, judged, 1)
    at_once(one, other)
    cells = {(c.service, c.right) for c in harbour.loaded.corrections}
    assert len(harbour.loaded.corrections) == len(cells) == 2


def test_the_same_correction_drafted_twice_stands_once(harbour: Harbour) -> None:
    loaded = harbour.loaded
    judged = judge_file(harbour.save(two_wrong()), loaded.programme)
    one, other = declare(loaded, judged, 0), declare(loaded, judged, 0)
    assert one()
    assert not other()
    assert len(harbour.loaded.corrections) == 1


def test_a_correction_that_somebody_declared_before_it_was_drafted_stands_once(harbour: Harbour) -> None:
    """The draft is made over what the other wrote, by one who looked at the programme before that."""
    early = harbour.loaded
    judged = judge_file(harbour.save(two_wrong()), early.programme)
    assert declare(early, judged, 0)()
    assert not declare(early, judged, 0)()
    assert len(harbour.loaded.corrections) == 1


# --- What is taken in -----------------------------------------------------------------------------------


def test_two_runs_at_once_take_every_file_of_the_inbox_once(harbour: Harbour) -> None:
    home = Home(harbour.home)
    inbox = home.inbox("lamplight")
    inbox.mkdir(parents=True)
    for week in range(3):
        lamps(DAY - dt.timedelta(weeks=week)).save(inbox, f"lamps {week}.xlsx")
    (inbox / "broken.xlsx").write_bytes(b"%PDF-1.7")
    taken: list[str] = []

    def run() -> None:
        received = receive_files(home, load_programme(harbour.programme), (), RECEIVED)
        taken.extend(t.judged.name for t in received.taken)

    at_once(run, run)
    assert sorted(taken) == ["broken.xlsx", "lamps 0.xlsx", "lamps 1.xlsx", "lamps 2.xlsx"]
    assert [p.name for p in inbox.iterdir()] == ["refused"]
    assert sorted(p.name for p in (inbox / "refused").iterdir()) == ["broken.xlsx", "broken.xlsx.why.txt"]
    pages = [p.name for p in home.returned("lamplight").glob("*.acknowledgement.txt")]
    assert len(pages) == 4


def test_a_second_run_waits_and_says_so(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.locks._WAITED_LONG_SECONDS", 0.0)
    said: list[str] = []
    told = threading.Event()

    def say(text: str) -> None:
        said.append(text)
        told.set()

    home = Home(harbour.home)
    with taking_in(home, "lamplight"):
        other = threading.Thread(target=receive_files, args=(home, harbour.loaded, (), RECEIVED, say))
        other.start()
        assert told.wait(30)
    other.join()
    assert said == ["another run is taking in workbooks of lamplight; waiting for it"]


def test_a_lock_is_gone_with_the_process_that_held_it(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with hold_lock(path):
            os.write(writer, b"held")
            os.kill(os.getpid(), 9)
    assert os.read(reader, 4) == b"held"
    os.waitpid(child, 0)
    with hold_lock(path):
        assert path.exists()


def test_what_is_known_is_read_at_one_point_however_long_it_takes(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    harbour.take(lamps(DAY - dt.timedelta(weeks=1)))
    history = History(harbour.home / "history")
    receipts = History.receipts

    def slowly(*given: object, **keys: object) -> object:
        found = receipts(*given, **keys)  # type: ignore[arg-type]
        monkeypatch.setattr(History, "receipts", receipts)
        harbour.take(lamps(DAY))  # another run files a workbook meanwhile
        return found

    monkeypatch.setattr(History, "receipts", slowly)
    position = derive_position(history, harbour.loaded, DAY)
    known = {r.receipt_id for r in history.receipts("lamplight", position.as_known)}
    assert {r.receipt_id for r in position.received} == known
    history.close()


# --- Files with one name --------------------------------------------------------------------------------


def both_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two threads meet with their files written and not yet in place."""
    gate, fsync = threading.Barrier(2), os.fsync

    def meet(number: int) -> None:
        fsync(number)
        gate.wait(30)

    monkeypatch.setattr(os, "fsync", meet)


def test_two_threads_keep_the_same_original_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both_in_the_middle(monkeypatch)
    at_once(lambda: keep_original(tmp_path, b"lamps"), lambda: keep_original(tmp_path, b"lamps"))
    path = original_path(tmp_path, keep_original(tmp_path, b"lamps"))
    assert path.read_bytes() == b"lamps"
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_two_threads_publish_one_file_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both_in_the_middle(monkeypatch)
    target = tmp_path / "pack.pdf"
    at_once(lambda: publish_file(target, b"one" * 9), lambda: publish_file(target, b"two" * 9))
    assert target.read_bytes() in {b"one" * 9, b"two" * 9}
    assert [p.name for p in tmp_path.iterdir()] == ["pack.pdf"]


def test_a_file_is_put_back_beside_whatever_lies_there_by_now(tmp_path: Path) -> None:
    home = Home(tmp_path)
    inbox = home.inbox("lamplight")
    (inbox / ".taken").mkdir(parents=True)
    for name, content in {"a.xlsx": b"new", "a (2).xlsx": b"newer", ".taken/a.xlsx": b"old"}.items():
        (inbox / name).write_bytes(content)
    restore_inbox(home, "lamplight")
    assert {p.name: p.read_bytes() for p in inbox.iterdir()} == {
        "a.xlsx": b"new", "a (2).xlsx": b"newer", "a (3).xlsx": b"old",
    }  # fmt: skip


def test_what_a_run_left_unfinished_goes_after_an_hour(harbour: Harbour) -> None:
    home = Home(harbour.home)
    names = ("history/originals/ab/abc.1f.part", "outbox/lamplight/.1f.part", "returned/lamplight/.1f.part")
    for name in (*names, "inbox/lamplight/a.xlsx.part"):
        path = home.folder / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half")
        path.with_name(f"new {path.name}").write_bytes(b"half")
        os.utime(path, (0, 0))
    receive_files(home, harbour.loaded, (), RECEIVED)
    assert not [name for name in names if (home.folder / name).exists()]
    assert (home.inbox("lamplight") / "a.xlsx.part").exists()  # a sender's own
    assert len(list(home.folder.rglob("new *.part"))) == 4


def test_another_refused_file_of_the_same_name_does_not_replace_the_first(harbour: Harbour) -> None:
    home = Home(harbour.home)
    inbox = home.inbox("lamplight")
    inbox.mkdir(parents=True)
    for content in (b"%PDF-1.7", b"%PDF-1.7", b"%PDF-1.4"):
        (inbox / "a.xlsx").write_bytes(content)
        receive_files(home, harbour.loaded, (), RECEIVED)
    refused = {p.name: p.read_bytes() for p in (inbox / "refused").glob("*.xlsx")}
    assert refused == {"a.xlsx": b"%PDF-1.7", "a (2).xlsx": b"%PDF-1.4"}
    assert (inbox / "refused" / "a (2).xlsx.why.txt").is_file()


def test_what_a_sender_put_there_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    path.write_bytes(b"new")
    assert not take_away(path, "0" * 64, None)
    assert [p.name for p in tmp_path.iterdir()] == ["return.xlsx"]
