"""Numbers that a number format shows as a date or time, and the built-in formats' codes."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

BUILT_IN_FORMATS: dict[int, str] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"£"#,##0;-"£"#,##0', 6: '"£"#,##0;[Red]-"£"#,##0', 7: '"£"#,##0.00;-"£"#,##0.00',
    8: '"£"#,##0.00;[Red]-"£"#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00", 41: '_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-',
    42: '_-"£"* #,##0_-;-"£"* #,##0_-;_-"£"* "-"_-;_-@_-', 43: '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-',
    44: '_-"£"* #,##0.00_-;-"£"* #,##0.00_-;_-"£"* "-"??_-;_-@_-', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""Format codes that a file names by number only, as a British Excel shows them."""

_EPOCH_1900 = dt.datetime(1899, 12, 30)
_EPOCH_1904 = dt.datetime(1904, 1, 1)
_DAY_MS = 24 * 60 * 60 * 1000
_NOT_SHOWN = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)

Moment = dt.datetime | dt.time | dt.timedelta


@lru_cache(maxsize=4096)
def moment_kind(number_format: str) -> str:
    """What a format makes of a number: "date" (a date or time of day), "elapsed" ([h]:mm), or ""."""
    section = number_format.split(";")[0]
    if _ELAPSED.search(section):
        return "elapsed"
    bare = _NOT_SHOWN.sub("", section).lower()
    if bare.startswith(("general", "standard")):
        return ""
    return "date" if re.search(r"[dmyhs]", bare) else ""


def to_moment(number: float, kind: str, is_1904: bool) -> Moment | None:
    """The date, time or span that a number stands for, to the millisecond; None where it stands for none.

    Below one day it is a time of day. The 1900 calendar counts a 29 February 1900 that never was.
    """
    try:
        span = dt.timedelta(milliseconds=round(number * _DAY_MS))
        if kind == "elapsed":
            return span
        if number < 0:
            return None
        if span < dt.timedelta(days=1):
            return (dt.datetime.min + span).time()
        if is_1904:
            return _EPOCH_1904 + span
        return _EPOCH_1900 + span + dt.timedelta(days=1 if span < dt.timedelta(days=60) else 0)
    except (OverflowError, ValueError):
        return None
