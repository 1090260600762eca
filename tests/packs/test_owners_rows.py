"""A pack says of when its plan is, and whose rows were laid over it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flows.building import find_board, model_pack
from flows.position import Position
from schemas.findings import make_finding

LATER = dt.date(2021, 11, 30)


def test_the_dates_of_the_tracker_and_of_owners_rows_are_both_said(position: Position) -> None:
    first, *rest = position.plan.rows
    earlier = tuple(replace(row, tracker_as_at=dt.date(2021, 10, 31)) for row in rest)
    plan = replace(position.plan, rows=(first, *earlier))
    pack = model_pack(replace(position, plan=plan), find_board(position, "tsg"), None)
    assert pack.plan.tracker == "Plan tracker as at 31 October 2021, with owners' rows to 30 November 2021"
    assert pack.matters.action_note.startswith("Tracker as at 31 October 2021, with owners' rows to 30 November 2021")


def test_an_owners_file_is_listed_with_whose_rows_it_holds_and_its_findings(position: Position) -> None:
    whole = next(r for r in position.received if r.return_id == "plan_tracker" and r.period.end == LATER)
    told = make_finding("row_not_in_plan", sheet="Tracker", cell="A7", key="9.9-9", near="")
    own = replace(whole, receipt_id=99, name="form.xlsx", scope="Head of Service", findings=(told,))
    pack = model_pack(replace(position, received=(*position.received, own)), find_board(position, "tsg"), None)
    line = next(r for r in pack.quality.received if r.name == "form.xlsx")
    assert line.title == "Improvement plan tracker, rows of Head of Service"
    (finding,) = [f for f in pack.quality.findings if "9.9-9" in f.text]
    assert finding.where == "Improvement plan tracker, rows of Head of Service, 30 Nov 2021, Tracker!A7"
