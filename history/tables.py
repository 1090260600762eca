"""The tables of history. Evidence and events are stored; judgement is derived."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

SCHEMA_VERSION = 3

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))

# One row for everything that happened, in order and without a gap: "as known N" is a row of this table.
# `digest` is of all that the event brought, and of the digest before it (see history.chain).
event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("programme", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", String(32), nullable=False),
    Column("digest", String(64), nullable=False, server_default=""),
)

BESIDE_KNOWLEDGE = ("pack", "issue", "published", "retired")
"""Kinds of events that add nothing to what is known of a programme: what we made of it, sent and put away."""

file = Table(
    "file",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("name", Text, nullable=False),
)

# `scope` says whose rows a partial workbook holds, '' for a whole one; `ordinal` numbers the arrivals for a
# return and period, whatever their scope.
receipt = Table(
    "receipt",
    metadata,
    Column("receipt_id", Integer, ForeignKey("event.seq"), primary_key=True),
    Column("programme", String(80), nullable=False),
    Column("return_id", String(80), nullable=False),
    Column("period", String(40), nullable=False),
    Column("period_end", String(10), nullable=False),
    Column("covered", String(40)),
    Column("ordinal", Integer, nullable=False),
    Column("sha256", String(64), ForeignKey("file.sha256"), nullable=False),
    Column("name", Text, nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("layout_sha", String(64), nullable=False),
    Column("configuration_sha", String(64), nullable=False),
    Column("scope", Text, nullable=False, server_default=""),
    UniqueConstraint("programme", "return_id", "period", "ordinal"),
)

refusal = Table(
    "refusal",
    metadata,
    Column("seq", Integer, ForeignKey("event.seq"), primary_key=True),
    Column("programme", String(80), nullable=False),
    Column("sha256", String(64), ForeignKey("file.sha256"), nullable=False),
    Column("name", Text, nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("return_id", String(80)),
    Column("findings", Text, nullable=False),
    UniqueConstraint("programme", "sha256"),
)

finding = Table(
    "finding",
    metadata,
    Column("receipt_id", Integer, ForeignKey("receipt.receipt_id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("finding", Text, nullable=False),
    UniqueConstraint("receipt_id", "position"),
)

reading = Table(
    "reading",
    metadata,
    Column("receipt_id", Integer, ForeignKey("receipt.receipt_id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("table_id", String(80), nullable=False),
    Column("row_key", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("cell", String(16), nullable=False),
    Column("raw_text", Text, nullable=False),
    Column("number_format", Text, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("value", Text),
    Column("decimals", Integer, nullable=False),
    UniqueConstraint("receipt_id", "table_id", "row_key", "field"),
)

observation = Table(
    "observation",
    metadata,
    Column("receipt_id", Integer, ForeignKey("receipt.receipt_id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("measure", String(80), nullable=False),
    Column("service", Text),
    Column("subgroup", String(80)),
    Column("period_start", String(10), nullable=False),
    Column("period_end", String(10), nullable=False),
    Column("precision", String(8), nullable=False),
    Column("basis", String(12), nullable=False),
    Column("form", String(8), nullable=False),
    Column("per", Text, nullable=False),
    Column("numerator", Text),
    Column("denominator", Text),
    Column("stated", Text),
    Column("stated_decimals", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("why", Text, nullable=False),
    Column("operands", Text, nullable=False),
    UniqueConstraint("receipt_id", "position"),
)
Index("observation_by_measure", observation.c.measure, observation.c.period_end)

configuration = Table(
    "configuration",
    metadata,
    Column("seq", Integer, ForeignKey("event.seq"), primary_key=True),
    Column("programme", String(80), nullable=False),
    Column("sha", String(64), nullable=False),
    Column("json", Text, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("seq", Integer, ForeignKey("event.seq"), primary_key=True),
    Column("programme", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("sha", String(64), nullable=False),
    Column("is_withdrawn", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("decided_on", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("json", Text, nullable=False),
)

# `path` is where the pack was put (within the home, relative to it); `compared_with` the pack it tells the
# changes since; `replaces` the issued pack that it would put right; `environment` what made it (JSON);
# `facts` the rows it was made from (JSON, see schemas.kept).
pack = Table(
    "pack",
    metadata,
    Column("pack_id", Integer, ForeignKey("event.seq"), primary_key=True),
    Column("programme", String(80), nullable=False),
    Column("board", String(80), nullable=False),
    Column("meeting", String(10)),
    Column("edition", String(12), nullable=False),
    Column("format", String(12), nullable=False),
    Column("as_at", String(10), nullable=False),
    Column("as_known", Integer, nullable=False),
    Column("configuration_sha", String(64), nullable=False),
    Column("software", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("path", Text),
    Column("compared_with", Integer, ForeignKey("pack.pack_id")),
    Column("replaces", Integer, ForeignKey("pack.pack_id")),
    Column("reason", Text),
    Column("environment", Text),
    Column("facts", Text),
)

printed_figure = Table(
    "printed_figure",
    metadata,
    Column("pack_id", Integer, ForeignKey("pack.pack_id"), nullable=False),
    Column("ref", String(12), nullable=False),
    Column("figure_key", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("value", Text),
    Column("text", Text, nullable=False),
    UniqueConstraint("pack_id", "figure_key"),
)

# A pack that was issued. `ordinal` is 0 for the first issue for a meeting, 1 for its first erratum, and so on;
# `errors` are the findings that stood (JSON), `despite` why it was issued all the same.
issue = Table(
    "issue",
    metadata,
    Column("seq", Integer, ForeignKey("event.seq"), primary_key=True),
    Column("programme", String(80), nullable=False),
    Column("pack_id", Integer, ForeignKey("pack.pack_id"), nullable=False, unique=True),
    Column("board", String(80), nullable=False),
    Column("meeting", String(10), nullable=False),
    Column("edition", String(12), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("decided_on", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("despite", Text, nullable=False),
    Column("errors", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    UniqueConstraint("programme", "board", "meeting", "edition", "ordinal"),
)

# A file that was put into the home for people: acknowledgements, marked copies, forms. `path` is relative to it.
published = Table(
    "published",
    metadata,
    Column("seq", Integer, ForeignKey("event.seq"), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("what", String(40), nullable=False),
    UniqueConstraint("seq", "path"),
)

# An original whose bytes were deleted by the rule of retention; its hash, size and name stay in `file`. The same
# bytes may be received anew later, and retired anew.
retired = Table(
    "retired",
    metadata,
    Column("seq", Integer, ForeignKey("event.seq"), nullable=False),
    Column("sha256", String(64), ForeignKey("file.sha256"), nullable=False),
    Column("rule", Text, nullable=False),
    UniqueConstraint("seq", "sha256"),
)


def _order_text_alike() -> None:
    """Let PostgreSQL order text by its code points, as SQLite and Python do, and hold it to no length either."""
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, String):
                column.type = column.type.with_variant(Text(collation="C"), "postgresql")


_order_text_alike()
