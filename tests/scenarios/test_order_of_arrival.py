"""Whatever comes of comparing workbooks is the same in every order in which they arrive: figures, findings, what
`correct` offers, and what an override does."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from flows.cli.decisions import declare_decision
from flows.declaring import Proposal, evidence_of_receipt, propose_overrides
from flows.failures import OK
from history.store import History
from tests.builders import INDICATORS, Book, percent, tracker
from tests.scenarios.harbour import (
    HARBOUR_REPORT,
    LAMPS_OF_MONTH,
    MARCH,
    REACH,
    WEEK,
    Harbour,
    broken_by,
    broken_in,
    lamps,
    lamps_of_month,
    many_book,
    many_report,
)

pytestmark = pytest.mark.long

BROKEN = """\
  - {id: lamps_broken, label: Lamps broken, measure: lamps_broken, return: harbour_report, basis: in_period,
     direction: lower, unit: lamps, decimals: 0, company: stated}
"""
QUAY_BOOK = HARBOUR_REPORT.replace("harbour_report", "quay_book").replace("harbour report", "quay book")
MANY = {f"Measure {n}": 100 + n for n in range(12)}
Row = tuple[str, str | None]


@dataclass(frozen=True)
class Case:
    """Three workbooks in which comparing finds `code` at one of them, which is the workbook of `target`.

    `earlier` were there before; `row` is the figure that the finding holds, if it holds one.
    """

    code: str
    target: str
    three: Callable[[], dict[str, Book]]
    earlier: Callable[[], list[Book]] = list
    row: Row | None = None
    cell: str | None = None
    received: str = "2031-12-31T09:00:00Z"
    files: dict[str, str] = field(default_factory=dict)

    def harbour(self, folder: Path) -> Harbour:
        """An empty home that knows all returns."""
        own = {"indicators": INDICATORS + BROKEN, "returns/quay_book": QUAY_BOOK, **self.files}
        return Harbour(folder, **own)


def quay_book(*rows: Sequence[Any]) -> Book:
    """The quay book of March: what the harbour report gives, by another return."""
    book = Book()
    head = (("Monthly quay book",), ("Reporting month: March 2031",), (), ("Lamps at the end of the month",))
    book.add_sheet("Book", *head, LAMPS_OF_MONTH, *rows)
    return book


def unlike(weeks_before: int) -> Book:
    """A weekly report none of whose figures is like another's."""
    n = weeks_before
    return lamps(MARCH - n * WEEK, (300 + n, 200 + n), (80 + n, 60 + n), (70 + n, 60 + n))


def as_at(book: Book, text: str) -> Book:
    """A tracker of another date."""
    book.rename("As at 28 February 2031", text)
    return book


def with_company(book: Book) -> Book:
    """A weekly report with the row of the whole harbour."""
    book.write(book.workbook["Lamps"], 9, 1, [("Whole harbour", 694, 538, 156, percent("77.5"))])
    return book


CASES = [
    Case(
        "returns_disagree", f"lamp_report@{MARCH}",
        lambda: {
            "week": lamps(MARCH),
            "month": lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))),
            "book": quay_book((REACH, 202, 150, percent("74.3"))),
        },
        row=("lamps_in_time", "upper_reach"), cell="B7",
    ),
    Case(
        "periods_disagree", f"harbour_report@{dt.date(2031, 2, 28)}",
        lambda: {
            "first week": broken_in(dt.date(2031, 2, 3), 10),
            "second week": broken_in(dt.date(2031, 2, 10), 10),
            "month": broken_by("February 2031", Feb_31=19),
        },
        row=("lamps_broken", None), cell="B6",
    ),
    Case(
        "stated_not_checked", f"lamp_report@{MARCH}",
        lambda: {
            "week": with_company(lamps(MARCH)),
            "month": lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))),
            "week before": unlike(1),
        },
        cell="E9",
    ),
    Case(
        "denominator_repeated", f"lamp_report@{MARCH}",
        lambda: {
            "before": lamps(MARCH - WEEK, (391, 299), (200, 149), (97, 91)), "own": lamps(MARCH), "old": unlike(2),
        },
        cell="B7",
    ),
    Case(
        "figure_unchanged", f"lamp_report@{MARCH}",
        lambda: {"old": unlike(2), "before": unlike(1), "own": lamps(MARCH, (301, 201), (83, 60), (75, 60))},
        earlier=lambda: [unlike(n) for n in (8, 7, 6, 5, 4, 3)], cell="E6",
    ),
    Case(
        "same_as_previous", f"many@{MARCH}",
        lambda: {
            "old": many_book(MARCH - 2 * WEEK, MANY), "before": many_book(MARCH - WEEK, {**MANY, "Measure 3": 7}),
            "own": many_book(MARCH, {**MANY, "Measure 3": 7}),
        },
        files={"returns/many": many_report(MANY)},
    ),
    Case(
        "jump", f"lamp_report@{MARCH + 2 * WEEK}",
        lambda: {
            "old": unlike(0), "before": unlike(-1), "own": lamps(MARCH + 2 * WEEK, (300, 30), (80, 60), (70, 60)),
        },
        earlier=lambda: [unlike(n) for n in range(11, 0, -1)], cell="E6",
    ),
    Case(
        "weekday_unusual", f"lamp_report@{dt.date(2031, 4, 1)}",
        lambda: {"old": unlike(2), "before": unlike(1), "own": lamps(dt.date(2031, 4, 1))},
        earlier=lambda: [unlike(3)],
    ),
    Case(
        "as_at_future", f"lamp_report@{MARCH}",
        lambda: {"old": unlike(2), "before": unlike(1), "own": lamps(MARCH)},
        received="2031-03-26T09:00:00Z",
    ),
    Case(
        "title_changed", f"plan_tracker@{MARCH}",
        lambda: {
            "January": as_at(tracker({"Key": "A1", "Action": "Buy oil"}), "As at 31 January 2031"),
            "February": tracker({"Key": "A1", "Action": "Buy oil"}),
            "March": as_at(tracker({"Key": "A1", "Action": "Sell oil"}), "As at 31 March 2031"),
        },
    ),
    Case(
        "action_gone", f"plan_tracker@{MARCH}",
        lambda: {
            "January": as_at(tracker({"Key": "A1"}, {"Key": "A2"}), "As at 31 January 2031"),
            "February": tracker({"Key": "A1"}, {"Key": "A2"}),
            "March": as_at(tracker({"Key": "A1"}), "As at 31 March 2031"),
        },
    ),
]  # fmt: skip

