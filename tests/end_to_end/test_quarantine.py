"""A return with personal data, from the inbox to quarantine: its values are nowhere else, until it is deleted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from history.originals import original_path
from history.store import History
from tests.builders import Book, lamp_report, write_programme
from tests.end_to_end.command import SAMPLES, run
from tests.personal import BORN, NHS, PEOPLE, POSTCODES, UPNS, grouped

SOUND = "Weekly Compliance Report 29.03.21.xlsx"
SECRETS = (
    *(word for person in PEOPLE for word in person.split()),
    *(part for n in NHS[:4] for part in (n, grouped(n))), *UPNS[:4], *BORN[:3], *POSTCODES,
)  # fmt: skip
RECEIVED, EXPIRES = "2031-03-04T09:00:00Z", "2031-03-18"


def listing() -> Book:
    """A sound lamp report with a list of people on a hidden sheet."""
    book = lamp_report()
    lines = zip(PEOPLE, BORN, NHS, UPNS, POSTCODES, strict=False)
    sheet = book.add_sheet("Back", ("Child name", "DOB", "NHS number", "UPN", "Postcode"), *lines)
    sheet.sheet_state = "hidden"
    return book


def secrets_in(text: str | bytes) -> list[str]:
    """Which values, or parts of them, a text holds."""
    data = text if isinstance(text, bytes) else text.encode()
    return [s for s in SECRETS if s.encode() in data or s.encode("utf-16-le") in data]


def leaks(home: Path) -> list[str]:
    """The files of a home, quarantine apart, that hold or are called by a value."""
    files = [p for p in home.rglob("*") if p.is_file() and home / "quarantine" not in p.parents]
    assert any(p.name == "history.sqlite" for p in files)
    return [str(p) for p in files if secrets_in(p.read_bytes()) or secrets_in(str(p.relative_to(home)))]


def tree(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


class Town:
    """A home, with an invented programme and its inbox."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        write_programme(self.home / "programmes" / "lamplight")
        self.inbox = self.home / "inbox" / "lamplight"
        self.inbox.mkdir(parents=True)
        self.quarantine = self.home / "quarantine" / "lamplight"

    def ingest(self, *files: Path, at: str = RECEIVED) -> object:
        return run("ingest", "--programme", "lamplight", "--home", self.home, "--received-at", at, "--json", *files)

    def history(self) -> History:
        return History(self.home / "history")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_check_refuses_it_and_keeps_nothing(town: Town, tmp_path: Path) -> None:
    path = listing().save(tmp_path, "Lamps.xlsx")
    for options in ([], ["--json"]):
        result = run("check", path, "--programme", "lamplight", "--home", town.home, *options)
        assert result.code == 1
        assert not secrets_in(result.out + result.err)
        assert "NHS numbers" in result.out
    assert path.is_file()
    assert not town.quarantine.exists()
    assert not (town.home / "history").exists()


def test_ingest_moves_it_from_the_inbox_to_quarantine(town: Town) -> None:
    path = listing().save(town.inbox, "Lamps.xlsx")
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    lamp_report().save(town.inbox, "Sound.xlsx")
    result = town.ingest()
    assert result.code == 1
    assert [(f["file"].rpartition("/")[2], f["status"]) for f in result.json["files"]] == [
        ("Sound.xlsx", "accepted"), ("Lamps.xlsx", "refused"),
    ]  # fmt: skip
    refused = result.json["files"][1]
    assert (refused["receipt"], refused["already_known"], refused["rows"]) == (None, False, 0)
    assert {f["code"] for f in refused["findings"]} == {"personal_data"}
    assert "Lamps.xlsx holds personal data and is in quarantine" in result.err

    assert tree(town.inbox) == []
    assert tree(town.quarantine) == [f"{sha256}.json", f"{sha256}.quarantined"]
    assert (town.quarantine / f"{sha256}.quarantined").read_bytes() == content
    note = json.loads((town.quarantine / f"{sha256}.json").read_text())
    assert (note["sha256"], note["size"], note["received_at"]) == (sha256, len(content), RECEIVED)
    assert note["expires_on"] == EXPIRES
    assert note["kinds"] == [
        "NHS numbers", "unique pupil numbers", "postcodes", "dates of birth", "names of people",
    ]  # fmt: skip
    assert len(note["places"]) == 5
    assert not secrets_in((town.quarantine / f"{sha256}.json").read_bytes())
    assert not secrets_in(result.out + result.err)
    assert leaks(town.home) == []


def test_only_its_keeper_can_open_it(town: Town) -> None:
    listing().save(town.inbox, "Lamps.xlsx")
    town.ingest()
    for folder in (town.quarantine, town.quarantine.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in town.quarantine.iterdir()} == {0o600}


