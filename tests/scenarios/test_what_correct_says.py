"""What `correct` says where it writes nothing: what is true, and what can be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.checking import judge_file
from flows.cli.decisions import declare_decision
from flows.settings import UsageError
from programmes.load import load_programme
from tests.builders import LAMP_REPORT, LAMP_ROWS, Book, changed, lamp_report, percent, tracker, write_programme
from tests.scenarios.test_repeated_tables import audit, grades, judged_with


def correct(
    target: Path | str, programme: Path, *, accept: str | None = None, cell: str | None = None,
    measure: str | None = None, use: str | None = None,
) -> int:  # fmt: skip
    """`boardpack correct` where nobody can be asked."""
    return declare_decision(
        str(target), str(programme), programme.parent / "home", cell=cell, sheet=None, measure=measure,
        role="Harbour Analyst", reason="Counted anew.", date="2031-04-09", accept=accept, use=use, yes=True,
        as_json=False,
    )  # fmt: skip


def disagreeing() -> list[tuple[object, ...]]:
    """Grades that make one more than all bulbs, with no share by which to tell the wrong count."""
    return [("Grade", "Number", "%"), *((*line[:2], None) for line in grades(6)[1:])]


def test_several_measures_of_one_cell_are_listed_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded, judged = judged_with(tmp_path, "sheet", "plain", audit("sheet", "plain", islands=disagreeing()))
    with pytest.raises(UsageError, match="there are 2 of them; name one with --measure: bulbs_bright or bulbs_dim"):
        correct(judged.path, loaded.folder, accept="counts_disagree", use="counts")
    said = capsys.readouterr().out
    assert "     measure: bulbs_bright\n" in said
    assert "     measure: bulbs_dim\n" in said
    with pytest.raises(
        UsageError, match=r"no finding counts_disagree of bulbs; there is one at Islands!B\d+ of bulbs_"
    ):
        correct(judged.path, loaded.folder, accept="counts_disagree", use="counts", measure="bulbs")
    assert correct(judged.path, loaded.folder, accept="counts_disagree", use="counts", measure="bulbs_dim") == 0


def test_of_one_measure_for_two_subgroups_the_subgroup_is_named(tmp_path: Path) -> None:
    both = "".join(
        f"\n          - {{id: lit, form: percent, subgroup: {group}, numerator: in_time, denominator: due}}"
        for group in ("tall", "short")
    )
    report = changed(LAMP_REPORT, "\n      oil:", f"{both}\n      oil:")
    programme = write_programme(tmp_path / "lamplight", lamp_report=report)
    rows = (("Quay & Basin", 394, 290, 96, percent("70.0")), *LAMP_ROWS[1:])
    path = lamp_report(rows, company=None).save(tmp_path)
    with pytest.raises(UsageError, match=r"--measure: lamps_in_time, lit\.tall or lit\.short"):
        correct(path, programme, accept="counts_disagree", use="counts")
    assert correct(path, programme, accept="counts_disagree", use="counts", measure="lit.short") == 0
    written = (programme / "overrides.yaml").read_text(encoding="utf-8")
    assert "    subgroup: short\n    measure: lit\n" in written


def test_where_nothing_is_suggested_it_says_what_can_be_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programme = write_programme(tmp_path / "lamplight")
    rows = (("Quay & Basin", 394, 290, 96, None), *LAMP_ROWS[1:])
    assert correct(lamp_report(rows, company=None).save(tmp_path), programme) == 1
    said = capsys.readouterr().err
    assert "nothing to write; write the correction by hand (docs/how-to/correct-a-figure.md), or accept" in said
    assert "--accept counts_disagree" in said


def test_where_nothing_is_wrong_it_advises_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programme = write_programme(tmp_path / "lamplight")
    assert correct(lamp_report().save(tmp_path), programme) == 0
    assert capsys.readouterr().err == "boardpack: no finding carries a suggestion; nothing to write\n"


def test_the_rows_of_a_plan_are_not_corrected_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programme = write_programme(tmp_path / "lamplight")
    assert correct(tracker({"Key": "A1", "Due": None}).save(tmp_path), programme) == 0
    said = capsys.readouterr().err
    assert "; accept the finding with --accept undated\n" in said
    assert "by hand" not in said


def test_a_column_that_no_declaration_can_name_is_said_to_be_so(
    tmp_path: Path,
) -> None:
    """A month and a quarter that end on one day stand side by side; the finding's own advice is as true."""
    survey = """\
id: lens_survey
title: Survey of lenses
cadence: monthly
recognise: [Survey of lenses]
layouts:
  - from: 2031-01-01
    as_at: {labels: [Reporting month], precision: month}
    tables:
      lenses:
        anchor: [Lenses cleaned]
        rows:
          kind: items
          headers: [Measure]
          items:
            due: {labels: [Due]}
            done: {labels: [Done]}
            late: {labels: [Late]}
            share: {labels: [Share], kind: percent}
        columns: {kind: periods, value: {kind: count}}
        checks:
          - {total: {rows: [due]}, parts: [{rows: [done]}, {rows: [late]}]}
        measures:
          - {id: lenses, form: percent, basis: in_period, numerator: {rows: [done]}, denominator: {rows: [due]},
             stated: {rows: [share]}}
"""
    programme = write_programme(tmp_path / "lamplight", **{"returns/lens_survey": survey})
    book = Book()
    book.add_sheet(
        "Lenses", ("Survey of lenses",), ("Reporting month: March 2031",), (), ("Lenses cleaned",),
        ("Measure", "Mar-31", "Q4 2030/31"), ("Due", 44, 120), ("Done", 30, 90), ("Late", 10, 30),
        ("Share", percent("75"), percent("75")),
    )  # fmt: skip
    path = book.save(tmp_path)
    with pytest.raises(UsageError, match="two columns of its table end on 31 March 2031"):
        correct(path, programme)
    (finding,) = [f for f in judge_file(path, load_programme(programme).programme).findings if f.suggestion]
    assert "would have to say 40. No correction can be declared: two columns of its table" in finding.action
