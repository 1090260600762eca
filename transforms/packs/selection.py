"""What of all that is known a board's pack speaks of: one selection, for its pages and for what stands against it.

A board without priorities sees everything. Any other sees the workbooks that its own figures, actions and words
rest on, what was found in them about those, and the decisions about them; of the rest it is told how many there are
(docs/decisions/0032-a-board-sees-its-own-matters.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from schemas.config import Programme, Unmeasured
from schemas.evidence import AppliedOverride, ReceivedFile, RefusedFile
from schemas.findings import DecisionFinding, Finding
from schemas.kpi import KpiRow
from transforms.calendar import ReturnCalendar
from transforms.commentary import find_indicator
from transforms.known import Facts
from transforms.packs.inputs import PackInput
from transforms.roles import names_role


@dataclass(frozen=True, slots=True)
class Selection:
    """What a board's pack speaks of. `received` are the workbooks as at the pack's date or before, each with the
    findings and decisions that are the board's; `others` is how many there are beside.

    `findings` are about the plan across trackers, and about declared decisions that fit nothing.
    """

    received: tuple[ReceivedFile, ...]
    others: int
    refused: tuple[RefusedFile, ...]
    findings: tuple[Finding, ...]
    across: tuple[AppliedOverride, ...]
    calendars: tuple[ReturnCalendar, ...]
    unmeasured: tuple[Unmeasured, ...]


def select_own(pack: PackInput) -> Selection:
    """What the pack of a board speaks of."""
    there = [r for r in pack.received if r.period.end <= pack.as_at]
    loose = (*pack.findings, *pack.plan.findings)
    if not pack.board.priorities:
        return Selection(
            tuple(there), 0, pack.refused, loose, pack.across, pack.calendars, pack.programme.unmeasured
        )  # fmt: skip
    own = _Own.of(pack)
    received = tuple(own.narrow(r) for r in there if own.has_workbook(r))
    refs = {r.ref for p in pack.programme.priorities if p.id in pack.priorities for r in p.refs}
    return Selection(
        received,
        len(there) - len(received),
        tuple(r for r in pack.refused if own.may_be(r.return_id)),
        tuple(f for f in loose if own.has_loose(f)),
        tuple(a for a in pack.across if own.has_override(a)),
        tuple(c for c in pack.calendars if own.has_return(c.return_id)),
        tuple(u for u in pack.programme.unmeasured if not u.plan_refs or refs & set(u.plan_refs)),
    )


def may_be_own(return_id: str | None, pack: PackInput) -> bool:
    """Whether a refused file can be a matter of the board: one of its returns, or one that nobody recognised."""
    return not pack.board.priorities or _Own.of(pack).may_be(return_id)


def list_judged(received: Sequence[ReceivedFile], programme: Programme) -> list[ReceivedFile]:
    """The workbooks whose findings are told: of trackers the latest whole one, and what came after it."""
    trackers = {item.id for item in programme.returns if item.kind == "tracker"}
    latest = max((r.period.end for r in received if r.return_id in trackers and not r.scope), default=None)
    return [r for r in received if latest is None or r.return_id not in trackers or r.period.end >= latest]


def receipts_behind(facts: Facts, rows: Iterable[KpiRow], programme: Programme) -> set[int]:
    """The receipts that rows rest on: those of their values, and of the previous values and baselines beside them."""
    found: set[int] = set()
    indicators = {i.id: i for i in programme.indicators}
    for row in rows:
        found.update(row.receipts)
        for period in (row.previous_period, row.baseline_period):
            if period is not None:
                value = facts.value_of(indicators[row.indicator], row.service, row.subgroup, period.end)
                if value is not None:
                    found.update(p.receipt_id for p in (*value.parts, *value.beside))
    return found


@dataclass(frozen=True, slots=True)
class _Own:
    """What belongs to a board of some priorities: its returns, indicators and actions; `foreign` are the keys of
    the other actions of the plan. What belongs to nobody that is known is everybody's."""

    pack: PackInput
    returns: frozenset[str]
    indicators: frozenset[str]
    foreign: frozenset[str]

    @classmethod
    def of(cls, pack: PackInput) -> _Own:
        """What belongs to the board of a pack."""
        indicators = frozenset(r.indicator for r in pack.own_rows)
        plans = {item.id for item in pack.programme.returns if item.kind != "measures"}
        sources = {i.return_id for i in pack.programme.indicators if i.id in indicators}
        keys = {a.entry.key for a in pack.own_actions}
        foreign = frozenset(a.entry.key for a in pack.plan.rows if a.entry.key not in keys)
        return cls(pack, frozenset(plans | sources), indicators, foreign)

    def has_return(self, return_id: str) -> bool:
        """Whether a return is one of the board's, or declared no longer: such a one is nobody's."""
        return return_id in self.returns or all(item.id != return_id for item in self.pack.programme.returns)

    def may_be(self, return_id: str | None) -> bool:
        """Whether a refused file can be of one of the board's returns."""
        return return_id is None or self.has_return(return_id)

    def has_workbook(self, item: ReceivedFile) -> bool:
        """Whether anything of the board's rests on a workbook; one of an owner's rows only where they are its own."""
        if not self.has_return(item.return_id):
            return False
        if not item.scope:
            return True
        if self._kind(item.return_id) == "tracker":
            return any(names_role(a.entry.owner, item.scope) for a in self.pack.own_actions)
        own = [r.indicator for r in self.pack.remarks if r.receipt_id == item.receipt_id]
        return not own or any(indicator in self.indicators for indicator in own)

    def narrow(self, item: ReceivedFile) -> ReceivedFile:
        """A workbook with what was found and decided in it about the board's own rows."""
        kind = self._kind(item.return_id)
        if kind == "measures":
            return item
        has_row = self._has_action if kind == "tracker" else self._has_words
        return replace(
            item,
            findings=tuple(f for f in item.findings if has_row(f.row_key)),
            overridden=tuple(a for a in item.overridden if self.has_override(a)),
        )

    def has_loose(self, finding: Finding) -> bool:
        """Whether a finding about the plan, or about a declared decision, is about something of the board's."""
        if isinstance(finding, DecisionFinding) and not self.has_return(finding.return_id):
            return False
        return self._has_action(finding.row_key)

    def has_override(self, applied: AppliedOverride) -> bool:
        """Whether an override accepts a finding about something of the board's."""
        override = applied.override
        return self.has_return(override.return_id) and self._has_action(override.action)

    def _has_action(self, key: str | None) -> bool:
        return key not in self.foreign

    def _has_words(self, label: str | None) -> bool:
        indicator = find_indicator((label or "").split("#")[0], self.pack.programme)
        return indicator is None or indicator in self.indicators

    def _kind(self, return_id: str) -> str:
        return next((item.kind for item in self.pack.programme.returns if item.id == return_id), "measures")
