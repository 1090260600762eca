"""Which receipts speak, as known at a point: the last of each return, period and scope, in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from history.records import Receipt


def current_receipts(receipts: Sequence[Receipt]) -> list[Receipt]:
    """The last receipt of each return, period and scope, ordered so that a later one speaks over an earlier one.

    Returns overlap where a workbook also prints earlier periods. A return that arrives late takes its
    place in the calendar, before the returns of later periods that were there already; a restated return
    speaks from its receipt on. See docs/decisions/0004.
    """
    first: dict[tuple[str, str, str], Receipt] = {}
    last: dict[tuple[str, str, str], Receipt] = {}
    for receipt in sorted(receipts, key=lambda r: r.receipt_id):
        first.setdefault(receipt.place, receipt)
        last[receipt.place] = receipt
    overtaken = _find_overtaken(receipts)
    late = {r.receipt_id for place, r in last.items() if first[place] is r}

    def order(receipt: Receipt) -> tuple[int, str, int]:
        place = overtaken[receipt.receipt_id] if receipt.receipt_id in late else receipt.receipt_id
        return (place, receipt.period.end.isoformat(), receipt.receipt_id)

    return sorted(last.values(), key=order)


def _find_overtaken(receipts: Sequence[Receipt]) -> dict[int, int]:
    """For each receipt the first of the same return for a later period, where that came before it; else itself."""
    found: dict[int, int] = {}
    returns: dict[str, dict[dt.date, list[int]]] = {}
    for receipt in receipts:
        returns.setdefault(receipt.return_id, {}).setdefault(receipt.period.end, []).append(receipt.receipt_id)
    for periods in returns.values():
        earliest: int | None = None  # of all the periods that are later
        for end in sorted(periods, reverse=True):
            ids = periods[end]
            found.update({i: i if earliest is None else min(i, earliest) for i in ids})
            earliest = min(ids) if earliest is None else min(earliest, *ids)
    return found
