"""The commands that write forms for people to fill in and send back: tracker, commentary."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.cli.answers import open_position
from flows.cli.intake import print_json, say
from flows.failures import OK, NothingMade
from flows.position import Position
from flows.settings import Home, UsageError, find_home, open_history, refuse_kept_place, utc_now
from schemas.config import Return
from schemas.forms import ReturnForm
from schemas.layout import Layout, TableLayout
from schemas.spelling import normalise
from transforms.actions import ActionRow
from transforms.commentary_form import make_commentary_form
from transforms.form_layout import record_table
from transforms.roles import find_role, list_owners
from transforms.tracker_form import make_tracker_form, own_rows
from transforms.words import plural


@dataclass(frozen=True, slots=True)
class WrittenForm:
    """A form: where it is written, for whom, how many rows, the date it will come back for, and its bytes."""

    path: Path
    role: str
    rows: int
    as_at: dt.date
    content: bytes


def write_tracker(
    programme: str,
    owner: str | None,
    as_at: str,
    as_known: str | None,
    out: Path | None,
    home_option: Path | None,
    *,
    as_json: bool,
) -> int:
    """Write one owner's rows of the plan, or every owner's (`owner` None), as workbooks to fill in."""
    refuse_kept_place(find_home(home_option), out)
    position = open_position(programme, as_at, as_known, home_option)
    rows = position.plan.rows
    if not rows:
        raise NothingMade(f"no plan tracker as at {as_at} or before has been received")
    item = _tracker_of(position)
    owners = [row.entry.owner for row in rows]
    home = find_home(home_option)
    folder = home.outbox(position.programme.id) / "forms"
    if owner is not None:
        role = _known_role(owner, owners)
        target = out or folder / f"tracker_{as_at}_{_slug(role)}.xlsx"
        forms = [_write_rows(position, item, own_rows(rows, role), role, target)]
    else:
        forms = _write_all(position, item, rows, out or folder / f"trackers_{as_at}")
    _publish(forms, position, home)
    return _report(forms, as_json=as_json)


def _known_role(asked: str, owners: Sequence[str]) -> str:
    """The role as the plan spells it. UsageError names the nearest, and every owner there is."""
    role, near = find_role(asked, owners)
    if role is None:
        hint = f"; did you mean '{near}'?" if near else "."
        known = "; ".join(list_owners(owners)) or "none"
        raise UsageError(f"no action of the plan belongs to '{asked}'{hint} Its owners are: {known}")
    return role


def _tracker_of(position: Position) -> Return:
    """The return whose whole tracker is in force."""
    trackers = {r.id: r for r in position.programme.returns if r.kind == "tracker" and r.layouts}
    whole = [r for r in position.received if r.return_id in trackers and not r.scope]
    last = max((r for r in whole if r.period.end <= position.as_at), key=lambda r: r.period.end)
    return trackers[last.return_id]


def _form_date(position: Position) -> dt.date:
    """The next reporting date after the position's, for which a form will come back; without one, the same."""
    later = [day for day in position.programme.reporting_dates if day > position.as_at]
    return min(later, default=position.as_at)


def _write_all(position: Position, item: Return, rows: Sequence[ActionRow], folder: Path) -> list[WrittenForm]:
    """One workbook for every owner as the plan prints them: each action stands in exactly one."""
    forms, names = [], set()
    for role in list_owners(row.entry.owner for row in rows):
        name = _slug(role)
        while name in names:
            name += "_"
        names.add(name)
        own = own_rows(rows, role, is_exact=True)
        forms.append(_write_rows(position, item, own, role, folder / f"{name}.xlsx"))
    nobody = [row.entry.key for row in rows if not normalise(row.entry.owner)]
    if nobody:
        say(f"boardpack: {plural(len(nobody), 'action')} without an owner, for which there is no form: {nobody[0]}"
            + (f" and {len(nobody) - 1} more" if len(nobody) > 1 else ""))  # fmt: skip
    return forms


