"""`layout suggest` and `layout try`: a proposal reads what the layout written by hand reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from ruamel.yaml import YAML

from flows.layouts import try_layout
from programmes.load import load_programme, load_return
from schemas.config import Programme
from schemas.facts import LABEL_FIELD
from tests.builders import Book, lamp_report, write_programme
from tests.end_to_end.command import PROGRAMMES, ROOT, Result, run, workbooks
from tests.unit.workbooks.test_forms_and_repeats import HARBOUR_FORM

SAMPLES = [(programme, path) for programme in ("hillingdon_2015", "slough_2021") for path in workbooks(programme)]

# every figure of this workbook is a bare whole number up to 100, and no heading says what they are
KINDS_UNTOLD = {"CPR March 2021"}


def figures(path: Path, programme: Programme, layout: Path | None) -> dict[tuple[str, str], tuple[str, str | None]]:
    """By sheet and cell, the kind and value of every filled cell that a layout reads; labels are left out."""
    item = load_return(layout, programme) if layout else None
    trial = try_layout(path, programme, item).trial
    assert trial is not None
    readings = [r for t in trial.tables for r in t.cut.readings if r.field != LABEL_FIELD and r.kind != "empty"]
    return {(r.sheet, r.cell): (r.kind, r.value) for r in readings}


@pytest.mark.parametrize(("programme", "path"), SAMPLES, ids=lambda v: v.stem if isinstance(v, Path) else v)
def test_a_proposal_reads_every_cell_that_the_layout_written_by_hand_reads(
    programme: str, path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "proposed.yaml"
    assert run("layout", "suggest", path, "--programme", programme, "--out", out).code == 0
    loaded = load_programme(PROGRAMMES / programme).programme
    by_hand, proposed = figures(path, loaded, None), figures(path, loaded, out)
    if path.stem in KINDS_UNTOLD:
        assert "counts or percentages" in out.read_text()
        by_hand, proposed = ({k: ("figure", v) for k, (_, v) in found.items()} for found in (by_hand, proposed))
    assert {cell: proposed.get(cell) for cell in by_hand} == by_hand


@pytest.mark.parametrize(("programme", "path"), SAMPLES, ids=lambda v: v.stem if isinstance(v, Path) else v)
def test_a_proposal_finds_no_error_that_the_layout_written_by_hand_does_not_find(
    programme: str, path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "proposed.yaml"
    run("layout", "suggest", path, "--programme", programme, "--out", out)
    by_hand = run("layout", "try", path, "--programme", programme, "--json")
    proposed = run("layout", "try", path, "--programme", programme, "--layout", out, "--json")
    assert _errors(proposed) <= _errors(by_hand)


def _errors(result: Result) -> set[tuple[str, str, str]]:
    return {(f["code"], f["sheet"], f["cell"]) for f in result.json["findings"] if f["severity"] == "error"}


# --- The commands -----------------------------------------------------------------------------------------

REPORT = ROOT / "sample_inputs" / "slough_2021" / "Weekly Compliance Report 16.08.2021.xlsx"


def test_a_proposal_goes_to_standard_output_and_its_message_to_standard_error() -> None:
    result = run("layout", "suggest", REPORT, "--programme", "slough_2021")
    assert result.code == 0
    assert result.out.startswith("id: weekly_compliance_report\n")
    assert "2 tables proposed" in result.error_line
    assert run("layout", "suggest", REPORT, "--programme", "slough_2021").out == result.out


def test_a_proposal_never_overwrites_a_file(tmp_path: Path) -> None:
    out = tmp_path / "proposed.yaml"
    out.write_text("mine")
    result = run("layout", "suggest", REPORT, "--out", out)
    assert result.code == 2
    assert "is not overwritten" in result.error_line
    assert out.read_text() == "mine"


def test_a_proposal_as_json_names_every_guess() -> None:
    document = run("layout", "suggest", REPORT, "--json").json
    assert document["return"] == "weekly_compliance_report"
    assert {s["label"] for s in document["services_to_declare"]} >= {"CLA & Support Services"}
    assert document["yaml"].count("# unsure: ") >= len(document["unsure"])


@pytest.mark.parametrize("command", ["suggest", "try"])
@pytest.mark.parametrize(("name", "content"), [("empty.xlsx", b""), ("words.xlsx", b"no workbook")])
def test_a_file_that_is_no_workbook_is_one_clear_line(
    command: str, name: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = run("layout", command, path, "--programme", "slough_2021")
    assert (result.code, result.out) == (3, "")
    assert name in result.error_line


def test_a_workbook_without_figures_has_no_layout(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"] = "Nothing but a title"
    book.save(tmp_path / "bare.xlsx")
    result = run("layout", "suggest", tmp_path / "bare.xlsx")
    assert result.code == 3
    assert "no table was made out" in result.error_line


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert run("layout", "suggest", tmp_path / "none.xlsx").code == 2


def test_a_trial_shows_tables_rows_and_values_with_their_cells() -> None:
    result = run("layout", "try", REPORT, "--programme", "slough_2021")
    assert "Table assessments: sheet 'Assessments', headings in row 7" in result.out
    assert "'Out of' -> total (count)" in result.out
    assert "A8     'Referral & Assessment' -> referral_assessment" in result.out
    assert "E8     '90.0%' -> percent 90" in result.out


def test_a_trial_as_json_holds_every_value() -> None:
    document = run("layout", "try", REPORT, "--programme", "slough_2021", "--json").json
    assert (document["return"], document["period_end"]) == ("compliance_report", "2021-08-16")
    values = {v["cell"]: v["value"] for v in document["tables"][0]["values"]}
    assert (values["B8"], values["C8"], values["E8"]) == ("391", "352", "90")
    assert document["unread"] == []


def test_a_trial_tells_what_is_not_read(tmp_path: Path) -> None:
    book = load_workbook(REPORT)
    book["Assessments"]["F7"], book["Assessments"]["F8"] = "Not started", 12
    extra = book.create_sheet("Extra")
    extra["A1"] = 17
    book.save(tmp_path / "more.xlsx")
    result = run("layout", "try", tmp_path / "more.xlsx", "--programme", "slough_2021")
    assert "not read: column F7 'Not started'" in result.out
    assert "Not read on sheet 'Extra': 1 figures (A1)" in result.out


def test_a_layout_that_is_wrong_names_file_and_line(tmp_path: Path) -> None:
    out = tmp_path / "proposed.yaml"
    run("layout", "suggest", REPORT, "--programme", "slough_2021", "--out", out)
    out.write_text(out.read_text().replace("services: [referral_assessment,", "services: [duty_team,", 1))
    result = run("layout", "try", REPORT, "--programme", "slough_2021", "--layout", out)
    assert result.code == 2
    assert "proposed.yaml, line" in result.error_line
    assert "service 'duty_team' is not declared" in result.error_line


def test_services_nobody_declared_are_ready_to_be_copied_into_the_programme(tmp_path: Path) -> None:
    out = tmp_path / "proposed.yaml"
    run("layout", "suggest", REPORT, "--out", out)
    comments = [line.removeprefix("# ") for line in out.read_text().splitlines() if line.startswith("# ")]
    declared = YAML(typ="safe").load("\n".join(comments[1:]))["services"]
    # the two sheets spell two of them with "&" and with "and": each is one service
    assert [s["label"] for s in declared] == [
        "Referral & Assessment", "Safeguarding & Family Support", "CLA & Support Services"
    ]  # fmt: skip


def test_trying_tells_what_check_tells_of_sheets_that_are_not_read(tmp_path: Path) -> None:
    book = lamp_report()
    book.add_sheet("Old figures", ("Last year",), (None, 17))
    path = book.save(tmp_path)
    options = ("--programme", write_programme(tmp_path / "lamplight"), "--home", tmp_path / "none")
    tried = run("layout", "try", path, *options, "--json").json["findings"]
    checked = run("check", path, *options, "--json").json["files"][0]["findings"]
    assert tried == [f for f in checked if f["code"] != "as_at_future"]
    assert [f["code"] for f in tried] == ["unread_sheet"]
    assert "No findings" not in run("layout", "try", path, *options).out


def test_a_form_is_tried_as_one_without_headings(tmp_path: Path) -> None:
    programme = write_programme(tmp_path / "lamplight", **{"returns/harbour_form": HARBOUR_FORM})
    book = Book()
    book.add_sheet(
        "Form", ("Harbour form",), ("As at", "31 January 2031"), (), ("The month in figures",),
        ("Ships in harbour", 40), ("Of these lit", 30), ("% lit", "75%"),
    )  # fmt: skip
    path, options = book.save(tmp_path), ("--programme", programme, "--home", tmp_path / "none")
    assert "sheet 'Form', a form, without headings" in run("layout", "try", path, *options).out
    (table,) = run("layout", "try", path, *options, "--json").json["tables"]
    assert table["header_row"] is None
