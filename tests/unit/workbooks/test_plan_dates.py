"""Reading the target dates of a plan as they are printed: every rule, and what no rule knows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import PlanDates
from workbooks.plan_dates import read_plan_dates


def d(text: str) -> dt.date:
    """An ISO date."""
    return dt.date.fromisoformat(text)


def due(*days: str) -> PlanDates:
    """A due date, or milestones."""
    return PlanDates(dues=tuple(map(d, days)))


def start(day: str) -> PlanDates:
    """A start and nothing else."""
    return PlanDates(start=d(day))


def start_and_due(first: str, last: str) -> PlanDates:
    """A start and a due date."""
    return PlanDates(start=d(first), dues=(d(last),))


RULES: dict[str, dict[str, PlanDates]] = {
    "a month that is due ends on its last day": {
        "Sept 2021": due("2021-09-30"),
        "August 2021": due("2021-08-31"),
        "Feb 2024": due("2024-02-29"),
        "December 2021": due("2021-12-31"),
        "Sept-2021": due("2021-09-30"),
        "Sept 21": due("2021-09-30"),
    },
    "a day that is due is that day": {
        "15/09/2021": due("2021-09-15"),
        "15th September 2021": due("2021-09-15"),
        "2021-09-15": due("2021-09-15"),
    },
    "`From X` is a start, on the first of its month, and never a due date": {
        "From July 2021": start("2021-07-01"),
        "from Sept 2021": start("2021-09-01"),
        "From 15 July 2021": start("2021-07-15"),
    },
    "`X onwards` is a start, never a due date": {
        "March 2022 onwards": start("2022-03-01"),
        "March 2022 Onwards": start("2022-03-01"),
    },
    "`A - B` is start and due": {
        "August 2021 - Jan 2022": start_and_due("2021-08-01", "2022-01-31"),
        "August 2021-Jan 2022": start_and_due("2021-08-01", "2022-01-31"),
        "August 2021 – January 2022": start_and_due("2021-08-01", "2022-01-31"),
        "1 August 2021 - 15 January 2022": start_and_due("2021-08-01", "2022-01-15"),
    },
    "`From A-B` is start and due": {
        "From August 2021-Jan 2022": start_and_due("2021-08-01", "2022-01-31"),
        "From August 2021 - January 2022": start_and_due("2021-08-01", "2022-01-31"),
    },
    "`A and B` is two milestones": {
        "October 2021 and March 2022": due("2021-10-31", "2022-03-31"),
        "Sept 2021 and March 2022": due("2021-09-30", "2022-03-31"),
    },
    "two bare dates are due, then forecast": {
        "June 2021 July 2021": PlanDates(dues=(d("2021-06-30"),), forecast=d("2021-07-31")),
        "Sept-2021 October 2021": PlanDates(dues=(d("2021-09-30"),), forecast=d("2021-10-31")),
        "June 2021\nJuly 2021": PlanDates(dues=(d("2021-06-30"),), forecast=d("2021-07-31")),
        "30/06/2021 31/07/2021": PlanDates(dues=(d("2021-06-30"),), forecast=d("2021-07-31")),
    },
    "`By X` is due at the end of X": {
        "By October 2021": due("2021-10-31"),
        "by Sept 2021": due("2021-09-30"),
        "By 15 October 2021": due("2021-10-15"),
    },
    "`End of X` is due at the end of X": {
        "End of August 2021": due("2021-08-31"),
        "end of Sept 2021": due("2021-09-30"),
    },
    "`X/Y` is due at the end of the later": {
        "Dec 2021/Jan 2022": due("2022-01-31"),
        "Jan 2022/Dec 2021": due("2022-01-31"),
        "Dec 2021 / Jan 2022": due("2022-01-31"),
    },
    "anything else is undated": {
        "": PlanDates(),
        "TBC": PlanDates(),
        "Spring 2021": PlanDates(),
        "2021": PlanDates(),
        "Q2 2021/22": PlanDates(),
        "Within six months": PlanDates(),
        "To follow Govt road maps": PlanDates(),
        "31/02/2021": PlanDates(),
        "Mayday 2021": PlanDates(),
    },
}
TABLE = [(rule, text, reading) for rule, texts in RULES.items() for text, reading in texts.items()]


@pytest.mark.parametrize(
    ("text", "reading"), [(t, r) for _, t, r in TABLE], ids=[f"{rule}: {t!r}" for rule, t, _ in TABLE]
)
def test_a_printed_date_is_read_by_its_rule(text: str, reading: PlanDates) -> None:
    assert read_plan_dates(text) == reading


@pytest.mark.parametrize(
    ("text", "has_start"), [("Ongoing", False), ("Ongoing activity", False), ("Ongoing from Nov 2021", True)]
)
def test_ongoing_is_marked_and_has_no_due_date(text: str, has_start: bool) -> None:
    reading = read_plan_dates(text)
    assert reading.is_ongoing
    assert reading.dues == ()
    assert (reading.start is not None) == has_start


@pytest.mark.parametrize(("as_at", "next_open"), [("2021-10-31", "2021-10-31"), ("2021-11-01", "2022-03-31")])
def test_of_two_milestones_the_next_open_one_is_due(as_at: str, next_open: str) -> None:
    assert read_plan_dates("October 2021 and March 2022").due_at(d(as_at)) == d(next_open)


@pytest.mark.parametrize("text", ["From July 2021", "July 2021 onwards", "Ongoing from July 2021"])
def test_a_start_is_never_due(text: str) -> None:
    assert read_plan_dates(text).due_at(d("2030-01-01")) is None


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("From June 2026 and September 2026", start_and_due("2026-06-01", "2026-09-30")),
        ("from 1 June 2026 and 15 September 2026", start_and_due("2026-06-01", "2026-09-15")),
        ("Starting June 2026 and September 2026", start_and_due("2026-06-01", "2026-09-30")),
        ("From June 2026/September 2026", start("2026-06-01")),
        ("From September 2026/June 2026", start("2026-06-01")),
        ("June 2026/September 2026 onwards", start("2026-06-01")),
        ("June 2026 and September 2026 onwards", due("2026-06-30")),
        ("June 2026 September 2026 onwards", due("2026-06-30")),
        ("June 2026 - September 2026 onwards", start("2026-06-01")),
        ("From June 2026 and September 2026 onwards", start("2026-06-01")),
    ],
)
def test_beside_another_date_a_start_is_no_due_date_either_and_the_reading_is_doubtful(
    text: str, reading: PlanDates
) -> None:
    assert read_plan_dates(text) == replace(reading, is_doubtful=True)


UNKNOWN = [
    "During Oct 2021",
    "Early August 2021",
    "Next phase from March 2022",
    "Each quarter starting in July 2021",
    "From July 2021 September 2021",
    "From July 2021 From October 2021",
    "June 2021, or July 2021",
    "June 2021 July 2021 August 2021",
    "June 2021 - July 2021 - August 2021",
    "Not before June 2021",
    "June 2021 at the earliest",
    "June 2021 if funded",
    "June 2021 (was May)",
    "Was June 2021, now July 2021",
    "Not by June 2021 and July 2021",
    "Paused: June 2021 - July 2021",
    "June 2021 - July 2021 at the earliest",
    "July 2021 - June 2021",
]


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_no_rule_knows_is_undated_or_marked_doubtful_never_read_as_certain(text: str) -> None:
    reading = read_plan_dates(text)
    assert reading.is_doubtful or not (reading.start or reading.dues or reading.forecast)


MONTHS = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)).map(lambda day: day.replace(day=1))


@given(MONTHS, st.sampled_from(["%B %Y", "%b %Y", "%b-%Y", "%b %y"]))
def test_due_is_the_last_day_and_start_the_first_of_any_month(month: dt.date, form: str) -> None:
    text = month.strftime(form)
    (last,) = read_plan_dates(text).dues
    assert (last + dt.timedelta(days=1)).day == 1
    assert (last.year, last.month) == (month.year, month.month)
    assert read_plan_dates(f"From {text}").start == month
    assert read_plan_dates(f"{text} onwards").start == month


@given(st.text(max_size=40) | st.text(alphabet="0123456789/- JuneMarchandFromBy", max_size=40))
def test_no_text_raises_and_every_reading_can_be_stored(text: str) -> None:
    reading = read_plan_dates(text)
    assert PlanDates.decode(reading.encode()) == reading
