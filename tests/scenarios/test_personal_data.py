"""Scenarios of the personal data guard: a return that holds a person is refused, and nothing of it is told."""

from __future__ import annotations

from pathlib import Path

from flows.checking import judge_file
from flows.cli.forms import file_form
from flows.cli.intake import describe_file
from tests.builders import invented_programme, judge, lamp_report, tracker
from tests.personal import BORN, NHS, PEOPLE, UPNS, grouped
from tests.scenarios.cases import case, expect, expect_only

ADVICE = "Tell your data protection lead"


@case("personal_data")
def test_a_return_with_a_column_of_nhs_numbers_on_a_hidden_sheet_is_refused(tmp_path: Path) -> None:
    book = lamp_report()
    sheet = book.add_sheet("Working", ("Case", "NHS number"), *[(i, int(n)) for i, n in enumerate(NHS)])
    sheet.sheet_state = "hidden"
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "personal_data")
    expect(
        judged, "personal_data", "Working", "B2",
        says="Sheet 'Working', column B from B2: 8 cells look like NHS numbers.", advises=ADVICE,
    )  # fmt: skip


@case("personal_data")
def test_one_postcode_in_a_remark_refuses_the_file_too(tmp_path: Path) -> None:
    book = lamp_report()
    book.rename("Lamps due are those of the week.", "Without the family that moved to ZE9 9ZZ.")
    cell = book.find("Without the family that moved to ZE9 9ZZ.").coordinate
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "personal_data")
    expect(judged, "personal_data", "Lamps", cell, says="it looks like a postcode.", advises=ADVICE)
    assert "ZE9" not in describe_file(judged)


@case("personal_data")
def test_a_tracker_is_guarded_and_its_roles_are_no_people(tmp_path: Path) -> None:
    sound = {"Key": "A1", "Action": "Trim the wicks", "Owner's rating": "Green"}
    expect_only(judge(tracker(sound), tmp_path), "accepted")
    judged = judge(tracker(sound, {"Key": "A2", "Action": f"Visit the child, DOB {BORN[0]}"}), tmp_path)
    expect_only(judged, "refused", "personal_data")
    expect(judged, "personal_data", "Tracker", "C6", says="it looks like a date of birth.", advises=ADVICE)


@case("personal_data")
def test_a_personal_name_of_a_sound_return_refuses_it_and_is_not_shown(tmp_path: Path) -> None:
    path = lamp_report().save(tmp_path, f"Lamps {grouped(NHS[0])}.xlsx")
    judged = judge_file(path, invented_programme())
    expect_only(judged, "refused", "personal_data")
    expect(judged, "personal_data", None, None, says="The file's name: it holds", advises=ADVICE)
    shown = f"(name withheld) {judged.reading.sha256[:8]}.xlsx"
    assert (judged.name, file_form(judged)["file"]) == (shown, shown)
    assert describe_file(judged).startswith(f"{shown}: refused")


def test_a_personal_folder_is_not_shown_either(tmp_path: Path) -> None:
    folder = tmp_path / f"about {UPNS[0]}"
    folder.mkdir()
    judged = judge_file(lamp_report().save(folder, "Lamps.xlsx"), invented_programme())
    expect_only(judged, "accepted")
    assert file_form(judged)["file"] == "Lamps.xlsx"


def test_other_findings_of_such_a_file_are_not_told_since_they_quote_cells(tmp_path: Path) -> None:
    book = lamp_report()
    book.put("Islands", "Lamps due", PEOPLE[0])
    book.add_sheet("Working", ("Child's name",), *[(p,) for p in PEOPLE])
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "personal_data")
    assert not judged.observations
    assert PEOPLE[0] not in describe_file(judged)
