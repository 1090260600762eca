"""Steps that build packs: from a position to a finished PDF in the outbox, recorded with every figure."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from delivery.outbox import publish_file
from flows.position import Position
from flows.settings import UsageError, utc_now
from history.records import PackRecord, PrintedFigure
from history.store import History
from report_templates.render import render_pdf
from schemas.config import Board
from schemas.figures import decimal_text
from schemas.kept import KeptAction, KeptFacts, facts_text
from schemas.pack import Pack
from transforms.actions import ActionRow
from transforms.packs.assemble import assemble_pack
from transforms.packs.inputs import PackInput


@dataclass(frozen=True, slots=True)
class BuiltPack:
    """A pack that lies in the outbox."""

    programme: str
    board: str
    path: Path
    sha256: str
    pages: int
    edition: str
    as_at: dt.date
    as_known: int
    warnings: tuple[str, ...]
    held: tuple[str, ...]
    model: Pack
    pack_id: int = 0


def software_version() -> str:
    """Name and version of this software, as a pack prints it."""
    try:
        return f"Boardpack {version('boardpack')}"
    except PackageNotFoundError:
        return "Boardpack"


def find_board(position: Position, board_id: str) -> Board:
    """A board by id. UsageError names the boards there are."""
    for board in position.programme.boards:
        if board.id == board_id:
            return board
    known = ", ".join(b.id for b in position.programme.boards) or "none"
    raise UsageError(f"there is no board '{board_id}' in {position.programme.id}; its boards are {known}")


def model_pack(position: Position, board: Board, meeting: dt.date | None, edition: str = "restricted") -> Pack:
    """The finished model of a board's pack."""
    return assemble_pack(
        PackInput(
            position.programme,
            board,
            position.as_at,
            position.as_known,
            meeting,
            edition,
            position.facts,
            position.rows,
            position.plan,
            position.received,
            position.refused,
            position.findings,
            position.configuration_sha,
            software_version(),
            position.across,
            position.remarks,
            position.calendars,
        )
    )


def build_pack(
    history: History,
    position: Position,
    board: Board,
    outbox: Path,
    meeting: dt.date | None,
    out: Path | None,
) -> BuiltPack:
    """Build one pack, put it in place whole, and record it with every figure it prints."""
    model = model_pack(position, board, meeting)
    rendered = render_pdf(model)
    target = out or outbox / f"{position.programme.id}_{board.id}_{position.as_at.isoformat()}_restricted.pdf"
    publish_file(target.absolute(), rendered.content)
    sha256 = hashlib.sha256(rendered.content).hexdigest()
    record = PackRecord(
        board.id,
        meeting,
        "restricted",
        "pdf",
        position.as_at,
        position.as_known,
        position.configuration_sha,
        model.software,
        sha256,
        rendered.pages,
        str(target),
        facts=facts_text(keep_facts(position)),
    )
    figures = [PrintedFigure(f.ref, f.key, f.state, decimal_text(f.value), f.text) for f in model.figures]
    pack_id = history.packs.record(position.programme.id, record, figures, utc_now())
    return BuiltPack(
        position.programme.id,
        board.id,
        target,
        sha256,
        rendered.pages,
        "restricted",
        position.as_at,
        position.as_known,
        tuple(_warnings(position, board, rendered.pages)),
        tuple(r.key for r in position.rows if r.state == "held" or r.is_stated),
        model,
        pack_id,
    )


def keep_facts(position: Position) -> KeptFacts:
    """What is kept with a pack of a position: every figure and action, as rated."""
    return KeptFacts(position.rows, tuple(_keep_action(row) for row in position.plan.rows))


def _keep_action(row: ActionRow) -> KeptAction:
    due, forecast, done = (d.isoformat() if d else None for d in (row.due, row.forecast, row.entry.completed_on))
    entry = row.entry
    return KeptAction(entry.key, entry.title, row.outcome, due, forecast, done, entry.owner_rating, row.reason)


def _warnings(position: Position, board: Board, pages: int) -> list[str]:
    warnings = []
    held = [r.ref for r in position.rows if r.state == "held"]
    if held:
        warnings.append(f"{len(held)} figures are held: {', '.join(held)}")
    missing = [r.ref for r in position.rows if r.impact == "no_data"]
    if missing:
        warnings.append(f"{len(missing)} figures have no data: {', '.join(missing)}")
    if pages > board.page_budget:
        warnings.append(f"{pages} pages, over the board's budget of {board.page_budget}")
    warnings += [f.message for f in position.findings]
    return warnings


def missing_returns(position: Position) -> list[dict[str, object]]:
    """Returns that figures wait for: never received, or without a figure recent enough; and absent trackers."""
    sources = {i.id: i.return_id for i in position.programme.indicators}
    found: list[dict[str, object]] = []
    for item in position.programme.returns:
        waiting = [r.ref for r in position.rows if r.impact == "no_data" and sources[r.indicator] == item.id]
        ends = [r.period.end for r in position.received if r.return_id == item.id and r.period.end <= position.as_at]
        if waiting or (item.kind in {"tracker", "commentary"} and not ends):
            last = max(ends, default=None)
            found.append(
                {
                    "return": item.id,
                    "title": item.title,
                    "last_period_end": last.isoformat() if last else None,
                    "age_days": (position.as_at - last).days if last else None,
                    "figures": waiting,
                }
            )
    return found
