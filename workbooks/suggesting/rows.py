"""The rows of a block: services of the programme, or items; the row that sums them, and sub-totals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from schemas.config import Programme, Service
from schemas.layout import Item, RowAxis, Subtotal, ValueKind
from schemas.spelling import nearest, normalise
from workbooks.dates import read_period
from workbooks.suggesting.arithmetic import Line
from workbooks.suggesting.blocks import Block
from workbooks.suggesting.columns import Columns
from workbooks.suggesting.names import Names

_SERVICE_WORDS = re.compile(
    r"\b(service|services|service area|team|teams|locality|localities|area|directorate|division|department|unit|"
    r"district|region|cluster|hub|office|quadrant)\b",
    re.IGNORECASE,
)
_WHOLE_WORDS = re.compile(
    r"^((grand |overall )?total|all( .*)?|overall|whole( .*)?|company|council|borough|trust|.* total|total .*|"
    r"combined)$",
    re.IGNORECASE,
)
_MOST_SERVICES = 40


@dataclass(frozen=True, slots=True)
class RowLabel:
    """A row of values: its label and group as a layout would read them."""

    row: int
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The row axis as a layout declares it, the key of each row that it names, and what is doubtful.

    `services` are those that a programme would still have to declare.
    """

    axis: RowAxis
    keys: Mapping[int, str]
    labels: Mapping[str, str]
    services: tuple[Service, ...] = ()
    doubts: tuple[str, ...] = ()
    item_doubts: tuple[tuple[str, str], ...] = ()


def read_labels(block: Block, columns: Columns) -> list[RowLabel]:
    """Label and group of each row of values; a label merged or left blank over several groups counts for each."""
    found, last = [], ""
    wanted = set(columns.rows)
    for row in block.body:
        cell = block.sheet.seen_at(row, columns.label)
        label = cell.text if not cell.is_blank else ""
        group = ""
        if columns.group is not None:
            seen = block.sheet.seen_at(row, columns.group)
            group = seen.text if not seen.is_blank and seen.column == columns.group else ""
            if group and not label:
                label = last
        last = label or last
        if row in wanted:
            found.append(RowLabel(row, label, group))
    return found


def read_rows(
    block: Block, columns: Columns, programme: Programme | None, lines: Sequence[Line], kinds: Mapping[int, ValueKind]
) -> Rows:
    """Services where the labels are the programme's, or the heading says so and there is no programme; else items.

    `lines` are the columns of figures, for sub-totals; `kinds` the rows that hold another kind than their table.
    """
    labels = read_labels(block, columns)
    if programme is not None and programme.services:
        known = _known_services(programme)
        hits = [r for r in labels if normalise(r.label) in known]
        if hits and columns.group is None and 2 * len(hits) >= len([r for r in labels if not is_whole(r.label)]):
            return _programme_rows(columns, programme, labels, lines)
    is_headed = bool(_SERVICE_WORDS.search(columns.label_words)) and len({normalise(r.label) for r in labels}) > 1
    is_fit = columns.group is None and len(labels) <= _MOST_SERVICES and all(r.label for r in labels) and not kinds
    if programme is None and is_headed and is_fit:
        return _new_services(columns, labels, lines)
    found = _item_rows(columns, labels, kinds)
    if not is_headed:
        return found
    doubt = "if these rows are services, declare them in programme.yaml and use kind: services"
    return Rows(found.axis, found.keys, found.labels, (), (doubt, *found.doubts), found.item_doubts)


def is_whole(label: str) -> bool:
    """Whether a label seems to name the row that sums the others."""
    return bool(_WHOLE_WORDS.match(normalise(label)))


def _known_services(programme: Programme) -> dict[str, str]:
    return {normalise(text): s.id for s in programme.services for text in (s.label, *s.spellings)}


def _headers(columns: Columns) -> tuple[str, ...]:
    return (columns.label_header,) if columns.label_header else ()


def _programme_rows(
    columns: Columns, programme: Programme, labels: Sequence[RowLabel], lines: Sequence[Line]
) -> Rows:
    known = _known_services(programme)
    whole = {normalise(t) for t in (programme.company.label, *programme.company.spellings)}
    keys: dict[int, str] = {}
    strangers: list[RowLabel] = []
    for item in labels:
        form = normalise(item.label)
        if form in known and known[form] not in keys.values():
            keys[item.row] = known[form]
        elif form in whole and form not in known and "company" not in keys.values():
            keys[item.row] = "company"
        else:
            strangers.append(item)
    subtotals, rest = _find_subtotals(strangers, keys, lines)
    has_company = "company" in keys.values()
    order = [s.id for s in programme.services if s.id in keys.values()]
    axis = RowAxis(
        kind="services",
        headers=_headers(columns),
        services=tuple(order),
        company="required" if has_company else "none",
        subtotals=tuple(subtotals.values()),
    )
    for row, subtotal in subtotals.items():
        keys[row] = subtotal.id
    doubts = [_stranger(item, programme, keys) for item in rest]
    doubts += [f"'{s.labels[0]}' is the sum of {', '.join(s.of)} in the figures" for s in subtotals.values()]
    return Rows(axis, keys, {keys[r.row]: r.label for r in labels if r.row in keys}, (), tuple(doubts))


