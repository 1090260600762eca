"""Which receipts speak, as known at a point: the last of each return and period, in the order they speak."""

from __future__ import annotations

from collections.abc import Sequence

from history.records import Receipt


def current_receipts(receipts: Sequence[Receipt]) -> list[Receipt]:
    """The last receipt of each return and period, ordered so that a later one speaks over an earlier one.

    Returns overlap where a workbook also prints earlier periods. A return that arrives late takes its
    place in the calendar, before the returns of later periods that were there already; a restated return
    speaks from its receipt on. See docs/decisions/0004.
    """
    last: dict[tuple[str, str], Receipt] = {}
    for receipt in sorted(receipts, key=lambda r: r.receipt_id):
        last[receipt.return_id, receipt.period.key] = receipt
    return sorted(last.values(), key=lambda r: _place(r, receipts))


def _place(receipt: Receipt, receipts: Sequence[Receipt]) -> tuple[int, str, int]:
    place = receipt.receipt_id
    if receipt.ordinal == 1:
        later = [
            r.receipt_id
            for r in receipts
            if r.return_id == receipt.return_id
            and r.period.end > receipt.period.end
            and r.receipt_id < receipt.receipt_id
        ]
        place = min(later, default=place)
    return (place, receipt.period.end.isoformat(), receipt.receipt_id)
