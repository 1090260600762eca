"""Steps that build packs: from a position to a finished PDF in the outbox, recorded with every figure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from delivery.exports import to_csv
from delivery.outbox import publish_file
from flows.environment import environment_text, software_version
from flows.keeping import keep_facts
from flows.placed import note_place
from flows.position import Position
from flows.publishing import path_text, place_in
from flows.settings import Home, UsageError, utc_now
from flows.since import changes_since, find_last_issued
from history.records import PackRecord, PrintedFigure
from history.store import History
from report_templates.render import render_pdf
from schemas.changes import Changes
from schemas.config import Board
from schemas.erratum import ErratumNotice
from schemas.facts import KPI_COLUMNS
from schemas.figures import decimal_text
from schemas.kept import facts_text
from schemas.pack import Pack
from schemas.pack_sources import Attachment
from schemas.spelling import printable
from transforms.actions import RatedPlan
from transforms.calendar import doubt_meeting
from transforms.packs.assemble import assemble_pack
from transforms.packs.inputs import PackInput, rows_of
from transforms.packs.machine import describe_pack, list_rows
from transforms.packs.selection import select_own
from transforms.words import join_words, plural

_EVERYONE = Board(id="everyone", title="Everyone", short="Everyone")


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
    meeting: dt.date | None = None


def find_board(position: Position, board_id: str) -> Board:
    """A board by id. UsageError names the boards there are."""
    for board in position.programme.boards:
        if board.id == board_id:
            return board
    known = [b.id for b in position.programme.boards]
    said = f"there is no board '{printable(board_id)}' in {position.programme.id}"
    if not known:
        raise UsageError(f"{said}, which has no boards")
    raise UsageError(f"{said}; its {'boards are' if known[1:] else 'only board is'} {join_words(known)}")


def check_meeting(meeting: dt.date | None, as_at: dt.date) -> None:
    """UsageError where a board would meet before the date of its figures."""
    if meeting is not None and meeting < as_at:
        raise UsageError(
            f"the meeting of {meeting.isoformat()} lies before {as_at.isoformat()}, the date of its figures; "
            "check --meeting and --as-at"
        )


def give_pack(
    position: Position,
    board: Board | None,
    meeting: dt.date | None,
    edition: str = "restricted",
    changes: Changes | None = None,
    erratum: ErratumNotice | None = None,
) -> PackInput:
    """What a board's pack is made of; without a board, of everything."""
    return PackInput(
        position.programme,
        board or _EVERYONE,
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
        changes,
        erratum,
        position.calendars,
    )


def model_pack(
    position: Position,
    board: Board,
    meeting: dt.date | None,
    edition: str = "restricted",
    changes: Changes | None = None,
    erratum: ErratumNotice | None = None,
) -> Pack:
    """The finished model of a board's pack, with its figures as files for a machine.

    `changes` is what changed since the pack last issued to the board, if any; `erratum` what it puts right.
    """
    given = give_pack(position, board, meeting, edition, changes, erratum)
    model = assemble_pack(given)
    return replace(model, attachments=attach_figures(given, model))


def attach_figures(given: PackInput, model: Pack) -> tuple[Attachment, ...]:
    """The figures of a pack as CSV and JSON, to be embedded in it."""
    table = to_csv(list_rows(given, model), [c.name for c in KPI_COLUMNS])
    document = json.dumps(describe_pack(given, model), ensure_ascii=False, indent=1) + "\n"
    return (
        Attachment("figures.csv", "Every figure of this pack as a table", given.as_at, table),
        Attachment(
            "figures.json",
            "Every figure of this pack with its sources, every action, and what the pack was made from",
            given.as_at,
            document.encode(),
        ),
    )


def since_last(
    history: History, position: Position, board: Board, meeting: dt.date | None, upto: int | None = None
) -> tuple[PackRecord | None, Changes | None]:
    """The pack last issued to a board before this one, up to an event where one is given; and what changed since."""
    name = position.programme.id
    last = find_last_issued(history, name, board.id, "restricted", meeting, position.as_at, upto)
    return last, changes_since(history, position, board, last) if last is not None else None


def build_pack(
    history: History,
    position: Position,
    board: Board,
    outbox: Path,
    meeting: dt.date | None,
    out: Path | None,
    upto: int | None = None,
    erratum: ErratumNotice | None = None,
    replaces: int | None = None,
) -> BuiltPack:
    """Build one pack, record it with every figure it prints, and put it in place whole.

    It tells what changed since the pack last issued to the board; `upto` leaves out what was issued after that event.
    An erratum is given with the number of the pack that it `replaces`, and a position whose rows have the
    references of that pack.
    """
    last, changes = since_last(history, position, board, meeting, upto)
    model = model_pack(position, board, meeting, changes=changes, erratum=erratum)
    rendered = render_pdf(model)
    mark = f"_erratum-{erratum.number}" if erratum else ""
    name = f"{position.programme.id}_{board.id}_{position.as_at.isoformat()}_restricted{mark}.pdf"
    target = out or outbox / name
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
        kept_path(target, history.folder.parent),
        last.pack_id if last is not None else None,
        replaces=replaces,
        reason=erratum.reason if erratum else None,
        environment=environment_text(),
        facts=facts_text(keep_facts(position)),
    )
    # recorded first: a file that lies in the outbox is then always one that history knows
    pack_id = history.packs.record(position.programme.id, record, printed_figures(model), utc_now())
    note_place(history, Home(history.folder.parent), position.programme.id, target, rendered.content)
    publish_file(target.absolute(), rendered.content)
    return BuiltPack(
        position.programme.id,
        board.id,
        target,
        sha256,
        rendered.pages,
        "restricted",
        position.as_at,
        position.as_known,
        tuple(list_warnings(position, board, rendered.pages, meeting)),
        tuple(r.key for r in rows_of(board, position.rows, position.programme) if r.state == "held" or r.is_stated),
        model,
        pack_id,
        meeting,
    )


def printed_figures(model: Pack) -> list[PrintedFigure]:
    """Every figure of a model, as it is recorded."""
    return [PrintedFigure(f.ref, f.key, f.state, decimal_text(f.value), f.text) for f in model.figures]


def kept_path(target: Path, home: Path) -> str:
    """Where a file lies, as it is recorded: relative to the home where it lies in it, else in full."""
    return place_in(Home(home), target) or path_text(target.absolute())


def list_warnings(position: Position, board: Board, pages: int, meeting: dt.date | None = None) -> list[str]:
    """What is said to whoever builds a board's pack: of what is in it, of its meeting, and of nothing else."""
    given = give_pack(position, board, None)
    warnings: list[str] = []
    if meeting is not None:
        warnings += doubt_meeting(board, meeting, position.as_at, position.programme.reporting_dates)
    held = [r.ref for r in given.own_rows if r.state == "held"]
    if held:
        warnings.append(f"{plural(len(held), 'figure is', 'figures are')} held: {join_words(held)}")
    missing = [r.ref for r in given.own_rows if r.impact == "no_data"]
    if missing:
        warnings.append(f"{plural(len(missing), 'figure has', 'figures have')} no data: {join_words(missing)}")
    if pages > board.page_budget:
        warnings.append(f"{plural(pages, 'page')}, over the board's budget of {board.page_budget}")
    chosen = select_own(replace(given, plan=RatedPlan(given.plan.rows)))
    warnings += [f.message for f in chosen.findings]
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
