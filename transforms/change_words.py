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


def say_restated(before: Reading, after: Reading, evidence: Sequence[Evidence], reason: str, word: RatingWord) -> str:
    """ "Restated from 66.1% to 68.0% by the workbook received on 12 January 2022 (receipt 57)"."""
    by = say_evidence(evidence)
    turn = _turn(before, after, word)
    if before.state == after.state == "published" and before.value == after.value:
        if before.impact == after.impact:
            if not before.baseline:
                return f"Its baseline, not known then, is {after.baseline}{by}"
            return f"Its baseline was restated from {before.baseline} to {_none(after.baseline)}{by}"
        return _join(f"Still {after.text}, but the figure it is compared with was restated{by}", turn)
    if before.state == "missing" and after.state != "missing":
        return _join(f"No data then; {_arrived(after, evidence)}", turn)
    if after.state == "held":
        return f"{before.text} then, now held{by}: {reason}"
    if before.state == "held":
        return _join(f"Held then, {after.text} now{by}", turn)
    return _join(f"Restated from {before.text} to {after.text}{by}", turn)


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
    receipts = [e for e in evidence if e.kind == "receipt"]
    parts = []
    if receipts:
        days = sorted({e.on for e in receipts})
        when = say_date(days[0]) if len(days) == 1 else f"{say_short_date(days[0])} to {say_date(days[-1])}"
        what = "the workbook" if len(receipts) == 1 else plural(len(receipts), "workbook")
        parts.append(f"{what} received on {when} ({_numbers(receipts)})")
    parts += [f"the {e.name} of {say_date(e.on)} ({e.why.rstrip('.')})" for e in evidence if e.kind == "decision"]
    return f" by {join_words(parts)}" if parts else ""


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
    else:
        text = f"From now on it is judged: {row.reason}"
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


def say_performance(
    before: Reading, after: Reading, old: Period | None, new: Period | None, reason: str, word: RatingWord
) -> str:
    """ "Up 2.3, from 66.1% (September 2021) to 68.4% (November 2021); Red becomes Amber"."""
    turn = _turn(before, after, word)
    if after.state in {"missing", "held"}:
        return f"{_start(before.text)} then, now {after.text}: {reason}"
    if before.value is None or after.value is None:
        return _join(f"{_start(before.text)} then, {after.text}{_of(new)} now", turn)
    change = after.value - before.value
    if change == 0:
        return _join(f"Unchanged at {after.text}{_of(new)}", turn)
    verb = "Up" if change > 0 else "Down"
    text = f"{verb} {say_number(abs(change))}, from {before.text}{_of(old)} to {after.text}{_of(new)}"
    return _join(text, turn)


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _of(period: Period | None) -> str:
    return f" ({say_period(period)})" if period is not None else ""


# --- Actions --------------------------------------------------------------------------------------------


def say_action(before: ActionReading | None, after: ActionReading | None, how: str, reason: str) -> str:
    """ "due 31 Oct 2021, passed"; "due date moved from 31 Oct 2021 to 30 Nov 2021 by a decision of the board".

    `how` is the cause in words, "" for performance; what the outcomes were is said beside it.
    """
    if before is None or after is None:
        return f"{'new in the plan' if before is None else 'no longer in the plan'}{how}"
    parts = []
    if before.due != after.due:
        old = say_short_date(before.due) if before.due else "none"
        new = say_short_date(after.due) if after.due else "none"
        parts.append(f"due date moved from {old} to {new}{how or ', as the plan prints it'}")
    if before.outcome != after.outcome:
        parts.append(f"{reason}{'' if parts else how}")
    return "; ".join(parts)
