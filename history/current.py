"""Which receipts speak, as known at a point: the last of each return, period and scope, in order."""

from __future__ import annotations

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
    return sorted(last.values(), key=lambda r: _order(r, receipts, is_first=first[r.place] is r))


def _order(receipt: Receipt, receipts: Sequence[Receipt], *, is_first: bool) -> tuple[int, str, int]:
    place = receipt.receipt_id
    if is_first:
        later = [
            r.receipt_id
            for r in receipts
            if r.return_id == receipt.return_id
            and r.period.end > receipt.period.end
            and r.receipt_id < receipt.receipt_id
        ]
        place = min(later, default=place)
    return (place, receipt.period.end.isoformat(), receipt.receipt_id)
