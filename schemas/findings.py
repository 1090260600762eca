"""Findings: something wrong or doubtful in a file, at a cell.

Each code has a severity, a sentence (what is wrong) and an action (what to do), written as templates over
named parts in schemas/sentences. docs/findings.md is generated from them and the examples beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from schemas.sentences.agreement import AGREEMENT
from schemas.sentences.plan import PLAN
from schemas.sentences.rule import Rule as Rule
from schemas.sentences.rule import Severity as Severity
from schemas.sentences.tables import TABLES
from schemas.sentences.workbook import WORKBOOK


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The one change of one cell that would make every check hold."""

    cell: str
    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who accepted a finding, when and why; `use` says which figure is printed where two contradict."""

    role: str
    date: str
    note: str
    use: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: what is wrong, where, and what to do.

    `refuses` marks an error for which the whole file is refused; other errors hold the row or figure at
    the cell. `table` and `row_key` tie it to a reading where there is one. `accept` holds the lines of
    YAML, with the file they belong to, that would accept what was found. `accepted` is set where a declared
    override accepts it: it is then listed, and counts as open no longer.
    """

    code: str
    severity: Severity
    sheet: str | None
    cell: str | None
    message: str
    action: str
    suggestion: Suggestion | None = None
    refuses: bool = False
    table: str | None = None
    row_key: str | None = None
    accept: str = ""
    accepted: Accepted | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has accepted it."""
        return self.accepted is None


@dataclass(frozen=True, slots=True)
class DecisionFinding(Finding):
    """What is wrong with a declared decision that fits no workbook: it names the return that the decision is about,
    and in `row_key` the action, if any. It is derived for every answer and never stored."""

    return_id: str = ""


def about_decision(finding: Finding, return_id: str, action: str | None = None) -> DecisionFinding:
    """A finding that knows which return, and which action, the declared decision is about."""
    values = {f.name: getattr(finding, f.name) for f in fields(finding)}
    return DecisionFinding(**{**values, "row_key": action or finding.row_key, "return_id": return_id})


RULES: dict[str, Rule] = {**WORKBOOK, **TABLES, **PLAN, **AGREEMENT}
"""Every code with its sentences."""


def make_finding(
    code: str,
    *,
    sheet: str | None = None,
    cell: str | None = None,
    suggestion: Suggestion | None = None,
    table_id: str | None = None,
    row_key: str | None = None,
    accept: str = "",
    **parts: Any,
) -> Finding:
    """A finding of a declared code. KeyError for a code that is not declared or a part that is missing."""
    rule = RULES[code]
    words = {"sheet": sheet or "", "cell": cell or "", **{k: str(v) for k, v in parts.items()}}
    return Finding(
        code,
        rule.severity,
        sheet,
        cell,
        rule.message.format(**words),
        rule.action.format(**words),
        suggestion,
        rule.refuses,
        table_id,
        row_key,
        accept,
    )
