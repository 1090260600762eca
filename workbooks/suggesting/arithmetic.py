"""What the numbers bear out: lines (columns, or rows) that add up to another, or divide to another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Literal

from schemas.figures import round_half_away

_MOST_PARTS = 12
_MOST_LINES = 24
_MOST_STATED = 40
_MOST_BASES = 10
_NEAR = 4
_FEW = 3
_MOST_BROKEN = 3
_TOTAL_WORDS = re.compile(
    r"\b(total|all|overall|sum|due|out of|number of|cohort|open|whole|caseload)\b", re.IGNORECASE
)
_SCALES = {"percent": (100,), "number": (1, 100, 1000, 10000, 100000), "count": (100,)}
_AVERAGE_WORDS = re.compile(r"\b(average|avg|mean|per|rate|ratio|caseload)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure: its value (percent in points), the decimals it shows, and whether it is a whole count."""

    value: Decimal
    decimals: int
    is_count: bool = False
    approximate: float = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "approximate", float(self.value))

    @property
    def slack(self) -> Decimal:
        """How far rounding can have moved it."""
        return Decimal(0) if self.is_count else Decimal("0.5").scaleb(-self.decimals)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of figures by place (the row of a column, the column of a row), in the order of the sheet."""

    key: str
    position: int
    kind: str
    words: str
    amounts: Mapping[str, Amount]


@dataclass(frozen=True, slots=True)
class Sum:
    """`total` is the sum of `parts`; `support` counts the places that tell, `broken` names those that contradict."""

    total: str
    parts: tuple[str, ...]
    support: int
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ratio:
    """`stated` is `scale` times numerator over denominator as printed; `broken` names places that contradict it."""

    stated: str
    numerator: str
    denominator: str
    scale: int
    support: int
    form: Literal["percent", "average", "rate"]
    broken: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether enough places tell."""
        return self.support >= _FEW


def find_sums(lines: Sequence[Line]) -> list[Sum]:
    """For each line, the one best set of others that adds up to it in every place."""
    found: list[Sum] = []
    plain = [line for line in lines if line.kind in {"count", "number", "percent"}]
    for total in plain[:_MOST_LINES]:
        others = [o for o in plain if o.kind == total.kind and o.key != total.key]
        best = _best_sum(total, others)
        if best is not None:
            found.append(best)
    return _without_circles(found)


