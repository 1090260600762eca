"""What the labels of a table's rows mean."""

from __future__ import annotations

from schemas.config import Programme
from schemas.layout import TableLayout
from schemas.spelling import normalise


class Labels:
    """What a row's label (and group) means in one table."""

    def __init__(self, table: TableLayout, programme: Programme) -> None:
        self._table = table
        self._services: dict[str, str] = {}
        self._items: dict[tuple[str, str], str] = {}
        rows = table.rows
        named = {*rows.services, *rows.optional_services}
        for service in programme.services:
            if service.id in named:
                for text in (service.label, *service.spellings):
                    self._services[normalise(text)] = service.id
        self._company = {normalise(t) for t in (programme.company.label, *programme.company.spellings)}
        self._subtotals = {normalise(t): s.id for s in rows.subtotals for t in s.labels}
        for item_id, item in rows.items.items():
            for text in item.labels:
                for group in item.group or ("",):
                    self._items[normalise(text), normalise(group)] = item_id

    def read(self, label: str, group: str) -> str:
        """The row key of a label: a declared id, "company", a sub-total's id, or "?label"."""
        form = normalise(label)
        # "#" numbers rows that stand again, so it cannot be part of a key
        name = (f"{label}, {group}" if group else label).replace("#", "no. ")
        if self._table.rows.kind == "items":
            return self._items.get((form, normalise(group))) or self._items.get((form, "")) or f"?{name}"
        if form in self._services:
            return self._services[form]
        if form in self._subtotals:
            return self._subtotals[form]
        return "company" if form in self._company else f"?{name}"

    def knows(self, label: str) -> bool:
        """Whether a label is declared for this table."""
        return not self.read(label, "").startswith("?")

    @property
    def required(self) -> frozenset[str]:
        """The row keys that the table must have."""
        rows = self._table.rows
        if rows.kind == "services":
            return frozenset(rows.services)
        return frozenset(key for key, item in rows.items.items() if item.required)
