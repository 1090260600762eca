"""Marks of a person in a text: numbers by shape and checksum, postcodes, dates of birth, names after their label.

Some marks are sure by themselves; others are only as good as the column they stand in (see `Marks`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

from stdnum.gb import nhs, upn

from workbooks.personal.names import looks_like_name

Kind = Literal["nhs", "upn", "ni", "postcode", "birth", "name"]

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), None)
_QUOTES = {0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x0060: "'"}

_DIGIT = re.compile(r"\d")
_TEN = re.compile(r"(?<![\w+.,£$€/-])(\d{3})([ .-]?)(\d{3})([ .-]?)(\d{4})(?!\w|[/-]|[.,]\d)")
_NHS_WORDED = re.compile(r"\b(NHS|CHI)([^\d\n]{0,25}?)(\d{3}[ .-]?\d{3}[ .-]?\d{4})(?!\d)")
_IN_USE = re.compile(r"3[2-9]|[4679]")
_PHONE_BEFORE = re.compile(
    r"(?:\b(?:TEL|TELEPHONE|PHONE|MOBILE|MOB|FAX|CALL|EXT)\b\W{0,3}|(?<!\d)(?:44|(?:\+|00)\d{1,4})[ -])$"
)
_ORDER_BEFORE = re.compile(r"\b(?:PO|ORDER|INVOICE|REF|REFERENCE|ACCOUNT|TEL|PHONE|MOBILE)\b[^\d]{0,10}$")
_PERSON = re.compile(r"\b(?:CHILD|PATIENT|PUPIL|STUDENT|YOUNG PERSON|CLIENT|YP|SERVICE USER|NHS|BORN|DOB)(?:'?S)?\b")

_UPN_LETTER = "A-HJ-NP-RT-Z"
_UPN = re.compile(rf"(?<![\w-])[{_UPN_LETTER}](?:[ -]?\d){{11}}[ -]?[\d{_UPN_LETTER}](?!\w)")
_NI_SHAPE = re.compile(r"(?<![\w-])([A-Z]{2})[ -]?(\d{2})[ -]?(\d{2})[ -]?(\d{2})[ -]?([A-Z])(?!\w|-\d)")
_NI_NEVER = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}

_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX "
    "FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE "
    "NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ "
    "TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
_AREA = "|".join(sorted(_AREAS.split(), key=len, reverse=True))
_OUTWARD = rf"(?P<area>{_AREA})(?:\d|[1-9]\d|\d[A-HJKMNPR-Y])"
_INWARD = r"\d[ABD-HJLNP-UW-Z]{2}"
_SPACED = re.compile(rf"(?<![\w£$€.-]){_OUTWARD}(?: | ?- ?){_INWARD}(?![\w-])")
_CLOSED = re.compile(rf"(?<![\w£$€./-]){_OUTWARD}{_INWARD}(?![\w/-])")
_CODE = re.compile(r"(?=\w*[A-Z])(?=\w*\d)[A-Z\d]{5,8}")
_ORDINAL = re.compile(r"(?:1st|2nd|3rd|[04-9]th)$")

_MONTH = r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*\.?"
_DAY = r"\d{1,2}(?: ?(?:ST|ND|RD|TH))?"
DATE = (
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[ ./-]\d{{1,2}}[ ./-]\d{{2,4}}|\d{{8}}|\d{{6}}"
    rf"|{_DAY}[ -]?(?:OF )?{_MONTH}[ ,-]*\d{{2,4}}|{_MONTH} {_DAY},? \d{{4}})(?!\d)"
)
_BIRTH = (
    r"(?:\bD\.? ?O\.? ?B(?![A-Z])\.?"
    r"|\b(?:DATES? OF BIRTH|BIRTH ?DATES?|BIRTHDAY|DATE BORN|BORN ON|BORN)\b)"
)
_BORN = re.compile(rf"{_BIRTH}[^\w\n]{{0,6}}(?:(?:IS|WAS|ON) )?{DATE}|(?<!\d){DATE} ?[(\[]? ?{_BIRTH}")
_WHO = r"(?:child|young person|yp|pupil|student|patient|client|mother|father|parent|carer|service user)"
_NAMED = re.compile(
    rf"\b(?:{_WHO}(?:'?s)? (?:(?:full|first|last) ?)?name|name of (?:the )?{_WHO}"
    r"|(?:first|last|full|family|given) ?name|forenames?|surname)s?"
    r" ?[:=-] ?(?P<name>[^\W\d_][\w'.-]*(?: [^\W\d_][\w'.-]*){0,3})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Marks:
    """What one text holds. `sure`: kinds that are certain by themselves. The rest is judged by its column:

    `shaped` and `bare`: figures of ten digits, grouped 3-3-4 or not, each with whether its checksum holds;
    `insured`: codes of the shape of a National Insurance number, and whether one could be issued;
    `code`: whether the whole text is one short code of letters and digits, and it is a postcode;
    `is_about_person`: the text speaks of a child, pupil, patient or client.
    """

    sure: frozenset[Kind] = frozenset()
    shaped: tuple[tuple[str, bool], ...] = ()
    bare: tuple[tuple[str, bool], ...] = ()
    insured: tuple[tuple[str, bool], ...] = ()
    code: bool | None = None
    is_about_person: bool = False


_NOTHING = Marks()


def plain(text: str) -> str:
    """The text in plain characters: full-width and other digits, kinds of space, dash and apostrophe folded."""
    if not text.isascii():
        folded = unicodedata.normalize("NFKC", text).translate(_DASHES).translate(_INVISIBLE).translate(_QUOTES)
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in folded)
    return re.sub(r"\s+", " ", text).strip().lstrip("'").strip()


def passes(digits: str) -> bool:
    """Whether ten digits bear the check digit of an NHS number. One digit repeated always would: it is a filler."""
    return len(set(digits)) > 1 and nhs.is_valid(digits)


def is_upn(code: str) -> bool:
    """Whether a code bears the check letter of a UPN. Any authority's number will do: new ones are founded."""
    bare = re.sub(r"[ -]", "", code)
    return bare[1:4] >= "200" and len(set(bare[1:])) > 1 and upn.calc_check_digit(bare[1:]) == bare[0]


