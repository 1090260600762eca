"""`layout suggest` and `layout try`: a proposal reads what the layout written by hand reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.layouts import try_layout
from programmes.load import load_programme, load_return
from schemas.config import Programme
from schemas.facts import LABEL_FIELD
from tests.end_to_end.command import PROGRAMMES, Result, run, workbooks

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
