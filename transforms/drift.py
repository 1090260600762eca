"""The lines of YAML that would accept a row that was renamed, added or left out."""

from __future__ import annotations

from schemas.config import Programme
from schemas.drift import flow_list, in_table, slug, spelling_of
from schemas.layout import TableLayout


def accept_row(table: TableLayout, programme: Programme, label: str, near: str | None) -> str:
    """A row of an unknown name: another spelling of the missing one that is near to it, else a new item."""
    if table.rows.kind == "services":
        service = next((s for s in programme.services if s.label == near), None)
        return spelling_of(service, label) if service is not None else ""
    item = next((key for key, item in table.rows.items.items() if item.labels[0] == near), None)
    if item is not None:
        return _another_label(table, item, label)
    name = slug(label, table.rows.items)
    return in_table(("rows", "items", name), f"{{labels: {flow_list([label])}, required: false}}")


def accept_absent_row(table: TableLayout, programme: Programme, key: str, near: str | None) -> str:
    """A row that is not there: the one under another name that may be meant, else a row that may be absent."""
    if table.rows.kind == "services":
        service = next((s for s in programme.services if s.id == key), None)
        if near is not None:
            return spelling_of(service, near) if service is not None else ""
        rest = [s for s in table.rows.services if s != key]
        optional = [*table.rows.optional_services, key]
        value = f"{{services: [{', '.join(rest)}], optional_services: [{', '.join(optional)}]}}"
        return in_table(("rows",), value)
    if near is not None:
        return _another_label(table, key, near)
    return in_table(("rows", "items", key, "required"), "false")


def _another_label(table: TableLayout, key: str, label: str) -> str:
    labels = flow_list([*table.rows.items[key].labels, label])
    return in_table(("rows", "items", key, "labels"), labels)
