"""A rebuild gives the same bytes, whatever happened since; or it names what is not as it was."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows import environment
from history.originals import original_path
from report_templates import versions
from tests.issuing.office import Office
from tests.issuing.test_issuing import PACK, SOUND

pytestmark = pytest.mark.long


def rebuilt(office: Office, pack: object, code: int = 0) -> Any:
    """What `rebuild --json` says of a pack."""
    done = office.run("rebuild", pack, "--json", declared=False)
    assert done.code == code, done.out + done.err
    return done.json


def change_row(office: Office, statement: str, *values: object) -> None:
    """Change what is stored, behind history's back."""
    with sqlite3.connect(office.home / "history" / "history.sqlite") as database:
        assert database.execute(statement, values).rowcount >= 1
    database.close()


def test_every_pack_of_a_long_life_comes_out_the_same(office: Office) -> None:
    """Restated, restated back, corrected by erratum, judged by other targets, with another board's packs between."""
    packs = {PACK: "as it was issued"}
    office.issue(PACK)
    office.take(*SOUND)
    packs[office.build(board="pier")["pack"]] = "another board's"
    office.erratum(PACK)
    office.take()  # the first counts again
    packs[office.build(meeting=None)["pack"]] = "for no meeting"
    office.declare("target: {value: 90}", "target: {value: 75}")
    done = office.erratum("wharf@2031-04-10", "--json", reason="the target was agreed lower")
    assert done.code == 0, done.err
    packs[done.json["pack"]] = "the second erratum"
    packs[done.json["replaces"]] = "the first erratum"
    office.declare("services: [quay_basin, upper_reach, islands]", "services: [islands]")
    office.take((394, 200), (200, 20), (100, 9))
    office.build()
    for pack, what in packs.items():
        form = rebuilt(office, pack)
        assert (form["same_bytes"], form["same_figures"], form["differs"]) == (True, True, []), what
        assert hashlib.sha256(Path(form["file"]).read_bytes()).hexdigest() == form["sha256"]


def test_the_same_build_is_the_same_pack_and_an_earlier_one_can_be_had_as_it_would_have_been(office: Office) -> None:
    first = office.build()
    assert (first["pack"], first["as_known"]) == (PACK, 2)
    office.take(*SOUND)
    office.declare("target: {value: 90}", "target: {value: 75}")
    later = office.build()
    assert later["sha256"] != first["sha256"]
    then = office.build("--as-known", first["as_known"])
    assert (then["pack"], then["sha256"]) == (PACK, first["sha256"])


def test_a_pack_whose_file_was_overwritten_is_issued_from_a_rebuild_of_the_same_bytes(office: Office) -> None:
    sha256 = office.build()["sha256"]
    office.build(meeting="2031-05-08")  # the outbox has one place for both
    done = office.issue(PACK, "--json")
    assert (done.code, done.json["sha256"]) == (0, sha256)
    (path,) = office.issued
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def test_another_version_is_named_and_the_figures_are_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = versions.library_version

    def older(name: str) -> str:
        return "69.9" if name == "weasyprint" else real(name)

    monkeypatch.setattr(versions, "library_version", older)
    versions.describe_renderer.cache_clear()
    try:
        form = rebuilt(office, PACK)
    finally:
        versions.describe_renderer.cache_clear()
    assert [(d["what"], d["now"]) for d in form["differs"]] == [("weasyprint", "69.9")]


def test_other_bytes_by_another_version_are_no_failure_but_without_one_they_are(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.building.software_version", lambda: "Boardpack 0.0.9")
    form = rebuilt(office, PACK, code=4)
    assert (form["same_bytes"], form["same_figures"], form["differs"]) == (False, True, [])
    monkeypatch.setattr(environment, "software_version", lambda: "Boardpack 0.0.9")
    form = rebuilt(office, PACK)
    assert [(d["what"], d["now"]) for d in form["differs"]] == [("Boardpack", "0.0.9")]
    assert "same figures, other bytes" in office.run("rebuild", PACK).out


def test_what_was_kept_of_another_environment_is_told_then_and_now(office: Office) -> None:
    change_row(office, "update pack set environment = json_set(environment, '$.Pango', '1.0.0')")
    (difference,) = rebuilt(office, PACK)["differs"]
    assert (difference["what"], difference["then"]) == ("Pango", "1.0.0")
    change_row(office, "update pack set environment = null")
    (difference,) = rebuilt(office, PACK)["differs"]
    assert difference["what"] == "what made it"


def flip_original(office: Office) -> None:
    (path,) = [p for p in (office.home / "history" / "originals").rglob("*") if p.is_file()]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def lose_original(office: Office) -> None:
    (path,) = [p for p in (office.home / "history" / "originals").rglob("*") if p.is_file()]
    path.unlink()
    assert path == original_path(office.home / "history", path.name)


def edit_configuration(office: Office) -> None:
    change_row(office, "update configuration set json = replace(json, 'Lamplight plan', 'Lamplight plot')")


@pytest.mark.parametrize(
    ("damage", "what", "now"),
    [
        (flip_original, "original of receipt 2", ""),
        (lose_original, "original of receipt 2", "missing"),
        (edit_configuration, "configuration text", "altered in history"),
    ],
)
def test_a_damaged_input_is_named(office: Office, damage: Callable[[Office], None], what: str, now: str) -> None:
    damage(office)
    form = rebuilt(office, PACK, code=4)
    assert form["same_figures"]
    (difference,) = form["differs"]
    assert difference["what"].startswith(what)
    assert now in difference["now"]


def test_a_figure_that_comes_out_otherwise_is_named_and_nothing_is_published(office: Office) -> None:
    change_row(office, "update observation set numerator = '299' where numerator = '298'")
    form = rebuilt(office, PACK, code=4)
    assert (form["same_figures"], form["file"]) == (False, None)
    told = {d["what"]: (d["then"], d["now"]) for d in form["differs"]}
    assert told["figure K2 (lamps_in_time/quay_basin/)"] == ("75.6%", "75.9%")
    assert not (office.home / "outbox" / "lamplight" / "rebuilt").exists()
    done = office.run("rebuild", PACK)
    assert "its figures come out otherwise" in done.err


def test_a_changed_target_of_that_day_is_named_with_its_ratings(office: Office) -> None:
    with sqlite3.connect(office.home / "history" / "history.sqlite") as database:
        text = json.loads(database.execute("select json from configuration").fetchone()[0])
    database.close()
    text["indicators"][0]["target"]["value"] = "75"
    change_row(office, "update configuration set json = ?", json.dumps(text))
    told = {d["what"] for d in rebuilt(office, PACK, code=4)["differs"]}
    assert {"configuration text", "rating of K1 (lamps_in_time//)"} <= told


def test_a_configuration_that_this_software_cannot_read_is_said_to_be_one(office: Office) -> None:
    change_row(office, "update configuration set json = replace(json, '\"authority\"', '\"owner\"')")
    done = office.run("rebuild", PACK, declared=False)
    assert done.code == 4
    assert "cannot be read, at " in done.error_line
