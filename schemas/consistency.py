"""Whether the parts of a programme fit together: every name that is used is declared, and only once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from schemas.config import Colour, Correction, DueDateDecision, Indicator, Programme, Return
from schemas.layout import Layout, MeasureLayout, TableLayout, Term
from schemas.spelling import nearest, normalise

Path = tuple[str | int, ...]

_COMMENTARY_NEEDS = ("indicator", "what_happened", "role")
_COMMENTARY_FIELDS = (*_COMMENTARY_NEEDS, "why", "next_step", "service")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the configuration that cannot work: where (a path of keys), and why."""

    path: Path
    message: str


def check_programme(programme: Programme) -> list[Problem]:
    """Every contradiction in the configuration, all at once."""
    return [
        *_check_unique_ids(programme),
        *_check_spellings(programme),
        *_check_groups(programme),
        *_check_colours(programme),
        *(p for i, r in enumerate(programme.returns) for p in _check_return(programme, r, ("returns", i))),
        *(p for i, n in enumerate(programme.indicators) for p in _check_indicator(programme, n, ("indicators", i))),
        *_check_unmeasured(programme),
        *_check_boards(programme),
    ]


def _unknown(path: Path, what: str, name: str, known: Iterable[str]) -> Problem:
    names = list(known)
    near = nearest(name, names)
    hint = f"; did you mean {near!r}?" if near else (f"; known are {', '.join(names)}" if names else "")
    return Problem(path, f"{what} {name!r} is not declared{hint}")


def _check_unique_ids(programme: Programme) -> Iterator[Problem]:
    lists: dict[str, list[str]] = {
        "services": [s.id for s in programme.services],
        "subgroups": [g.id for g in programme.subgroups],
        "priorities": [p.id for p in programme.priorities],
        "returns": [r.id for r in programme.returns],
        "indicators": [i.id for i in programme.indicators],
        "boards": [b.id for b in programme.boards],
    }
    for name, ids in lists.items():
        for index, item in enumerate(ids):
            if item in ids[:index]:
                yield Problem((name, index, "id"), f"the id {item!r} is used twice")
    refs = [(i, j, r.ref) for i, p in enumerate(programme.priorities) for j, r in enumerate(p.refs)]
    seen: set[str] = set()
    for i, j, ref in refs:
        if ref in seen:
            yield Problem(("priorities", i, "refs", j, "ref"), f"the reference {ref!r} is used twice")
        seen.add(ref)
    if list(programme.reporting_dates) != sorted(set(programme.reporting_dates)):
        yield Problem(("reporting_dates",), "reporting dates must be in order, each once")


def _check_spellings(programme: Programme) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    named = [("company", programme.company.label, programme.company.spellings)]
    named += [(s.id, s.label, s.spellings) for s in programme.services]
    for index, (item_id, label, spellings) in enumerate(named):
        for form in {normalise(t) for t in (label, *spellings)}:
            if owner.setdefault(form, item_id) != item_id:
                path: Path = ("company",) if index == 0 else ("services", index - 1)
                yield Problem(path, f"the spelling {form!r} is already that of {owner[form]!r}")


def _check_groups(programme: Programme) -> Iterator[Problem]:
    around = {g.id: g.within for g in programme.subgroups}
    for index, group in enumerate(programme.subgroups):
        if group.within is None:
            continue
        path = ("subgroups", index, "within")
        if group.within not in around:
            yield _unknown(path, "subgroup", group.within, around)
            continue
        outer: str | None = group.within
        for _ in around:
            outer = around.get(outer) if outer not in {None, group.id} else outer
        if outer == group.id:
            yield Problem(path, f"{group.id!r} would lie within itself")


def _check_colours(programme: Programme) -> Iterator[Problem]:
    for colour in get_args(Colour):
        if colour not in programme.brag:
            yield Problem(("brag", colour), "this colour is missing; a programme says what each of six means")


