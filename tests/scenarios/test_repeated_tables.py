"""A table of items that stands once for each service: each of its cells can be named, corrected and accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.checking import JudgedFile, judge_file
from flows.cli.decisions import declare_decision
from flows.declaring import evidence_of_file, judge_with, propose_corrections, propose_overrides, to_decision
from flows.failures import OK
from programmes.load import LoadedProgramme, load_programme
from schemas.facts import LABEL_FIELD, Observation
from schemas.findings import Finding
from tests.builders import Book, percent, write_programme
from transforms.cell_names import find_cells, name_cell

PLACES = {"quay_basin": "Quay & Basin", "upper_reach": "Upper Reach", "islands": "Islands", None: "Whole harbour"}
WHO = {"role": "Harbour Analyst", "date": dt.date(2031, 4, 9)}

HEAD = """\
id: bulb_audit
title: Audit of bulbs
cadence: quarterly
recognise: [Audit of bulbs]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at]}
    basis: snapshot
    tables:
"""
TABLE = """\
      NAME:
        WHERE
        repeat: {services: [quay_basin, upper_reach, islands], company: required, by: BY}
        rows:
          kind: items
          headers: [Grade]
          items:
            bright: {labels: [Bright]}
            fair: {labels: [Fair]}
            dim: {labels: [Dim]}
            all: {labels: [All bulbs]}
        columns:
          fields:
            number: {headers: [Number], kind: count, required: false}
            pct: {headers: ["%"], kind: percent}
        checks:
          - total: {field: number, rows: [all]}
            parts: [{field: number, rows: [bright]}, {field: number, rows: [fair]}, {field: number, rows: [dim]}]
        measures:
          - {id: bulbs_bright, GROUPform: percent, numerator: {field: number, rows: [bright]},
             denominator: {field: number, rows: [all]}, stated: {field: pct, rows: [bright]}}
          - {id: bulbs_dim, GROUPform: percent, numerator: {field: number, rows: [dim]},
             denominator: {field: number, rows: [all]}, stated: {field: pct, rows: [dim]}}
"""
GROUPS = {"plain": [("grades", "Bulbs", "")], "subgroups": [
    ("tall_grades", "Tall bulbs", "subgroup: tall, "), ("short_grades", "Short bulbs", "subgroup: short, "),
]}  # fmt: skip
KINDS = [(by, groups) for by in ("heading", "sheet") for groups in GROUPS]


def layout_of(by: str, groups: str) -> str:
    """The YAML of the return, its table repeated by heading or by sheet, once or for each subgroup."""
    text = HEAD
    for name, words, group in GROUPS[groups]:
        by_sheet = f'sheets: ["{{service}}"]\n        anchor: ["{words}"]'
        where = by_sheet if by == "sheet" else f'anchor: ["{words} of {{service}}"]'
        text += TABLE.replace("NAME", name).replace("WHERE", where).replace("BY", by).replace("GROUP", group)
    return text


def grades(fair: int) -> list[Sequence[Any]]:
    """The lines of one table; with 5 fair of 20 bulbs it is sound."""
    return [
        ("Grade", "Number", "%"), ("Bright", 10, percent("50")), ("Fair", fair, percent("25")),
        ("Dim", 5, percent("25")), ("All bulbs", 20, percent("100")),
    ]  # fmt: skip


def company(rows: int, fair: int = 15) -> list[Sequence[Any]]:
    """The lines of the whole, of sound services."""
    return [
        ("Grade", "Number", "%"), ("Bright", 10 * rows, percent("50")), ("Fair", fair, percent("25")),
        ("Dim", 5 * rows, percent("25")), ("All bulbs", 20 * rows, percent("100")),
    ]  # fmt: skip


def audit(by: str, groups: str, **wrong: list[Sequence[Any]]) -> Book:
    """The audit as at 31 March 2031; `wrong` gives the lines of a service's (last) table otherwise."""
    book = Book()
    head: list[Sequence[Any]] = [("Audit of bulbs",), ("As at 31 March 2031",), ()]
    lines: dict[str, list[Sequence[Any]]] = {}
    for service, place in PLACES.items():
        for nth, (_, words, _) in enumerate(GROUPS[groups], 1):
            title = words if by == "sheet" else f"{words} of {place}"
            own = wrong.get(service or "", []) if nth == len(GROUPS[groups]) else []
            lines.setdefault(place, []).extend([(title,), *(own or (grades(5) if service else company(3))), ()])
    if by == "sheet":
        for place, own in lines.items():
            book.add_sheet(place, *head, *own)
    else:
        book.add_sheet("Audit", *head, *(line for own in lines.values() for line in own))
    return book


def judged_with(folder: Path, by: str, groups: str, book: Book) -> tuple[LoadedProgramme, JudgedFile]:
    """The programme and the workbook, judged."""
    loaded = load_programme(write_programme(folder / "lamplight", **{"returns/bulb_audit": layout_of(by, groups)}))
    return loaded, judge_file(book.save(folder), loaded.programme)


def find(judged: JudgedFile, code: str) -> Finding:
    """The one finding of a code."""
    (found,) = [f for f in judged.findings if f.code == code]
    return found


def held(observations: Sequence[Observation]) -> set[tuple[str, str | None, str | None]]:
    """What is held, by measure, service and subgroup."""
    return {(o.measure, o.service, o.subgroup) for o in observations if o.state == "held"}


