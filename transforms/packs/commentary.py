"""Owners' words in a pack: which remarks stand beside which indicator, and how they are introduced.

What was written since the previous reporting date is printed, and earns its indicator a block. What was
written for the previous report is printed only beside a block that is there anyway, and says so. Anything
older explains figures that nobody sees any more: it is left out, and data quality says what nobody wrote on.
"""

from __future__ import annotations

from schemas.pack import Commentary, Quote
from transforms.commentary import TEXT_FIELDS, Remark, latest_remarks
from transforms.packs.inputs import PackInput
from transforms.words import say_date

_FOR_THE_REPORT_BEFORE = "Written for the report before this one; nothing newer was received."


def is_commented(indicator: str, pack: PackInput) -> bool:
    """Whether an owner wrote on the indicator since the previous reporting date."""
    previous = pack.programme.previous_reporting_date(pack.as_at)
    return bool(latest_remarks(_shown(pack), indicator, previous))


def find_remarks(indicator: str, pack: PackInput) -> list[Remark]:
    """The remarks printed beside an indicator: the latest, of this report's time or of the one before."""
    found = latest_remarks(_shown(pack), indicator, None)
    previous = pack.programme.previous_reporting_date(pack.as_at)
    before = pack.programme.previous_reporting_date(previous) if previous else None
    return [r for r in found if before is None or r.as_at > before]


def make_commentary(indicator: str, pack: PackInput) -> tuple[Commentary, ...]:
    """An indicator's commentary, one entry for each remark."""
    previous = pack.programme.previous_reporting_date(pack.as_at)
    return tuple(
        Commentary(
            say_author(remark, pack),
            _FOR_THE_REPORT_BEFORE if previous is not None and remark.as_at <= previous else "",
            tuple(Quote(TEXT_FIELDS[name], paragraphs) for name, paragraphs in remark.texts),
        )
        for remark in find_remarks(indicator, pack)
    )


def say_author(remark: Remark, pack: PackInput) -> str:
    """ "Head of Service, on Adoption, as at 29 November 2021"."""
    about = f", on {pack.programme.service_label(remark.service)}" if remark.service else ""
    return f"{remark.role}{about}, as at {say_date(remark.as_at)}"


def _shown(pack: PackInput) -> tuple[Remark, ...]:
    """Owners' words stay out of every edition but the restricted one until a role clears them."""
    return pack.remarks if pack.edition == "restricted" else ()
