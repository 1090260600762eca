"""The one-line reason of every impact rating, made from the figures."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from schemas.config import Indicator, Target
from schemas.facts import Period
from transforms.brag import Rating, TargetInForce, first_step
from transforms.words import plural, say_change, say_date, say_number, say_period, say_points, say_target


def explain_rating(
    value: Decimal, target: TargetInForce, rating: Rating, baseline: Decimal | None, indicator: Indicator
) -> str:
    """ "57.6 against 90, outside 5 points"; "92.0 meets 90"; "90.4 against a baseline of 90.0, increase met"."""
    shown = say_number(value)
    if target.text is not None:
        wanted = "above" if target.text == "increase" else "below"
        verb = "is" if rating.impact == "green" else "is not"
        return f"{shown} {verb} {wanted} the baseline of {say_number(Decimal(0) if baseline is None else baseline)}"
    aim = say_aim(target)
    if rating.impact == "green":
        return f"{shown} is within {aim}" if " to " in aim else f"{shown} meets {aim}"
    if rating.tolerance is None:
        return f"{shown} against {aim}"
    side = "within" if rating.impact == "amber" else "outside"
    return f"{shown} against {aim}, {side} {say_points(rating.tolerance, indicator.unit)}"


def say_aim(target: TargetInForce) -> str:
    """The target as it is said in a reason: "90", "14 to 16"."""
    if target.low is not None and target.high is not None:
        return f"{say_target(target.low)} to {say_target(target.high)}"
    return say_target(target.shown or Decimal(0))


def say_changes(
    value: Decimal,
    previous: Decimal | None,
    previous_period: Period | None,
    baseline: Decimal | None,
    as_at: dt.date,
    *,
    with_baseline: bool,
) -> list[str]:
    """The changes on the baseline and on the previous return, as far as there are any."""
    parts = []
    if with_baseline and baseline is not None:
        parts.append(say_change(value - baseline, "the baseline"))
    if previous is not None and previous_period is not None:
        since = say_period(previous_period, as_at)
        parts.append(say_change(value - previous, f"the {since}" if previous_period.is_rolling_year else since))
    return parts


def explain_unrated(value: Decimal, indicator: Indicator, service: str | None, period: Period, as_at: dt.date) -> str:
    """Why a figure that is there has no colour."""
    return f"{say_number(value)}: {_say_lack(indicator, target_of(indicator, service), period, as_at)}"


def _say_lack(indicator: Indicator, target: Target | None, period: Period, as_at: dt.date) -> str:
    """What is wanting for a colour. A target that has not begun comes first: nothing else matters before."""
    if target is None:
        return "no target"
    step = first_step(target, as_at)
    if step is not None:
        return f"the first target, {say_target(step[1])}, holds from {say_date(step[0])}"
    if indicator.basis == "ytd":
        lacks = "the same point last year" if target.steps else "a profiled target"
        return f"a year to date is not rated without {lacks}"
    if target.text is None:
        return "no target in force"
    if indicator.baseline is not None and period.end <= indicator.baseline.period_end:
        return f"rated only after the baseline's date, {say_date(indicator.baseline.period_end)}"
    return "no baseline to compare with"


def explain_early(expected_from: dt.date) -> str:
    """Why a figure is Grey."""
    return f"no effect is expected before {say_date(expected_from)}"


def target_of(indicator: Indicator, service: str | None) -> Target | None:
    """The target that applies to a row: a service's own, the company's where services inherit it."""
    if service is None:
        return indicator.target
    own = indicator.service_targets.get(service)
    if own is not None:
        return own
    return indicator.target if indicator.services_rated else None


def explain_missing(period: Period | None, as_at: dt.date, limit: int, return_title: str) -> str:
    """Why there is no figure: none was ever given, whether its return came or not, or none recent enough."""
    if period is None:
        return f"no figure received yet; return: {return_title}"
    age, oldest = plural((as_at - period.end).days, "day"), plural(limit, "day")
    return f"the latest figure is of {say_period(period)}, {age} before; older than {oldest} is not used"
