"""Gate 3: do tables, returns, decisions and history agree?"""

from __future__ import annotations

from schemas.sentences.rule import Rule

AGREEMENT: dict[str, Rule] = {
    # gate 3: do tables, returns and history agree?
    "returns_disagree": Rule(
        "error",
        "{cell} gives {what} as {this} for {period}, but {other} gives {that}. Both are held.",
        "Find out which of the two is right, and correct the other or have it sent again; both are then released.",
    ),
    "periods_disagree": Rule(
        "error",
        "{cell} gives {what} as {this} for {period}, but the shorter periods {how} {sum} ({parts}). It is held; the shorter periods stand.",
        "Find out which is right, and correct the other or have it sent again. If the measure counts each person once in a period however long, declare it distinct in the layout.",
    ),
    "denominator_repeated": Rule(
        "doubt",
        "{cell} gives {what} as {this}, to the unit the same as for {before} ({other}).",
        "Check that it was counted anew. A measure that hardly ever changes can be declared steady in the layout.",
    ),
    "figure_unchanged": Rule(
        "doubt",
        "{cell} gives {what} as {this}, exactly as for {before} ({other}); in {count} steps before that it changed every time.",
        "Check that it was worked out anew. A measure that hardly ever changes can be declared steady in the layout.",
    ),
    "jump": Rule(
        "doubt",
        "{cell} gives {what} as {this}. The {count} figures before it are about {mean}, and their usual variation reaches from {lower} to {upper}.",
        "Check it against the case system. If it is right, say in the commentary what happened.",
    ),
    "weekday_unusual": Rule(
        "doubt",
        "The figures are as at {date}, a {weekday}; {usual}.",
        "Check the as-at date.",
    ),
    "month_twice": Rule(
        "doubt",
        "The figures are as at {date}, and those of {other} as at {before}; both count {month}, and the file that came last is printed.",
        "Check the as-at dates. If both are of that month, send the later one again.",
    ),
    "same_as_previous": Rule(
        "doubt",
        "All {count} figures are those of {before} ({other}).",
        "Check that this is not the last return sent again under a new date.",
    ),
    "as_at_future": Rule(
        "doubt",
        "The figures are as at {date}, but the file was received before that, on {received}.",
        "Check the as-at date. If the return was sent early, send it again once the date has passed.",
    ),
    # gate 3: do workbook and history agree?
    "correction_stale": Rule(
        "error",
        "The correction of {where} expects '{expected}', but the workbook now says '{found}'. The correction is not applied.",
        "Take the correction out of corrections.yaml if the source is mended; otherwise declare it anew.",
    ),
    "correction_unmatched": Rule(
        "error",
        "The correction of {where} is not applied: {why}.",
        "Check return, period, service, measure and field in corrections.yaml, and what else names the cell.",
    ),
    "override_stale": Rule(
        "error",
        "The override of {where} expects '{expected}', but {found}. The override is not applied.",
        "Take the override out of overrides.yaml if the source is mended; otherwise declare it anew.",
    ),
    "override_unmatched": Rule(
        "error",
        "The override of {where} is not applied: {why}.",
        "Check code, return, period and what the override is about in overrides.yaml.",
    ),
    "due_moved": Rule(
        "doubt",
        "Action {key} is due {new} in this tracker and was due {old} before, but no board's decision is recorded. The earlier of the two is used.",
        "Record the decision in due_dates.yaml, with the meeting.",
    ),
    "title_changed": Rule(
        "doubt",
        "Action {key} was called '{old}' and is now called '{new}'.",
        "Check that the key still means the same action.",
    ),
    "action_gone": Rule(
        "doubt", "Action {key} was in the tracker before and is not in this one.", "Say what became of it."
    ),
    "decision_unmatched": Rule(
        "error",
        "The recorded new due date of action {key} is not applied: {why}.",
        "Check the entry in due_dates.yaml.",
    ),
}