def _stranger(item: RowLabel, programme: Programme, keys: Mapping[int, str]) -> str:
    """What to do about a row that names none of the programme's services."""
    if not item.label:
        return f"row {item.row} holds figures but no name"
    if is_whole(item.label) and "company" not in keys.values():
        return f"'{item.label}' seems to be the row of the whole: add it to company.spellings in programme.yaml"
    missing = {s.id: (s.label, *s.spellings) for s in programme.services if s.id not in keys.values()}
    near = nearest(item.label, [t for texts in missing.values() for t in texts], cutoff=0.6)
    hint = f"; it may be '{near}': add the spelling to that service" if near else "; declare it if it is a service"
    return f"'{item.label}' is none of the programme's services{hint}"


def _find_subtotals(
    strangers: Sequence[RowLabel], keys: Mapping[int, str], lines: Sequence[Line]
) -> tuple[dict[int, Subtotal], list[RowLabel]]:
    """The rows that are, in every column of counts, the sum of the same few services."""
    services = [(row, key) for row, key in keys.items() if key != "company"][:_MOST_SERVICES]
    counted = [line for line in lines if line.kind == "count"]
    found: dict[int, Subtotal] = {}
    rest = []
    names = Names(keys.values())
    for item in strangers:
        of = _summed(item.row, services, counted) if item.label else ()
        if of:
            found[item.row] = Subtotal(id=names.give(item.label, "subtotal"), labels=(item.label,), of=of)
        else:
            rest.append(item)
    return found, rest


def _summed(row: int, services: Sequence[tuple[int, str]], lines: Sequence[Line]) -> tuple[str, ...]:
    """The services whose counts sum to a row's in (nearly) every column; none where no set of them does."""
    most = len(services) if len(services) <= 8 else 3
    best: tuple[str, ...] = ()
    best_support = 0
    for size in range(2, most + 1):
        for parts in combinations(services, size):
            support = _column_support(str(row), [str(r) for r, _ in parts], lines)
            if support > best_support:
                best, best_support = tuple(key for _, key in parts), support
    return best


def _column_support(row: str, parts: Sequence[str], lines: Sequence[Line]) -> int:
    """Columns in which the parts sum to the row; none where more than one in five columns says otherwise."""
    support = broken = 0
    for line in lines:
        whole = line.amounts.get(row)
        cells = [line.amounts.get(place) for place in parts]
        values = [c.value for c in cells if c is not None]
        if whole is None or len(values) < len(cells):
            continue
        if sum(values) == whole.value:
            support += sum(v != 0 for v in values) >= 2
        else:
            broken += 1
    return support if support >= 4 * broken else 0


def _new_services(columns: Columns, labels: Sequence[RowLabel], lines: Sequence[Line]) -> Rows:
    """Services that no programme declares yet: proposed by name, the last row of a whole apart."""
    names = Names()
    keys: dict[int, str] = {}
    services: list[Service] = []
    whole = next((r for r in reversed(labels) if is_whole(r.label)), None)
    for item in labels:
        if whole is not None and item.row == whole.row:
            continue
        same = next((s for s in services if normalise(s.label) == normalise(item.label)), None)
        if same is None:
            services.append(Service(id=names.give(item.label, "service"), label=item.label))
            keys[item.row] = services[-1].id
    strangers = [r for r in labels if r.row in keys and is_whole(r.label)]
    subtotals, _ = _find_subtotals(
        strangers, {r: k for r, k in keys.items() if r not in {s.row for s in strangers}}, lines
    )
    services = [s for s in services if s.label not in {t.labels[0] for t in subtotals.values()}]
    keys = {r: k for r, k in keys.items() if r not in subtotals} | {r: s.id for r, s in subtotals.items()}
    if whole is not None:
        keys[whole.row] = "company"
    axis = RowAxis(
        kind="services",
        headers=_headers(columns),
        services=tuple(s.id for s in services),
        company="required" if whole is not None else "none",
        subtotals=tuple(subtotals.values()),
    )
    doubts = ["these rows are taken to be services, by their heading; declare them in programme.yaml"]
    if whole is not None:
        doubts.append(f"'{whole.label}' is taken to be the row of the whole: company.label in programme.yaml")
    found = {keys[r.row]: r.label for r in labels if r.row in keys}
    return Rows(axis, keys, found, tuple(services), tuple(doubts))


def _item_rows(columns: Columns, labels: Sequence[RowLabel], kinds: Mapping[int, ValueKind]) -> Rows:
    names = Names()
    keys: dict[int, str] = {}
    items: dict[str, Item] = {}
    seen: dict[tuple[str, str], str] = {}
    doubts: list[str] = []
    item_doubts: list[tuple[str, str]] = []
    for entry in labels:
        form = (normalise(entry.label), normalise(entry.group))
        if not entry.label:
            doubts.append(f"row {entry.row} holds figures but no name, so it is not read")
            continue
        if form in seen:
            item_doubts.append(
                (seen[form], f"'{entry.label}' stands again in row {entry.row}; rows need their own names")
            )
            continue
        apart = f"{entry.label} {entry.group}" if entry.group else ""
        shared = sum(normalise(o.label) == form[0] for o in labels) > 1
        key = names.give(apart if apart and shared else entry.label, "row")
        seen[form] = key
        keys[entry.row] = key
        group = (entry.group,) if entry.group else ()
        items[key] = Item(labels=(entry.label,), group=group, kind=kinds.get(entry.row))
    if sum(read_period(label.label) is not None for label in labels) * 2 > len(labels):
        doubts.append("the rows are periods: a row that is added next time has to be declared")
    axis = RowAxis(
        kind="items",
        headers=_headers(columns),
        group_headers=(columns.group_header,) if columns.group_header else (),
        items=items,
    )
    return Rows(axis, keys, {key: i.labels[0] for key, i in items.items()}, (), tuple(doubts), tuple(item_doubts))
