"""An explanation as it is told at the prompt: short lines that can be read out on the telephone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from schemas.days import day_of
from transforms.words import join_words, plural, say_accepted, say_date, say_target
from workbooks.formats import is_percent_format

_Form = Mapping[str, Any]


def say_explanation(told: _Form) -> str:
    """The explanation of a figure; `told` is the form that explain_figure makes."""
    lines = [f"{told['ref']} {told['name']}: {_headline(told)}"]
    lines += _say_pack(told)
    if told["rule"] not in told["words"]:
        lines.append(f"  Why: {told['rule']}")
    lines.append(f"  {'How' if told['value'] else 'No figure'}: {told['words']}")
    lines += [f"    {told['arithmetic']}"] if told["arithmetic"] else []
    lines += [f"  {line}" for line in _say_trail(told, "Read from" if told["value"] else "Last given in")]
    lines += [f"  Held at {_place(h)}: {h['message']}" for h in told["held_by"]]
    lines += _say_overrides(told["overrides"])
    lines += _say_target(told["target"])
    lines += _say_beside("Previous value", told["previous"])
    if told["change"]:
        lines.append(f"  Change: {told['change']['words']}")
    if told["baseline"]:
        lines += _say_beside("Baseline", told["baseline"])
    lines += _say_version(told)
    return "\n".join(lines)


def _headline(told: _Form) -> str:
    day = say_date(dt.date.fromisoformat(told["as_at"]))
    rating = str(told["impact"]).replace("_", " ")
    return f"{rating} as at {day}" if told["text"] == rating else f"{told['text']}, {rating} as at {day}"


def _say_pack(told: _Form, what: str = "text") -> Iterator[str]:
    """What the pack that was asked about printed: the text of a figure, the outcome of an action."""
    pack = told.get("pack")
    if pack is None or pack[what] is None:
        return
    yield f"  Printed in pack {pack['id']} of {pack['board']}: {pack[what]}"
    if not pack["agrees"]:
        yield f"    it is derived as {told[what]} now: the pack was made by {pack['software']}"


def _place(held: _Form) -> str:
    if held["cell"]:
        return f"{held['file']}, {held['sheet']}!{held['cell']}"
    return f"{held['file']}, {held['service']}"


# --- cells


def _say_trail(trail: _Form, begins: str = "Read from") -> Iterator[str]:
    """The files of a value, and the cells of each, one line for each service."""
    for item in trail["files"]:
        own = [o for o in trail["operands"] if o["receipt"] == item["receipt"]]
        yield f"{begins} {_say_file(item)}"
        for who, operands in _by_service(own):
            cells = ", ".join(_say_cell(o) for o in operands)
            yield f"  {who}: {cells}"
            for operand in operands:
                yield from (f"    {line}" for line in _say_decisions(operand))
    for other in trail["also_given"]:
        if not other["agrees"]:
            cells = ", ".join(other["cells"])
            texts = ", ".join(other["as_printed"])
            yield (
                f"  {other['service']}: {texts} in {other['file']}, {cells} "
                f"(receipt {other['receipt']}, received {day_of(other['received_at'])}), which it goes before"
            )


def _say_file(item: _Form) -> str:
    text = (
        f"{item['file']} (receipt {item['receipt']}, received {day_of(item['received_at'])}, "
        f"SHA-256 {item['sha256'][:12]})"
    )
    if item.get("retired"):
        text += f"; the file was deleted on {item['retired']['on']} by {item['retired']['rule']}"
    if item["arrivals"] == 1:
        return text
    text += f", arrival {item['arrival']} of {item['arrivals']} for {item['period_end']}"
    if item["replaced"]:
        last = item["replaced"][0]
        text += f", in place of receipt {last['receipt']} of {day_of(last['received_at'])}"
    return text


def _by_service(operands: Sequence[_Form]) -> Iterator[tuple[str, list[_Form]]]:
    """The operands by service; a cell that is counted twice is named once."""
    found: dict[str, dict[tuple[str, str], _Form]] = {}
    for operand in operands:
        place = (operand["sheet"], operand["cell"])
        found.setdefault(operand["name"].rpartition(": ")[0], {}).setdefault(place, operand)
    yield from ((who, list(own.values())) for who, own in found.items())


def _say_cell(operand: _Form) -> str:
    printed = operand["as_printed"] or "empty"
    name = operand["name"].rpartition(": ")[2].replace(".", ", ")
    exact = _hidden_digits(operand)
    within = f" (the cell holds {exact} and shows {printed})" if exact else ""
    return f"{name} {printed} at {operand['sheet']}!{operand['cell']}{within}"


def _hidden_digits(operand: _Form) -> str:
    """What a cell holds, where its number format shows less of it.

    The value of a percentage is in points. Its cell holds a hundredth of that where its format shows percent, and
    where it is written as a bare fraction.
    """
    if operand["value"] is None or operand["correction"]:
        return ""
    printed = operand["as_printed"].replace(",", "").strip()
    try:
        shown, value = Decimal(printed.removesuffix("%")), Decimal(operand["value"])
    except InvalidOperation:
        return ""
    if is_percent_format(operand["number_format"]):
        return "" if shown == value else format(value.scaleb(-2), "f")
    held = value if abs(shown - value) <= abs(shown - value.scaleb(-2)) else value.scaleb(-2)
    return "" if shown == held else format(held, "f")


def _say_decisions(operand: _Form) -> Iterator[str]:
    cell = f"{operand['sheet']}!{operand['cell']}"
    fix = operand["correction"]
    if fix:
        yield f"{cell} is corrected to {fix['right']} by {fix['role']}, {fix['date']}: {fix['reason']}"
    for before in operand["replaced"]:
        if before["as_printed"] != operand["as_printed"]:
            said = "was not there" if before["cell"] is None else f"said {before['as_printed'] or 'nothing'}"
            yield f"{cell} {said} before receipt {operand['receipt']} (in receipt {before['receipt']})"


def _say_overrides(overrides: Sequence[_Form]) -> Iterator[str]:
    for item in overrides:
        yield f"  {item['service']}: printed is {item['printed']}, although {say_accepted(item['message'])}"
        yield f"    accepted by {item['role']}, {item['date']}: {item['note']}"


# --- what it is judged by and compared with


def _say_target(target: _Form | None) -> Iterator[str]:
    if target is None:
        yield "  Target: none"
        return
    ends = [say_target(Decimal(t)) for t in (target["low"], target["high"]) if t is not None]
    text = target["text"] or " to ".join(ends) or "none in force yet"
    if target["tolerance"]:
        kind = target["tolerance"]["kind"].replace("_", " ")
        amount = say_target(Decimal(target["tolerance"]["value"]))
        text += f", tolerance {amount} {'point' if (kind, amount) == ('points', '1') else kind}"
    if target["since"]:
        text += f", in force since {say_date(dt.date.fromisoformat(target['since']))}"
    yield f"  Target: {text} (declared by the programme)"
    steps = [f"{say_target(Decimal(s['value']))} from {s['from']}" for s in target["steps"]]
    if steps:
        yield f"    its steps: {join_words(steps)}"
    if target["note"]:
        yield f"    {target['note']}"


def _say_beside(what: str, told: _Form) -> Iterator[str]:
    if told["value"] is None:
        yield f"  {what}: none; {told['why']}"
        return
    why = f"; {told['why']}" if told["why"] else ""
    yield f"  {what}: {told['value']}, of {told['period']}{why}"
    if told["arithmetic"]:
        yield f"    {told['arithmetic']}"
    yield from (f"    {line}" for line in _say_trail(told))


def _say_version(told: _Form) -> Iterator[str]:
    version = told["configuration_version"]
    yield (
        f"  Judged by configuration {version['sha256'][:12]}, recorded {day_of(version['recorded_at'])} as event "
        f"{version['event']}; as known at event {told['as_known']}"
    )
    for earlier in version["earlier"]:
        words = join_words(earlier["words"])
        yield f"    until event {earlier['until_event']} ({day_of(earlier['until'])}) {words}"


# --- actions and colours


def say_action(told: _Form) -> str:
    """The explanation of an action's colour; `told` is the form that explain_action makes."""
    day = say_date(dt.date.fromisoformat(told["as_at"]))
    lines = [f"{told['action']} {told['title']}: {told['outcome']} as at {day}", *_say_pack(told, "outcome")]
    lines.append(f"  Why: {told['rule']}")
    owner = told["owner"] or "no owner named"
    lines.append(f"  Owner: {owner}; owner's own rating: {told['owner_rating'] or 'none'}")
    for item in told["files"]:
        lines.append(f"  Read from {_say_file(item)}")
        own = [c for c in told["cells"] if c["receipt"] == item["receipt"]]
        lines += [f"    {c['name']}: {c['as_printed']} at {c['sheet']}!{c['cell']}" for c in own]
    if told["reading"]:
        lines.append(f"  The printed date is read as: {told['reading']}")
    for move in told["decisions"]:
        followed = "" if move["is_followed"] else "; it does not apply"
        lines.append(
            f"  {move['board']} moved the due date from {move['expected']} to {move['due']} on {move['meeting']} "
            f"({move['role']}: {move['reason']}){followed}"
        )
    for past in told["earlier"]:
        lines.append(f"  {past['outcome'].capitalize()} as at {past['as_at']}: {past['rule']} ({past['file']})")
    lines.append(f"  Configuration {told['configuration'][:12]}; as known at event {told['as_known']}")
    return "\n".join(lines)


def say_rating(told: _Form) -> str:
    """The figures and actions of one colour; `told` is the form that explain_rating makes."""
    day = say_date(dt.date.fromisoformat(told["as_at"]))
    figures, actions = told["figures"], told["actions"]
    pack = told.get("pack")
    where = f" for {told['board']}" if told["board"] else ""
    where += f", in pack {pack['id']}" if pack else ""
    lines = [
        f"{told['word']} as at {day}{where}: {plural(len(figures), 'figure')}, {plural(len(actions), 'action')}",
    ]
    lines += [f"  {f['ref']} {f['name']}: {f['rule']}" for f in figures]
    lines += [f"  {a['key']} {a['title']}: {a['rule']}" for a in actions]
    for part in told["parts"]:
        lines.append(f"  {part['title']}: {plural(part['figures'], 'figure')}, {plural(part['actions'], 'action')}")
    return "\n".join(lines)
