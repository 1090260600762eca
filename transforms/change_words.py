"""The sentences of "what changed": one for each cause, made of the figures before and after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from schemas.changes import ActionReading, Evidence, Reading
from schemas.facts import Period
from schemas.kpi import KpiRow
from transforms.words import join_words, plural, say_date, say_number, say_period, say_short_date

RatingWord = Callable[[str], str]
"""What a rating is called in a programme: "red" is Red."""


def _turn(before: Reading, after: Reading, word: RatingWord) -> str:
    """ "Red becomes Amber"; "" where the rating is the same, or only says that there is no figure."""
    silent = {"held", "no_data"}
    if before.impact == after.impact or {before.impact, after.impact} & silent:
        return ""
    return f"{word(before.impact)} becomes {word(after.impact)}"


def _join(first: str, *more: str) -> str:
    return "; ".join(part for part in (first, *more) if part)


# --- Restated -------------------------------------------------------------------------------------------


def say_restated(
    old: KpiRow, new: KpiRow, before: Reading, after: Reading, evidence: Sequence[Evidence], word: RatingWord
) -> str:
    """ "Restated from 66.1% to 68.0% by the workbook received on 12 January 2022 (receipt 57)".

    `old` and `new` are the rows as known then and now, `before` and `after` as a reader sees them.
    """
    by, since = say_evidence(evidence), _say_evidence(evidence, "since")
    if after.state == "held":
        return _say_held(before, after, evidence, new.reason)
    turn = _turn(before, after, word)
    if before.state == "held":
        return _join(f"Held then, {_now(after.text)}{by}", turn)
    if before.state == "missing":
        return _join(f"No data then; {_arrived(after, evidence)}", turn)
    if after.state == "missing":
        return f"{before.text} then, no data now{since}: {new.reason}"
    if old.is_stated != new.is_stated:
        return _join(_say_stated(new, before, after, since), turn)
    if before.value == after.value and before.text == after.text:
        return _say_still(old, new, before, after, by, turn)
    return _join(_say_other(old, new, before, after, by), turn)


def _now(text: str) -> str:
    return f"{text} now"


def _say_held(before: Reading, after: Reading, evidence: Sequence[Evidence], reason: str) -> str:
    if before.state == "missing":
        return f"No data then; {_arrived(after, evidence)}"
    since = _say_evidence(evidence, "since")
    return f"{before.text} then, held{since or ' now'}: {reason.removeprefix('held: ')}"


def _say_stated(new: KpiRow, before: Reading, after: Reading, since: str) -> str:
    """A company figure that its services no longer, or now, vouch for."""
    if not new.is_stated:
        value = (
            f"Still {after.text}"
            if before.value == after.value
            else f"{before.text} as stated then, {after.text} now"
        )
        return f"{value}, derived now and not only stated{since}"
    value = f"Still {after.text}" if before.value == after.value else f"{before.text} then, {after.text} now"
    return f"{value}, but only as stated and not derived{since}"


def _say_still(old: KpiRow, new: KpiRow, before: Reading, after: Reading, by: str, turn: str) -> str:
    """The same value, with something beside it restated."""
    if before.baseline != after.baseline:
        if not before.baseline:
            return _join(f"Its baseline was not known then; it is {after.baseline}{by}", turn)
        return _join(f"Its baseline was restated from {before.baseline} to {_none(after.baseline)}{by}", turn)
    if old.period != new.period:
        return _join(f"Still {after.text}, now of {_period(new)}, before of {_period(old)}{by}", turn)
    return _join(f"Still {after.text}, but the figure it is compared with was restated{by}", turn)


def _say_other(old: KpiRow, new: KpiRow, before: Reading, after: Reading, by: str) -> str:
    """Another value: of the same period it was restated; of another one that period came, or went."""
    if old.period == new.period or old.period is None or new.period is None:
        return f"Restated from {before.text} to {after.text}{by}"
    if new.period.end > old.period.end:
        return f"{after.text} of {_period(new)} has come{by}; until then {before.text} of {_period(old)} stood"
    return f"{before.text} of {_period(old)} is no longer given{by}; {after.text} of {_period(new)} stands"


def _period(row: KpiRow) -> str:
    return say_period(row.period) if row.period is not None else "no date"


def _none(text: str) -> str:
    return text or "none"


def _arrived(after: Reading, evidence: Sequence[Evidence]) -> str:
    receipts = [e for e in evidence if e.kind == "receipt"]
    if not receipts:
        return f"{after.text} is known now"
    days = sorted({e.on for e in receipts})
    when = say_date(days[-1])
    if after.state == "held":
        return f"the return arrived on {when} ({_numbers(receipts)}) and its figure is held"
    return f"{after.text} arrived on {when} ({_numbers(receipts)})"


def _numbers(receipts: Sequence[Evidence]) -> str:
    numbers = [str(e.number) for e in receipts]
    return f"receipt {numbers[0]}" if len(numbers) == 1 else f"receipts {join_words(numbers)}"


def say_evidence(evidence: Sequence[Evidence]) -> str:
    """ " by the workbook received on 12 January 2022 (receipt 57)"; " by a correction of ..."; "" for none."""
    return _say_evidence(evidence, "by")


def _say_evidence(evidence: Sequence[Evidence], preposition: str) -> str:
    receipts = [e for e in evidence if e.kind == "receipt"]
    parts = []
    if receipts:
        days = sorted({e.on for e in receipts})
        when = say_date(days[0]) if len(days) == 1 else f"{say_short_date(days[0])} to {say_date(days[-1])}"
        what = "the workbook" if len(receipts) == 1 else plural(len(receipts), "workbook")
        parts.append(f"{what} received on {when} ({_numbers(receipts)})")
    parts += [f"the {e.name} of {say_date(e.on)} ({e.why.rstrip('.')})" for e in evidence if e.kind == "decision"]
    return f" {preposition} {join_words(parts)}" if parts else ""


# --- Targets and rules ----------------------------------------------------------------------------------


def say_target_change(before: Reading, after: Reading, row: KpiRow, word: RatingWord) -> str:
    """ "Target raised from 85% to 90%: Green becomes Amber"."""
    parts = []
    if before.target != after.target:
        parts.append(_say_target(before.target, after.target))
    if before.tolerance != after.tolerance:
        parts.append(f"tolerance {_none(before.tolerance)} becomes {_none(after.tolerance)}")
    if before.baseline != after.baseline:
        parts.append(f"baseline {_none(before.baseline)} becomes {_none(after.baseline)}")
    said_parts = join_words(parts) or f"Judged otherwise: {row.reason}"
    return _rated(_start(said_parts), before, after, word)


def say_target_step(before: Reading, after: Reading, row: KpiRow, word: RatingWord) -> str:
    """ "As declared, the target stepped from 50% to 80%: Green becomes Red"."""
    if before.target != after.target:
        text = f"As planned, the target moved from {_none(before.target)} to {_none(after.target)}"
    elif before.baseline != after.baseline:
        text = f"The baseline of {after.baseline} can be compared with from now on"
    elif row.impact == "unrated":
        text = f"An effect is expected from now on, but it cannot be rated: {row.reason.split(': ', 1)[-1]}"
    else:
        text = "An effect is expected from now on"
    return _rated(text, before, after, word)


def _say_target(before: str, after: str) -> str:
    if not before:
        return f"target of {after} set"
    if not after:
        return f"target of {before} taken out"
    old, new = _number(before), _number(after)
    verb = "changed" if old is None or new is None else "raised" if new > old else "lowered"
    return f"target {verb} from {before} to {after}"


def _number(text: str) -> Decimal | None:
    digits = text.removeprefix("max ").rstrip("%")
    return Decimal(digits) if digits.replace(".", "", 1).lstrip("-").isdigit() else None


def _rated(text: str, before: Reading, after: Reading, word: RatingWord) -> str:
    turn = _turn(before, after, word)
    if turn:
        return f"{text}: {turn}"
    return f"{text}: still {word(after.impact)}" if before.impact == after.impact else text


def say_rule_change(before: Reading, after: Reading, changed: Sequence[str], word: RatingWord) -> str:
    """ "Definition changed (its decimals): 66.1% becomes 66%"."""
    what = f"Definition changed ({join_words(changed)})" if changed else "A rule of the programme changed"
    value = f"{before.text} becomes {after.text}" if before.text != after.text else f"still {after.text}"
    return _join(f"{what}: {value}", _turn(before, after, word))


def say_software_change(before: Reading, after: Reading, older: str, newer: str, word: RatingWord) -> str:
    """ "Boardpack 2.0 derives 68.0% where Boardpack 1.9 derived 66.1%"."""
    names = (f"This {newer}", "an earlier one") if older == newer else (newer, older)
    if before.text == after.text:
        return _join(f"{names[0]} rates the same {after.text} otherwise than {names[1]}", _turn(before, after, word))
    text = f"{names[0]} derives {after.text} where {names[1]} derived {before.text}"
    return _join(text, _turn(before, after, word))


# --- Performance ----------------------------------------------------------------------------------------


def say_performance(old: KpiRow, new: KpiRow, before: Reading, after: Reading, word: RatingWord) -> str:
    """ "Up 2.3, from 66.1% (September 2021) to 68.4% (November 2021); Red becomes Amber"."""
    turn = _turn(before, after, word)
    if after.state in {"missing", "held"}:
        return f"{_start(before.text)} then, {after.text} now: {new.reason.removeprefix('held: ')}"
    if before.value is None or after.value is None:
        return _join(f"{_start(before.text)} then, {after.text}{_of(new.period)} now", turn)
    change = after.value - before.value
    if is_running_on(old, new):
        # a year to date grows with its months: that is no change of performance
        return _join(f"{after.text} in the year to date{_of(new.period)}; {before.text}{_of(old.period)} then", turn)
    if change == 0:
        why = "" if turn != f"{word('yellow')} becomes {word('red')}" else ", no improvement any more"
        return _join(f"Unchanged at {after.text}{_of(new.period)}{why}", turn)
    verb = "Up" if change > 0 else "Down"
    text = f"{verb} {say_number(abs(change))}, from {before.text}{_of(old.period)} to {after.text}{_of(new.period)}"
    return _join(text, turn)


def is_running_on(old: KpiRow, new: KpiRow) -> bool:
    """Whether two figures are of one year to date at two of its months: not to be compared with each other."""
    if "ytd" not in {old.basis, new.basis} or old.period is None or new.period is None:
        return False
    return old.period.start == new.period.start and old.period.end != new.period.end


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _of(period: Period | None) -> str:
    return f" ({say_period(period)})" if period is not None else ""


# --- Actions --------------------------------------------------------------------------------------------


def say_action(before: ActionReading, after: ActionReading, reason: str, moved: str) -> str:
    """ "due 31 Oct 2021, passed"; "due date moved from 31 Oct 2021 to 30 Nov 2021 by the board of 8 Nov 2021".

    `moved` says who moved the due date; what the outcomes were is said beside it.
    """
    parts = []
    if before.due != after.due:
        old = say_short_date(before.due) if before.due else "none"
        new = say_short_date(after.due) if after.due else "none"
        parts.append(f"due date moved from {old} to {new}{moved}")
    if before.outcome != after.outcome:
        parts.append(reason)
    return "; ".join(parts)
