"""Gate 2: is each table sound?"""

from __future__ import annotations

from schemas.sentences.rule import Rule

TABLES: dict[str, Rule] = {
    "undeclared_service": Rule(
        "error",
        "'{label}' is not a service of this programme{near}. Its figures are held, and no company figure is derived.",
        "Correct the name, or add the spelling to a service in programme.yaml.",
    ),
    "duplicate_row": Rule(
        "error",
        "'{label}' stands twice, here and at {other}. Both rows are held.",
        "Keep the right row and take the other out.",
    ),
    "missing_service": Rule(
        "error",
        "'{table}' has no row for {label}{near}. The company figure is not derived.",
        "Put the row back, with its figures.",
    ),
    "missing_company_row": Rule(
        "doubt",
        "'{table}' has no {label} row, so the services cannot be checked against it.",
        "Put the row back.",
    ),
    "missing_row": Rule(
        "error",
        "'{table}' has no row for '{label}'{near}.",
        "Put the row back, or add its new name to `labels` in the layout.",
    ),
    "undeclared_row": Rule(
        "doubt",
        "The row '{label}' is not declared in the layout and is not read{near}.",
        "Add it to the layout's items if it is to be read.",
    ),
    "unlabelled_row": Rule(
        "error",
        "This row holds figures but no name. It is held.",
        "Write the name of the service or measure in the row.",
    ),
    "unread_column": Rule(
        "doubt",
        "The column '{header}' is filled in but is not declared in the layout{near}; it is not read.",
        "Add it to the layout, or its spelling to `headers`, if it is to be read.",
    ),
    "unheaded_column": Rule(
        "doubt",
        "Column {column} has no heading but is filled in, first at {filled}; it is not read.",
        "Write its heading, or move the figures to where they belong.",
    ),
    "period_unreadable": Rule(
        "error",
        "The column heading '{header}' is not a period; its figures are not read.",
        "Write the period as a month or a date, for example Nov-21.",
    ),
    "month_begun": Rule(
        "doubt",
        "What is counted in a month is taken as that of {month}, in which {date} lies; the month had only begun.",
        "If it is that of the month before, date the workbook by its month (`precision: month` in the layout), or give it a line that says what time it covers (`covers`).",
    ),
    "period_twice": Rule(
        "error",
        "The period {period} has two columns, here and at {other}; both are held.",
        "Keep the right column.",
    ),
    "period_future": Rule(
        "error",
        "The column {period} begins after the workbook's own as-at date, {as_at}; its figures are held.",
        "Check the as-at date and the heading.",
    ),
    "period_absent": Rule(
        "doubt",
        "'{table}' has no column for {period}, the workbook's own period.",
        "Check that the newest column is there and that its heading is right.",
    ),
    "missing_value": Rule(
        "error", "{cell} is empty: {label} has no '{field}'. Its figure is not printed.", "Fill in the cell."
    ),
    "text_in_number": Rule(
        "error",
        "{cell} says '{text}' where a {kind} belongs. Its figure is held.",
        "Write a number, and put remarks in a note.",
    ),
    "not_a_date": Rule(
        "error", "{cell} says '{text}' where a date belongs.", "Write a date, for example 29/11/2021."
    ),
    "negative_count": Rule(
        "error",
        "{cell} says {value}: a count cannot be below zero. Its figure is held.",
        "Write the right count.",
    ),
    "fractional_count": Rule(
        "error",
        "{cell} says {value}: a count is a whole number. Its figure is held.",
        "Write the right count.",
    ),
    "percent_out_of_range": Rule(
        "error",
        "{cell} says {value}%, which no share can be. Its figure is held.",
        "Write the right percentage.",
    ),
    "bare_fraction": Rule(
        "error",
        "{cell} says {value} without a percent sign or format: {value}% or {scaled}%? Its figure is held.",
        "Give the cell a percent format, or write the percentage with its sign.",
    ),
    "error_cell": Rule(
        "error", "{cell} shows the error {text}. Its figure is held.", "Mend the formula in the workbook."
    ),
    "formula_uncached": Rule(
        "error",
        "{cell} holds a formula without a stored result. Its figure is held.",
        "Open the workbook in Excel, let it calculate, save it and send it again.",
    ),
    "symbol": Rule("note", "{cell} says '{text}', read as {meaning}. No figure is printed for it.", "Nothing."),
    "symbol_for_service": Rule(
        "doubt",
        "{cells} {say} {symbols}: {label} has no figure there, and no company figure is summed without it.",
        "Give the figure once it is known. Where there is none for {label}, write z: the others are then summed.",
    ),
    "service_not_applicable": Rule(
        "note",
        "{cells} {say} {symbols}: {label} has no such figure, and company figures are summed from the others.",
        "Nothing.",
    ),
    "symbol_beside_figure": Rule(
        "doubt",
        "{cell} says {symbols} beside counts that are numbers: {label} has no '{field}'. {printed}",
        "Give every count, or a symbol for all of them.",
    ),
    "bracket_not_read": Rule(
        "note",
        "{cell} says '{text}': {value} is read, and what stands beside it is not.",
        "Nothing; a cell of its own for each figure would let both be checked.",
    ),
    "counts_disagree": Rule(
        "error",
        "{explanation}. Its figure is held.",
        "{what_to_do}",
    ),
    "percent_disagrees": Rule(
        "error",
        "{cell} says {stated}, but {derivation} is {derived}. Its figure is held.",
        "{what_to_do}",
    ),
    "more_than_all": Rule(
        "error",
        "{numerator_cell} says {numerator}, more than all {denominator} of {denominator_cell}. Its figure is held.",
        "{what_to_do}",
    ),
    "last_digit": Rule(
        "note",
        "{cell} says {stated}; {derivation} is {derived}. The derived figure is printed.",
        "Nothing; mend the rounding in the workbook when convenient.",
    ),
    "percent_unreadable": Rule(
        "doubt",
        "{cell} says '{text}', which is no percentage. The counts agree, so {derived} is printed.",
        "Mend the cell in the workbook.",
    ),
    "parts_disagree": Rule(
        "doubt",
        "{explanation}. No printed figure rests on these cells.",
        "Check these cells against their source.",
    ),
    "company_disagrees": Rule(
        "error",
        "The {company} row says {stated} at {cell}, but the services give {derived}. That row is held; the services stand.",
        "Check the {company} row against its services.",
    ),
    "subtotal_disagrees": Rule(
        "error",
        "The sub-total '{label}' says {stated} at {cell}, but its services give {derived}. The sub-total is held.",
        "Check the sub-total against its services.",
    ),
    "stated_not_checked": Rule(
        "doubt",
        "{cell} says {stated}, which cannot be checked, since {why}. It would be printed as stated, not derived.",
        "Mend the held rows; the figure is then derived.",
    ),
}