def test_history_knows_of_it_and_does_not_have_it(town: Town) -> None:
    path = listing().save(town.inbox, "Lamps.xlsx")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    town.ingest()
    history = town.history()
    (refusal,) = history.refusals("lamplight", None)
    assert (refusal.sha256, refusal.name, refusal.return_id) == (sha256, "Lamps.xlsx", None)
    assert {f.code for f in refusal.findings} == {"personal_data"}
    assert not original_path(history.folder, sha256).exists()
    history.close()


def test_the_same_bytes_again_are_the_same_refusal_and_stay_no_longer(town: Town) -> None:
    listing().save(town.inbox, "Lamps.xlsx")
    town.ingest()
    listing_again = next(town.quarantine.glob("*.quarantined")).read_bytes()
    (town.inbox / "Lamps again.xlsx").write_bytes(listing_again)
    town.ingest(at="2031-03-10T09:00:00Z")
    history = town.history()
    assert len(history.refusals("lamplight", None)) == 1
    history.close()
    (note,) = town.quarantine.glob("*.json")
    assert json.loads(note.read_text())["expires_on"] == EXPIRES
    assert tree(town.inbox) == []


def test_a_file_named_on_the_command_line_is_copied_and_left(town: Town, tmp_path: Path) -> None:
    path = listing().save(tmp_path, "Lamps.xlsx")
    content = path.read_bytes()
    assert town.ingest(path).code == 1
    assert path.read_bytes() == content
    assert next(town.quarantine.glob("*.quarantined")).read_bytes() == content
    assert leaks(town.home) == []


def test_a_personal_name_is_nowhere(town: Town) -> None:
    path = lamp_report().save(town.inbox, f"Lamps of {PEOPLE[0]} {grouped(NHS[0])}.xlsx")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    result = town.ingest()
    shown = f"(name withheld) {sha256[:8]}.xlsx"
    assert [f["file"] for f in result.json["files"]] == [shown]
    assert shown in result.err
    assert not secrets_in(result.out + result.err)
    assert leaks(town.home) == []
    history = town.history()
    assert [r.name for r in history.refusals("lamplight", None)] == [shown]
    history.close()
    assert not secrets_in("".join(tree(town.quarantine)))


def test_a_personal_name_of_a_file_that_cannot_be_read_is_not_repeated(town: Town) -> None:
    for arguments in (["check", f"{grouped(NHS[0])}.xlsx"], ["ingest", f"{grouped(NHS[0])}.xlsx"]):
        result = run(*arguments, "--programme", "lamplight", "--home", town.home)
        assert result.code == 2
        assert "(name withheld) cannot be read" in result.error_line
        assert not secrets_in(result.err)


def test_the_same_figures_under_another_name_are_taken(town: Town) -> None:
    path = lamp_report().save(town.inbox, f"Lamps {grouped(NHS[0])}.xlsx")
    content = path.read_bytes()
    town.ingest()
    (town.inbox / "Lamps.xlsx").write_bytes(content)
    result = town.ingest(at="2031-03-05T09:00:00Z")
    assert [f["status"] for f in result.json["files"]] == ["accepted"]
    assert leaks(town.home) == []


@pytest.mark.parametrize(("setting", "last"), [(None, "2031-03-17"), ("3", "2031-03-06"), ("30", "2031-04-02")])
def test_it_is_deleted_when_its_time_is_up(
    town: Town, monkeypatch: pytest.MonkeyPatch, setting: str | None, last: str
) -> None:
    if setting is not None:
        monkeypatch.setenv("BOARDPACK_QUARANTINE_DAYS", setting)
    listing().save(town.inbox, "Lamps.xlsx")
    town.ingest()
    (note,) = town.quarantine.glob("*.json")
    assert "deleted from" not in town.ingest(at=last).err
    assert len(tree(town.quarantine)) == 2
    result = town.ingest(at="2031-04-10T00:00:00Z")
    assert tree(town.quarantine) == []
    assert f"deleted from quarantine, as its time was up: 1 file ({note.name[:8]})" in result.err


def test_bytes_without_a_note_have_no_right_to_stay(town: Town) -> None:
    town.quarantine.mkdir(parents=True)
    (town.quarantine / "1a2b3c4d5e.quarantined").write_bytes(b"left over")
    assert "1a2b3c4d" in town.ingest().err
    assert tree(town.quarantine) == []


