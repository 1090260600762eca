"""A cut table as a grid of readings, and the contexts in which its measures and checks are worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.facts import LABEL_FIELD, Period, Reading
from schemas.layout import VALUE, TableLayout, Term
from schemas.returns import find_unsound, readings_frame

COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Context:
    """One place where a measure is worked out: a row, a period column, both, or the whole table.

    `service` is the service's id, "company", a sub-total's id or "?label"; None where rows are items.
    """

    row: str | None
    column: str | None
    service: str | None
    period: Period


class Grid:
    """The readings of one table by row key and field."""

    def __init__(self, layout: TableLayout, readings: Iterable[Reading]) -> None:
        self.layout = layout
        self.labels: dict[str, Reading] = {}
        self._cells: dict[tuple[str, str], Reading] = {}
        self.columns: list[str] = []
        for reading in readings:
            if reading.field == LABEL_FIELD:
                self.labels[reading.row_key] = reading
            else:
                self._cells[reading.row_key, reading.field] = reading
                if reading.field not in layout.columns.named and reading.field not in self.columns:
                    self.columns.append(reading.field)

        self.unsound = find_unsound(readings_frame(layout, self._cells.values(), self._shares(layout)))

    def _shares(self, layout: TableLayout) -> set[str]:
        """The cells that state a share of all, which cannot pass 100: by a measure, or as parts of 100."""
        terms = [m.stated for m in layout.measures if m.form == "percent" and m.stated is not None]
        terms += [part for check in layout.checks if check.equals == 100 for part in check.parts]
        return {r.cell for r in self._cells.values() if any(_may_mean(term, r) for term in terms)}

    @property
    def readings(self) -> Iterable[Reading]:
        """Every reading of the body, in the order read."""
        return self._cells.values()

    def at(self, row: str | None, field: str | None) -> Reading | None:
        """The reading of a row and field."""
        return self._cells.get((row or "", field or ""))

    def cells(self, term: Term, context: Context) -> list[Reading | None]:
        """The readings that a term sums, in the context at hand; None for one that was not there."""
        field = term.field if term.field is not None else context.column
        if field is None and self.layout.columns.kind == "value":
            field = VALUE
        rows = term.rows or (context.row,)
        return [self.at(row, field) for row in rows]

    def contexts(self, period: Period) -> Iterator[Context]:
        """Every context of the table: with a column for what is read by period, without for the rest."""
        rows: list[str | None] = [None]
        if self.layout.rows.kind == "services":
            rows = list(self.labels)
        for row in rows:
            yield Context(row, None, _service_of(row), period)
            for column in self.columns:
                yield Context(row, column, _service_of(row), Period.from_key(column.split("#")[0]))


def _may_mean(term: Term, reading: Reading) -> bool:
    """Whether a reading is, by row and field, one that the term takes."""
    return (term.field or reading.field) == reading.field and (not term.rows or reading.row_key in term.rows)


def _service_of(row: str | None) -> str | None:
    return row.split("#")[0] if row is not None else None


def needs_column(layout: TableLayout, terms: Iterable[Term | None]) -> bool:
    """Whether a measure or check is worked out for each period column."""
    return layout.columns.kind == "periods" and any(term is not None and term.field is None for term in terms)


def field_words(layout: TableLayout, field: str) -> str:
    """A field as it is called in a sentence: its first header, in lower case but for abbreviations."""
    known = layout.columns.fields.get(field)
    text = known.headers[0] if known is not None and known.headers else field.replace("_", " ")
    return text if text.isupper() else text[:1].lower() + text[1:]


def duplicated_rows(labels: Mapping[str, Reading]) -> dict[str, list[Reading]]:
    """The rows that stand more than once, by their key."""
    found: dict[str, list[Reading]] = {}
    for key, reading in labels.items():
        found.setdefault(key.split("#")[0], []).append(reading)
    return {key: rows for key, rows in found.items() if len(rows) > 1}