def is_postcode(text: str) -> bool:
    """Whether the whole text is one full postcode, with or without its space."""
    return bool(_SPACED.fullmatch(text) or _CLOSED.fullmatch(text))


@lru_cache(maxsize=16384)
def read_marks(text: str) -> Marks:
    """The marks of a person that one text holds."""
    shown = plain(text)
    named = frozenset[Kind](["name"] if _names_someone(shown) else [])
    if not _DIGIT.search(shown):
        return Marks(named) if named else _NOTHING
    upper = shown.upper()
    shaped, bare = _ten_digits(upper)
    sure = named | frozenset(_sure_kinds(upper, shown))
    insured = tuple((m.group(), _could_be_issued(m)) for m in _NI_SHAPE.finditer(upper))
    code = is_postcode(upper) if _CODE.fullmatch(upper) else None
    return Marks(sure, shaped, bare, insured, code, bool(_PERSON.search(upper)))


def _sure_kinds(upper: str, shown: str) -> Iterator[Kind]:
    if any(is_upn(m.group()) for m in _UPN.finditer(upper)):
        yield "upn"
    if any(_is_worded(m) for m in _NHS_WORDED.finditer(upper)):
        yield "nhs"
    if _BORN.search(upper):
        yield "birth"
    if _holds_postcode(upper, shown):
        yield "postcode"


def _is_worded(found: re.Match[str]) -> bool:
    """After "NHS number" any ten digits count, mistyped ones too; after a bare "NHS" only those that pass."""
    is_number = re.search(r"\b(?:NUMBER|NUM|NO|ID)\b|#", found.group(2)) is not None
    return is_number or passes(re.sub(r"\D", "", found.group(3)))


def _holds_postcode(upper: str, shown: str) -> bool:
    for found in _SPACED.finditer(upper):
        if not _ORDINAL.search(shown[found.start() : found.end()]):
            return True
    if " " not in upper:
        return False  # a whole cell is judged with its column
    return any(
        len(found.group()) >= 6 and len(found.group("area")) == 2 and not _ORDINAL.search(shown[: found.end()])
        for found in _CLOSED.finditer(upper)
    )


def _ten_digits(upper: str) -> tuple[tuple[tuple[str, bool], ...], tuple[tuple[str, bool], ...]]:
    shaped, bare = [], []
    for found in _TEN.finditer(upper):
        before = upper[: found.start()]
        digits = found.group(1) + found.group(3) + found.group(5)
        is_phone = bool(_PHONE_BEFORE.search(before)) or digits.startswith("0")
        if found.group(2) and found.group(2) == found.group(4):
            if not is_phone:
                shaped.append((digits, passes(digits)))
        elif not _ORDER_BEFORE.search(before) and not is_phone:
            bare.append((digits, passes(digits)))
    return tuple(shaped), tuple(bare)


def _could_be_issued(found: re.Match[str]) -> bool:
    """Whether prefix and suffix are given out; QQ never is, and stands for one in examples."""
    prefix, suffix = found.group(1), found.group(5)
    is_given = not set(prefix) & set("DFIQUV") and prefix[1] != "O" and prefix not in _NI_NEVER
    return (is_given or prefix == "QQ") and suffix in "ABCD"


def _names_someone(shown: str) -> bool:
    return any(looks_like_name(m.group("name")) and m.group("name")[0].isupper() for m in _NAMED.finditer(shown))


def is_in_use(digits: str) -> bool:
    """Whether NHS numbers that begin so are given out; Scottish ones, which begin with a date, are left out."""
    return bool(_IN_USE.match(digits))


def kinds_in(text: str) -> frozenset[Kind]:
    """The kinds of personal data in a text that stands alone, such as a file's name.

    It has no column to be judged with: ten digits count when grouped as an NHS number or beginning as one.
    """
    marks = read_marks(text)
    found = set(marks.sure)
    if any(good for _, good in marks.shaped) or any(good and is_in_use(d) for d, good in marks.bare):
        found.add("nhs")
    if any(good for _, good in marks.insured):
        found.add("ni")
    if marks.code and len(plain(text)) >= 6:
        found.add("postcode")
    return frozenset(found)


def kinds_in_name(name: str) -> frozenset[Kind]:
    """The kinds in the name of a file or sheet, where underscores and plus signs stand for spaces."""
    spaced = re.sub(r"[_+]", " ", unquote(name))
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", spaced)
    return kinds_in(spaced) | kinds_in(stem) | kinds_in(re.sub(r"(?<=\d)[.-](?=\d)", " ", stem))
