"""The plan: the tracker, owners' rows of it, and commentary."""

from __future__ import annotations

from schemas.sentences.rule import Rule

PLAN: dict[str, Rule] = {
    # tracker
    "undated": Rule(
        "doubt",
        "Action {key} has neither a due date nor a next review date, so it cannot be rated.",
        "Agree a due date, or give a next review date.",
    ),
    "date_reading_doubtful": Rule(
        "doubt",
        "{cell} says '{text}'. It is read as {reading}, which is not certain.",
        "Write the dates in their own columns.",
    ),
    "date_reading_differs": Rule(
        "doubt",
        "{cell} says {what} {typed}, but the date printed in the plan, '{text}', reads as {read}. The tracker's own date is used.",
        "Agree which date holds, and record it.",
    ),
    "unknown_rating": Rule(
        "doubt", "{cell} says '{text}', which is none of the plan's colours.", "Write one of {colours}."
    ),
    "unknown_ref": Rule(
        "error",
        "Action {key} belongs to '{ref}', which the plan does not have. It is listed apart.",
        "Correct the reference.",
    ),
    "duplicate_key": Rule(
        "error",
        "The key {key} stands twice, here and at {other}. Each is rated apart.",
        "Give every action its own key.",
    ),
    "completed_in_future": Rule(
        "doubt",
        "{cell} says completed on {date}, after the tracker's own date, {as_at}. It does not count as completed yet.",
        "Write the date of completion once it has passed.",
    ),
    # an owner's rows of the tracker
    "row_of_other_owner": Rule(
        "error",
        "Action {key} belongs to {owner}, and this file holds the rows of {role}. The row is held; the plan stays as it was.",
        "Take the row out, or have the owner's role put right in the whole tracker.",
    ),
    "row_not_in_plan": Rule(
        "error",
        "The plan has no action {key}{near}. The row is held.",
        "Check the key; a new action is added in the whole tracker.",
    ),
    "owner_row_twice": Rule(
        "error",
        "Action {key} stands twice among the rows of {role}, here and at {other}. Both rows are held; the plan stays as it was.",
        "Keep the right row and take the other out.",
    ),
    "no_plan_for_rows": Rule(
        "error",
        "No whole tracker as at {date} or before has been received, so the rows of {role} have no plan to update. They are held.",
        "Send the whole tracker first; these rows then take their place in it.",
    ),
    "locked_field_changed": Rule(
        "doubt",
        "{cell} gives the {what} of action {key} as '{text}'; the plan says '{plan}'. The plan's own is used.",
        "Put the cell back; a change of the plan is made in the whole tracker.",
    ),
    "due_in_owner_rows": Rule(
        "doubt",
        "{cell} says action {key} is due {new}; the agreed date is {old}. An owner's rows do not move it.",
        "Write the expected date as the forecast. A new due date is agreed by a board and recorded in due_dates.yaml.",
    ),
    "owner_rows_replaced": Rule(
        "doubt",
        "The whole tracker of the same date, received later, says otherwise than these rows of {role} for {keys}. The whole tracker is used.",
        "If the owner is right, send the owner's rows again.",
    ),
    # commentary
    "unknown_indicator": Rule(
        "error",
        "'{text}' is no indicator of this programme{near}. Its commentary is not printed.",
        "Write the indicator's name as the pack prints it, or its id.",
    ),
    "unknown_service": Rule(
        "error",
        "{cell} says '{text}', which is no service of this programme{near}. Its commentary is not printed.",
        "Write the service's name, or leave the cell empty for the company.",
    ),
    "commentary_empty": Rule(
        "doubt",
        "The row of '{indicator}' names {role} and says nothing.",
        "Write the commentary, or clear the row.",
    ),
    "commentary_without_role": Rule(
        "error",
        "The commentary on '{indicator}' names no role, so nobody stands behind it. It is not printed.",
        "Write the role of the person whose words these are, for example Head of Service. Give no name.",
    ),
    "commentary_long": Rule(
        "doubt",
        "{cell} holds {count} characters, over {most}. It is printed whole.",
        "Shorten it to what the board needs to know.",
    ),
}
