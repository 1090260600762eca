"""Refused files: which of them still stand, since nothing sound has come in their place."""

from __future__ import annotations

from history.records import Receipt, Refusal
from history.store import History
from schemas.days import day_of


def list_standing(history: History, programme: str, known: int | None) -> list[Refusal]:
    """The files refused up to an event in whose place nothing sound was taken in up to that event."""
    refusals = history.refusals(programme, known)
    arrivals = history.arrivals(programme, known) if refusals else []
    return [refusal for refusal in refusals if not any(_replaces(receipt, refusal) for receipt in arrivals)]


def _replaces(receipt: Receipt, refusal: Refusal) -> bool:
    """Whether a receipt came in the place of a refused file: with the same bytes, since another layout reads them
    now; of the same name; or of the same return and of a date that the refused file can have been of."""
    if receipt.receipt_id < refusal.seq:
        return False
    is_same_return = receipt.return_id == refusal.return_id and receipt.period.end <= day_of(refusal.received_at)
    return is_same_return or receipt.sha256 == refusal.sha256 or receipt.name == refusal.name
