"""Which workbooks a pack speaks of, once years of them were received."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flows.building import find_board, model_pack
from flows.position import LEAST_IN_VIEW, Position, choose_in_view
from history.records import Receipt
from report_templates.render import render_html
from schemas.facts import Period

FIRST = dt.date(2031, 1, 3)


def receipt(number: int, return_id: str = "weekly", week: int | None = None) -> Receipt:
    """A receipt of a week, by default of its own number."""
    end = FIRST + dt.timedelta(days=7 * (number if week is None else week))
    return Receipt(number, return_id, Period(end, end), None, 1, "", "", "2031-12-31T09:00:00Z", "")


def test_a_pack_speaks_of_the_last_workbooks_only() -> None:
    weeks = [receipt(n) for n in range(1, 101)]
    assert choose_in_view(weeks, (), None, weeks[-1].period.end) == set(range(71, 101))
    assert LEAST_IN_VIEW == 30


def test_it_speaks_of_every_workbook_since_the_previous_report() -> None:
    weeks = [receipt(n) for n in range(1, 101)]
    assert choose_in_view(weeks, (), weeks[49].period.end, weeks[-1].period.end) == set(range(51, 101))


def test_it_speaks_of_what_its_figures_rest_on_and_of_the_last_of_each_return() -> None:
    gone = receipt(1, "discontinued")
    weeks = [gone, *(receipt(n) for n in range(2, 101))]
    seen = choose_in_view(weeks, {7}, None, weeks[-1].period.end)
    assert seen == {1, 7, *range(71, 101)}


def test_it_speaks_of_an_old_workbook_that_was_sent_again_lately() -> None:
    weeks = [receipt(n) for n in range(1, 100)]
    assert 100 in choose_in_view([*weeks, receipt(100, week=3)], (), None, weeks[-1].period.end)


def test_what_came_after_the_date_is_not_spoken_of() -> None:
    weeks = [receipt(n) for n in range(1, 101)]
    assert max(choose_in_view(weeks, (), None, weeks[79].period.end)) == 80


def test_workbooks_of_long_ago_are_counted_and_not_listed(position: Position) -> None:
    board = find_board(position, "tsg")
    whole = model_pack(position, board, None)
    assert whole.quality.earlier == ""
    old = position.received[:3]
    received = (*(replace(r, in_view=False, findings=()) for r in old), *position.received[3:])
    pack = model_pack(replace(position, received=received), board, None)
    assert pack.quality.earlier == "and 3 earlier workbooks."
    assert len(pack.quality.received) == len(whole.quality.received) - 3
    assert pack.quality.sentence.split(" received")[0] == whole.quality.sentence.split(" received")[0]
    assert "<p>and 3 earlier workbooks.</p>" in render_html(pack)
    assert "earlier workbook" not in render_html(whole)
