"""What a sender is told: what was read, what was found, what happens next."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from schemas.acknowledgement import ReturnedCopy, SentFile, TableRead, withhold
from schemas.facts import Period
from schemas.findings import Finding, Suggestion
from transforms.acknowledge import acknowledge, heading_lines, one_line

DAY = dt.date(2031, 3, 3)
NOTE = Finding("hidden_read", "note", "Lamps", "A1", "A row is hidden.", "Nothing.")
ERROR = Finding("counts_disagree", "error", "Lamps", "C7", "C7 says 294.", "Mend it.", Suggestion("C7", "294", "394"))
DOUBT = Finding(
    "unread_column", "doubt", "Lamps", None, "A column is not read.", "Add it.", accept="headers:\n  - Oil"
)
SENT = SentFile(
    "lamps.xlsx",
    "ab" * 32,
    "held",
    "Lamp report",
    Period(DAY, DAY),
    (TableRead("Lamps", "Lit", 3),),
    (NOTE, ERROR, DOUBT),
)
COPY = ReturnedCopy("lamps.marked.xlsx", "cd" * 32, True)


def said(sent: SentFile, copy: ReturnedCopy | None = COPY) -> str:
    return " ".join(acknowledge(sent, copy).next_steps)


def test_errors_come_first_and_numbers_run_through() -> None:
    groups = acknowledge(SENT, COPY).groups
    assert [(g.letter, g.heading, [i.number for i in g.items]) for g in groups] == [
        ("E", "Errors", [1]),
        ("D", "Doubts", [2]),
        ("N", "Notes", [3]),
    ]
    (error,) = groups[0].items
    assert (error.place, error.suggestion) == ("Lamps, C7", "Change C7 from 294 to 394, if your source agrees.")
    assert "headers" not in str(groups[1]), "lines of YAML are no sender's business"


def test_each_fate_is_told_as_it_is() -> None:
    filed = replace(SENT, is_stored=True, received_at="2031-03-04T09:00:00Z")
    assert "nothing is stored" in said(SENT)
    assert "The file is kept and its sound figures are used; the figures named under Errors are held" in said(filed)
    assert "put aside. Nothing in it is used" in said(replace(filed, status="refused"))
    assert "There is nothing more for you to do" in said(replace(filed, status="accepted", findings=()))
    assert "would be refused and nothing in it used" in said(replace(SENT, status="refused"))
    assert "was taken in before" in said(replace(filed, is_known=True))


def test_the_copy_is_named_and_where_there_is_none_the_reason() -> None:
    assert "lamps.marked.xlsx" in said(SENT)
    assert "was not marked, since it is encrypted." in said(
        SENT, ReturnedCopy("l.findings.xlsx", "", False, "it is encrypted")
    )
    assert "xlsx" not in said(SENT, None)


def test_a_file_without_findings_says_so() -> None:
    it = acknowledge(replace(SENT, status="accepted", findings=()), None)
    assert it.groups == ()
    assert it.nothing_found == "Nothing was found wrong or doubtful."


def test_of_a_file_with_personal_details_nothing_in_its_cells_is_repeated() -> None:
    personal = Finding(
        "personal_data", "error", "Lamps", "D4", "D4 holds what looks like a person's number.", "Take it out."
    )
    sent = replace(SENT, status="refused", findings=(personal, ERROR, DOUBT))
    it = repr(acknowledge(sent, None))
    for text in ("294", "394", "A column is not read", "Oil"):
        assert text not in it
    assert "D4 holds what looks like" in it
    assert "'Lamps, C7'" in it
    assert "may hold details of individuals" in it
    assert [f.suggestion for f in withhold(sent.findings)] == [None] * 3


def test_text_of_a_file_stays_on_its_line() -> None:
    assert one_line("a\r\n- b\x1b[31m\u202ec\u2028d\ud800") == "a - b [31mc d"


def test_the_heading_of_the_sheet_tells_file_return_and_result() -> None:
    lines = heading_lines(replace(SENT, received_at="2031-03-04T09:00:00Z"))
    assert lines[:2] == ("File: lamps.xlsx", "Return: Lamp report, as at 3 March 2031")
    assert "Received: 4 March 2031 at 09:00, United Kingdom time" in lines
    assert any("1 error, 1 doubt, 1 note" in line and SENT.sha256 in line for line in lines)
