"""Lists: one record a row. Which tables are lists, by which field a record is known, what trackers call theirs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.layout import ColumnAxis, RowAxis
from schemas.spelling import normalise
from workbooks.suggesting.blocks import Block
from workbooks.suggesting.columns import Column, Columns, header_text
from workbooks.suggesting.kinds import KindGuess, guess_kind, names_things
from workbooks.suggesting.marks import mark_of
from workbooks.suggesting.names import Names

_MANY_ROWS = 200
_OWNED = re.compile(r"\b(owner|lead|responsible|responsibility|officer|by whom|who)\b", re.IGNORECASE)
_ACTED = re.compile(r"\b(action|actions|task|activity|milestone|step)\b", re.IGNORECASE)

# the fields of a plan tracker, in the order in which columns claim them
_TRACKER_WORDS: dict[str, str] = {
    "key": "key, id, unique id, unique ref, action id, action no, action number, row id",
    "ref": "ref, reference, action ref, plan ref, no, #",
    "letter": "letter",
    "owner_rating": "owner's rating, owner rating, rag, brag, rag rating, brag rating, rag status, brag status, "
    "rating, status",
    "recovery_by": "recovery by, recovery date, recover by",
    "recovery_note": "recovery note, recovery plan, recovery action, plan to recover",
    "embedded_on": "embedded, embedded on, date embedded",
    "next_review": "next review, next review date, review date, review",
    "completed_on": "completed, completed on, date completed, completion date, actual completion, actual end, "
    "actual completion date, actual end date, date closed, closed, closed on",
    "forecast": "forecast, forecast date, forecast completion, forecast end, expected completion, expected date, "
    "expected completion date, revised date, revised due date, revised target date",
    "start": "start, start date, start by, date started, from",
    "due": "due, due date, due (agreed), agreed date, agreed due date, deadline, by when, when, end date, "
    "target date, timescale, due by, target completion date",
    "owner": "owner, lead, lead officer, action owner, responsible, responsible officer, responsible lead, "
    "responsible person, who, by whom, accountable, accountable officer, role",
    "title": "action, actions, task, title, description, action description, activity, milestone, what, key action",
    "progress": "progress, progress update, update, latest update, comment, comments, commentary, note, notes, "
    "progress note, progress notes",
}
_TRACKER_KINDS = {"start", "forecast", "completed_on", "recovery_by", "embedded_on", "next_review"}


@dataclass(frozen=True, slots=True)
class Records:
    """A list as a layout declares it; `is_tracker`: the actions of a plan, its fields named as a tracker's are."""

    rows: RowAxis
    columns: ColumnAxis
    is_tracker: bool
    doubts: tuple[str, ...] = ()
    field_doubts: tuple[tuple[str, str], ...] = ()


def looks_like_records(block: Block, columns: Columns) -> bool:
    """Whether each row is a record of its own: dates and texts rather than figures, or rows without end."""
    every = _all_columns(block, columns)
    kinds = [c.guess.kind for c in every]
    dates = sum(kind in {"date", "plan_date"} for kind in kinds)
    numbers = sum(c.guess.is_numeric for c in every)
    if len(columns.periods) > numbers // 2 and columns.periods:
        return len(columns.rows) > _MANY_ROWS
    if len(columns.rows) > _MANY_ROWS:
        return True
    if len(every) < 3 or len(columns.rows) < 2:
        return False
    is_coded = names_things(every[0].header) and _is_unique(block, every[0].number, columns.rows) and dates > 0
    return numbers == 0 or is_coded or (dates >= 2 and numbers <= dates) or _is_plan(every)


def _all_columns(block: Block, columns: Columns) -> list[Column]:
    """Every headed column, label and group too, as values."""
    by_number = {c.number: c for c in columns.values}
    found = []
    for number in block.columns:
        header = header_text(block.header(number))
        if number in by_number:
            found.append(by_number[number])
        else:
            found.append(Column(header, number, header, "", _text_or_date(block, number, columns.rows)))
    return found


def _text_or_date(block: Block, number: int, rows: Sequence[int]) -> KindGuess:
    guess = guess_kind([block.sheet.at(r, number) for r in rows], block.header(number).text)
    return guess if guess.kind in {"date", "plan_date"} else KindGuess("text")


