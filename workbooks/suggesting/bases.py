"""Whether a proposed measure is of a day or of a time that runs: a proposal takes all for figures of the day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from schemas.layout import Layout, MeasureLayout, TableLayout
from schemas.proposal import KeyPath, Remark
from schemas.spelling import normalise

_SOUNDS = (
    ("ytd", "a year to date", re.compile(r"\bytd\b|\byear[- ]to[- ]date\b|\bsince (1 |1st )?april\b")),
    (
        "rolling_12m",
        "a rolling year",
        re.compile(r"\brolling\b|\b(last|past|previous|preceding) (12|twelve)[- ]months?\b"),
    ),
    (
        "in_period",
        "something counted in a time",
        re.compile(r"\b(in|during|within) the (week|month|quarter|year|period)\b|\bin[- ]month\b"),
    ),
)


def doubt_bases(layout: Layout, title: str) -> list[Remark]:
    """A remark on everything whose words sound like another basis than the one proposed."""
    remarks = list(_doubt([title], layout.basis, ("recognise",), "the layout"))
    for name, table in layout.tables.items():
        path: KeyPath = ("layouts", 0, "tables", name)
        key = ("measures",) if table.measures else ()
        remarks += _doubt(table.anchor, layout.basis, (*path, *key), "its measures")
        for number, measure in enumerate(table.measures):
            words = _words_of(table, measure)
            remarks += _doubt(words, measure.basis or layout.basis, (*path, "measures", number), "it")
    return remarks


def _doubt(texts: Iterable[str], basis: str, path: KeyPath, what: str) -> Iterator[Remark]:
    """The first of some texts that sounds like another basis."""
    for text in texts:
        found = next((s for s in _SOUNDS if s[2].search(normalise(text))), None)
        if found is not None and found[0] != basis:
            told = f"'{text}' sounds like {found[1]}; proposed is {basis}"
            yield Remark(path, f"{told}: give {what} `basis: {found[0]}` if it is")
            return


def _words_of(table: TableLayout, measure: MeasureLayout) -> Iterator[str]:
    """The labels and headings of the cells that a measure is made of."""
    for term in (measure.numerator, measure.denominator, measure.stated):
        if term is None:
            continue
        for row in term.rows:
            yield from table.rows.items[row].labels
        field = table.columns.fields.get(term.field or "")
        if field is not None:
            yield from (*field.headers, *field.under)
