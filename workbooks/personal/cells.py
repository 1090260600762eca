"""Search the cells of one sheet for personal data: by what they say, by their column, by their heading."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from schemas.spelling import normalise
from workbooks.grid import RawCell, Sheet
from workbooks.personal.headings import Heading, is_label_of_birth, is_mark_of_person, read_heading
from workbooks.personal.marks import DATE, Kind, is_in_use, is_postcode, passes, plain, read_marks
from workbooks.personal.names import looks_like_name, name_words

_WIDEST_GAP = 3  # a column under a heading ends where more rows than these are blank
_DATE_ONLY = re.compile(rf"{DATE}(?:[ T]00:00(?::00)?)?")
_UPN_SHAPE = re.compile(r"[A-Z](?:[ -]?\d){11}[ -]?[\dA-Z]")
_NI_SHAPE = re.compile(r"[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-Z]?")
_NHS_FORMAT = re.compile(r"[0#]{3}[ -][0#]{3}[ -][0#]{4}")
_OF_A_FIGURE = re.compile(r"[,.%£$€eE]")
_SERIALS = range(15_000, 60_000)  # days since 1900: 1941 to 2064


@dataclass(slots=True)
class Found:
    """The places of personal data in a sheet, by kind and column, and the words of the names that stand there."""

    rows: dict[tuple[Kind, int], set[int]] = field(default_factory=dict)
    names: set[frozenset[str]] = field(default_factory=set)

    def add(self, kind: Kind, cell: RawCell) -> None:
        """Note a cell."""
        self.rows.setdefault((kind, cell.column), set()).add(cell.row)
        if kind == "name":
            self.names.add(name_words(cell.text))


def search_sheet(sheet: Sheet, declared: Collection[str]) -> Found:
    """Everything in a sheet that looks like personal data. `declared`: headings that are exempt as names."""
    columns: dict[int, list[RawCell]] = {}
    for cells in sheet.rows().values():
        for cell in cells:
            columns.setdefault(cell.column, []).append(cell)
    found = Found()
    ten_digits: list[_Ten] = []
    for cells in columns.values():
        ten_digits += _search_column(cells, sheet, found)
    _judge_together(ten_digits, found)
    _search_under_headings(sheet, columns, declared, found)
    return found


def search_texts(texts: Sequence[str]) -> set[Kind]:
    """The kinds of personal data in texts that stand in no column, judged as if they were one."""
    found = Found()
    cells = {(row, 1): RawCell(row, 1, text) for row, text in enumerate(texts, 1) if text.strip()}
    _search_column(list(cells.values()), Sheet("", cells=cells), found)
    return {kind for kind, _ in found.rows}


# --- what a cell says, and the column it stands in --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ten:
    """A bare figure of ten digits in a cell, and whether it bears an NHS number's check digit."""

    cell: RawCell
    digits: str
    is_good: bool


_Weak = list[tuple[RawCell, str, bool]]


def _search_column(cells: Sequence[RawCell], sheet: Sheet, found: Found) -> list[_Ten]:
    shaped: _Weak = []
    insured: _Weak = []
    codes: _Weak = []
    bare: list[_Ten] = []
    for cell in cells:
        if isinstance(cell.value, str):
            marks = read_marks(cell.value)
            for kind in marks.sure:
                found.add(kind, cell)
            shaped += [(cell, digits, good) for digits, good in marks.shaped]
            insured += [(cell, code, good) for code, good in marks.insured]
            bare += [_Ten(cell, digits, good) for digits, good in marks.bare]
            if marks.code is not None:
                codes.append((cell, plain(cell.value).upper(), marks.code))
        elif (digits := _ten_digit_number(cell)) is not None:
            if _NHS_FORMAT.match(re.sub(r'["\\]', "", cell.number_format)):
                shaped.append((cell, digits, passes(digits)))
            elif not _OF_A_FIGURE.search(cell.number_format.replace("General", "")):
                bare.append(_Ten(cell, digits, passes(digits)))
    _add_half(shaped, "nhs", found)
    _add_half(insured, "ni", found)
    _add_half(codes, "postcode", found, least_length=6 if len({c for _, c, _ in codes}) < 3 else 5)
    _judge_ten_digits(bare, cells, sheet, found)
    return bare


def _ten_digit_number(cell: RawCell) -> str | None:
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 10**9 <= value < 10**10:
        return None
    return str(int(value)) if value == int(value) else None


def _add_half(weak: _Weak, kind: Kind, found: Found, least_length: int = 0) -> None:
    """Those that pass, where at least half of the column's values of that shape do."""
    good = {value for _, value, is_good in weak if is_good}
    if 2 * len(good) < len({value for _, value, _ in weak}):
        return
    for cell, value, is_good in weak:
        if is_good and len(value) >= least_length:
            found.add(kind, cell)


def _are_most(bare: Sequence[_Ten], least: int) -> bool:
    good = {t.digits for t in bare if t.is_good}
    return len(good) >= least and 4 * len(good) >= 3 * len({t.digits for t in bare})


def _judge_ten_digits(bare: Sequence[_Ten], cells: Sequence[RawCell], sheet: Sheet, found: Found) -> None:
    if not any(t.is_good for t in bare):
        return
    are_most = _are_most(bare, 2)
    is_lone = len({t.digits for t in bare}) == 1
    for ten in bare:
        if not ten.is_good:
            continue
        is_text = isinstance(ten.cell.value, str)
        if are_most or (is_in_use(ten.digits) and ((is_lone and is_text) or _is_about_person(ten, cells, sheet))):
            found.add("nhs", ten.cell)