def _is_plan(columns: Sequence[Column]) -> bool:
    headers = [c.header for c in columns]
    return any(_OWNED.search(h) for h in headers) and any(_ACTED.search(h) for h in headers) and any(
        c.guess.kind in {"date", "plan_date"} for c in columns
    )  # fmt: skip


def _is_unique(block: Block, number: int, rows: Sequence[int]) -> bool:
    texts = [normalise(block.sheet.at(r, number).text) for r in rows]
    filled = [t for t in texts if t]
    return len(filled) >= max(2, len(texts) * 3 // 4) and len(set(filled)) == len(filled)


def read_records(block: Block, columns: Columns) -> Records:
    """The list's key and fields; a plan's tracker gets the names that its columns are known by."""
    every = _all_columns(block, columns)
    is_plan = _is_plan(every) and not any(c.guess.is_numeric and not c.is_empty for c in every if c.id != "ref")
    claimed = _claim(every) if is_plan else {}
    is_tracker = is_plan and {"title", "owner"} <= set(claimed.values())
    names = Names(claimed.values() if is_tracker else ())
    fields = {}
    doubts: list[tuple[str, str]] = []
    key_number, key_doubts = _find_key(block, every, columns.rows, claimed if is_tracker else {})
    for column in every:
        own = claimed.get(column.number) if is_tracker else None
        name = own or names.give(column.header, f"column_{column.number}", column.under)
        column = _as_tracker(column, name) if own else column
        layout = column.layout.model_copy(update={"required": column.number == key_number or _is_vital(name, column)})
        if column.number == key_number:
            key = name
            layout = layout.model_copy(update={"kind": "text"})
        fields[name] = layout
        doubts += [(name, text) for text in column.doubts]
    rows = RowAxis(kind="records", key=key)
    return Records(rows, ColumnAxis(fields=fields), is_tracker, tuple(key_doubts), tuple(doubts))


def _is_vital(name: str, column: Column) -> bool:
    return name in {"title", "owner", "ref"} or (column.guess.kind == "date" and name in {"due", "completed_on"})


def _as_tracker(column: Column, name: str) -> Column:
    if name in _TRACKER_KINDS and column.guess.kind not in {"date"}:
        doubt = "a tracker wants dates here; texts in this column are not read"
        return replace(column, guess=KindGuess("date"), doubts=() if column.is_empty else (*column.doubts, doubt))
    if column.is_empty and name not in {"due", *_TRACKER_KINDS}:
        return replace(column, guess=KindGuess("text"))
    return column


def _claim(columns: Sequence[Column]) -> dict[int, str]:
    """Which column is which of a tracker's fields; a printed target date beside a due date is the printed one."""
    found: dict[int, str] = {}
    for name, words in _TRACKER_WORDS.items():
        known = set(words.split(", "))
        match = next((c for c in columns if c.number not in found and normalise(c.header) in known), None)
        if match is not None:
            is_printed = name == "due" and match.guess.kind == "plan_date"
            found[match.number] = "printed" if is_printed else name
    printed = next((c for c in columns if c.number not in found and c.guess.kind == "plan_date"), None)
    if printed is not None and "printed" not in found.values():
        found[printed.number] = "printed"
    if "key" not in found.values():
        ref = next((number for number, name in found.items() if name == "ref"), None)
        if ref is not None:
            found[ref] = "key"
    return found


def _find_key(
    block: Block, columns: Sequence[Column], rows: Sequence[int], claimed: dict[int, str]
) -> tuple[int, list[str]]:
    """The column that names each record: by its heading if its values differ, else the first whose values do."""
    own = next((number for number, name in claimed.items() if name == "key"), None)
    unique = [c for c in columns if _is_unique(block, c.number, rows)]
    if own is not None and any(c.number == own for c in unique):
        return own, []
    headed = [c for c in unique if names_things(c.header)]
    if headed:
        return headed[0].number, []
    if own is not None:
        return own, [f"'{next(c.header for c in columns if c.number == own)}' does not differ in every row"]
    texts = [c for c in unique if c.guess.kind == "text"] or unique
    if texts:
        return texts[0].number, [f"taken as the key since its values differ: '{texts[0].header}'"]
    filled = max(columns, key=lambda c: sum(mark_of(block.sheet.at(r, c.number)) != "blank" for r in rows))
    return filled.number, ["no column names each record; give each a key of its own in the workbook"]