def _check_return(programme: Programme, item: Return, path: Path) -> Iterator[Problem]:
    tables = {t for layout in item.layouts for t in layout.tables}
    for date, names in item.partial.items():
        for name in names:
            if name not in tables:
                yield _unknown((*path, "partial", str(date)), "table", name, tables)
    if item.layouts and not item.recognise:
        yield Problem(path, "a return with a layout needs `recognise`: the titles that its workbook bears")
    dates = [layout.from_ for layout in item.layouts]
    if dates != sorted(set(dates)):
        yield Problem((*path, "layouts"), "layouts must be in order of `from`, each date once")
    for index, layout in enumerate(item.layouts):
        yield from _check_layout(programme, layout, (*path, "layouts", index))
        if item.kind == "commentary":
            yield from _check_commentary(layout, (*path, "layouts", index))


def _check_commentary(layout: Layout, path: Path) -> Iterator[Problem]:
    """A commentary is read by the names of its fields: those it cannot do without, and no other."""
    for name, table in layout.tables.items():
        here = (*path, "tables", name)
        fields = table.columns.fields
        if table.rows.kind != "records" or table.rows.key != "indicator":
            yield Problem((*here, "rows"), "a commentary has rows of kind records with `key: indicator`")
        for needed in _COMMENTARY_NEEDS:
            if needed not in fields:
                yield Problem((*here, "columns"), f"a commentary needs the field {needed!r}")
        for other in fields:
            if other not in _COMMENTARY_FIELDS:
                yield _unknown((*here, "columns", "fields", other), "commentary field", other, _COMMENTARY_FIELDS)


def _check_layout(programme: Programme, layout: Layout, path: Path) -> Iterator[Problem]:
    services = {s.id for s in programme.services}
    subgroups = {g.id for g in programme.subgroups}
    for name, table in layout.tables.items():
        here = (*path, "tables", name)
        named = {*table.rows.services, *table.rows.optional_services}
        named |= {s for subtotal in table.rows.subtotals for s in subtotal.of}
        if table.repeat is not None:
            named |= {*table.repeat.services, *table.repeat.optional_services}
            yield from _check_repeat(table, (*here, "repeat"))
        if table.service is not None and table.service != "company":
            named.add(table.service)
        for service in sorted(named - services):
            yield _unknown((*here, "rows"), "service", service, sorted(services))
        for index, measure in enumerate(table.measures):
            yield from _check_measure(table, measure, (*here, "measures", index), services, subgroups)
        for index, check in enumerate(table.checks):
            for term in check.terms:
                yield from _check_term(table, term, (*here, "checks", index))
        if table.rows.kind == "records" and table.rows.key not in table.columns.fields:
            yield _unknown((*here, "rows", "key"), "field", str(table.rows.key), table.columns.fields)


def _check_repeat(table: TableLayout, path: Path) -> Iterator[Problem]:
    """A repeated table needs a place for the service's name, or its instances could not be told apart."""
    by_sheet = table.repeat is not None and table.repeat.by == "sheet"
    patterns = table.sheets if by_sheet else table.anchor
    if patterns and not all("{service}" in p for p in patterns):
        where = "sheets" if by_sheet else "anchor"
        yield Problem(path, f"every spelling in `{where}` of a repeated table needs {{service}} in it")


def _check_measure(
    table: TableLayout, measure: MeasureLayout, path: Path, services: set[str], subgroups: set[str]
) -> Iterator[Problem]:
    for part in ("numerator", "denominator", "stated"):
        term = getattr(measure, part)
        if term is not None:
            yield from _check_term(table, term, (*path, part))
    if measure.service is not None and measure.service not in services:
        yield _unknown((*path, "service"), "service", measure.service, sorted(services))
    if measure.subgroup is not None and measure.subgroup not in subgroups:
        yield _unknown((*path, "subgroup"), "subgroup", measure.subgroup, sorted(subgroups))


def _check_term(table: TableLayout, term: Term, path: Path) -> Iterator[Problem]:
    if term.field is not None and term.field not in table.columns.named:
        yield _unknown(path, "field", term.field, table.columns.named)
    for row in term.rows:
        if row not in table.rows.items:
            yield _unknown(path, "row", row, table.rows.items)


def _check_indicator(programme: Programme, item: Indicator, path: Path) -> Iterator[Problem]:
    returns = {r.id: r for r in programme.returns}
    if item.return_id not in returns:
        yield _unknown((*path, "return"), "return", item.return_id, returns)
    elif returns[item.return_id].layouts:
        yield from _check_source(returns[item.return_id], item, path)
    yield from _check_names(programme, item, path)


