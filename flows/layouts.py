"""Steps for a workbook nobody has described yet: propose its layout, and try a layout on it. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from flows.checking import read_bytes
from flows.readers import shared_opener
from flows.settings import UsageError
from programmes.propose import write_proposal
from schemas.config import Programme, Return
from schemas.drift import place_acceptance
from schemas.findings import Finding
from schemas.proposal import Proposal
from transforms.commentary import read_commentary
from transforms.judging import judge_tables
from transforms.tracker import read_tracker
from workbooks.grid import OpenedWorkbook
from workbooks.reading import read_workbook
from workbooks.refusals import Unopenable
from workbooks.suggesting.proposing import NothingFound, propose_return
from workbooks.suggesting.trial import Trial, try_return


class Unreadable(Exception):
    """A workbook from which nothing can be proposed or read; the message says why."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed return, and the text of its file."""

    path: Path
    proposal: Proposal
    text: str


@dataclass(frozen=True, slots=True)
class TriedFile:
    """A workbook on which a layout was tried, with every finding. `trial` is None where it is no known return."""

    path: Path
    trial: Trial | None
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Whether something would be refused or held."""
        return any(f.severity == "error" for f in self.findings)


def suggest_layout(path: Path, programme: Programme | None) -> Suggestion:
    """Propose a return for a workbook. Unreadable says why there is none."""
    opened, _ = _open(path)
    try:
        proposal = propose_return(opened.sheets, programme)
    except NothingFound as error:
        raise Unreadable(f"{path.name}: no table was made out: {error}") from None
    return Suggestion(path, proposal, write_proposal(proposal))


def try_layout(path: Path, programme: Programme, item: Return | None) -> TriedFile:
    """What a return reads from a workbook: the one given, else the programme's own for it."""
    opened, content = _open(path)
    if item is None:
        reading = read_workbook(content, path.name, programme, shared_opener().open)
        if reading.item is None:
            return TriedFile(path, None, reading.findings)
        item = reading.item
    if not item.layouts:
        raise UsageError(f"the return '{item.id}' has no layout to try; add one under `layouts`")
    trial = try_return(opened.sheets, item, programme)
    findings = [*opened.notes, *trial.findings]
    if trial.period is not None:
        findings += _judge(trial, programme)
    findings = [place_acceptance(f, item, trial.period) for f in findings]
    return TriedFile(path, replace(trial, findings=tuple(findings)), tuple(findings))


def _open(path: Path) -> tuple[OpenedWorkbook, bytes]:
    content = read_bytes(path)
    try:
        return shared_opener().open(content, path.name), content
    except Unopenable as error:
        raise Unreadable(f"{error.finding.message} {error.finding.action}") from None


def _judge(trial: Trial, programme: Programme) -> list[Finding]:
    """What `check` would find in the tables that were cut."""
    assert trial.period is not None
    cuts = [table.cut for table in trial.tables]
    if trial.item.kind == "tracker":
        return [f for cut in cuts for f in read_tracker(cut.readings, trial.period.end, programme).findings]
    if trial.item.kind == "commentary":
        return [f for cut in cuts for f in read_commentary(cut.readings, trial.period.end, programme).findings]
    return list(
        judge_tables(cuts, trial.layout, programme, trial.period, trial.covered, cadence=trial.item.cadence).findings
    )
