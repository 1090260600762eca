"""How a scenario asserts: every finding of a judged file, and the code that the scenario is there for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from flows.checking import JudgedFile
from schemas.facts import Observation, Reading
from schemas.findings import Finding, Suggestion

COVERED: set[str] = set()
"""The codes for which there is a scenario."""

_asserted: set[str] = set()


def case(*codes: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a test as the scenario of these codes; it fails if it does not `expect` each of them."""
    COVERED.update(codes)

    def mark(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> None:
            _asserted.clear()
            test(*args, **kwargs)
            assert set(codes) <= _asserted, f"the scenario does not expect {set(codes) - _asserted}"

        return run

    return mark


def codes_of(judged: JudgedFile) -> list[str]:
    """The codes of all findings, in order."""
    return sorted(f.code for f in judged.findings)


def expect_only(judged: JudgedFile, status: str, *codes: str) -> None:
    """The file has this status and these findings, no more and no fewer."""
    told = [f"{f.code} {f.sheet}!{f.cell}: {f.message}" for f in judged.findings]
    assert codes_of(judged) == sorted(codes), told
    assert judged.status == status, told


def expect(
    judged: JudgedFile,
    code: str,
    sheet: str | None,
    cell: str | None,
    *,
    says: tuple[str, ...] | str,
    advises: str,
    suggestion: tuple[str, str, str] | None = None,
) -> Finding:
    """The one finding of that code: its place, what its sentence and action say, and what it suggests."""
    return expect_told(judged.findings, code, sheet, cell, says=says, advises=advises, suggestion=suggestion)


def expect_told(
    findings: Sequence[Finding],
    code: str,
    sheet: str | None,
    cell: str | None,
    *,
    says: tuple[str, ...] | str,
    advises: str,
    suggestion: tuple[str, str, str] | None = None,
) -> Finding:
    """The same among any findings."""
    found = [f for f in findings if f.code == code]
    assert len(found) == 1, [f"{f.code} {f.sheet}!{f.cell}: {f.message}" for f in findings]
    finding = found[0]
    _asserted.add(code)
    assert (finding.sheet, finding.cell) == (sheet, cell), finding.message
    for words in (says,) if isinstance(says, str) else says:
        assert words in finding.message
    assert advises in finding.action
    assert finding.suggestion == (Suggestion(*suggestion) if suggestion else None), finding.message
    return finding


def reading_at(judged: JudgedFile, sheet: str, cell: str) -> Reading:
    """The reading of one cell of a table's body."""
    return next(
        r
        for t in judged.reading.tables
        for r in t.readings
        if (r.sheet, r.cell) == (sheet, cell) and r.field != "label"
    )


def state_of(judged: JudgedFile, measure: str, service: str | None) -> str:
    """The state of a measure's only observation for a service."""
    return observation_of(judged, measure, service).state


def observation_of(judged: JudgedFile, measure: str, service: str | None) -> Observation:
    """A measure's only observation for a service."""
    found = [o for o in judged.observations if (o.measure, o.service) == (measure, service)]
    assert len(found) == 1, [(o.measure, o.service, o.state) for o in judged.observations]
    return found[0]
