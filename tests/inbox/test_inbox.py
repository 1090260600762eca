"""Two hundred files at once: every sound one is filed, every other is refused by name, and memory has a ceiling."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inbox.files import PROGRAMME
from tests.inbox.measure import COUNT, Intake, take_in

pytestmark = pytest.mark.long
CEILING_MB = 1024


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    """A full inbox, taken in."""
    return take_in(tmp_path_factory.mktemp("home"))


def test_every_sound_file_is_filed(intake: Intake) -> None:
    assert intake.code == 1, intake.errors
    assert len(intake.files) == COUNT
    filed = {name for name, item in intake.files.items() if item["receipt"] is not None}
    assert filed == intake.sound
    assert {intake.files[name]["status"] for name in intake.sound} == {"accepted"}


def test_every_other_file_is_refused_by_name_and_says_why(intake: Intake) -> None:
    refused = {name for name, item in intake.files.items() if item["status"] == "refused"}
    assert refused == intake.others
    assert len(refused) == 15
    for name in refused:
        assert intake.files[name]["receipt"] is None
        messages = [f["message"] for f in intake.files[name]["findings"] if f["severity"] == "error"]
        # what can be opened within the ceilings is told by its tables, the rest by its name
        assert any(name in message or "was not found" in message for message in messages), messages


def test_the_locked_files_are_called_locked(intake: Intake) -> None:
    locked = [item for name, item in intake.files.items() if name.startswith("locked")]
    words = {f["message"] for item in locked for f in item["findings"]}
    assert all("password" in w or "encrypted" in w for w in words), words


def test_no_process_went_beyond_the_ceiling_of_memory(intake: Intake) -> None:
    assert intake.peak_mb < CEILING_MB


def test_nothing_is_left_in_the_inbox_and_nothing_is_lost(intake: Intake) -> None:
    home = Path(next(iter(intake.files.values()))["file"]).parents[2]
    assert not [path for path in (home / "inbox" / PROGRAMME).iterdir() if path.is_file()]
    assert "Traceback" not in intake.errors
    aside = {p.name for p in home.rglob("*.why.txt")}
    assert aside == {f"{name}.why.txt" for name in intake.others}
