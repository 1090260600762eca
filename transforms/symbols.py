"""Symbols in place of figures: which say that a service has none, and what is told of them.

Source of the rules: docs/methodology.md, "Company figures"; docs/decisions/0033.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from schemas.facts import Reading
from schemas.findings import Finding, make_finding
from transforms.words import join_words

NOT_APPLICABLE = "not applicable"
"""What z alone says: there is no such figure, so that nothing is missing where it is left out of a sum."""
_DASH = "no figure given"
_MOST_NAMED = 4


def is_not_applicable(counts: Sequence[Reading], cells: Sequence[Reading]) -> bool:
    """Whether all that a row says of a measure is that it does not apply. `counts` are those among its cells that
    are counted: one that is empty may be forgotten."""
    filled = [r for r in cells if r.kind != "empty"]
    return bool(filled) and all(r.value == NOT_APPLICABLE for r in filled) and all(r in filled for r in counts)


def tell_of_service(label: str, own: Sequence[Reading], *, applies: bool) -> Finding:
    """The finding for a service's row that has these symbols in place of its figures."""
    return make_finding(
        "symbol_for_service" if applies else "service_not_applicable",
        sheet=own[0].sheet,
        cell=own[0].cell,
        cells=_name_cells(own),
        say="says" if len(own) == 1 else "say",
        symbols=_name_symbols(own),
        label=label,
        table_id=own[0].table,
        row_key=own[0].row_key,
    )


def tell_beside_figure(label: str, field: str, reading: Reading, *, is_stated: bool) -> Finding:
    """The finding for a count that is a symbol beside counts that are numbers."""
    printed = "What the row states is printed, base not given." if is_stated else "Its figure is not printed."
    return make_finding(
        "symbol_beside_figure",
        sheet=reading.sheet,
        cell=reading.cell,
        symbols=_name_symbols([reading]),
        label=label,
        field=field,
        printed=printed,
        table_id=reading.table,
        row_key=reading.row_key,
    )


def symbol_notes(readings: Iterable[Reading], told: Collection[Reading] = ()) -> list[Finding]:
    """A note for every symbol in place of a figure that is not `told` of already; plain dashes need none."""
    return [
        make_finding(
            "symbol",
            sheet=r.sheet,
            cell=r.cell,
            text=r.raw_text,
            meaning=r.value or "",
            table_id=r.table,
            row_key=r.row_key,
        )
        for r in readings
        if r.kind == "symbol" and r.value != _DASH and r not in told
    ]


def _name_cells(cells: Sequence[Reading]) -> str:
    names = [r.cell for r in cells]
    if len(names) > _MOST_NAMED + 1:
        names = [*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} more cells"]
    return join_words(names)


def _name_symbols(cells: Iterable[Reading]) -> str:
    return join_words(list(dict.fromkeys(f"'{r.raw_text.strip()}' ({r.value})" for r in cells)))