def _best_sum(total: Line, others: Sequence[Line]) -> Sum | None:
    has_words = bool(_TOTAL_WORDS.search(total.words))
    found: list[tuple[tuple[bool, bool, int, int], Sum]] = []
    for is_run, parts in _part_sets(total, others, is_wide=has_words):
        support, broken = _sum_support(total, parts)
        needed = 1 if has_words and is_run else 2 if has_words or is_run else _FEW
        if total.kind != "count":
            needed += 1 if not has_words else 0
        if support >= needed:
            rank = (not broken, is_run, support, len(parts))
            found.append((rank, Sum(total.key, tuple(p.key for p in parts), support, broken)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _part_sets(total: Line, others: Sequence[Line], *, is_wide: bool) -> Iterator[tuple[bool, tuple[Line, ...]]]:
    """Neighbours in a run, first; then pairs and threes from anywhere."""
    runs = set()
    before = [o for o in others if o.position < total.position][::-1]
    after = [o for o in others if o.position > total.position]
    for side in (before, after):
        for size in range(2, min(len(side), _MOST_PARTS) + 1):
            run = tuple(sorted(side[:size], key=lambda line: line.position))
            runs.add(tuple(p.key for p in run))
            yield True, run
    if len(others) > _MOST_LINES // 2 and not is_wide:
        return
    for size in (2, 3):
        for parts in combinations(others[: _MOST_LINES // 2], size):
            if tuple(p.key for p in parts) not in runs:
                yield False, parts


def _sum_support(total: Line, parts: Sequence[Line]) -> tuple[int, tuple[str, ...]]:
    """The places that bear the sum out, and the few that contradict it; none if too many do.

    Places that tell little are not counted.
    """
    support = 0
    broken = []
    for place, whole in total.amounts.items():
        own = [p.amounts.get(place) for p in parts]
        amounts = [a for a in own if a is not None]
        if not amounts:
            continue
        slack = whole.slack + sum((a.slack for a in amounts), Decimal(0))
        if len(amounts) < len(own) or abs(whole.value - sum((a.value for a in amounts), Decimal(0))) > slack:
            broken.append(place)
            if len(broken) > _MOST_BROKEN:
                return 0, ()
            continue
        # where all parts but one are 0, the total says only that it equals that part
        support += sum(a.value != 0 for a in amounts) >= 2 and slack * 10 < max(whole.value, Decimal(1))
    return _mostly(support, broken)


def _mostly(support: int, broken: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """A rule with exceptions stands only if it holds four times as often."""
    return (support, tuple(broken)) if support >= 4 * len(broken) else (0, ())


def _without_circles(found: Sequence[Sum]) -> list[Sum]:
    """One sum for each set of lines: a + b = c is not told again as another."""
    kept: list[Sum] = []
    for item in sorted(found, key=lambda s: (-s.support, -len(s.parts))):
        lines = {item.total, *item.parts}
        if all(lines != {k.total, *k.parts} for k in kept):
            kept.append(item)
    order = {item.total: place for place, item in enumerate(found)}
    return sorted(kept, key=lambda s: order[s.total])


def find_ratios(lines: Sequence[Line], totals: Iterable[str] = ()) -> list[Ratio]:
    """For each stated line, the best numerator and denominator that give it in every place, at its precision."""
    bases = [line for line in lines if line.kind in {"count", "number"}]
    known = set(totals)
    found = []
    for stated in lines[:_MOST_STATED]:
        if stated.kind in _SCALES and len(stated.amounts) >= (1 if stated.kind == "percent" else 2):
            others = sorted(
                (b for b in bases if b.key != stated.key), key=lambda b: abs(b.position - stated.position)
            )
            best = _best_ratio(stated, others[:_MOST_BASES], known)
            if best is not None:
                found.append(best)
    return _without_inverses(found, {line.key: line for line in lines})


def _without_inverses(found: Sequence[Ratio], lines: Mapping[str, Line]) -> list[Ratio]:
    """a / b = c may hold as a / c = b too: the one called an average is kept, else the one that stands last."""

    def rank(ratio: Ratio) -> tuple[bool, bool, int]:
        line = lines[ratio.stated]
        return (line.kind == "percent", bool(_AVERAGE_WORDS.search(line.words)), line.position)

    kept: list[Ratio] = []
    for ratio in sorted(found, key=rank, reverse=True):
        bases = {key for other in kept for key in (other.numerator, other.denominator)}
        if ratio.stated not in bases:
            kept.append(ratio)
    order = list(lines)
    return sorted(kept, key=lambda r: order.index(r.stated))


def _best_ratio(stated: Line, bases: Sequence[Line], totals: set[str]) -> Ratio | None:
    is_percent = stated.kind == "percent"
    few = 2 if is_percent or _AVERAGE_WORDS.search(stated.words) else _FEW
    found: list[tuple[tuple[bool, int, int, bool, int], Ratio]] = []
    for numerator in bases:
        for denominator in bases:
            if numerator.key == denominator.key:
                continue
            for scale in _scales(stated, numerator, denominator):
                support, exact, broken = _ratio_support(stated, numerator, denominator, scale)
                far = abs(stated.position - numerator.position) + abs(stated.position - denominator.position)
                if support >= (1 if is_percent and far <= _NEAR else few):
                    rank = (not broken, support, exact, denominator.key in totals, -far)
                    form: Literal["percent", "average", "rate"] = (
                        "percent" if scale == 100 else "average" if scale == 1 else "rate"
                    )
                    ratio = Ratio(stated.key, numerator.key, denominator.key, scale, support, form, broken)
                    found.append((rank, ratio))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _scales(stated: Line, numerator: Line, denominator: Line) -> set[int]:
    """The scales that the first places allow: trying each in every place would take long."""
    possible = _SCALES[stated.kind]
    if len(possible) == 1:
        return set(possible)
    found = set()
    tried = 0
    for place, printed in stated.amounts.items():
        top, bottom = numerator.amounts.get(place), denominator.amounts.get(place)
        if top is None or bottom is None or not top.approximate or not bottom.approximate or not printed.approximate:
            continue
        quotient = printed.approximate * bottom.approximate / top.approximate
        found |= {scale for scale in possible if 0.5 < quotient / scale < 2}
        tried += 1
        if tried == 2:
            break
    return found


def _is_far(top: float, bottom: float, scale: int, printed: Amount) -> bool:
    """Whether a quotient is beyond doubt not the printed one: cheap, so that few are worked out exactly."""
    value = printed.approximate
    return abs(top / bottom * scale - value) > 2.5 * 10.0**-printed.decimals + abs(value) * 1e-9


def _ratio_support(stated: Line, numerator: Line, denominator: Line, scale: int) -> tuple[int, int, tuple[str, ...]]:
    """Places that bear the ratio out, those that do so to the last digit, and the few that contradict it."""
    support = exact = places = 0
    broken = []
    for place, printed in stated.amounts.items():
        top, bottom = numerator.amounts.get(place), denominator.amounts.get(place)
        if top is None or bottom is None or bottom.value == 0:
            continue
        if not top.approximate and not printed.approximate:
            places += 1
            exact += 1
            continue
        if _is_far(top.approximate, bottom.approximate, scale, printed):
            broken.append(place)
            if len(broken) > _MOST_BROKEN:
                return 0, 0, ()
            continue
        derived = round_half_away(Fraction(top.value) / Fraction(bottom.value) * scale, printed.decimals)
        off = abs(derived - round_half_away(printed.value, printed.decimals)).scaleb(printed.decimals)
        if off > 1 or (stated.kind == "percent" and top.value > bottom.value and printed.value <= 100):
            broken.append(place)
            if len(broken) > _MOST_BROKEN:
                return 0, 0, ()
            continue
        places += 1
        exact += off == 0
        # 0 and 100 % hold for many pairs of columns, and a few digits for many more
        support += off == 0 and top.value not in (0, bottom.value) and len(str(abs(printed.value)).strip("0.")) >= 2
    support, told = _mostly(support, broken)
    return (support, exact, told) if support and exact * 2 > places else (0, 0, ())
