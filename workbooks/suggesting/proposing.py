"""A whole workbook as a proposed return: its title, its as-at line, and every table that was made out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from schemas.config import Company, Programme, Return, Service
from schemas.layout import Layout, PeriodLine
from schemas.proposal import Proposal, Remark
from schemas.repeats import base_table
from schemas.spelling import normalise
from workbooks.dates import read_period
from workbooks.grid import Sheet
from workbooks.suggesting.bases import doubt_bases
from workbooks.suggesting.blocks import Block, find_blocks
from workbooks.suggesting.dating import Dating, find_dating, find_title, guess_cadence, is_dated
from workbooks.suggesting.forms import Form, cards_of, find_forms, propose_form
from workbooks.suggesting.names import Names, slug
from workbooks.suggesting.repeats import Placed, fold_repeats
from workbooks.suggesting.tables import ProposedTable, propose_table
from workbooks.suggesting.trial import try_return

_PLACEHOLDER = "As at"
_PLACEHOLDER_FROM = dt.date(2000, 1, 1)
_MOST_TABLES = 60
_MOST_EFFORT = 150_000  # cells times tables: a trial beyond it would take long


class NothingFound(Exception):
    """A workbook in which no table was made out; the message says what was looked for."""


def propose_return(sheets: Sequence[Sheet], programme: Programme | None = None) -> Proposal:
    """A complete return for a workbook nobody has described. NothingFound where no table is made out.

    With a `programme`, its services and their spellings are recognised in the rows.
    """
    seen = [sheet for sheet in sheets if not sheet.is_hidden]
    blocks = [block for sheet in seen for block in find_blocks(sheet)]
    title, title_doubt = find_title(seen)
    parts = _parts(seen, blocks)
    tables = _propose_tables(parts[:_MOST_TABLES], title, programme)
    if not tables:
        raise NothingFound(_why_nothing(sheets, seen))
    tops = {b.sheet.name: b.header_row for b in reversed(blocks)}
    dating = find_dating(seen, tops)
    headers = [
        p for b in blocks for c in b.columns if (p := read_period(b.header(c).value, b.header(c).number_format))
    ]
    recognise = title or _first_words(tables)
    cadence, why = guess_cadence(recognise, dating, headers)
    layout = Layout.model_validate(
        {
            "from": dating.period.end.replace(day=1) if dating.period else _PLACEHOLDER_FROM,
            "as_at": dating.as_at or PeriodLine(labels=(_PLACEHOLDER,)),
            "covers": dating.covers,
            "basis": "in_period" if dating.covers else "snapshot",
            "tables": {t.layout.id: t.layout.model_dump() for t in tables},
        }
    )
    is_tracker = len(tables) == 1 and tables[0].is_tracker
    item = Return(
        id=slug(recognise, "return"),
        title=recognise,
        kind="tracker" if is_tracker else "measures",
        cadence=cadence,
        recognise=(recognise,),
        layouts=(layout,),
    )
    remarks = _remarks(item, title, title_doubt, why, dating, programme)
    remarks += [
        Remark(("layouts", 0, "tables", t.layout.id, *r.path), r.text, r.is_unsure) for t in tables for r in t.remarks
    ]
    remarks += doubt_bases(layout, recognise)
    remarks += _left_out(sheets, seen, parts)
    services = _services(tables)
    remarks += _tried(seen, item, programme or _invented(services, tables))
    return Proposal(item, tuple(dict.fromkeys(remarks)), services)


def _parts(sheets: Sequence[Sheet], blocks: Sequence[Block]) -> list[Block | Form]:
    """Tables and forms in the order of the sheets."""
    found: list[Block | Form] = []
    for sheet in sheets:
        own = [b for b in blocks if b.sheet.name == sheet.name]
        cards = {id(b): form for b in own if (form := cards_of(b)) is not None}
        parts: list[Block | Form] = [cards.get(id(b), b) for b in own]
        parts += find_forms(sheet, own)
        found += sorted(parts, key=lambda part: part.first_row)
    return found


def _invented(services: Sequence[Service], tables: Sequence[ProposedTable]) -> Programme:
    """As much of a programme as reading needs, where there is none yet."""
    whole = next((t.whole for t in tables if t.whole), "Company")
    known: dict[str, Any] = {"services": tuple(services), "company": Company(label=whole), "subgroups": ()}
    return Programme.model_construct(**known)


def _tried(sheets: Sequence[Sheet], item: Return, programme: Programme) -> list[Remark]:
    """The proposal, tried on its own workbook: what it does not read, and what would refuse the file."""
    effort = sum(len(sheet.cells) for sheet in sheets) * (4 + len(item.layouts[0].tables))
    if effort > _MOST_EFFORT:
        return [Remark((), "the workbook is large, and the proposal was not tried on it", is_unsure=False)]
    trial = try_return(sheets, item, programme)
    remarks = []
    for left in trial.left:
        more = " and others" if left.figures > len(left.cells) else ""
        cells = ", ".join(left.cells)
        remarks.append(Remark((), f"not read on sheet '{left.sheet}': {left.figures} figures ({cells}{more})"))
    own = set(item.layouts[0].tables)
    for finding in trial.findings:
        if finding.refuses and finding.code not in {"as_at_missing", "as_at_unreadable", "unknown_return"}:
            table = base_table(finding.table) if finding.table else None
            path: tuple[str | int, ...] = ("layouts", 0, "tables", table) if table in own and table else ()
            remarks.append(Remark(path, f"{finding.sheet}!{finding.cell}: {finding.message}"))
    return remarks


def _why_nothing(sheets: Sequence[Sheet], seen: Sequence[Sheet]) -> str:
    if not any(sheet.rows() for sheet in sheets):
        return "it is empty"
    if not any(sheet.rows() for sheet in seen):
        return "only its hidden sheets hold anything"
    return "no sheet has a row of headings with figures, dates or a list below it"


def _first_words(tables: Sequence[ProposedTable]) -> str:
    first = tables[0].layout
    return first.anchor[0] if first.anchor else next(iter(first.rows.headers), "") or first.id.replace("_", " ")


def _propose_tables(
    parts: Sequence[Block | Form], title: str | None, programme: Programme | None
) -> list[ProposedTable]:
    ids, measures = Names(), Names()
    found = []
    for part in parts:
        anchor, doubt = _anchor(part, parts, title)
        words = anchor[0] if anchor else part.sheet.name
        table_id = ids.give(words, "table", part.sheet.name)
        if isinstance(part, Form):
            layout, own = propose_form(part, table_id, anchor, measures)
            table: ProposedTable | None = ProposedTable(layout, part.sheet.name, tuple(own))
        else:
            table = propose_table(part, table_id, anchor, programme, measures)
        if table is not None:
            remark = (Remark(("anchor",) if anchor else (), doubt),) if doubt else ()
            table = replace(table, remarks=(*remark, *table.remarks))
            found.append(Placed(table, tuple(h.text for h in part.heads)))
    return fold_repeats(found, programme)


def _anchor(block: Block | Form, blocks: Sequence[Block | Form], title: str | None) -> tuple[tuple[str, ...], str]:
    """The heading that finds a table, and what is doubtful about it."""
    counts = Counter(normalise(str(cell.value)) for cell in block.sheet.texts())
    alone = sum(b.sheet.name == block.sheet.name for b in blocks) == 1
    for line in block.heads:
        form = normalise(line.text)
        is_title = title is not None and form.startswith(normalise(title))
        is_note = len(line.text.split()) > 14 or line.text.rstrip().endswith(".")
        if is_title or is_note or counts[form] != 1 or is_dated(line.text):
            continue
        return (" ".join(line.text.split()),), ""
    if alone:
        return (), _twice(block, blocks)
    dated = next((h for h in block.heads if counts[normalise(h.text)] == 1), None)
    if dated is not None:
        return (" ".join(dated.text.split()),), "this heading may read differently in the next workbook"
    return (), "no heading of its own stands above this table; give it one, so that it can be told from the others"


def _twice(block: Block | Form, blocks: Sequence[Block | Form]) -> str:
    """What is doubtful about a table without a heading: another sheet may have the same columns."""
    if isinstance(block, Form):
        return ""
    own = [normalise(block.header(c).text) for c in block.columns]
    for other in blocks:
        if (
            isinstance(other, Block)
            and other.sheet.name != block.sheet.name
            and [normalise(other.header(c).text) for c in other.columns] == own
        ):
            return f"sheet '{other.sheet.name}' has a table with the same headings; give each a heading of its own"
    return ""


def _remarks(
    item: Return, title: str | None, title_doubt: str, why: str, dating: Dating, programme: Programme | None
) -> list[Remark]:
    remarks = [Remark(("cadence",), why)]
    if title is None:
        remarks.append(Remark(("recognise",), "no title heads the workbook; give it one"))
    elif title_doubt:
        remarks.append(Remark(("recognise",), title_doubt))
    if dating.as_at is None:
        text = "no line with a date was made out; write the words that stand before it, and its precision"
        remarks.append(Remark(("layouts", 0, "as_at"), text))
        remarks.append(Remark(("layouts", 0, "from"), "the first date for which this layout holds"))
    remarks += [Remark(("layouts", 0, "as_at"), text) for text in dating.doubts]
    if dating.covers is not None:
        remarks.append(Remark(("layouts", 0, "basis"), "in_period since the workbook says what time it covers"))
    same = next((r for r in programme.returns if r.id == item.id), None) if programme is not None else None
    if same is not None and same.layouts:
        remarks.append(Remark(("id",), f"the programme has a return of this id already: '{same.title}'"))
    return remarks


def _left_out(sheets: Sequence[Sheet], seen: Sequence[Sheet], blocks: Sequence[Block | Form]) -> list[Remark]:
    hidden = [s.name for s in sheets if s.is_hidden and s.rows()]
    empty = [s.name for s in seen if s.rows() and all(b.sheet.name != s.name for b in blocks)]
    remarks = []
    if hidden:
        remarks.append(Remark((), f"hidden sheets were left out: {', '.join(hidden)}", is_unsure=False))
    if empty:
        remarks.append(Remark((), f"no table was made out on: {', '.join(empty)}", is_unsure=False))
    if len(blocks) > _MOST_TABLES:
        remarks.append(Remark((), f"only the first {_MOST_TABLES} of {len(blocks)} tables are proposed"))
    return remarks


def _services(tables: Sequence[ProposedTable]) -> tuple[Service, ...]:
    """The services to declare, each once."""
    found: dict[str, Service] = {}
    for table in tables:
        for service in table.services:
            found.setdefault(service.id, service)
    return tuple(found.values())
