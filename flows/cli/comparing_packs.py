"""The command that compares two packs: diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import AsJson, HomeOption
from flows.settings import UsageError, find_home, open_history

if TYPE_CHECKING:
    from history.records import PackRecord
    from schemas.changes import ActionReading, Changes, Reading, Step

_TITLES = (
    ("software", False, "Software changed"),
    ("restated", False, "Restated"),
    ("target", False, "Target changed"),
    ("rule", False, "Rule or definition changed"),
    ("performance", False, "Performance"),
    ("target", True, "Target stepped as planned"),
)
"""The causes in the order in which they are isolated, each from where the one before ends."""


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command("diff")(diff)


def diff(
    first: Annotated[str, typer.Argument(metavar="PACK", help="A pack: its number, file, hash, or BOARD@DATE.")],
    second: Annotated[str, typer.Argument(metavar="PACK", help="Another pack.")],
    programme: Annotated[
        str | None, typer.Option("--programme", help="Of which programme both are: folder name, or a path.")
    ] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Say what changed between two packs, cause by cause."""
    raise typer.Exit(compare_packs(first, second, programme, home, as_json=as_json))


def compare_packs(first: str, second: str, programme: str | None, home_option: Path | None, *, as_json: bool) -> int:
    """Print what changed from the earlier to the later of two packs: by their as-at dates, then their numbers."""
    from flows.building import find_board
    from flows.cli.intake import print_json, say
    from flows.failures import OK
    from flows.naming_packs import find_pack, name_programme
    from flows.position import derive_known
    from flows.since import changes_since

    home = find_home(home_option)
    if not home.has_history:
        raise UsageError(f"there is no pack in {home.folder}; build one first")
    history = open_history(home)
    try:
        name = name_programme(history, programme, home)
        packs = [find_pack(history, text, name) for text in (first, second)]
        earlier, later = sorted(packs, key=lambda p: (p.as_at, p.pack_id))
        if earlier.programme != later.programme:
            raise UsageError(
                f"pack {earlier.pack_id} is of {earlier.programme} and pack {later.pack_id} of {later.programme}; "
                "only packs of one programme can be compared"
            )
        position = derive_known(history, later.programme, later.as_at, later.as_known)
        changes = changes_since(history, position, find_board(position, later.board), earlier, later)
    finally:
        history.close()
    if earlier.pack_id == later.pack_id:
        say(f"boardpack: both names mean the same pack, {later.pack_id}")
    if as_json:
        print_json(changes_form(changes, earlier, later))
    else:
        print("\n".join(describe_changes(changes, earlier, later)))
    return OK


def describe_changes(changes: Changes, earlier: PackRecord, later: PackRecord) -> list[str]:
    """What changed, as lines for the prompt."""
    lines = [_name(earlier), _name(later), *([changes.note] if changes.note else [])]
    for cause, by_date, title in _TITLES:
        steps = [(f, s) for f in changes.figures for s in f.steps if (s.cause, s.by_date) == (cause, by_date)]
        if steps:
            lines += ["", f"{title}:"]
            lines += [f"  {f.ref or f.earlier_ref:4} {f.label}: {s.words}" for f, s in steps]
    if changes.limits:
        lines += ["", "Limits reckoned anew:"]
        lines += [f"  {c.ref:4} {c.label}: {c.words}" for c in changes.limits]
    if changes.actions:
        lines += ["", "Actions:"]
        for change in changes.actions:
            for step in change.steps:
                turn = f"{_outcome(step.before)} becomes {_outcome(step.after)}, "
                shown = turn if _outcome(step.before) != _outcome(step.after) else ""
                lines.append(f"  {change.key:8} {change.title}: {shown}{step.words} ({step.cause})")
    count = changes.same or "No"
    same = f"{count} {'figures are' if changes.same > 1 else 'figure is'} printed alike in both."
    return [*lines, "", same]


def _name(pack: PackRecord) -> str:
    meeting = f", meeting of {pack.meeting.isoformat()}" if pack.meeting else ""
    return (
        f"Pack {pack.pack_id}: {pack.board}, as at {pack.as_at.isoformat()}{meeting}, "
        f"as known at event {pack.as_known}, {pack.software}"
    )


def _outcome(reading: ActionReading | None) -> str:
    return reading.outcome if reading is not None else "none"


def changes_form(changes: Changes, earlier: PackRecord, later: PackRecord) -> dict[str, Any]:
    """What `diff --json` prints."""
    return {
        "earlier": _pack_form(earlier),
        "later": _pack_form(later),
        "note": changes.note or None,
        "figures": [
            {
                "key": f.key,
                "ref": f.ref or None,
                "earlier_ref": f.earlier_ref or None,
                "label": f.label,
                "before": _reading_form(f.before),
                "after": _reading_form(f.after),
                "causes": list(f.causes),
                "steps": [_step_form(s) for s in f.steps],
            }
            for f in changes.figures
        ],
        "limits": [
            {
                "key": c.key,
                "ref": c.ref,
                "before": c.before or None,
                "after": c.after or None,
                "points_before": c.points_before,
                "points_after": c.points_after,
                "is_restated": c.is_restated,
                "words": c.words,
            }
            for c in changes.limits
        ],
        "actions": [
            {
                "key": a.key,
                "title": a.title,
                "steps": [
                    {
                        "cause": s.cause,
                        "before": _action_form(s.before),
                        "after": _action_form(s.after),
                        "words": s.words,
                    }
                    for s in a.steps
                ],
            }
            for a in changes.actions
        ],
        "same": changes.same,
    }


def _pack_form(pack: PackRecord) -> dict[str, Any]:
    return {
        "pack": pack.pack_id,
        "board": pack.board,
        "as_at": pack.as_at.isoformat(),
        "as_known": pack.as_known,
        "meeting": pack.meeting.isoformat() if pack.meeting else None,
        "sha256": pack.sha256,
    }


def _step_form(step: Step) -> dict[str, Any]:
    return {
        "cause": step.cause,
        "before": _reading_form(step.before),
        "after": _reading_form(step.after),
        "words": step.words,
        "by_date": step.by_date,
        "is_late": step.is_late,
        "evidence": [
            {
                "kind": e.kind,
                "receipt": e.number,
                "name": e.name,
                "on": e.on.isoformat(),
                "why": e.why or None,
            }
            for e in step.evidence
        ],
    }


def _reading_form(reading: Reading | None) -> dict[str, Any] | None:
    from schemas.figures import decimal_text

    if reading is None:
        return None
    return {
        "state": reading.state,
        "value": decimal_text(reading.value),
        "text": reading.text,
        "impact": reading.impact,
        "target": reading.target or None,
        "tolerance": reading.tolerance or None,
        "baseline": reading.baseline or None,
    }


def _action_form(reading: ActionReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {"outcome": reading.outcome, "due": reading.due.isoformat() if reading.due else None}