@pytest.mark.parametrize(("by", "groups"), KINDS)
def test_every_cell_has_a_name_that_fits_no_other(by: str, groups: str, tmp_path: Path) -> None:
    _, judged = judged_with(tmp_path, by, groups, audit(by, groups))
    assert judged.status == "accepted", judged.findings
    reading = judged.reading
    assert reading.layout is not None
    assert reading.period is not None
    cells = [r for t in reading.tables for r in t.readings]
    named = [r for r in cells if r.field != LABEL_FIELD]
    assert len(named) == 32 * len(GROUPS[groups])
    for cell in named:
        name = name_cell(cell, cells, reading.layout, reading.period.end)
        assert name is not None, cell
        assert name.measure is not None, cell
        assert find_cells(cells, name, reading.layout, reading.period.end) == [cell]
        entry = {**WHO, "return": "bulb_audit", "period": reading.period.end, **name.keys()}
        to_decision({**entry, "expected": "1", "right": "2", "reason": "Counted anew."})


@pytest.mark.parametrize(("by", "groups"), KINDS)
@pytest.mark.parametrize("service", ["quay_basin", "islands"])
def test_the_correction_that_a_finding_suggests_can_be_declared(
    service: str, by: str, groups: str, tmp_path: Path
) -> None:
    loaded, judged = judged_with(tmp_path, by, groups, audit(by, groups, **{service: grades(8)}))
    finding = find(judged, "counts_disagree")
    assert finding.suggestion is not None
    assert (finding.suggestion.from_, finding.suggestion.to) == ("8", "5")
    evidence = evidence_of_file(judged, loaded.programme)
    (proposal,) = propose_corrections(evidence, loaded)
    assert not proposal.why_not
    assert (proposal.keys["service"], proposal.keys["row"], proposal.keys["right"]) == (service, "fair", "5")
    decided = judge_with(evidence, loaded, to_decision({**WHO, **proposal.keys, "reason": "Counted anew."}))
    assert [a.reading.raw_text for a in decided.corrected] == ["8"]
    assert held(decided.observations) == set()
    assert not [f for f in decided.findings if f.severity == "error"]


@pytest.mark.parametrize(("by", "groups"), KINDS)
@pytest.mark.parametrize("service", ["upper_reach", None])
def test_two_measures_that_one_finding_holds_are_accepted_one_by_one(
    service: str | None, by: str, groups: str, tmp_path: Path
) -> None:
    """The grades make one more than all bulbs, and no share is given: nothing tells which count is wrong."""
    wrong = [(*line[:2], None) for line in (grades(6) if service else company(3, 16))]
    wrong[0] = ("Grade", "Number", "%")
    book = audit(by, groups, **{service or "": wrong})
    loaded, judged = judged_with(tmp_path, by, groups, book)
    group = "short" if groups == "subgroups" else None
    both = {("bulbs_bright", service, group), ("bulbs_dim", service, group)}
    assert both <= held(judged.observations)
    finding = find(judged, "counts_disagree")
    evidence = evidence_of_file(judged, loaded.programme)
    proposals = propose_overrides(evidence, loaded, "counts_disagree", "counts")
    assert {(p.keys.get("measure"), p.keys.get("service"), p.keys.get("subgroup")) for p in proposals} == both
    assert not any(p.why_not for p in proposals)
    overrides = [to_decision({**WHO, **p.keys, "note": "Known."}) for p in proposals]
    one = judge_with(evidence, loaded, overrides[0])
    assert len(both & held(one.observations)) == 1
    (still,) = [f for f in one.findings if f.code == "counts_disagree"]
    assert still.is_open
    loaded = replace(loaded, overrides=(overrides[0],))
    two = judge_with(evidence, loaded, overrides[1])
    assert not both & held(two.observations)
    (settled,) = [f for f in two.findings if f.code == "counts_disagree"]
    assert (settled.is_open, settled.cell) == (False, finding.cell)
    assert not [f for f in two.findings if f.code.startswith("override_")]


def test_the_command_writes_it_and_says_what_it_releases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded, judged = judged_with(tmp_path, "sheet", "plain", audit("sheet", "plain", islands=grades(8)))
    code = declare_decision(
        str(judged.path), str(loaded.folder), tmp_path / "home", cell=None, sheet=None, measure=None,
        role="Harbour Analyst", reason="Counted anew.", date="2031-04-09", accept=None, use=None, yes=True,
        as_json=False,
    )  # fmt: skip
    said = capsys.readouterr()
    assert code == OK, said
    assert (
        "    service: islands\n    measure: bulbs_bright\n    row: fair\n    field: number\n    expected: 8"
        in said.out
    )
    assert "Islands, bulbs bright: 10 of 20, 50.0%" in said.out


def test_a_service_that_the_table_is_not_about_fits_nothing(tmp_path: Path) -> None:
    loaded, judged = judged_with(tmp_path, "sheet", "plain", audit("sheet", "plain", islands=grades(8)))
    evidence = evidence_of_file(judged, loaded.programme)
    (proposal,) = propose_corrections(evidence, loaded)
    for other in ("upper_reach", None):
        keys = {**proposal.keys, "service": other}
        decided = judge_with(evidence, loaded, to_decision({**WHO, **keys, "reason": "Counted anew."}))
        assert [f.code for f in decided.findings if f.code.startswith("correction_")] == ["correction_stale"]
        assert decided.corrected == ()
