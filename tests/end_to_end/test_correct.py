"""From a finding to a declared decision by `correct`, at the prompt and without one, on both sample programmes."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.command import PROGRAMMES, ROOT, SAMPLES, Result, kpi_rows, run, workbooks

SLOUGH, HILLINGDON = "slough_2021", "hillingdon_2015"
NOVEMBER = SAMPLES / SLOUGH / "Weekly Compliance Report 29 Nov 2021 FINAL.xlsx"
MARCH = SAMPLES / SLOUGH / "Weekly Compliance Report 29.03.21.xlsx"
JULY = SAMPLES / HILLINGDON / "Weekly data set 31 July 2015 v2.xlsx"
WHO = ("--role", "Lead Performance Analyst", "--reason", "Checked against the case system.", "--date", "2021-12-06")
DATES = ("2021-03-31", "2021-08-31", "2021-09-30", "2021-11-30")


def own_home(filled: Path, folder: Path, programme: str, *, keep: bool = False) -> Path:
    """A copy of a filled home with a programme of its own, without corrections unless they are kept."""
    home = folder / "home"
    shutil.copytree(filled, home)
    shutil.copytree(PROGRAMMES / programme, home / "programmes" / programme)
    if not keep:
        (home / "programmes" / programme / "corrections.yaml").unlink(missing_ok=True)
    return home


def declared(home: Path, programme: str, kind: str = "corrections") -> Path:
    return home / "programmes" / programme / f"{kind}.yaml"


def correct(home: Path, programme: str, target: object, *more: object) -> Result:
    return run("correct", target, "--programme", programme, "--home", home, *more)


# --- Every suggestion of the samples --------------------------------------------------------------------


@pytest.mark.long
def test_declaring_every_suggestion_gives_the_figures_of_the_corrections_written_by_hand(
    slough_home: Path, tmp_path: Path
) -> None:
    home = own_home(slough_home, tmp_path, SLOUGH)
    declared_cells = []
    for path in workbooks(SLOUGH):
        if "Compliance" not in path.name:
            continue
        told = run("check", path, "--programme", SLOUGH, "--home", home, "--json").json["files"][0]
        hints = [(f["sheet"], f["suggestion"]["cell"]) for f in told["findings"] if f["suggestion"]]
        for sheet, cell in hints:
            result = correct(home, SLOUGH, path, "--cell", cell, "--sheet", sheet, "--yes", *WHO)
            assert result.code == 0, result.err
            declared_cells.append(cell)
    assert len(declared_cells) == 3
    for day in DATES:
        assert kpi_rows(home, SLOUGH, day) == kpi_rows(slough_home, PROGRAMMES / SLOUGH, day)


def test_one_suggestion_releases_exactly_its_row(slough_home: Path, tmp_path: Path) -> None:
    home = own_home(slough_home, tmp_path, SLOUGH)
    before = kpi_rows(home, SLOUGH, DATES[3])
    assert correct(home, SLOUGH, NOVEMBER, "--cell", "C7", "--yes", *WHO).code == 0
    after = kpi_rows(home, SLOUGH, DATES[3])
    changed = {key for key in before if before[key]["state"] != after[key]["state"]}
    assert changed == {("visits_in_timescale", "referral_assessment", None)}
    row = after["visits_in_timescale", "referral_assessment", None]
    assert (row["value"], row["is_corrected"]) == ("79.4", True)
    others = [k for k in before if k[0] != "visits_in_timescale"]
    assert [after[k] for k in others] == [before[k] for k in others]


def test_the_other_programme_and_its_company_figure(hillingdon_home: Path, tmp_path: Path) -> None:
    home = own_home(hillingdon_home, tmp_path, HILLINGDON)
    result = correct(home, HILLINGDON, JULY, "--yes", *WHO, "--json")
    assert result.code == 0, result.err
    entry = result.json["entry"]
    assert (entry["service"], entry["measure"], entry["field"]) == (
        "social_work_teams", "lac_visits_in_time", "visits_due",
    )  # fmt: skip
    assert (entry["expected"], entry["right"], result.json["written"]) == ("182", "128", True)
    rows = kpi_rows(home, HILLINGDON, "2015-07-31")
    assert rows["lac_visits", "social_work_teams", None]["value"] == "93.0"
    teams = [r for (name, service, _), r in rows.items() if name == "lac_visits" and service]
    company = rows["lac_visits", None, None]
    assert int(company["numerator"]) == sum(int(r["numerator"]) for r in teams)
    assert (company["value"], company["impact"], company["is_corrected"]) == ("93.8", "red", True)


def test_the_entries_are_those_that_were_written_by_hand_but_for_the_reason(tmp_path: Path) -> None:
    shutil.copytree(PROGRAMMES / SLOUGH, tmp_path / SLOUGH)
    (tmp_path / SLOUGH / "corrections.yaml").unlink()
    for path, cell in ((MARCH, "B7"), (NOVEMBER, "C7"), (NOVEMBER, "B8")):
        result = run("correct", path, "--programme", tmp_path / SLOUGH, "--cell", cell, "--yes", *WHO)
        assert result.code == 0, result.err

    def facts(path: Path) -> list[str]:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [x.strip() for x in lines if not x.startswith("#") and not x.strip().startswith("reason")]

    assert facts(tmp_path / SLOUGH / "corrections.yaml") == facts(PROGRAMMES / SLOUGH / "corrections.yaml")


# --- The file keeps its shape ---------------------------------------------------------------------------


def test_only_the_added_lines_differ(slough_home: Path, tmp_path: Path) -> None:
    home = own_home(slough_home, tmp_path, SLOUGH, keep=True)
    path = declared(home, SLOUGH)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    cut = [i for i, line in enumerate(lines) if line.startswith("  - role")][2]
    kept = "".join(lines[:cut]) + "# The rest is with the sender.\n"
    path.write_text(kept, encoding="utf-8")
    result = correct(home, SLOUGH, NOVEMBER, "--cell", "B8", "--yes", *WHO, "--json")
    added = result.json["yaml"]
    assert path.read_text(encoding="utf-8") == kept.replace("# The rest", f"{added}# The rest")


def test_the_same_is_never_written_twice(slough_home: Path, tmp_path: Path) -> None:
    home = own_home(slough_home, tmp_path, SLOUGH)
    assert correct(home, SLOUGH, NOVEMBER, "--cell", "C7", "--yes", *WHO).code == 0
    before = declared(home, SLOUGH).read_bytes()
    again = correct(home, SLOUGH, NOVEMBER, "--cell", "C7", "--yes", *WHO)
    assert again.code == 0
    assert "declared already" in again.err
    assert declared(home, SLOUGH).read_bytes() == before


def test_another_correction_of_the_same_cell_is_refused_with_what_to_do(slough_home: Path, tmp_path: Path) -> None:
    home = own_home(slough_home, tmp_path, SLOUGH)
    assert correct(home, SLOUGH, NOVEMBER, "--cell", "C7", "--yes", *WHO).code == 0
    path = declared(home, SLOUGH)
    path.write_text(path.read_text(encoding="utf-8").replace("right: 355", "right: 353"), encoding="utf-8")
    before = path.read_bytes()
    result = correct(home, SLOUGH, NOVEMBER, "--cell", "C7", "--yes", *WHO)
    assert result.code == 2
    assert "from 335 to 353; change or take out that entry first" in result.err
    assert path.read_bytes() == before


# --- Where nothing is written ---------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A home with a programme of its own, and nothing received."""
    home = tmp_path / "home"
    shutil.copytree(PROGRAMMES / SLOUGH, home / "programmes" / SLOUGH)
    (home / "programmes" / SLOUGH / "corrections.yaml").unlink()
    return home


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--cell", "C7"), "no terminal to ask at"),
        (("--cell", "C7", "--yes"), "--yes needs --role and --reason"),
        (("--cell", "C7", "--yes", "--role", " ", "--reason", "x"), "--role is empty; give a role"),
        (("--yes", *WHO), "there are 2 of them; name one with --cell"),
        (("--cell", "D9", "--yes", *WHO), "no suggestion at D9; there is one at Visits!C7 or Visits!B8"),
        (("--sheet", "Other", "--yes", *WHO), "no suggestion at Other; there is one at Visits!C7 or Visits!B8"),
        (("--cell", "C7", "--use", "counts"), "goes with --accept"),
        (("--accept", "duplicate_row", "--yes", *WHO), "cannot be overridden"),
        (("--accept", "counts_disagree", "--cell", "C7", "--yes", *WHO), "say with --use"),
        (("--accept", "counts_disagree", "--cell", "C7", "--use", "many"), "--use is counts or stated"),
        (("--cell", "C7", "--date", "6.12.2021"), "is not a date"),
    ],
)
def test_it_says_why_and_writes_nothing(bare: Path, options: tuple[str, ...], says: str) -> None:
    result = correct(bare, SLOUGH, NOVEMBER, *options)
    assert result.code == 2
    assert says in result.err
    assert "Traceback" not in result.err
    assert not declared(bare, SLOUGH).exists()
    assert not declared(bare, SLOUGH, "overrides").exists()