def _check_names(programme: Programme, item: Indicator, path: Path) -> Iterator[Problem]:
    services = {s.id for s in programme.services}
    for service in (*item.services, *item.service_targets):
        if service not in services:
            yield _unknown((*path, "services"), "service", service, sorted(services))
    for service in item.service_targets:
        if service in services and service not in item.services:
            yield Problem((*path, "service_targets", service), "this service is not among the indicator's services")
    subgroups = {g.id for g in programme.subgroups}
    for group in item.subgroups:
        if group not in subgroups:
            yield _unknown((*path, "subgroups"), "subgroup", group, sorted(subgroups))
    refs = {r.ref for p in programme.priorities for r in p.refs}
    for ref in item.plan_refs:
        if refs and ref not in refs:
            yield _unknown((*path, "plan_refs"), "plan reference", ref, sorted(refs))


def _check_source(item: Return, indicator: Indicator, path: Path) -> Iterator[Problem]:
    measures = [m for layout in item.layouts for t in layout.tables.values() for m in t.measures]
    own = [m for m in measures if m.id == indicator.measure]
    if not own:
        yield _unknown(
            (*path, "measure"), f"measure of return {item.id!r}", indicator.measure, {m.id for m in measures}
        )
    elif not any(_basis(item, m) & {indicator.basis} for m in own):
        bases = sorted({b for m in own for b in _basis(item, m)})
        yield Problem((*path, "basis"), f"the return gives this measure as {', '.join(bases)}, not {indicator.basis}")
    elif indicator.company == "ratio" and all(m.numerator is None for m in own):
        yield Problem((*path, "company"), "`company: ratio` needs a measure with numerator and denominator")


def _basis(item: Return, measure: MeasureLayout) -> set[str]:
    """The bases on which the layouts of a return give a measure."""
    return {
        measure.basis or layout.basis
        for layout in item.layouts
        for table in layout.tables.values()
        if measure in table.measures
    }


def _check_unmeasured(programme: Programme) -> Iterator[Problem]:
    refs = {r.ref for p in programme.priorities for r in p.refs}
    for index, item in enumerate(programme.unmeasured):
        for ref in item.plan_refs:
            if ref not in refs:
                yield _unknown(("unmeasured", index, "plan_refs"), "plan reference", ref, sorted(refs))


def _check_boards(programme: Programme) -> Iterator[Problem]:
    priorities = {p.id for p in programme.priorities}
    for index, board in enumerate(programme.boards):
        for name in board.priorities:
            if name not in priorities:
                yield _unknown(("boards", index, "priorities"), "priority", name, sorted(priorities))
        for nth, meeting in enumerate(board.meetings):
            if meeting.as_at is not None and meeting.date < meeting.as_at:
                why = f"the meeting on {meeting.date} is before the date its figures are as at, {meeting.as_at}"
                yield Problem(("boards", index, "meetings", nth, "as_at"), why)


def check_corrections(corrections: Sequence[Correction]) -> Iterator[Problem]:
    """Whether each wrong value is corrected once: which of two is right, no order can tell."""
    keys = [c.model_dump(exclude={"role", "date", "right", "reason"}) for c in corrections]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            first = keys.index(key) + 1
            yield Problem((index,), f"it corrects the same wrong value as the correction in place {first}; keep one")


def check_due_dates(programme: Programme, decisions: Sequence[DueDateDecision]) -> Iterator[Problem]:
    """Whether the boards that agreed new due dates are declared, where a programme declares boards; and whether no
    meeting moved one date twice."""
    boards = [b.id for b in programme.boards]
    keys = [(d.action, d.expected, d.meeting) for d in decisions]
    for index, decision in enumerate(decisions):
        if boards and decision.board not in boards:
            yield _unknown((index, "board"), "board", decision.board, boards)
        if keys[index] in keys[:index]:
            first = keys.index(keys[index]) + 1
            why = f"it moves the same date of {decision.action} at the same meeting as the decision in place {first}"
            yield Problem((index,), f"{why}; keep one")
