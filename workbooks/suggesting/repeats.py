"""The same small table under one heading, or on one sheet, for each service: told once, with `repeat`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.config import Programme, Service
from schemas.layout import Item, Repeat, RowAxis, TableLayout
from schemas.proposal import Remark
from schemas.repeats import PLACE
from schemas.spelling import normalise
from workbooks.dates import read_period
from workbooks.suggesting.names import Names, slug
from workbooks.suggesting.rows import is_whole
from workbooks.suggesting.tables import ProposedTable

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Placed:
    """A proposed table with the lines above it, nearest first: one of them may name its service."""

    table: ProposedTable
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Naming:
    """How the members of a group are told apart: the service each names, and the words around the names."""

    by: str
    pattern: str
    services: tuple[str, ...]
    declared: tuple[Service, ...] = ()


def fold_repeats(tables: Sequence[Placed], programme: Programme | None) -> list[ProposedTable]:
    """The tables, with each group of like ones that differ by the service they name folded into one."""
    rest = list(tables)
    found: list[tuple[int, ProposedTable]] = []
    for first in tables:
        if first not in rest:
            continue
        group = [other for other in rest if _are_alike(first.table.layout, other.table.layout)]
        naming = _name_group(group, programme) if len(group) > 1 else None
        place = tables.index(first)
        if naming is None:
            rest.remove(first)
            found.append((place, first.table))
        else:
            rest = [other for other in rest if other not in group]
            found.append((place, _fold(group, naming)))
    return _with_own_ids([table for _, table in sorted(found, key=lambda pair: pair[0])])


def _are_alike(one: TableLayout, other: TableLayout) -> bool:
    """Whether two tables have the same headings and, for the most part, the same rows."""
    if one.rows.kind != "items" or other.rows.kind != "items" or one.columns.kind != other.columns.kind:
        return False
    if [f.headers for f in one.columns.fields.values()] != [f.headers for f in other.columns.fields.values()]:
        return False
    labels = [{(normalise(i.labels[0]), i.group) for i in t.rows.items.values()} for t in (one, other)]
    return len(labels[0] & labels[1]) * 5 >= len(labels[0] | labels[1]) * 3


def _name_group(group: Sequence[Placed], programme: Programme | None) -> _Naming | None:
    if programme is not None:
        return _by_spelling(group, programme)
    return _by_difference([p.heads[0] if p.heads else "" for p in group], "heading") or _by_difference(
        [p.table.sheet for p in group], "sheet"
    )


def _by_spelling(group: Sequence[Placed], programme: Programme) -> _Naming | None:
    """The programme's own services, named in the lines above the tables or by their sheets."""
    names = {s.id: (s.label, *s.spellings) for s in programme.services}
    names["company"] = (programme.company.label, *programme.company.spellings)
    for by in ("heading", "sheet"):
        texts = [[p.table.sheet] if by == "sheet" else list(p.heads[:3]) for p in group]
        found = [_first_named(lines, names) for lines in texts]
        known = [f for f in found if f is not None]
        services = tuple(f[0] for f in known)
        patterns = {normalise(f[1]) for f in known}
        if len(known) == len(group) and len(set(services)) == len(group) and len(patterns) == 1:
            return _Naming(by, known[0][1], services)
    return None