def test_a_refused_file_is_told_and_nothing_is_proposed(bare: Path) -> None:
    result = correct(bare, SLOUGH, JULY, "--json")
    assert (result.code, result.json["status"], result.json["suggestions"]) == (1, "refused", [])


def test_without_asking_the_document_says_what_would_be_written(bare: Path) -> None:
    result = correct(bare, SLOUGH, NOVEMBER, "--cell", "Visits!C7", "--json")
    assert result.code == 2
    assert (result.json["written"], result.json["chosen"]) == (False, 1)
    assert result.json["entry"]["right"] == "355"
    assert "    right: 355\n" in result.json["yaml"]


def test_all_suggestions_are_in_the_document(bare: Path) -> None:
    document = correct(bare, SLOUGH, NOVEMBER, "--json").json
    assert [(s["cell"], s["entry"]["right"]) for s in document["suggestions"]] == [("C7", "355"), ("B8", "696")]
    assert (document["chosen"], document["entry"], document["written"]) == (None, None, False)


def test_an_installed_programme_is_never_written_to(hillingdon_home: Path) -> None:
    folder = PROGRAMMES / HILLINGDON
    before = sorted(p.name for p in folder.iterdir())
    result = correct(hillingdon_home, HILLINGDON, JULY, "--yes", *WHO)
    assert result.code == 2
    assert "copy it into your home" in result.err
    assert f"cp -r {folder}" in result.err
    assert sorted(p.name for p in folder.iterdir()) == before


