"""Gate 1: is this the right workbook, and can it be read?"""

from __future__ import annotations

from schemas.sentences.rule import Rule

WORKBOOK: dict[str, Rule] = {
    "not_a_workbook": Rule(
        "error",
        "{file} cannot be opened as a workbook: {why}.",
        "Send the return as an .xlsx workbook.",
        True,
    ),
    "unsupported_format": Rule(
        "error",
        "{file} is {what}, which is not read.",
        "Save it as an .xlsx workbook and send it again.",
        True,
    ),
    "file_too_large": Rule(
        "error",
        "{file} is not opened: {why}.",
        "Send only the return's own sheets, without empty formatted areas.",
        True,
    ),
    "personal_data": Rule(
        "error",
        "{where}: {what}.",
        "Take it out and send totals only. Tell your data protection lead: a file that holds this is put in quarantine, and nothing is read from it.",
        True,
    ),
    "encrypted_file": Rule(
        "error",
        "{file} is protected with a password, so it cannot be read.",
        "Take the password off and send it again.",
        True,
    ),
    "damaged_file": Rule(
        "error",
        "{file} is damaged: {why}.",
        "Open it in the program it was made with, save it again as an .xlsx workbook and send that.",
        True,
    ),
    "macros_not_run": Rule(
        "note",
        "The workbook contains macros. They were not run; what the cells hold as saved was read.",
        "Nothing, if the workbook was saved with its macros' results.",
    ),
    "links_not_followed": Rule(
        "note",
        "{what} from another workbook, which was not opened. The results stored in this workbook were read.",
        "Nothing, if the links were up to date when the workbook was saved.",
    ),
    "formats_lost": Rule(
        "doubt",
        "The number formats of {file} could not be read, so a percentage cannot be told from a fraction by its cell.",
        "Open it in Excel, save it again as an .xlsx workbook and send that.",
    ),
    "unknown_return": Rule(
        "error",
        "This is none of the programme's returns. The nearest is {nearest}; {differs}.",
        "Send the programme's own return, or add a layout for this one.",
        True,
    ),
    "ambiguous_return": Rule(
        "error", "This could be {first} or {second}.", "Put the return's title on the first sheet.", True
    ),
    "as_at_missing": Rule(
        "error",
        "No as-at date was found beside {labels}.",
        "Write the date of the figures on the sheet, for example 'As at 29 November 2021'.",
        True,
    ),
    "as_at_unreadable": Rule(
        "error",
        "The as-at line says '{text}', which is not a date.",
        "Write it as a date, for example 29/11/2021.",
        True,
    ),
    "as_at_disagree": Rule(
        "error",
        "{cell} says the figures are as at {this}, but {other_ref} says {other}.",
        "Give every sheet the same as-at date, or send one workbook for each date.",
        True,
    ),
    "covers_unreadable": Rule(
        "error",
        "The line that says which period the figures cover says '{text}', which is no period.",
        "Write it as two dates or months, for example 1 April 2021 to 30 September 2021.",
        True,
    ),
    "covers_disagree": Rule(
        "error",
        "{cell} says the figures cover {this}, but {other}.",
        "Check the as-at date and the period; give every sheet the same.",
        True,
    ),
    "rows_of_unclear": Rule(
        "error",
        "The line at {cell} should say whose rows these are, but {why}.",
        "Write one owner's role after it, for example 'Rows of: Head of Service', or take the line out of a whole tracker.",
        True,
    ),
    "covers_doubtful": Rule(
        "doubt",
        "{cell} says '{text}': {why}.",
        "Check the period that the figures cover against the as-at date.",
    ),
    "no_layout": Rule(
        "error",
        "The workbook is as at {date}, before the first layout of {title} ({first}).",
        "Check the as-at date, or declare a layout for that time.",
        True,
    ),
    "table_missing": Rule(
        "error",
        "The table '{anchor}' was not found{where}.",
        "Put the sheet back, or declare in the return's `partial` list that this date comes without it.",
        True,
    ),
    "headings_differ": Rule(
        "error",
        "The heading of the table '{anchor}' stands here, but under it {lacks}; there are {found}.",
        "Rename the columns back, or add their new spellings to `headers` in the layout.",
        True,
    ),
    "header_missing": Rule(
        "error",
        "The column '{header}' was not found in the header row{near}.",
        "Rename the column back, or add the new spelling to {where} in the layout.",
        True,
    ),
    "header_duplicate": Rule(
        "error",
        "The column '{header}' stands twice: here and at {other}.",
        "Keep one of the two columns.",
        True,
    ),
    "table_twice": Rule(
        "error",
        "The table '{anchor}' stands twice: here and at {other}.",
        "Keep the one that counts and take the other out.",
        True,
    ),
    "sheet_renamed": Rule(
        "note",
        "The table '{anchor}' was found on sheet '{sheet}', not on '{expected}'.",
        "Nothing, if that is meant.",
    ),
    "hidden_read": Rule(
        "note", "{what} is hidden in the workbook; it was read all the same.", "Nothing, if that is meant."
    ),
    "hidden_refused": Rule(
        "error",
        "{what} is hidden in the workbook, and this return may hide nothing.",
        "Unhide it, check what it holds, and send the workbook again.",
        True,
    ),
    "unread_sheet": Rule(
        "note",
        "The sheet '{sheet}' holds figures, but the layout has no table on it; it is not read.",
        "Nothing, if that is meant; otherwise add its table to the layout.",
    ),
}
