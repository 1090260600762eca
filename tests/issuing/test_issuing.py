"""Issuing: exactly the bytes that were looked at are frozen, once for a meeting, and nothing is half done."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows import issuing
from flows.settings import Home
from history.frozen import frozen_path
from history.packs import Packs
from history.store import History
from tests.issuing.conftest import HELD
from tests.issuing.office import AS_AT, LATER, MEETING, ON, ROLE, Office
from tests.scenarios.harbour import MARCH, lamps

PACK = 3
NAME = f"wharf_{MEETING}_as-at_{AS_AT}_restricted.pdf"
SOUND = ((394, 300), (200, 150), (100, 90))


def sha_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def built_file(office: Office) -> Path:
    """The pack as it lies in the outbox."""
    (path,) = (office.home / "outbox" / "lamplight").glob("*.pdf")
    return path


def issues_in(office: Office) -> list[Any]:
    history = History(office.home / "history")
    try:
        return history.packs.issues()
    finally:
        history.close()


def test_an_issued_pack_is_the_file_that_was_looked_at_kept_twice_and_read_only(office: Office) -> None:
    looked_at = sha_of(built_file(office))
    done = office.issue(PACK)
    assert done.code == 0, done.err
    assert f"the pack for the meeting of {MEETING}, issued by {ROLE} on {ON}" in done.out
    (path,) = office.issued
    assert path.name == NAME
    assert sha_of(path) == sha_of(frozen_path(office.home / "history", looked_at)) == looked_at
    assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def record_unprinted(office: Office) -> int:
    """The pack that would be built now, recorded without its pages: what stands against it is asked first."""
    history = History(office.home / "history")
    try:
        record = history.packs.find(PACK)
        assert record is not None
        now = replace(record, as_known=history.last_event("lamplight"), sha256="0" * 64, path="")
        return history.packs.record("lamplight", now, [], LATER)
    finally:
        history.close()


def test_issuing_the_same_pack_again_changes_nothing_and_says_so(office: Office) -> None:
    office.issue(PACK)
    before = issues_in(office)
    done = office.run("issue", PACK, "--role", "Somebody Else", "--date", "2031-06-01", "--json")
    assert (done.code, done.json["already"], done.json["role"], done.json["decided_on"]) == (0, True, ROLE, ON)
    assert "issued already" in office.issue(f"wharf@{MEETING}").out
    assert issues_in(office) == before


def test_what_is_no_role_or_no_reason_or_another_meeting_is_wrong_usage(office: Office) -> None:
    for role in ("  ", "ROLE", "7"):
        done = office.run("issue", PACK, "--role", role)
        assert (done.code, "role" in done.error_line) == (2, True)
    assert "--despite says nothing" in office.issue(PACK, "--despite", " . ").error_line
    assert f"is for the meeting of {MEETING}" in office.issue(PACK, "--meeting", "2031-04-11").error_line
    before = office.run("issue", PACK, "--role", ROLE, "--date", "2031-03-01")
    assert "cannot be issued before" in before.error_line
    assert office.issued == issues_in(office) == []
    assert office.issue(PACK, "--meeting", MEETING).code == 0


def test_errors_that_stand_are_listed_with_their_cells_and_refuse_the_issue(office: Office) -> None:
    office.take(*HELD)
    pack = record_unprinted(office)
    done = office.issue(pack)
    assert done.code == 1
    assert "errors stand" in done.err or "1 error stands" in done.err
    assert "Lamps!C" in done.err
    assert '--despite "REASON"' in done.err
    assert office.issued == issues_in(office) == []
    form = office.issue(pack, "--json").json
    assert form["issued"] is False
    assert {e["sheet"] for e in form["errors"]} == {"Lamps"}
    assert all(e["file"].endswith(".xlsx") and e["cell"] and e["message"] for e in form["errors"])


@pytest.mark.long
def test_despite_them_it_is_issued_with_a_reason_and_both_are_kept(held: Office) -> None:
    done = held.issue(PACK, "--despite", "the board asked for it as it is")
    assert done.code == 0
    assert "because: the board asked for it as it is" in done.err
    (issue,) = issues_in(held)
    assert issue.despite == "the board asked for it as it is"
    assert "issued despite 3 objections, because: the board asked" in done.err
    assert {e["sheet"] for e in json.loads(issue.errors)} == {"Lamps"}


@pytest.mark.long
def test_a_reason_in_spite_of_nothing_is_not_kept(office: Office) -> None:
    assert office.issue(PACK, "--despite", "to be sure").code == 0
    assert [(i.despite, i.errors) for i in issues_in(office)] == [("", "[]")]


def test_what_became_known_since_and_changes_a_figure_refuses_and_names_it(office: Office) -> None:
    office.take(*SOUND)
    done = office.issue(PACK)
    assert done.code == 1
    assert "became known since it was built" in done.err
    assert "K2 Lamps lit in time, Quay & Basin: 75.6%, Unrated; now 76.1%, Unrated" in done.err
    assert "Upper Reach" not in done.err
    assert office.issue(PACK, "--despite", "the paper was sent already").code == 0


@pytest.mark.long
def test_what_became_known_since_and_changes_no_figure_does_not(office: Office) -> None:
    office.harbour.take_one(lamps(MARCH.replace(day=24)), received=LATER)
    assert office.issue(PACK).code == 0


@pytest.mark.long
def test_a_target_declared_since_counts_where_the_programme_is_named(office: Office) -> None:
    office.declare("target: {value: 90}", "target: {value: 75}")
    done = office.issue(PACK)
    assert done.code == 1
    assert "77.5%, Red, target 90%; now 77.5%, Green, target 75%" in done.err
    assert office.issue(PACK, declared=False).code == 1  # it is on record by now


@pytest.mark.long
def test_a_refused_file_stands_until_something_sound_comes_in_its_place(office: Office) -> None:
    book = lamps(MARCH)
    book.workbook["Lamps"]["A4"] = "Something else"
    path = office.harbour.save(book, "lamps of March.xlsx")
    taken = office.harbour.take(book, received=LATER)
    assert taken[0].status == "refused"
    path.unlink()
    office.build()
    done = office.issue(f"wharf@{MEETING}")
    assert done.code == 1
    assert "arrival" in done.err
    office.take(*SOUND)
    assert office.issue(f"wharf@{MEETING}").code == 1  # the pack that was built does not rest on it
    office.build()
    assert office.issue(f"wharf@{MEETING}").code == 0


@pytest.mark.long
def test_another_pack_for_an_issued_meeting_is_an_erratum(office: Office) -> None:
    office.issue(PACK)
    office.take(*SOUND)
    other = office.build()["pack"]
    done = office.issue(other)
    assert done.code == 1
    assert f"boardpack erratum {PACK} --role ROLE" in done.err
    assert [p.name for p in office.issued] == [NAME]


def build_another(office: Office) -> int:
    """A second pack for the same meeting that prints the same figures."""
    office.declare("label: Lamps lit in time", "label: Lamps lit before dusk")
    return int(office.build()["pack"])


@pytest.mark.long
def test_of_two_packs_issued_for_a_meeting_at_once_one_is(office: Office) -> None:
    """On one machine the second waits for the first, and is then told of it."""
    packs = [PACK, build_another(office)]
    commands = [
        [sys.executable, "-m", "flows.cli.main", "issue", str(pack), "--role", ROLE, "--date", ON,
         "--home", str(office.home), "--programme", str(office.harbour.programme)]
        for pack in packs
    ]  # fmt: skip
    both = [subprocess.Popen(c, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for c in commands]
    said = [process.communicate(timeout=240)[1] for process in both]
    codes = [process.returncode for process in both]
    assert sorted(codes) == [0, 1], said
    first = codes.index(0)
    assert f"boardpack erratum {packs[first]}" in said[1 - first]
    assert [i.pack_id for i in issues_in(office)] == [packs[first]]
    assert len(office.issued) == 1


@pytest.mark.long
def test_an_issue_overtaken_from_another_machine_is_told_of_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines that share a history on a server may share no locks: the database alone decides."""
    other = build_another(office)
    keep, overtook = issuing.keep_frozen, []

    def overtaken(folder: Path, content: bytes) -> str:
        if not overtook:
            overtook.append(other)
            history = History(office.home / "history")
            record = history.packs.find(other)
            assert record is not None
            approval = issuing.Approval(ROLE, dt.date.fromisoformat(ON))
            assert issuing.issue_pack(history, Home(office.home), record, approval).is_new
            history.close()
        return keep(folder, content)

    monkeypatch.setattr(issuing, "keep_frozen", overtaken)
    done = office.issue(PACK)
    assert overtook
    assert done.code == 1
    assert f"boardpack erratum {other}" in done.err
    assert [i.pack_id for i in issues_in(office)] == [other]
    assert len(office.issued) == 1


