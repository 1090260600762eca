"""Tables that stand once for each service: the block of the whole, held against those of the services."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.config import Programme
from schemas.facts import LABEL_FIELD, CutTable, Observation, Reading
from schemas.findings import Finding
from schemas.layout import Layout
from schemas.repeats import COMPANY, base_table
from transforms.company import check_company
from transforms.grids import Grid


def close_repeats(
    observations: Sequence[Observation], tables: Sequence[CutTable], layout: Layout, programme: Programme
) -> tuple[list[Observation], list[Finding]]:
    """Judge the company's block of every repeated table against the blocks of the services."""
    judged = list(observations)
    findings: list[Finding] = []
    for base in sorted({base_table(cut.table) for cut in tables if base_table(cut.table) != cut.table}):
        cuts = {cut.table: cut for cut in tables if base_table(cut.table) == base}
        blocks = {layout.tables[name].service: cut for name, cut in cuts.items() if name in layout.tables}
        if COMPANY not in blocks:
            continue
        table = layout.tables[blocks[COMPANY].table]
        own = {m.id for m in table.measures}
        rest = [o for o in judged if o.measure not in own]
        grid = Grid(table, (_heading(cut, service or "", programme) for service, cut in blocks.items()))
        closed, more = check_company([o for o in judged if o.measure in own], grid, programme)
        judged = rest + closed
        findings += more
    return judged, findings


def _heading(cut: CutTable, service: str, programme: Programme) -> Reading:
    """A block's heading as the label of a row: the service it is about."""
    name = programme.service_label(None if service == COMPANY else service)
    return Reading(cut.table, service, LABEL_FIELD, cut.sheet, cut.header_cell, name, "General", "text", name)
