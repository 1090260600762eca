"""Tables that stand once for each service, written out: one table layout an instance."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from schemas.config import Programme
from schemas.layout import Layout, TableLayout
from schemas.spelling import normalise

COMPANY = "company"
PLACE = "{service}"
UNKNOWN = "?"
_MARK = "@"


def expand_repeats(layout: Layout, programme: Programme, strangers: Collection[str] = ()) -> Layout:
    """The layout with each repeated table replaced by its instances, "table@service" each.

    An instance knows its service; its anchor (or sheets) bears that service's spellings. `strangers` are
    the instances under a heading that names no declared service ("table@?Name", see `find_strangers`).
    """
    if not any(table.repeat for table in layout.tables.values()):
        return layout
    tables: dict[str, TableLayout] = {}
    for name, table in layout.tables.items():
        tables |= {t.id: t for t in _instances(table, programme)} if table.repeat else {name: table}
        for stranger in strangers:
            if table.repeat and base_table(stranger) == name:
                service = stranger.partition(_MARK)[2]
                tables[stranger] = _instance(table, service, (service.removeprefix(UNKNOWN),), False)
    return layout.model_copy(update={"tables": tables})


def find_strangers(
    layout: Layout, programme: Programme, headings: Iterable[str], sheets: Iterable[str]
) -> tuple[str, ...]:
    """The instances whose heading (or sheet) is worded as a repeated table's but names no declared service.

    Where the heading is the service's name alone, any text could be one: none is taken for a stranger.
    """
    known = {normalise(t) for s in programme.services for t in (s.label, *s.spellings)}
    known |= {normalise(t) for t in (programme.company.label, *programme.company.spellings)}
    found: dict[str, None] = {}
    for table in layout.tables.values():
        if table.repeat is None:
            continue
        by_sheet = table.repeat.by == "sheet"
        worded = [p for p in (table.sheets if by_sheet else table.anchor) if len(p.replace(PLACE, "").strip()) > 2]
        for text in sheets if by_sheet else headings:
            for pattern in worded:
                before, after = (re.escape(" ".join(part.split())) for part in pattern.split(PLACE, 1))
                match = re.fullmatch(rf"{before}\s*(.{{1,60}}?)\s*{after}:?", " ".join(text.split()), re.IGNORECASE)
                if match and normalise(match[1]) not in known:
                    found[f"{table.id}{_MARK}{UNKNOWN}{match[1]}"] = None
    return tuple(found)


def base_table(table_id: str) -> str:
    """The declared name of a table: "staffing" for the instance "staffing@islands"."""
    return table_id.split(_MARK)[0]


def _instances(table: TableLayout, programme: Programme) -> list[TableLayout]:
    repeat = table.repeat
    if repeat is None:
        return [table]
    services = {s.id: (s.label, *s.spellings) for s in programme.services}
    services[COMPANY] = (programme.company.label, *programme.company.spellings)
    wanted = [(s, table.required) for s in repeat.services]
    wanted += [(s, False) for s in repeat.optional_services]
    if repeat.company != "none":
        wanted.append((COMPANY, table.required and repeat.company == "required"))
    return [_instance(table, s, services.get(s, (s,)), is_required) for s, is_required in wanted]


def _instance(table: TableLayout, service: str, spellings: tuple[str, ...], is_required: bool) -> TableLayout:
    changes: dict[str, object] = {"id": f"{table.id}{_MARK}{service}", "service": service, "required": is_required}
    if table.repeat is not None and table.repeat.by == "sheet":
        changes["sheets"] = _spell(table.sheets or (PLACE,), spellings)
    else:
        changes["anchor"] = _spell(table.anchor or (PLACE,), spellings)
    return table.model_copy(update=changes)


def _spell(patterns: tuple[str, ...], spellings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p.replace(PLACE, s) for p in patterns for s in spellings))