def _first_named(lines: Sequence[str], names: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """The service that one of some lines names, and the line with its name taken out."""
    spelled = sorted(((t, s) for s, texts in names.items() for t in texts), key=lambda pair: -len(pair[0]))
    for line in lines:
        for text, service in spelled:
            for form, name in ((" ".join(line.split()), text), (normalise(line), normalise(text))):
                match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", form, re.IGNORECASE)
                if match:
                    return service, f"{form[: match.start()]}{PLACE}{form[match.end() :]}"
    return None


def _by_difference(texts: Sequence[str], by: str) -> _Naming | None:
    """Names that nobody has declared yet: what differs between headings that are otherwise the same."""
    words = [t.split() for t in texts]
    if not all(words):
        return None
    shortest = min(len(w) for w in words)
    head = next((i for i in range(shortest) if len({normalise(w[i]) for w in words}) > 1), shortest)
    room = shortest - head
    tail = next((i for i in range(room) if len({normalise(w[-1 - i]) for w in words}) > 1), room)
    names = [" ".join(w[head : len(w) - tail]).strip(" :-") for w in words]
    if not all(map(_could_be_service, names)) or len({normalise(n) for n in names}) < len(names):
        return None
    first = words[0]
    pattern = " ".join([*first[:head], PLACE, *first[len(first) - tail :]])
    ids = Names()
    declared = tuple(Service(id=ids.give(n, "service"), label=n) for n in names if not is_whole(n))
    by_label = {s.label: s.id for s in declared}
    return _Naming(by, pattern, tuple(by_label.get(n, "company") for n in names), declared)


def _could_be_service(name: str) -> bool:
    is_plain = bool(name) and len(name) <= _LONGEST_NAME and any(c.isalpha() for c in name)
    is_numbered = bool(re.fullmatch(r"(sheet|table|tab|page|part|section)?\s*\d*", name, re.IGNORECASE))
    return is_plain and not is_numbered and read_period(name) is None


def _fold(group: Sequence[Placed], naming: _Naming) -> ProposedTable:
    tables = [p.table for p in group]
    base = max(tables, key=lambda t: len(t.layout.rows.items))
    services = [s for s in naming.services if s != "company"]
    has_company = len(services) < len(naming.services)
    repeat = Repeat(
        services=tuple(services),
        company="required" if has_company else "none",
        by="sheet" if naming.by == "sheet" else "heading",
    )
    alone = naming.pattern.strip() == PLACE
    place: dict[str, object] = {"anchor": () if alone else (naming.pattern,), "sheets": _sheets(tables)}
    if naming.by == "sheet":
        place = {"sheets": (naming.pattern,), "anchor": _shared_anchor(tables)}
    words = naming.pattern.replace(PLACE, " ").strip() or "each service"
    layout = base.layout.model_copy(
        update={**place, "id": slug(words, "table"), "repeat": repeat, "rows": _all_rows(base.layout, tables)}
    )
    told = "taken to be one table for each service"
    remarks = (Remark(("repeat",), told), *base.remarks)
    if naming.declared:
        remarks = (Remark(("repeat",), f"{told}; declare the services in programme.yaml"), *base.remarks)
    return replace(base, layout=layout, remarks=remarks, services=naming.declared)


def _sheets(tables: Sequence[ProposedTable]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t.sheet for t in tables))


def _shared_anchor(tables: Sequence[ProposedTable]) -> tuple[str, ...]:
    anchors = {t.layout.anchor for t in tables}
    return anchors.pop() if len(anchors) == 1 else ()


def _all_rows(base: TableLayout, tables: Sequence[ProposedTable]) -> RowAxis:
    """The rows of every member; those that one of them lacks are not required."""
    held = [{normalise(i.labels[0]) for i in t.layout.rows.items.values()} for t in tables]
    items: dict[str, Item] = dict(base.rows.items)
    ids = Names(items)
    for table in tables:
        for item in table.layout.rows.items.values():
            if all(
                normalise(item.labels[0]) != normalise(i.labels[0]) or item.group != i.group for i in items.values()
            ):
                items[ids.give(item.labels[0], "row")] = item
    settled = {
        key: item.model_copy(update={"required": all(normalise(item.labels[0]) in labels for labels in held)})
        for key, item in items.items()
    }
    return base.rows.model_copy(update={"items": settled})


def _with_own_ids(tables: Sequence[ProposedTable]) -> list[ProposedTable]:
    """A folded table's id may be another table's: each keeps its own."""
    ids = Names()
    return [replace(t, layout=t.layout.model_copy(update={"id": ids.give(t.layout.id, "table")})) for t in tables]
