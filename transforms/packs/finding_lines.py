"""The findings that a data quality page lists: errors first, alike ones in one row, old notes as a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.evidence import ReceivedFile
from schemas.findings import Finding
from schemas.pack_quality import FindingLine
from transforms.packs.inputs import PackInput, period_text
from transforms.packs.selection import list_judged, receipts_behind
from transforms.words import join_words, plural

SEVERITY = {"error": "Held", "doubt": "Doubt", "note": "Note"}
_ORDER = ("error", "doubt", "note")
_UNPRINTED = {"unknown_indicator", "unknown_service", "commentary_without_role"}
_HOLDS_NOTHING = {"unknown_ref", "duplicate_key"}
_DECISIONS = ("correction_", "override_", "decision_")
_SINGLE_CELLS = {"undated"}


@dataclass(frozen=True, slots=True)
class FoundLines:
    """The rows of the page; how many errors they tell of, and how many notes on old workbooks are left out."""

    lines: tuple[FindingLine, ...]
    errors: int
    left_out: int


@dataclass(slots=True)
class _Alike:
    """Findings of one return that say the same, each with its workbook."""

    found: list[tuple[ReceivedFile, Finding]] = field(default_factory=list)

    @property
    def workbooks(self) -> int:
        """How many workbooks they stand in."""
        return len({item.receipt_id for item, _ in self.found})


def list_findings(received: Sequence[ReceivedFile], loose: Sequence[Finding], pack: PackInput) -> FoundLines:
    """The findings that stand in workbooks, about the plan and about declared decisions."""
    judged = list_judged(received, pack.programme)
    standing = [(item, f) for item in judged for f in item.findings if f.is_open]
    told = _leave_out_old_notes(standing, pack)
    lines = [line for item in judged for line in _single_cells(item, pack)]
    lines += [line for group in _group(told) for line in _lines(group, pack)]
    others = [f for f in loose if f.is_open]
    lines += [(_rank(f), _line(f, "Declared decisions" if _is_decision(f) else "Plan")) for f in others]
    errors = sum(f.severity == "error" for f in [*(f for _, f in told), *others])
    ordered = tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))
    return FoundLines(ordered, errors, len(standing) - len(told))


def title_of(item: ReceivedFile, pack: PackInput) -> str:
    """A workbook's return, and whose rows alone it holds."""
    title = pack.programme.return_title(item.return_id)
    return f"{title}, rows of {item.scope}" if item.scope else title


def dated_title(item: ReceivedFile, pack: PackInput) -> str:
    """A workbook's return and period."""
    return f"{title_of(item, pack)}, {period_text(item.period)}"


def _leave_out_old_notes(
    standing: Sequence[tuple[ReceivedFile, Finding]], pack: PackInput
) -> list[tuple[ReceivedFile, Finding]]:
    """All but notes on workbooks as at the previous reporting date or before on which no figure of the scorecard
    rests: they were told then, and nothing is to be done about them."""
    before = pack.programme.previous_reporting_date(pack.as_at) or dt.date.min
    behind = receipts_behind(pack.facts, pack.own_rows, pack.programme)
    return [
        (item, f)
        for item, f in standing
        if f.severity != "note" or item.period.end > before or item.receipt_id in behind
    ]


def _group(standing: Sequence[tuple[ReceivedFile, Finding]]) -> list[_Alike]:
    """Findings of one return that say the same but for their own cell, in order of the first."""
    groups: dict[tuple[str, str, str], _Alike] = {}
    for item, finding in standing:
        if finding.code in _SINGLE_CELLS:
            continue
        said = finding.message.replace(finding.cell, "") if finding.cell else finding.message
        key = (item.return_id, finding.code, said)
        groups.setdefault(key, _Alike()).found.append((item, finding))
    return list(groups.values())


def _lines(group: _Alike, pack: PackInput) -> list[tuple[int, FindingLine]]:
    """One row for what is wrong alike in several workbooks, by the last of them; a row each within one workbook."""
    if group.workbooks == 1:
        return [(_rank(f), _line(f, dated_title(item, pack))) for item, f in group.found]
    item, last = max(group.found, key=lambda pair: pair[0].period.end)
    title = pack.programme.return_title(item.return_id)
    where = f"{title}, in {group.workbooks} workbooks, the last as at {period_text(item.period)}"
    return [(_rank(last), _line(last, where))]


def _single_cells(item: ReceivedFile, pack: PackInput) -> list[tuple[int, FindingLine]]:
    """The many alike of a tracker that are told in one line, by their keys."""
    singles = [f for f in item.findings if f.is_open and f.code in _SINGLE_CELLS]
    if not singles:
        return []
    keys = [f.row_key or "" for f in singles]
    text = f"{plural(len(keys), 'action')} with neither a due date nor a next review date: {join_words(keys)}."
    return [(_rank(singles[0]), FindingLine(SEVERITY["doubt"], dated_title(item, pack), text, singles[0].action))]


def _rank(finding: Finding) -> int:
    return _ORDER.index(finding.severity)


def _is_decision(finding: Finding) -> bool:
    return finding.code.startswith(_DECISIONS)


def _line(finding: Finding, title: str) -> FindingLine:
    place = f", {finding.sheet}!{finding.cell}" if finding.sheet and finding.cell else ""
    return FindingLine(_kind(finding), f"{title}{place}", finding.message, finding.action)


def _kind(finding: Finding) -> str:
    """What a finding does: an error holds its figure, but words are not printed and decisions not applied."""
    if finding.severity == "error":
        if finding.code in _UNPRINTED:
            return "Not printed"
        if _is_decision(finding):
            return "Not applied"
        if finding.code in _HOLDS_NOTHING:
            return "Error"
    return SEVERITY[finding.severity]