def test_a_file_that_lies_in_its_place_is_never_replaced(office: Office) -> None:
    path = office.home / "issued" / "lamplight" / NAME
    path.parent.mkdir(parents=True)
    path.write_text("minutes")
    done = office.issue(PACK)
    assert (done.code, path.read_text()) == (4, "minutes")
    assert issues_in(office) == []
    path.unlink()
    assert office.issue(PACK).code == 0


def test_no_command_writes_over_an_issued_pack_or_among_them(office: Office) -> None:
    office.issue(PACK)
    (path,) = office.issued
    before = sha_of(path)
    named = ("--programme", office.harbour.programme)
    for place in (path, path.with_name("other.pdf")):
        assert office.run("rebuild", PACK, "--out", place).code == 2
    from tests.end_to_end.command import run

    assert run("build", *named, "--board", "wharf", "--as-at", AS_AT, "--home", office.home, "--out", path).code == 2
    assert run("kpis", *named, "--as-at", AS_AT, "--home", office.home, "--csv", path).code == 2
    assert [(p, sha_of(p)) for p in office.issued] == [(path, before)]


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


def kill_before(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    """End the process just before a step."""

    def prepare(patch: pytest.MonkeyPatch) -> None:
        def stop(*_: object, **__: object) -> None:
            raise Killed

        patch.setattr(*((Packs, "issue") if name == "issue" else (issuing, name)), stop)

    return prepare


@pytest.mark.parametrize(("step", "is_recorded"), [("keep_frozen", False), ("issue", False), ("place_issued", True)])
def test_an_issue_that_is_cut_short_is_not_there_or_is_finished_by_the_next_command(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str, is_recorded: bool
) -> None:
    with monkeypatch.context() as patch:
        kill_before(step)(patch)
        with pytest.raises(Killed):
            office.issue(PACK)
    assert office.issued == []
    assert len(issues_in(office)) == is_recorded
    history = History(office.home / "history")
    placed = issuing.settle_issued(Home(office.home), history)
    history.close()
    assert [p.name for p in placed] == [NAME] * is_recorded
    assert office.issue(PACK).code == 0
    assert [p.name for p in office.issued] == [NAME]
    assert len(issues_in(office)) == 1


@pytest.mark.long
def test_what_a_killed_process_left_half_written_goes_with_the_next_command(office: Office) -> None:
    office.issue(PACK)
    (path,) = office.issued
    part, fresh = path.with_name(".left.part"), path.with_name(".being-written.part")
    for draft in (part, fresh):
        draft.write_bytes(b"%PDF")
    os.utime(part, (0, 0))
    office.issue(PACK)
    assert office.issued == sorted([path, fresh])
    assert not part.exists()


@pytest.mark.long
def test_a_removed_issued_pack_is_put_back_from_what_is_kept_unless_that_is_altered(office: Office) -> None:
    office.issue(PACK)
    (path,) = office.issued
    sha256 = sha_of(path)
    path.unlink()
    assert office.issue(PACK).code == 0
    assert sha_of(path) == sha256
    path.unlink()
    frozen_path(office.home / "history", sha256).write_bytes(b"%PDF another")
    done = office.issue(PACK)
    assert (done.code, office.issued) == (4, [])
    assert "altered" in done.error_line
