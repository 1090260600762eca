"""What stands against issuing a pack: errors in what it rests on, and knowledge that is newer than it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flows.building import find_board, give_pack
from flows.errata import notice_of, number_as_before
from flows.naming_packs import describe_pack
from flows.position import Position, derive_known, derive_position
from flows.refusals import list_standing
from flows.since import find_last_issued
from history.records import PackRecord, Refusal
from history.store import History
from programmes.load import LoadedProgramme
from schemas.findings import Finding
from transforms.packs.differences import RowDifference, compare_actions, compare_rows, to_kept
from transforms.packs.inputs import PackInput, full_name, value_text
from transforms.packs.selection import list_judged, may_be_own, select_own

_NEWER = "newer_knowledge"


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that stands against issuing: a finding with its place, or a figure that is known better now."""

    code: str
    file: str
    sheet: str
    cell: str
    message: str
    action: str

    @property
    def is_newer(self) -> bool:
        """Whether something became known since the pack was built, and changes it."""
        return self.code == _NEWER

    @property
    def text(self) -> str:
        """File, place and sentence on one line."""
        place = f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet
        where = ", ".join(filter(None, [self.file, place]))
        return f"{where}: {self.message}" if where else self.message


def objections_text(objections: Sequence[Objection]) -> str:
    """The objections as they are kept with an issue."""
    return json.dumps([asdict(o) for o in objections], ensure_ascii=False, sort_keys=True)


def list_errors(history: History, record: PackRecord, position: Position) -> list[Objection]:
    """The errors that stand in what a pack rests on: those that its data quality page lists, refused files with
    nothing sound in their place, and declared decisions that do not apply."""
    given = _input(record, position)
    chosen = select_own(given)
    judged = list_judged(chosen.received, position.programme)
    found = [_of_finding(f, r.name) for r in judged for f in r.findings if _stands(f)]
    found += [
        _of_finding(f, "declared decisions" if _is_decision(f) else "the plan") for f in chosen.findings if _stands(f)
    ]
    return [*found, *_list_refused(history, record, given)]


def _stands(finding: Finding) -> bool:
    return finding.severity == "error" and finding.is_open


def _is_decision(finding: Finding) -> bool:
    return finding.code.startswith(("correction", "override", "decision"))


def _of_finding(finding: Finding, file: str) -> Objection:
    return Objection(
        finding.code, file, finding.sheet or "", finding.cell or "", finding.message, finding.action
    )  # fmt: skip


def _list_refused(history: History, record: PackRecord, given: PackInput) -> list[Objection]:
    """Files refused since the board's last issue that can be a matter of its own, unless something sound came in
    their place."""
    answered = _answered(history, record)
    standing = list_standing(history, record.programme, record.as_known)
    own = [r for r in standing if r.seq > answered and may_be_own(r.return_id, given)]
    return [objection for refusal in own for objection in _of_refusal(refusal)]


def _of_refusal(refusal: Refusal) -> list[Objection]:
    """Why a file was refused. Of one with personal data only that is told, not the places."""
    if any(f.code == "personal_data" for f in refusal.findings):
        return [Objection("personal_data", refusal.name, "", "", "It was refused: it held personal data.", "")]
    return [_of_finding(f, refusal.name) for f in refusal.findings if f.severity == "error"]


def _answered(history: History, record: PackRecord) -> int:
    """Up to which event refused files were listed in a pack of the board that was issued: that issue answers
    for them."""
    packs = {p.pack_id: p for p in history.packs.listed(record.programme)}
    issues = history.packs.issues(record.programme, record.board)
    known = [packs[i.pack_id].as_known for i in issues if i.pack_id != record.pack_id]
    return max(known, default=0)


def list_newer(
    history: History, record: PackRecord, position: Position, loaded: LoadedProgramme | None
) -> list[Objection]:
    """The printed figures, ratings and actions that what became known since the pack was built would change.

    With `loaded` the configuration and decisions are those declared now, else those recorded last.
    """
    if loaded is not None:
        now = derive_position(history, loaded, record.as_at)
    else:
        now = derive_known(history, record.programme, record.as_at, None)
    stale = _list_compared(history, record)
    if now.as_known == record.as_known:
        return stale
    notice = notice_of(history, record.replaces, record.reason or "") if record.replaces else None
    before, after = (_input(record, p) for p in (position, number_as_before(now, notice)))
    rows = compare_rows(before.own_rows, after.own_rows, after.programme)
    actions = compare_actions(
        [to_kept(a) for a in before.own_actions],
        after.own_actions,
        [a.entry.key for a in after.own_actions],
        after.programme,
    )
    said = [_say_row(d, after) for d in rows]
    said += [
        f"action {a.key}: {a.was or 'not in the plan'}; now {a.becomes or 'no longer in the plan'}" for a in actions
    ]
    return [*stale, *(Objection(_NEWER, "", "", "", text, "Build the pack again.") for text in said)]


def _list_compared(history: History, record: PackRecord) -> list[Objection]:
    """That a pack tells the changes since another pack than the one issued last, as that was issued afterwards."""
    last = find_last_issued(history, record.programme, record.board, record.edition, record.meeting, record.as_at)
    if last is None or last.pack_id == record.compared_with:
        return []
    before = record.compared_with
    said = f"what changed since pack {before}" if before else "that no pack was issued for an earlier meeting"
    text = f"it says {said}, and pack {describe_pack(last)} was issued since"
    return [Objection(_NEWER, "", "", "", text, "Build the pack again.")]


def _input(record: PackRecord, position: Position) -> PackInput:
    return give_pack(position, find_board(position, record.board), record.meeting, record.edition)


def _say_row(difference: RowDifference, pack: PackInput) -> str:
    row = difference.before or difference.after
    assert row is not None  # a difference is of one row at least
    sides = [(difference.before, difference.was_words), (difference.after, difference.becomes_words)]
    was, now = (", ".join(filter(None, [value_text(r) if r else "", words])) for r, words in sides)
    return f"{row.ref} {full_name(row, pack.programme)}: {was}; now {now}"
