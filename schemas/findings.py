"""Findings: something wrong or doubtful in a file, at a cell. The one home of the sentences people read.

Each code has a severity, a sentence (what is wrong) and an action (what to do), written as templates over
named parts. docs/findings.md is generated from this table and the examples in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "doubt", "note"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The one change of one cell that would make every check hold."""

    cell: str
    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who accepted a finding, when and why; `use` says which figure is printed where two contradict."""

    role: str
    date: str
    note: str
    use: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: what is wrong, where, and what to do.

    `refuses` marks an error for which the whole file is refused; other errors hold the row or figure at
    the cell. `table` and `row_key` tie it to a reading where there is one. `accept` holds the lines of
    YAML, with the file they belong to, that would accept what was found. `accepted` is set where a declared
    override accepts it: it is then listed, and counts as open no longer.
    """

    code: str
    severity: Severity
    sheet: str | None
    cell: str | None
    message: str
    action: str
    suggestion: Suggestion | None = None
    refuses: bool = False
    table: str | None = None
    row_key: str | None = None
    accept: str = ""
    accepted: Accepted | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has accepted it."""
        return self.accepted is None


@dataclass(frozen=True, slots=True)
class _Rule:
    severity: Severity
    message: str
    action: str
    refuses: bool = False


_ERROR, _DOUBT, _NOTE = "error", "doubt", "note"
_SEND = "Mend the workbook and send it again."

RULES: dict[str, _Rule] = {
    # gate 1: is this the right workbook?
    "not_a_workbook": _Rule(
        "error",
        "{file} cannot be opened as a workbook: {why}.",
        "Send the return as an .xlsx workbook.",
        True,
    ),
    "unsupported_format": _Rule(
        "error",
        "{file} is {what}, which is not read.",
        "Save it as an .xlsx workbook and send it again.",
        True,
    ),
    "file_too_large": _Rule(
        "error",
        "{file} is not opened: {why}.",
        "Send only the return's own sheets, without empty formatted areas.",
        True,
    ),
    "personal_data": _Rule(
        "error",
        "{where}: {what}.",
        "Take it out and send totals only. Tell your data protection lead: a file that holds this is put in quarantine, and nothing is read from it.",
        True,
    ),
    "encrypted_file": _Rule(
        "error",
        "{file} is protected with a password, so it cannot be read.",
        "Take the password off and send it again.",
        True,
    ),
    "damaged_file": _Rule(
        "error",
        "{file} is damaged: {why}.",
        "Open it in the program it was made with, save it again as an .xlsx workbook and send that.",
        True,
    ),
    "macros_not_run": _Rule(
        "note",
        "The workbook contains macros. They were not run; what the cells hold as saved was read.",
        "Nothing, if the workbook was saved with its macros' results.",
    ),
    "links_not_followed": _Rule(
        "note",
        "{what} from another workbook, which was not opened. The results stored in this workbook were read.",
        "Nothing, if the links were up to date when the workbook was saved.",
    ),
    "formats_lost": _Rule(
        "doubt",
        "The number formats of {file} could not be read, so a percentage cannot be told from a fraction by its cell.",
        "Open it in Excel, save it again as an .xlsx workbook and send that.",
    ),
    "unknown_return": _Rule(
        "error",
        "This is none of the programme's returns. The nearest is {nearest}; {differs}.",
        "Send the programme's own return, or add a layout for this one.",
        True,
    ),
    "ambiguous_return": _Rule(
        "error", "This could be {first} or {second}.", "Put the return's title on the first sheet.", True
    ),
    "as_at_missing": _Rule(
        "error",
        "No as-at date was found beside {labels}.",
        "Write the date of the figures on the sheet, for example 'As at 29 November 2021'.",
        True,
    ),
    "as_at_unreadable": _Rule(
        "error",
        "The as-at line says '{text}', which is not a date.",
        "Write it as a date, for example 29/11/2021.",
        True,
    ),
    "as_at_disagree": _Rule(
        "error",
        "{cell} says the figures are as at {this}, but {other_ref} says {other}.",
        "Give every sheet the same as-at date, or send one workbook for each date.",
        True,
    ),
    "covers_unreadable": _Rule(
        "error",
        "The line that says which period the figures cover says '{text}', which is no period.",
        "Write it as two dates or months, for example 1 April 2021 to 30 September 2021.",
        True,
    ),
    "covers_disagree": _Rule(
        "error",
        "{cell} says the figures cover {this}, but {other}.",
        "Check the as-at date and the period; give every sheet the same.",
        True,
    ),
    "rows_of_unclear": _Rule(
        "error",
        "The line at {cell} should say whose rows these are, but {why}.",
        "Write one owner's role after it, for example 'Rows of: Head of Service', or take the line out of a whole tracker.",
        True,
    ),
    "covers_doubtful": _Rule(
        "doubt",
        "{cell} says '{text}': {why}.",
        "Check the period that the figures cover against the as-at date.",
    ),
    "no_layout": _Rule(
        "error",
        "The workbook is as at {date}, before the first layout of {title} ({first}).",
        "Check the as-at date, or declare a layout for that time.",
        True,
    ),
    "table_missing": _Rule(
        "error",
        "The table '{anchor}' was not found{where}.",
        "Put the sheet back, or declare in the return's `partial` list that this date comes without it.",
        True,
    ),
    "header_missing": _Rule(
        "error",
        "The column '{header}' was not found in the header row{near}.",
        "Rename the column back, or add the new spelling to `headers` of field `{field}` in the layout.",
        True,
    ),
    "header_duplicate": _Rule(
        "error",
        "The column '{header}' stands twice: here and at {other}.",
        "Keep one of the two columns.",
        True,
    ),
    "table_twice": _Rule(
        "error",
        "The table '{anchor}' stands twice: here and at {other}.",
        "Keep the one that counts and take the other out.",
        True,
    ),
    "sheet_renamed": _Rule(
        "note",
        "The table '{anchor}' was found on sheet '{sheet}', not on '{expected}'.",
        "Nothing, if that is meant.",
    ),
    "hidden_read": _Rule(
        "note", "{what} is hidden in the workbook; it was read all the same.", "Nothing, if that is meant."
    ),
    "hidden_refused": _Rule(
        "error",
        "{what} is hidden in the workbook, and this return may hide nothing.",
        "Unhide it, check what it holds, and send the workbook again.",
        True,
    ),
    "unread_sheet": _Rule(
        "note",
        "The sheet '{sheet}' holds figures, but the layout has no table on it; it is not read.",
        "Nothing, if that is meant; otherwise add its table to the layout.",
    ),
    # gate 2: is each table sound?
    "undeclared_service": _Rule(
        "error",
        "'{label}' is not a service of this programme{near}. Its figures are held, and no company figure is derived.",
        "Correct the name, or add the spelling to a service in programme.yaml.",
    ),
    "duplicate_row": _Rule(
        "error",
        "'{label}' stands twice, here and at {other}. Both rows are held.",
        "Keep the right row and take the other out.",
    ),
    "missing_service": _Rule(
        "error",
        "'{table}' has no row for {label}{near}. The company figure is not derived.",
        "Put the row back, with its figures.",
    ),
    "missing_company_row": _Rule(
        "doubt",
        "'{table}' has no {label} row, so the services cannot be checked against it.",
        "Put the row back.",
    ),
    "missing_row": _Rule(
        "error",
        "'{table}' has no row for '{label}'{near}.",
        "Put the row back, or add its new name to `labels` in the layout.",
    ),
    "undeclared_row": _Rule(
        "doubt",
        "The row '{label}' is not declared in the layout and is not read{near}.",
        "Add it to the layout's items if it is to be read.",
    ),
    "unlabelled_row": _Rule(
        "error",
        "This row holds figures but no name. It is held.",
        "Write the name of the service or measure in the row.",
    ),
    "unread_column": _Rule(
        "doubt",
        "The column '{header}' is filled in but is not declared in the layout{near}; it is not read.",
        "Add it to the layout, or its spelling to `headers`, if it is to be read.",
    ),
    "unheaded_column": _Rule(
        "doubt",
        "Column {column} has no heading but is filled in, first at {filled}; it is not read.",
        "Write its heading, or move the figures to where they belong.",
    ),
    "period_unreadable": _Rule(
        "error",
        "The column heading '{header}' is not a period; its figures are not read.",
        "Write the period as a month or a date, for example Nov-21.",
    ),
    "period_twice": _Rule(
        "error",
        "The period {period} has two columns, here and at {other}; both are held.",
        "Keep the right column.",
    ),
    "period_future": _Rule(
        "error",
        "The column {period} begins after the workbook's own as-at date, {as_at}; its figures are held.",
        "Check the as-at date and the heading.",
    ),
    "period_absent": _Rule(
        "doubt",
        "'{table}' has no column for {period}, the workbook's own period.",
        "Check that the newest column is there and that its heading is right.",
    ),
    "missing_value": _Rule(
        "error", "{cell} is empty: {label} has no '{field}'. Its figure is not printed.", "Fill in the cell."
    ),
    "text_in_number": _Rule(
        "error",
        "{cell} says '{text}' where a {kind} belongs. Its figure is held.",
        "Write a number, and put remarks in a note.",
    ),
    "not_a_date": _Rule(
        "error", "{cell} says '{text}' where a date belongs.", "Write a date, for example 29/11/2021."
    ),
    "negative_count": _Rule(
        "error",
        "{cell} says {value}: a count cannot be below zero. Its figure is held.",
        "Write the right count.",
    ),
    "fractional_count": _Rule(
        "error",
        "{cell} says {value}: a count is a whole number. Its figure is held.",
        "Write the right count.",
    ),
    "percent_out_of_range": _Rule(
        "error",
        "{cell} says {value}%, which no share can be. Its figure is held.",
        "Write the right percentage.",
    ),
    "bare_fraction": _Rule(
        "error",
        "{cell} says {value} without a percent sign or format: {value}% or {scaled}%? Its figure is held.",
        "Give the cell a percent format, or write the percentage with its sign.",
    ),
    "error_cell": _Rule(
        "error", "{cell} shows the error {text}. Its figure is held.", "Mend the formula in the workbook."
    ),
    "formula_uncached": _Rule(
        "error",
        "{cell} holds a formula without a stored result. Its figure is held.",
        "Open the workbook in Excel, let it calculate, save it and send it again.",
    ),
    "symbol": _Rule("note", "{cell} says '{text}', read as {meaning}. No figure is printed for it.", "Nothing."),
    "bracket_not_read": _Rule(
        "note",
        "{cell} says '{text}': {value} is read, and what stands beside it is not.",
        "Nothing; a cell of its own for each figure would let both be checked.",
    ),
    "counts_disagree": _Rule(
        "error",
        "{explanation}. Its figure is held.",
        "{what_to_do}",
    ),
    "percent_disagrees": _Rule(
        "error",
        "{cell} says {stated}, but {derivation} is {derived}. Its figure is held.",
        "{what_to_do}",
    ),
    "more_than_all": _Rule(
        "error",
        "{numerator_cell} says {numerator}, more than all {denominator} of {denominator_cell}. Its figure is held.",
        "{what_to_do}",
    ),
    "last_digit": _Rule(
        "note",
        "{cell} says {stated}; {derivation} is {derived}. The derived figure is printed.",
        "Nothing; mend the rounding in the workbook when convenient.",
    ),
    "percent_unreadable": _Rule(
        "doubt",
        "{cell} says '{text}', which is no percentage. The counts agree, so {derived} is printed.",
        "Mend the cell in the workbook.",
    ),
    "parts_disagree": _Rule(
        "doubt",
        "{explanation}. No printed figure rests on these cells.",
        "Check these cells against their source.",
    ),
    "company_disagrees": _Rule(
        "error",
        "The {company} row says {stated} at {cell}, but the services give {derived}. That row is held; the services stand.",
        "Check the {company} row against its services.",
    ),
    "subtotal_disagrees": _Rule(
        "error",
        "The sub-total '{label}' says {stated} at {cell}, but its services give {derived}. The sub-total is held.",
        "Check the sub-total against its services.",
    ),
    "stated_not_checked": _Rule(
        "doubt",
        "{cell} says {stated}, which cannot be checked, since {why}. It would be printed as stated, not derived.",
        "Mend the held rows; the figure is then derived.",
    ),
    # tracker
    "undated": _Rule(
        "doubt",
        "Action {key} has neither a due date nor a next review date, so it cannot be rated.",
        "Agree a due date, or give a next review date.",
    ),
    "date_reading_doubtful": _Rule(
        "doubt",
        "{cell} says '{text}'. It is read as {reading}, which is not certain.",
        "Write the dates in their own columns.",
    ),
    "date_reading_differs": _Rule(
        "doubt",
        "{cell} says {what} {typed}, but the date printed in the plan, '{text}', reads as {read}. The tracker's own date is used.",
        "Agree which date holds, and record it.",
    ),
    "unknown_rating": _Rule(
        "doubt", "{cell} says '{text}', which is none of the plan's colours.", "Write one of {colours}."
    ),
    "unknown_ref": _Rule(
        "error",
        "Action {key} belongs to '{ref}', which the plan does not have. It is listed apart.",
        "Correct the reference.",
    ),
    "duplicate_key": _Rule(
        "error",
        "The key {key} stands twice, here and at {other}. Each is rated apart.",
        "Give every action its own key.",
    ),
    "completed_in_future": _Rule(
        "doubt",
        "{cell} says completed on {date}, after the tracker's own date, {as_at}. It does not count as completed yet.",
        "Write the date of completion once it has passed.",
    ),
    # gate 3: do tables, returns and history agree?
    "returns_disagree": _Rule(
        "error",
        "{cell} gives {what} as {this} for {period}, but {other} gives {that}. Both are held.",
        "Find out which of the two is right, and correct the other or have it sent again; both are then released.",
    ),
    "periods_disagree": _Rule(
        "error",
        "{cell} gives {what} as {this} for {period}, but the shorter periods {how} {sum} ({parts}). It is held; the shorter periods stand.",
        "Find out which is right, and correct the other or have it sent again. If the measure counts each person once in a period however long, add `distinct: true` to it in the layout.",
    ),
    "denominator_repeated": _Rule(
        "doubt",
        "{cell} gives {what} as {this}, to the unit the same as for {before} ({other}).",
        "Check that it was counted anew. If it hardly ever changes, add `steady: true` to the measure in the layout.",
    ),
    "figure_unchanged": _Rule(
        "doubt",
        "{cell} gives {what} as {this}, exactly as for {before} ({other}); in {count} steps before that it changed every time.",
        "Check that it was worked out anew. If it hardly ever changes, add `steady: true` to the measure in the layout.",
    ),
    "jump": _Rule(
        "doubt",
        "{cell} gives {what} as {this}. The {count} figures before it are about {mean}, and their usual variation reaches from {lower} to {upper}.",
        "Check it against the case system. If it is right, say in the commentary what happened.",
    ),
    "weekday_unusual": _Rule(
        "doubt",
        "The figures are as at {date}, a {weekday}; {usual}.",
        "Check the as-at date.",
    ),
    "same_as_previous": _Rule(
        "doubt",
        "All {count} figures are those of {before} ({other}).",
        "Check that this is not the last return sent again under a new date.",
    ),
    "as_at_future": _Rule(
        "doubt",
        "The figures are as at {date}, but the file was received before that, on {received}.",
        "Check the as-at date. If the return was sent early, send it again once the date has passed.",
    ),
    # an owner's rows of the tracker
    "row_of_other_owner": _Rule(
        "error",
        "Action {key} belongs to {owner}, and this file holds the rows of {role}. The row is held; the plan stays as it was.",
        "Take the row out, or have the owner's role put right in the whole tracker.",
    ),
    "row_not_in_plan": _Rule(
        "error",
        "The plan has no action {key}{near}. The row is held.",
        "Check the key; a new action is added in the whole tracker.",
    ),
    "owner_row_twice": _Rule(
        "error",
        "Action {key} stands twice among the rows of {role}, here and at {other}. Both rows are held; the plan stays as it was.",
        "Keep the right row and take the other out.",
    ),
    "no_plan_for_rows": _Rule(
        "error",
        "No whole tracker as at {date} or before has been received, so the rows of {role} have no plan to update. They are held.",
        "Send the whole tracker first; these rows then take their place in it.",
    ),
    "locked_field_changed": _Rule(
        "doubt",
        "{cell} gives the {what} of action {key} as '{text}'; the plan says '{plan}'. The plan's own is used.",
        "Put the cell back; a change of the plan is made in the whole tracker.",
    ),
    "due_in_owner_rows": _Rule(
        "doubt",
        "{cell} says action {key} is due {new}; the agreed date is {old}. An owner's rows do not move it.",
        "Write the expected date as the forecast. A new due date is agreed by a board and recorded in due_dates.yaml.",
    ),
    "owner_rows_replaced": _Rule(
        "doubt",
        "The whole tracker of the same date, received later, says otherwise than these rows of {role} for {keys}. The whole tracker is used.",
        "If the owner is right, send the owner's rows again.",
    ),
    # commentary
    "unknown_indicator": _Rule(
        "error",
        "'{text}' is no indicator of this programme{near}. Its commentary is not printed.",
        "Write the indicator's name as the pack prints it, or its id.",
    ),
    "unknown_service": _Rule(
        "error",
        "{cell} says '{text}', which is no service of this programme{near}. Its commentary is not printed.",
        "Write the service's name, or leave the cell empty for the company.",
    ),
    "commentary_empty": _Rule(
        "doubt",
        "The row of '{indicator}' names {role} and says nothing.",
        "Write the commentary, or clear the row.",
    ),
    "commentary_without_role": _Rule(
        "error",
        "The commentary on '{indicator}' names no role, so nobody stands behind it. It is not printed.",
        "Write the role of the person whose words these are, for example Head of Service. Give no name.",
    ),
    "commentary_long": _Rule(
        "doubt",
        "{cell} holds {count} characters, over {most}. It is printed whole.",
        "Shorten it to what the board needs to know.",
    ),
    # gate 3: do workbook and history agree?
    "correction_stale": _Rule(
        "error",
        "The correction of {where} expects '{expected}', but the workbook now says '{found}'. The correction is not applied.",
        "Take the correction out of corrections.yaml if the source is mended; otherwise declare it anew.",
    ),
    "correction_unmatched": _Rule(
        "error",
        "The correction of {where} fits no cell that was read. It is not applied.",
        "Check return, period, service, measure and field in corrections.yaml.",
    ),
    "override_stale": _Rule(
        "error",
        "The override of {where} expects '{expected}', but {found}. The override is not applied.",
        "Take the override out of overrides.yaml if the source is mended; otherwise declare it anew.",
    ),
    "override_unmatched": _Rule(
        "error",
        "The override of {where} is not applied: {why}.",
        "Check code, return, period and what the override is about in overrides.yaml.",
    ),
    "due_moved": _Rule(
        "doubt",
        "Action {key} is due {new} in this tracker and was due {old} before, but no board's decision is recorded. The earlier of the two is used.",
        "Record the decision in due_dates.yaml, with the meeting.",
    ),
    "title_changed": _Rule(
        "doubt",
        "Action {key} was called '{old}' and is now called '{new}'.",
        "Check that the key still means the same action.",
    ),
    "action_gone": _Rule(
        "doubt", "Action {key} was in the tracker before and is not in this one.", "Say what became of it."
    ),
    "decision_unmatched": _Rule(
        "error",
        "The recorded new due date of action {key} expects {expected}, but the agreed date was {found}. It is not applied.",
        "Check the entry in due_dates.yaml.",
    ),
}


def make_finding(
    code: str,
    *,
    sheet: str | None = None,
    cell: str | None = None,
    suggestion: Suggestion | None = None,
    table_id: str | None = None,
    row_key: str | None = None,
    accept: str = "",
    **parts: Any,
) -> Finding:
    """A finding of a declared code. KeyError for a code that is not declared or a part that is missing."""
    rule = RULES[code]
    words = {"sheet": sheet or "", "cell": cell or "", **{k: str(v) for k, v in parts.items()}}
    return Finding(
        code,
        rule.severity,
        sheet,
        cell,
        rule.message.format(**words),
        rule.action.format(**words),
        suggestion,
        rule.refuses,
        table_id,
        row_key,
        accept,
    )