def _is_about_person(ten: _Ten, cells: Sequence[RawCell], sheet: Sheet) -> bool:
    """Whether the cell itself, its row or the nearest text above it speaks of a child, patient or pupil."""
    above = [c for c in cells if c.row < ten.cell.row and isinstance(c.value, str)]
    nearby = [ten.cell, *sheet.rows().get(ten.cell.row, ()), *above[-1:]]
    return any(isinstance(c.value, str) and read_marks(f"{c.value[:200]} 0").is_about_person for c in nearby)


def _judge_together(bare: Sequence[_Ten], found: Found) -> None:
    """A list that runs along rows: judged by all the ten-digit figures of the sheet."""
    if _are_most(bare, 3):
        for ten in bare:
            if ten.is_good:
                found.add("nhs", ten.cell)


# --- what stands under or beside a heading ----------------------------------------------------------------


def _search_under_headings(
    sheet: Sheet, columns: dict[int, list[RawCell]], declared: Collection[str], found: Found
) -> None:
    numbers = {column: [c.row for c in cells] for column, cells in columns.items()}
    for cell in sheet.texts():
        heading = read_heading(cell.text)
        if heading is None or (heading in _OF_NAMES and normalise(cell.text) in declared):
            continue
        below = _below(columns[cell.column], numbers[cell.column], cell.row)
        row = sheet.rows()[cell.row]
        if heading in _OF_NAMES:
            _add_names(heading, cell, below, row, found)
        else:
            beside = _beside(cell, row) if heading != "birth" or is_label_of_birth(cell.text) else None
            _add_values(heading, below, beside, found)


def _below(cells: Sequence[RawCell], rows: Sequence[int], row: int) -> list[RawCell]:
    """The cells under a heading, down to a gap or to the next heading."""
    run: list[RawCell] = []
    for cell in cells[bisect_right(rows, row) :]:
        if cell.row - row > _WIDEST_GAP + 1:
            break
        if isinstance(cell.value, str) and read_heading(cell.text) is not None:
            break
        run.append(cell)
        row = cell.row
    return run


def _beside(cell: RawCell, row: Sequence[RawCell]) -> RawCell | None:
    """The next cell of the row."""
    return next((c for c in row if c.column > cell.column), None)


def _is_nhs(cell: RawCell) -> bool:
    if isinstance(cell.value, str):
        return re.fullmatch(r"\d{10}", re.sub(r"[ .-]", "", plain(cell.value))) is not None
    digits = _ten_digit_number(cell)
    value = cell.value
    if digits is None and isinstance(value, (int, float)) and 10**8 <= value < 10**9:
        return value == int(value) and passes(f"{int(value):010}")  # a leading zero is lost in a number
    return digits is not None


def _is_birth(cell: RawCell) -> bool:
    if isinstance(cell.value, str):
        return _DATE_ONLY.fullmatch(plain(cell.value).upper()) is not None
    return isinstance(cell.value, dt.date)


def _matches(pattern: re.Pattern[str]) -> Callable[[RawCell], bool]:
    return lambda cell: isinstance(cell.value, str) and pattern.fullmatch(plain(cell.value).upper()) is not None


def _is_post(cell: RawCell) -> bool:
    return isinstance(cell.value, str) and is_postcode(plain(cell.value).upper())


_VALUES: dict[Heading, tuple[Kind, Callable[[RawCell], bool]]] = {
    "nhs": ("nhs", _is_nhs),
    "upn": ("upn", _matches(_UPN_SHAPE)),
    "ni": ("ni", _matches(_NI_SHAPE)),
    "birth": ("birth", _is_birth),
    "postcode": ("postcode", _is_post),
}
_OF_NAMES: set[Heading] = {"name", "worker", "bare"}


def _add_values(heading: Heading, below: Sequence[RawCell], beside: RawCell | None, found: Found) -> None:
    kind, is_value = _VALUES[heading]
    for cell in (*below, *([beside] if beside else [])):
        if is_value(cell):
            found.add(kind, cell)
    if heading == "birth":
        serials = [c for c in below if _is_serial(c)]
        if len({c.value for c in serials}) >= 2 and len(serials) == len(below):
            for cell in serials:
                found.add("birth", cell)


def _is_serial(cell: RawCell) -> bool:
    """A date whose format is lost: its number of days."""
    value = cell.value
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value in _SERIALS


def _add_names(
    heading: Heading, cell: RawCell, below: Sequence[RawCell], row: Sequence[RawCell], found: Found
) -> None:
    if heading == "bare" and not any(is_mark_of_person(c.text) for c in row if c is not cell):
        return
    least_words = 2 if heading == "worker" else 1
    texts = [c for c in below if isinstance(c.value, str)]
    names = [c for c in texts if looks_like_name(plain(c.text), least_words)]
    if names and 2 * len(names) >= len(texts) and 2 * len(texts) >= len(below):
        for name in names:
            found.add("name", name)
    for beside in _labelled(heading, cell, row):
        found.add("name", beside)


def _labelled(heading: Heading, cell: RawCell, row: Sequence[RawCell]) -> Iterator[RawCell]:
    """The name beside a label of a form: "Child's name:" and then the name."""
    beside = _beside(cell, row)
    is_form = cell.text.rstrip().endswith(":") or len(row) == 2
    if heading == "bare" or not is_form or beside is None or not isinstance(beside.value, str):
        return
    if read_heading(beside.text) is None and looks_like_name(plain(beside.text), 2):
        yield beside
