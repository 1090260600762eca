"""The acknowledgement of a workbook: what was read, what was found, what happens next, said to its sender."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from schemas.acknowledgement import (
    Acknowledgement,
    Fact,
    FindingGroup,
    ReturnedCopy,
    SaidFinding,
    SentFile,
    TableRead,
    is_withheld,
    place_order,
    withhold,
)
from schemas.days import day_of, say_clock
from schemas.findings import Finding, Severity
from transforms.words import plural, say_date, say_period

_STATUS_WORDS = {"accepted": "Accepted", "held": "Accepted, with figures held", "refused": "Refused"}
_MEANINGS: dict[Severity, str] = {
    "error": "An error holds a figure, a row or the whole file back until it is mended.",
    "doubt": "A doubt holds nothing back. Please look whether the workbook says what you mean.",
    "note": "A note holds nothing back.",
}
_HEADINGS: dict[Severity, str] = {"error": "Errors", "doubt": "Doubts", "note": "Notes"}
_NOT_SHOWN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def one_line(text: str) -> str:
    """Text from a file, fit to stand in a line: no line breaks, no control characters, nothing that turns the
    direction of reading."""
    spaced = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    kept = "".join(c for c in _NOT_SHOWN.sub("", spaced) if unicodedata.category(c) != "Cs")
    return " ".join(kept.split())


def heading_lines(sent: SentFile) -> tuple[str, ...]:
    """The lines above the table of findings in the workbook that goes back."""
    lines = [f"File: {one_line(sent.name)}", f"Return: {_said_return(sent)}", f"Result: {_headline(sent)}"]
    if sent.received_at:
        lines.append(f"Received: {_said_time(sent.received_at)}")
    counts = _counts(sent.findings)
    lines.append(f"Found: {counts}. SHA-256 of the file checked: {sent.sha256}" if counts else "Found: nothing.")
    return tuple(lines)


def acknowledge(sent: SentFile, copy: ReturnedCopy | None) -> Acknowledgement:
    """What the sender of a workbook is told; `copy` is the workbook that goes back with it, if one does."""
    findings = place_order(withhold(sent.findings))
    return Acknowledgement(
        title=f"Acknowledgement of {one_line(sent.name)}",
        headline=_headline(sent),
        status_word=_STATUS_WORDS[sent.status],
        status=sent.status,
        facts=_facts(sent),
        tables=tuple(TableRead(one_line(t.sheet), one_line(t.table), t.rows) for t in sent.tables),
        nothing_read="" if sent.tables else "No table of it was read.",
        groups=_groups(findings),
        nothing_found="" if findings else "Nothing was found wrong or doubtful.",
        next_steps=tuple(_next_steps(sent, copy)),
        record=_record(sent, copy),
    )


def _said_return(sent: SentFile) -> str:
    if sent.return_title is None:
        return "not recognised"
    return f"{sent.return_title}, as at {say_period(sent.period)}" if sent.period else f"{sent.return_title}, no date"


def _said_time(moment: str) -> str:
    return f"{say_date(day_of(moment))} at {say_clock(moment)}, United Kingdom time"


def _headline(sent: SentFile) -> str:
    errors = sum(f.severity == "error" for f in sent.findings)
    if sent.status == "refused":
        fate = "was refused: none of its figures is used" if sent.is_stored else "would be refused as it is"
        return f"The workbook {fate}."
    taken = "was taken in" if sent.is_stored else "can be taken in"
    if sent.status == "held":
        return f"The workbook {taken}, but {plural(errors, 'error')} in it {_hold(errors)} figures back."
    return f"The workbook {taken}, and all its figures are used." if sent.is_stored else f"The workbook {taken}."


def _hold(count: int) -> str:
    return "holds" if count == 1 else "hold"


def _counts(findings: Sequence[Finding]) -> str:
    """2 errors, 1 doubt; empty where nothing was found."""
    severities: tuple[Severity, ...] = ("error", "doubt", "note")
    counts = [(s, sum(f.severity == s for f in findings)) for s in severities]
    return ", ".join(plural(count, word) for word, count in counts if count)


def _facts(sent: SentFile) -> tuple[Fact, ...]:
    rows = sum(table.rows for table in sent.tables)
    facts = [
        Fact("File", one_line(sent.name)),
        Fact("Return", sent.return_title or "not recognised"),
        Fact("As at", say_period(sent.period) if sent.period else "not read"),
        Fact("Read", f"{plural(len(sent.tables), 'table')}, {plural(rows, 'row')}"),
        Fact("Found", _counts(sent.findings) or "nothing"),
    ]
    if sent.received_at:
        facts.append(Fact("Received", _said_time(sent.received_at)))
    return tuple(facts)


def _groups(findings: Sequence[Finding]) -> tuple[FindingGroup, ...]:
    said = [(finding.severity, _said(number, finding)) for number, finding in enumerate(findings, 1)]
    return tuple(
        FindingGroup(severity, heading[0], heading, _MEANINGS[severity], items)
        for severity, heading in _HEADINGS.items()
        if (items := tuple(item for own, item in said if own == severity))
    )


def _said(number: int, finding: Finding) -> SaidFinding:
    hint = finding.suggestion
    suggestion = f"Change {hint.cell} from {hint.from_} to {hint.to}, if your source agrees." if hint else ""
    return SaidFinding(
        number,
        one_line(_place(finding)),
        one_line(finding.message),
        one_line(finding.action),
        one_line(suggestion),
    )


def _place(finding: Finding) -> str:
    if finding.sheet and finding.cell:
        return f"{finding.sheet}, {finding.cell}"
    return finding.sheet or finding.cell or "The whole file"


def _next_steps(sent: SentFile, copy: ReturnedCopy | None) -> list[str]:
    steps = [_fate(sent)]
    if sent.is_known:
        steps.append("Exactly this file was taken in before; taking it in again has changed nothing.")
    if copy is not None:
        steps.append(_where(copy))
    if is_withheld(sent.findings):
        steps.append(
            "The file may hold details of individuals. Nothing in its cells is repeated here. Take the details out "
            "before you send it again, and tell your information governance team if it was sent by mistake."
        )
    if any(f.severity == "error" for f in sent.findings):
        steps.append(
            "Mend the places listed under Errors and send the workbook again. Any file name will do: a return is "
            "recognised by what stands in it."
        )
    return steps


def _fate(sent: SentFile) -> str:
    if sent.status == "refused":
        if sent.is_stored:
            return "The file is put aside. Nothing in it is used; what was taken in before still stands."
        return "This was a check: nothing is stored. Sent as it is, the file would be refused and nothing in it used."
    if sent.status == "held":
        held = "the figures named under Errors are held: they are printed as held, never as a number"
        if sent.is_stored:
            return f"The file is kept and its sound figures are used; {held}, until they are mended or corrected."
        return f"This was a check: nothing is stored. Sent as it is, its sound figures would be used, but {held}."
    if sent.is_stored:
        return "The file is kept and its figures are used. There is nothing more for you to do."
    return "This was a check: nothing is stored. Sent as it is, the file and all its figures would be used."


def _where(copy: ReturnedCopy) -> str:
    name = one_line(copy.name)
    if copy.is_marked:
        return (
            f"A marked copy of your workbook is beside this page: {name}. Its first sheet lists every finding; each "
            "cell named is coloured and has a comment. You may mend that copy and send it: the first sheet is not "
            "read."
        )
    return (
        f"Every finding is also listed in a workbook beside this page: {name}. Your own file was not marked, "
        f"since {copy.why_not}."
    )


def _record(sent: SentFile, copy: ReturnedCopy | None) -> tuple[Fact, ...]:
    """For the record: by these, files are told apart."""
    facts = [Fact("SHA-256 of the file", sent.sha256)]
    if copy is not None:
        facts.append(Fact(f"SHA-256 of {one_line(copy.name)}", copy.sha256))
    return tuple(facts)
