"""What figures are judged by, exchanged apart from how they are made: targets, tolerances and baselines."""

from __future__ import annotations

import datetime as dt

from schemas.config import Indicator, Programme, Target

_STANDARDS = ("target", "service_targets", "services_rated", "tolerance", "baseline")
_RULES = {
    "measure": "what is counted",
    "return_id": "the return it is taken from",
    "direction": "which way is better",
    "unit": "its unit",
    "decimals": "its decimals",
    "basis": "what it covers",
    "company": "how the company figure is made",
    "improvement": "what counts as improvement",
    "stale_after": "how old a figure may be",
    "expected_from": "when an effect is expected",
    "small_base": "what counts as a small base",
}


def with_standards(programme: Programme, other: Programme) -> Programme:
    """The programme with the targets, tolerances and baselines of another, indicator by indicator.

    Where direction or unit differ the targets cannot be told from the definition: there they stay its own.
    """
    theirs = {i.id: i for i in other.indicators}
    return programme.model_copy(
        update={"indicators": tuple(_exchange(i, theirs.get(i.id)) for i in programme.indicators)}
    )


def _exchange(own: Indicator, other: Indicator | None) -> Indicator:
    if other is None or (own.direction, own.unit) != (other.direction, other.unit):
        return own
    return own.model_copy(update={name: getattr(other, name) for name in _STANDARDS})


def freeze_standards(programme: Programme, then: dt.date, now: dt.date) -> Programme:
    """The programme judged at `now` as it would have been at `then`: no target steps in between, no baseline
    appears, and what was too early to judge stays so. `now` may lie before `then`: targets that had stepped by then
    hold already."""
    return programme.model_copy(update={"indicators": tuple(_freeze(i, then, now) for i in programme.indicators)})


def _freeze(own: Indicator, then: dt.date, now: dt.date) -> Indicator:
    changed: dict[str, object] = {
        "target": _freeze_target(own.target, then, now),
        "service_targets": {
            name: target
            for name, steps in own.service_targets.items()
            if (target := _freeze_target(steps, then, now)) is not None
        },
    }
    if own.baseline is not None and then < own.baseline.period_end <= now:
        changed["baseline"] = None
    if own.expected_from is not None and then < own.expected_from <= now:
        changed["expected_from"] = now + dt.timedelta(days=1)
    if own.expected_from is not None and now < own.expected_from <= then:
        changed["expected_from"] = now
    return own.model_copy(update=changed)


def _freeze_target(target: Target | None, then: dt.date, now: dt.date) -> Target | None:
    if target is None or not any(min(then, now) < s.from_ <= max(then, now) for s in target.steps):
        return target
    if now < then:
        held = max((s for s in target.steps if s.from_ <= then), key=lambda s: s.from_)
        early = tuple(s for s in target.steps if s.from_ < now)
        late = tuple(s for s in target.steps if s.from_ > then)
        return target.model_copy(update={"steps": (*early, held.model_copy(update={"from_": now}), *late)})
    kept = tuple(s for s in target.steps if not then < s.from_ <= now)
    return target.model_copy(update={"steps": kept}) if kept else None


def say_rule_changes(before: Programme, after: Programme, indicator: str) -> list[str]:
    """What was changed in an indicator's definition, in words; empty where it is not the indicator's own."""
    old = next((i for i in before.indicators if i.id == indicator), None)
    new = next((i for i in after.indicators if i.id == indicator), None)
    if old is None or new is None:
        return []
    return [words for name, words in _RULES.items() if getattr(old, name) != getattr(new, name)]
