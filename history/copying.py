"""Copy a whole history from one database into another, of any kind: row by row, table by table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, func, insert, inspect, select

from history import tables
from history.pairing import HOME_KEY

_ROWS = 1000


def copy_tables(source: Connection, target: Connection) -> int:
    """Copy every row of every table of history; returns how many. The tables must be there, and empty.

    The caller's transaction on `source` says which moment is copied, the one on `target` that it is all or nothing.
    """
    copied = 0
    for table in tables.metadata.sorted_tables:
        for rows in _read_rows(source, table):
            target.execute(insert(table), rows)
            copied += len(rows)
    return copied


def count_rows(connection: Connection) -> int:
    """How many rows a database holds in the tables of history that it has, its schema version apart."""
    there = set(inspect(connection).get_table_names())
    own = [t for t in tables.metadata.sorted_tables if t.name in there and t is not tables.meta]
    return sum(int(connection.scalar(select(func.count()).select_from(table)) or 0) for table in own)


def _read_rows(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table in the order of its keys, so that what is referred to comes first; in batches."""
    query = select(table).order_by(*_order(table)).execution_options(yield_per=_ROWS)
    if table is tables.meta:
        query = query.where(table.c.key != HOME_KEY)  # a copy is of no home yet
    for part in source.execute(query).mappings().partitions():
        yield [dict(row) for row in part]


def _order(table: Table) -> list[Column[Any]]:
    keys = list(table.primary_key.columns)
    return keys or [column for column in table.columns if not column.nullable]