# --- At the prompt --------------------------------------------------------------------------------------


def at_a_terminal(answers: str, *arguments: object) -> tuple[int, str]:
    """Run the command with a terminal to ask at; returns the exit code and all that was printed."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "flows.cli.main", *map(str, arguments)]
    try:
        os.write(master, answers.encode())
        done = subprocess.run(
            command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, timeout=120, check=False
        )
    finally:
        os.close(master)
        os.close(slave)
    return done.returncode, done.stdout.decode()


def test_it_asks_which_who_and_why_and_then_whether(bare: Path) -> None:
    answers = "3\n2\nLead Performance Analyst\n616 and 80 make 696.\ny\n"
    code, said = at_a_terminal(answers, "correct", NOVEMBER, "--programme", SLOUGH, "--home", bare)
    assert code == 0, said
    assert "Which one? [1-2]" in said
    entry = declared(bare, SLOUGH).read_text(encoding="utf-8").removeprefix("corrections:\n")
    assert entry in said, "what is shown is what is written"
    assert "expected: 669\n    right: 696\n    reason: 616 and 80 make 696.\n" in entry
    assert "It releases:\n  Safeguarding & Family Support, visits in timescale: 616 of 696, 88.5%" in said


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_no_is_no_and_so_is_no_answer(bare: Path, answer: str) -> None:
    code, said = at_a_terminal(
        answer, "correct", NOVEMBER, "--programme", SLOUGH, "--home", bare, "--cell", "C7", *WHO
    )
    assert (code, declared(bare, SLOUGH).exists()) == (0, False)
    assert "Write it? [y/N]" in said
    assert "nothing was written" in said


# --- Overrides ------------------------------------------------------------------------------------------


@pytest.fixture
def accepting(slough_home: Path, tmp_path: Path) -> Path:
    """A home whose programme has no corrections yet."""
    return own_home(slough_home, tmp_path, SLOUGH)


def test_a_held_row_is_accepted_from_a_filed_receipt(accepting: Path) -> None:
    key = ("visits_in_timescale", "safeguarding_family_support", None)
    before = kpi_rows(accepting, SLOUGH, DATES[3])
    event = run("kpis", "--programme", SLOUGH, "--home", accepting, "--as-at", DATES[3], "--json").json["as_known"]
    result = correct(
        accepting, SLOUGH, "compliance_report@2021-11-29", "--accept", "counts_disagree", "--cell", "B8",
        "--use", "stated", "--yes", *WHO,
    )  # fmt: skip
    assert result.code == 0, result.err
    after = kpi_rows(accepting, SLOUGH, DATES[3])
    assert (before[key]["state"], before[key]["value"]) == ("held", None)
    assert (after[key]["value"], after[key]["numerator"], after[key]["is_overridden"]) == ("88.5", None, True)
    assert {k for k in before if before[k]["state"] != after[k]["state"]} == {key}
    assert kpi_rows(accepting, SLOUGH, DATES[3], "--as-known", event) == before


def test_explain_names_the_override(accepting: Path) -> None:
    correct(
        accepting, SLOUGH, NOVEMBER, "--accept", "counts_disagree", "--cell", "B8", "--use", "stated", "--yes", *WHO
    )
    asked = ("explain", "visits_in_timescale", "--service", "S&FS", "--programme", SLOUGH, "--home", accepting,
             "--as-at", DATES[3])  # fmt: skip
    (told,) = run(*asked, "--json").json["overrides"]
    assert (told["cell"], told["use"], told["role"]) == ("B8", "stated", "Lead Performance Analyst")
    assert "accepted by Lead Performance Analyst, 2021-12-06: Checked against the case system." in run(*asked).out


def test_an_accepted_doubt_is_listed_as_such_and_a_row_in_the_table_is_not_touched(accepting: Path) -> None:
    before = kpi_rows(accepting, SLOUGH, DATES[0])
    result = correct(accepting, SLOUGH, MARCH, "--accept", "percent_unreadable", "--yes", *WHO)
    assert result.code == 0, result.err
    assert kpi_rows(accepting, SLOUGH, DATES[0]) == before
    again = correct(accepting, SLOUGH, MARCH, "--accept", "percent_unreadable", "--json")
    assert again.code == 0
    (listed,) = again.json["suggestions"]
    assert listed["accepted"]["role"] == "Lead Performance Analyst"
    assert listed["is_declared"] is True


def test_a_doubt_of_the_tracker_is_accepted_by_its_action(accepting: Path) -> None:
    result = correct(
        accepting, SLOUGH, "plan_tracker@2021-11-30", "--accept", "undated", "--cell", "A12", "--yes", *WHO, "--json"
    )
    assert result.code == 0, result.err
    assert result.json["entry"]["action"] == "1.1-6"
    assert "measure" not in result.json["entry"]


def test_an_override_whose_source_was_mended_says_so(accepting: Path, tmp_path: Path) -> None:
    import openpyxl

    correct(
        accepting, SLOUGH, NOVEMBER, "--accept", "counts_disagree", "--cell", "B8", "--use", "stated", "--yes", *WHO
    )
    book = openpyxl.load_workbook(NOVEMBER)
    book["Visits"]["B8"].value = 696
    book.save(tmp_path / "mended.xlsx")
    run("ingest", tmp_path / "mended.xlsx", "--programme", SLOUGH, "--home", accepting)
    result = run("kpis", "--programme", SLOUGH, "--home", accepting, "--as-at", DATES[3], "--json")
    assert "expects '669', but the workbook now says '696'" in result.err
    row = next(
        r for r in result.json["rows"] if (r["indicator"], r["service"]) == (
            "visits_in_timescale", "safeguarding_family_support",
        )
    )  # fmt: skip
    assert (row["value"], row["numerator"], row["is_overridden"]) == ("88.5", "616", False)


def test_the_receipt_may_be_named_by_its_number(accepting: Path) -> None:
    path = NOVEMBER
    number = run("ingest", path, "--programme", SLOUGH, "--home", accepting, "--json").json["files"][0]["receipt"]
    result = correct(accepting, SLOUGH, number, "--cell", "C7", "--yes", *WHO)
    assert result.code == 0, result.err
    assert f"(receipt {number})" in result.out
    wrong = correct(accepting, SLOUGH, "99999", "--cell", "C7", "--yes", *WHO)
    assert wrong.code == 2
    assert "no workbook in force is receipt 99999" in wrong.err