def _write_rows(position: Position, item: Return, rows: Sequence[ActionRow], role: str, target: Path) -> WrittenForm:
    as_at = _form_date(position)
    layout, table = _layout_at(item, as_at)
    form = make_tracker_form(position.programme, item, layout, table, rows, role, as_at)
    content = _make(form, position, item, role, target)
    return WrittenForm(target, role, len(rows), as_at, content)


def write_commentary(
    programme: str,
    owner: str | None,
    as_at: str,
    as_known: str | None,
    out: Path | None,
    home_option: Path | None,
    *,
    as_json: bool,
) -> int:
    """Write the form for commentary on the figures as at a date."""
    refuse_kept_place(find_home(home_option), out)
    position = open_position(programme, as_at, as_known, home_option)
    found = [r for r in position.programme.returns if r.kind == "commentary" and r.layouts]
    if not found:
        raise UsageError(f"{position.programme.id} declares no return of kind commentary with a layout")
    item, role = found[0], " ".join((owner or "").split())
    layout, table = _layout_at(item, position.as_at)
    owners = [row.entry.owner for row in position.plan.rows]
    form = make_commentary_form(
        position.programme, item, layout, table, position.rows, position.remarks, owners, role, position.as_at
    )
    name = f"commentary_{as_at}{'_' + _slug(role) if role else ''}.xlsx"
    home = find_home(home_option)
    target = out or home.outbox(position.programme.id) / "forms" / name
    content = _make(form, position, item, role, target)
    forms = [WrittenForm(target, role, len(form.rows), position.as_at, content)]
    _publish(forms, position, home)
    return _report(forms, as_json=as_json)


def _layout_at(item: Return, as_at: dt.date) -> tuple[Layout, TableLayout]:
    from workbooks.locate import latest_layout

    layout = latest_layout(item.layouts, as_at)
    table = record_table(layout) if layout is not None else None
    if layout is None or table is None:
        raise UsageError(f"'{item.title}' has no layout with a table of records as at {as_at.isoformat()}")
    return layout, table


def _make(form: ReturnForm, position: Position, item: Return, role: str, target: Path) -> bytes:
    """The form as a workbook, but only if our own reader would know it again when it comes back."""
    from workbooks.reading import read_workbook
    from workbooks.return_form import write_form

    content = write_form(form)
    reading = read_workbook(content, target.name, position.programme)
    is_known = reading.item == item and normalise(reading.scope) == normalise(role) and not reading.is_refused
    if not is_known or reading.period is None or not reading.period.start <= form.as_at <= reading.period.end:
        why = next((f.message for f in reading.findings if f.refuses), "its title, date or owner would not be read")
        raise NothingMade(f"the form of '{item.title}' would not be recognised when it comes back: {why}")
    return content


def _publish(forms: Sequence[WrittenForm], position: Position, home: Home) -> None:
    """Write the forms; history knows those that lie in the home."""
    from flows.publishing import Draft, publish_drafts

    history = open_history(home)
    try:
        drafts = [Draft(form.path.absolute(), form.content, "form") for form in forms]
        publish_drafts(history, home, position.programme.id, drafts, utc_now())
    finally:
        history.close()


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", normalise(text)).strip("_")[:60] or "role"


def _report(forms: Sequence[WrittenForm], *, as_json: bool) -> int:
    if as_json:
        print_json({"files": [_form_entry(form) for form in forms]})
        return OK
    for form in forms:
        whose = f" of {form.role}" if form.role else ""
        print(f"{form.path}: {plural(form.rows, 'row')}{whose}, to come back as at {form.as_at.isoformat()}")
    return OK


def _form_entry(form: WrittenForm) -> dict[str, Any]:
    return {
        "file": str(form.path),
        "owner": form.role or None,
        "rows": form.rows,
        "as_at": form.as_at.isoformat(),
    }
