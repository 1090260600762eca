"""Target dates as plans print them: "From July 2021", "June 2021 July 2021", "Dec 2021/Jan 2022".

Source of the rules: docs/methodology.md, "Reading printed dates".
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from schemas.facts import PlanDates
from workbooks.dates import DAY_PATTERN, MONTH_PATTERN, MONTHS, full_year, month_end

_MENTION = re.compile(rf"(?<![\w/]){DAY_PATTERN}(?!\w)|(?<!\w){MONTH_PATTERN}(?!\w)", re.IGNORECASE)
_START = re.compile(r"\b(from|starting|starts|begins)\b", re.IGNORECASE)
_ONWARDS = re.compile(r"\bonwards?\b", re.IGNORECASE)
_ONGOING = re.compile(r"\bongoing\b", re.IGNORECASE)
_PLAIN_TAIL = re.compile(r"^(onwards?|and ongoing|ongoing|\.|)$", re.IGNORECASE)
_PLAIN_LEAD = re.compile(r"^(by|by the end of|end of|by end of|from|ongoing from|)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Mention:
    """A month or a day that stands in the text."""

    first: dt.date
    last: dt.date
    begins: int
    ends: int


@lru_cache(maxsize=4096)
def read_plan_dates(text: str) -> PlanDates:
    """Read a printed target date. What cannot be read is undated; what can be read twice is doubtful."""
    clean = " ".join(text.replace("\u2013", "-").replace("\u2014", "-").split())
    mentions = [m for m in map(_to_mention, _MENTION.finditer(clean)) if m is not None]
    is_ongoing = bool(_ONGOING.search(clean))
    if not mentions:
        return PlanDates(is_ongoing=is_ongoing)
    lead = clean[: mentions[0].begins]
    if len(mentions) == 1:
        return _read_one(mentions[0], lead, clean[mentions[0].ends :], is_ongoing=is_ongoing)
    if len(mentions) == 2:
        between = clean[mentions[0].ends : mentions[1].begins].strip().lower()
        tail = clean[mentions[1].ends :]
        found = _read_two(mentions[0], mentions[1], lead, between, tail)
        found = replace(found, is_ongoing=is_ongoing)
        is_plain = _is_plain(lead, tail)
        is_backwards = found.start is not None and any(due < found.start for due in found.dues)
        return found if is_plain and not is_backwards else replace(found, is_doubtful=True)
    return PlanDates(is_ongoing=is_ongoing, is_doubtful=True)


def _to_mention(match: re.Match[str]) -> _Mention | None:
    parts = match.groupdict()
    try:
        if parts["m4"]:
            year, month = full_year(parts["y4"]), MONTHS[parts["m4"].lower()]
            return _Mention(dt.date(year, month, 1), month_end(year, month), match.start(), match.end())
        index = next(i for i in "123" if parts[f"d{i}"])
        month_text = parts[f"m{index}"].lower()
        month = MONTHS[month_text] if index == "1" else int(month_text)
        day = dt.date(full_year(parts[f"y{index}"]), month, int(parts[f"d{index}"]))
    except ValueError:
        return None
    return _Mention(day, day, match.start(), match.end())


def _is_plain(lead: str, tail: str) -> bool:
    """Whether nothing stands around the dates that a rule does not know."""
    return bool(_PLAIN_LEAD.match(lead.strip()) and _PLAIN_TAIL.match(tail.strip()))


def _read_one(mention: _Mention, lead: str, tail: str, *, is_ongoing: bool) -> PlanDates:
    is_plain = _is_plain(lead, tail)
    if _START.search(lead) or _ONWARDS.search(tail):
        return PlanDates(start=mention.first, is_ongoing=is_ongoing, is_doubtful=not is_plain)
    return PlanDates(dues=(mention.last,), is_ongoing=is_ongoing, is_doubtful=not is_plain)


def _read_two(first: _Mention, second: _Mention, lead: str, between: str, tail: str) -> PlanDates:
    if between in {"-", "to", "until", "and", "/", ""}:
        if _START.search(lead) or _ONWARDS.search(tail):
            return _read_start(first, second, lead, between, tail)
        return _read_pair(first, second, between)
    if _START.search(between) and _START.search(lead):
        return PlanDates(start=max(first.first, second.first), is_doubtful=True)
    return PlanDates(is_doubtful=True)


def _read_pair(first: _Mention, second: _Mention, between: str) -> PlanDates:
    """Two dates with nothing around them that says which of them is a start."""
    if between == "and":
        return PlanDates(dues=(first.last, second.last))
    if between == "/":
        return PlanDates(dues=(max(first.last, second.last),))
    if between == "":
        return PlanDates(dues=(first.last,), forecast=second.last)
    return PlanDates(start=first.first, dues=(second.last,))


def _read_start(first: _Mention, second: _Mention, lead: str, between: str, tail: str) -> PlanDates:
    """Two dates of which one is a start, and so never due: the first after "from", the second before "onwards"."""
    is_range = between in {"-", "to", "until"}
    if between == "/":
        return PlanDates(start=min(first.first, second.first), is_doubtful=True)
    if _ONWARDS.search(tail):
        if is_range or _START.search(lead):
            return PlanDates(start=first.first, is_doubtful=True)
        return PlanDates(dues=(first.last,), is_doubtful=True)
    return PlanDates(start=first.first, dues=(second.last,), is_doubtful=not is_range)
