"""Holding returns against each other changes none of the samples' figures, and no pack says a thing twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from flows.building import find_board, model_pack
from flows.position import derive_position
from flows.speaking import judge_again, match_decisions
from history.store import History
from programmes.load import load_programme
from schemas.config import Correction
from tests.end_to_end.command import PROGRAMMES
from transforms.indicators import derive_kpis
from transforms.known import Facts

DATES = {
    "slough_2021": ("2021-03-31", "2021-08-31", "2021-09-30", "2021-11-30"),
    "hillingdon_2015": ("2015-07-31", "2016-03-31"),
}


@pytest.mark.parametrize(("programme", "day"), [(p, d) for p, days in DATES.items() for d in days])
def test_no_figure_of_the_samples_changes(programme: str, day: str, request: pytest.FixtureRequest) -> None:
    home: Path = request.getfixturevalue(f"{programme.split('_')[0]}_home")
    history = History(home / "history")
    try:
        as_at, loaded = dt.date.fromisoformat(day), load_programme(PROGRAMMES / programme)
        position = derive_position(history, loaded, as_at)
        declared = [Correction.model_validate(d) for d in history.decisions_at(programme, "correction", None)]
        receipts = history.receipts(programme, None)
        alone = judge_again(history, position.programme, receipts, match_decisions(receipts, declared), as_at)
        known = [k for one in alone.values() for k in one.known]
        assert tuple(derive_kpis(Facts(known), position.programme, as_at)) == position.rows
    finally:
        history.close()


def test_the_pack_lists_what_the_comparison_told_once(slough_home: Path) -> None:
    history = History(slough_home / "history")
    try:
        position = derive_position(history, load_programme(PROGRAMMES / "slough_2021"), dt.date(2021, 11, 30))
        pack = model_pack(position, find_board(position, "tsg"), None)
    finally:
        history.close()
    lines = Counter((line.where, line.text) for line in pack.quality.findings)
    repeats = [where for where, message in lines if "384" in message and "to the unit the same as" in message]
    assert len(repeats) == 2
    assert sum("a Thursday" in message or "a Wednesday" in message for _, message in lines) == 2
    assert all(count == 1 for count in lines.values())