Arrival = list[list[str]]


def arrivals(names: Sequence[str]) -> Iterator[Arrival]:
    """Every way in which workbooks can arrive: all together, one after the other, or two of them together."""
    yield [list(names)]
    for order in permutations(names):
        yield [[name] for name in order]
    for name in names:
        others = [n for n in names if n != name]
        yield [[name], others]
        yield [others, [name]]


def take_in(case: Case, folder: Path, arrival: Arrival) -> Harbour:
    """A home that took the three workbooks in so."""
    harbour = case.harbour(folder)
    early = [harbour.save(book, f"earlier {n}.xlsx") for n, book in enumerate(case.earlier())]
    paths = {name: harbour.save(book, f"{name}.xlsx") for name, book in case.three().items()}
    for batch in [early] * bool(early) + [[paths[name] for name in names] for names in arrival]:
        harbour.take_files(batch, case.received)
    return harbour


def describe(harbour: Harbour, day: dt.date) -> str:
    """All that a position says, but for numbers of receipts."""
    position = harbour.position(day)
    rows = [(r.key, r.state, str(r.value), r.impact, r.reason, r.is_overridden) for r in position.rows]
    findings = [
        (r.name, f.code, f.sheet, f.cell, f.message, str(f.accepted)) for r in position.received for f in r.findings
    ]
    loose = [(f.code, f.message, str(f.accepted)) for f in (*position.findings, *position.plan.findings)]
    applied = [(r.name, a.finding.message, a.is_whole) for r in position.received for a in r.overridden]
    applied += [("plan", a.finding.message, a.is_whole) for a in position.across]
    return json.dumps([rows, sorted(findings, key=str), loose, sorted(applied)], indent=1)


def offered(harbour: Harbour, case: Case) -> list[Proposal]:
    """What `correct --accept` offers for the workbook."""
    return_id, _, day = case.target.partition("@")
    history = History(harbour.home / "history")
    try:
        receipts = history.receipts("lamplight", None)
        (receipt,) = [r for r in receipts if (r.return_id, r.period.end.isoformat()) == (return_id, day)]
        evidence = evidence_of_receipt(history, harbour.loaded, receipt)
        return propose_overrides(evidence, harbour.loaded, case.code, None)
    finally:
        history.close()


def accept_it(harbour: Harbour, case: Case, capsys: pytest.CaptureFixture[str]) -> str:
    """Accept the finding by the command; what it printed."""
    code = declare_decision(
        case.target, str(harbour.programme), harbour.home, cell=case.cell, sheet=None, measure=None,
        role="Harbour Analyst", reason="The keeper counted anew.", date="2031-04-02", accept=case.code, use=None,
        yes=True, as_json=False,
    )  # fmt: skip
    said = capsys.readouterr()
    assert code == OK, said
    assert "written: " in said.err
    return said.out


def expect_the_same(case: Case, folder: Path, chosen: Sequence[Arrival], capsys: pytest.CaptureFixture[str]) -> None:
    """The finding is told, offered and accepted alike, whatever the arrival."""
    day = max(MARCH, dt.date.fromisoformat(case.target.partition("@")[2]))
    seen: dict[str, set[str]] = {"before": set(), "offered": set(), "said": set(), "declared": set(), "after": set()}
    for number, arrival in enumerate(chosen):
        harbour = take_in(case, folder / str(number), arrival)
        seen["before"].add(describe(harbour, day))
        proposals = offered(harbour, case)
        assert proposals, arrival
        assert not any(p.is_declared or p.why_not for p in proposals), arrival
        seen["offered"].add(str([(p.sheet, p.cell, p.keys) for p in proposals]))
        said = accept_it(harbour, case, capsys).replace(str(harbour.programme), "")
        seen["said"].add(re.sub(r"receipt \d+", "receipt", said))
        seen["declared"].add((harbour.programme / "overrides.yaml").read_text(encoding="utf-8"))
        assert any(p.is_declared for p in offered(harbour, case)), arrival
        position = harbour.position(day)
        assert position.findings == (), arrival
        told = [f for r in position.received for f in r.findings if f.cell == case.cell] + [*position.plan.findings]
        assert {f.is_open for f in told if f.code == case.code} == {False}, arrival
        if case.row is not None:
            row = next(r for r in position.rows if (r.indicator, r.service) == case.row)
            assert (row.state, row.is_overridden) == ("published", True), arrival
        seen["after"].add(describe(harbour, day))
    assert {what: len(texts) for what, texts in seen.items()} == dict.fromkeys(seen, 1), seen


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.code)
def test_together_or_backwards_is_all_the_same(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = list(case.three())
    chosen = [[names], [[n] for n in reversed(names)]]
    expect_the_same(case, tmp_path, chosen, capsys)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.code)
def test_every_order_of_arrival_is_all_the_same(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expect_the_same(case, tmp_path, list(arrivals(list(case.three()))), capsys)
