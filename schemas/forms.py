"""Forms: workbooks that people fill in and send back, as frozen models. Rooms above write and read them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

FormValue = str | dt.date | None


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """What may be chosen in a column: values, each with what it means. `is_open`: other words are taken too."""

    id: str
    title: str
    values: tuple[tuple[str, str], ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a form: its header, what belongs there, and its width in characters.

    A locked column is shaded and cannot be typed into; a help column is locked too and not read back.
    `above` is the heading over the header, where the layout asks for one; `choices` names a ChoiceList.
    """

    title: str
    kind: Literal["text", "code", "date"] = "text"
    width: float = 20
    is_locked: bool = False
    is_help: bool = False
    choices: str = ""
    above: str = ""


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """A form of one return: the lines that our own reader knows it by, the table, and how to fill it in.

    `lines` are the title, the as-at line and, for one owner's rows, the line that says whose; `anchor` is the
    heading above the table, if its layout has one. `frozen` columns stay in view; `spare` empty rows follow.
    """

    sheet: str
    lines: tuple[str, ...]
    anchor: str
    columns: tuple[FormColumn, ...]
    rows: tuple[tuple[FormValue, ...], ...]
    lists: tuple[ChoiceList, ...]
    instructions: tuple[str, ...]
    as_at: dt.date
    frozen: int = 1
    spare: int = 0