@pytest.mark.parametrize("setting", ["two", "-1", "1.5", "366", "\u0663"])
def test_a_time_that_is_no_number_of_days_is_refused(
    town: Town, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("BOARDPACK_QUARANTINE_DAYS", setting)
    result = town.ingest()
    assert result.code == 2
    assert "BOARDPACK_QUARANTINE_DAYS is a whole number of days" in result.error_line


def test_a_file_that_took_its_place_in_the_inbox_is_left(town: Town) -> None:
    from flows.checking import judge_file
    from flows.quarantine import quarantine_files
    from flows.settings import Home
    from flows.taking import TakenFile
    from history.store import History
    from tests.builders import invented_programme

    path = listing().save(town.inbox, "Lamps.xlsx")
    judged = judge_file(path, invented_programme())
    lamp_report().save(town.inbox, "Lamps.xlsx")
    history = History(town.home / "history")
    quarantine_files(history, Home(town.home), "lamplight", [TakenFile(judged, None, False)], RECEIVED, 14)
    history.close()
    assert tree(town.inbox) == ["Lamps.xlsx"]
    assert next(town.quarantine.glob("*.quarantined")).read_bytes() == judged.content


def test_a_failing_quarantine_does_not_repeat_the_name(town: Town) -> None:
    lamp_report().save(town.inbox, f"Lamps {grouped(NHS[0])}.xlsx")
    town.quarantine.parent.write_text("a file stands where the folder belongs")
    result = town.ingest()
    assert result.code == 2
    assert "the quarantine failed" in result.error_line
    assert not secrets_in(result.out + result.err)
    assert len(tree(town.inbox)) == 1, "it waits for the next run"


# --- the scheduled run ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[subprocess.CompletedProcess[str]]]:
    """A home after two runs of the scheduled job: with two personal files and a sound one, then with one again."""
    home = tmp_path_factory.mktemp("guarded")
    inbox = home / "inbox" / "slough_2021"
    inbox.mkdir(parents=True)
    shutil.copy(SAMPLES / "slough_2021" / SOUND, inbox)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    environment["PREFECT_LOGGING_LEVEL"] = "DEBUG"
    # -P: the home has a folder named as one of our rooms
    command = [
        sys.executable,
        "-P",
        "-m",
        "flows.cli.main",
        "run",
        "--programme",
        "slough_2021",
        "--on",
        "2021-12-03",
    ]
    by_name, by_content = lamp_report().content(), listing().content()
    done = []
    for name in (f"Visits {grouped(NHS[0])}.xlsx", "Visits.xlsx"):
        for note in (home / "quarantine").rglob("*.json"):  # as if the first run was long ago
            note.write_text(json.dumps({**json.loads(note.read_text()), "expires_on": "2021-12-17"}))
        (inbox / name).write_bytes(by_name if NHS[0][:3] in name else by_content)
        (inbox / "List.xlsx").write_bytes(by_content)
        done.append(
            subprocess.run(
                [*command, "--home", str(home), "--json"], capture_output=True, text=True, cwd=home, env=environment
            )
        )
    return home, done


@pytest.mark.long
def test_a_run_quarantines_says_so_and_publishes_what_is_sound(
    scheduled: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    home, (first, _) = scheduled
    assert first.returncode == 1, first.stderr
    document = json.loads(first.stdout)
    shown = [e["file"] for e in document["quarantined"]]
    assert document["refused"] == document["quarantined"]
    assert any(name.startswith("(name withheld) ") for name in shown)
    assert len(document["packs"]) == 1
    assert tree(home / "inbox" / "slough_2021") == []
    assert len(tree(home / "quarantine" / "slough_2021")) == 2


@pytest.mark.long
def test_a_run_deletes_what_is_due_and_says_so(
    scheduled: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    home, (first, second) = scheduled
    assert json.loads(first.stdout)["purged"] == []
    purged = json.loads(second.stdout)["purged"]
    assert [set(entry) for entry in purged] == [{"programme", "sha256_start"}] * 2
    left = {name[:8] for name in tree(home / "quarantine" / "slough_2021")}
    assert left < {entry["sha256_start"] for entry in purged}, "the one that came again is there again"


@pytest.mark.long
def test_the_value_is_in_no_output_log_artifact_database_or_pack_of_two_runs(
    scheduled: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    home, done = scheduled
    for process in done:
        assert not secrets_in(process.stdout + process.stderr)
    assert leaks(home) == []


@pytest.mark.long
def test_the_pack_says_that_a_file_was_refused_and_no_more(
    scheduled: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    from pypdf import PdfReader

    home, _ = scheduled
    (pack,) = (home / "outbox" / "slough_2021").glob("*.pdf")
    text = " ".join(page.extract_text() for page in PdfReader(pack).pages)
    assert "It held personal data" in " ".join(text.split())
    assert not secrets_in(text)
    assert "column C from C2" not in text
