"""Headings of columns and labels of rows: which of them say that what follows is about one person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from schemas.config import Programme
from schemas.layout import Layout
from schemas.spelling import normalise
from workbooks.personal.marks import plain

Heading = Literal["nhs", "upn", "ni", "postcode", "birth", "name", "worker", "bare"]

_LONGEST = 80
_MOST_WORDS = 8
_NUMBERS = re.compile(r"\b(?:nhs|chi) ?(?:number|num|no|nr|id|#|$)|^nhs\b.{0,12}(?:number|no)\b")
_PUPIL = re.compile(r"\bupns?\b|\bunique pupil (?:number|no|id|ref)")
_INSURANCE = re.compile(r"\bn\.?i\.? ?(?:number|num|no)\b|\bnino\b|\bnational insurance\b")
_POST = re.compile(r"\bpost ?codes?\b|\bpcode\b|\baddress\b")
_BIRTH = re.compile(
    r"\bd ?o ?b\b|\bdates? (?:of )?birth\b|\bbirth ?dates?\b|\bbirth ?day\b|\bdate born\b|^born(?: on)?$"
)
_PERSON = r"(?:child|client|pupil|student|patient|young person|yp|mother|father|parent|carer|sibling)"
_BIRTH_ONLY = re.compile(
    rf"(?:(?:the )?{_PERSON} )?(?:d ?o ?b|dates? (?:of )?birth|birth ?dates?|birth ?day|date born|born(?: on)?)"
    rf"(?: of (?:the )?{_PERSON})?"
)

_WORDS = re.compile(r"[a-z]+")
_WHOLE_NAME = {
    "forename", "forenames", "surname", "surnames", "firstname", "lastname", "fullname", "familyname",
    "givenname", "middlename", "childname", "clientname", "pupilname", "studentname", "patientname",
}  # fmt: skip
_NAME = {"name", "names"}
_PART = {"first", "last", "full", "family", "given", "middle", "preferred", "legal", "maiden", "christian"}
_WHO = {
    "child", "childs", "children", "childrens", "yp", "yps", "person", "persons", "pupil", "pupils", "student",
    "students", "patient", "patients", "client", "clients", "mother", "mothers", "father", "fathers", "parent",
    "parents", "carer", "carers", "guardian", "sibling", "siblings", "worker", "workers", "sw", "practitioner",
    "caseholder", "caseworker", "keyworker", "holder", "staff", "employee", "manager", "auditor", "relative",
    "partner", "subject", "adopter", "foster", "baby", "infant", "learner", "resident",
}  # fmt: skip
# Words that may stand beside those: with any other ("school", "missing", "record") it is about something else.
_BESIDE = {
    "of", "the", "and", "or", "a", "s", "allocated", "assigned", "named", "lead", "key", "case", "social", "current",
    "young", "foster", "birth", "main", "primary", "second", "new", "looked", "after", "cla", "lac", "cp", "cin",
    "as", "on", "system", "mosaic", "lcs", "liquidlogic", "also", "known", "previous", "optional", "capitals",
    "block", "title", "no", "id", "age", "dob", "surname", "forename", "initial", "initials",
}  # fmt: skip
_KNOWN = _WHOLE_NAME | _NAME | _PART | _WHO | _BESIDE
_PEOPLE_OF = re.compile(r"\bservice users?\b|\bteam (?:managers?|leaders?|members?)\b")
_WORKER = re.compile(
    r"^(?:name of )?(?:the )?(?:current )?(?:(?:allocated|assigned|named|lead|responsible) (?:social |case |key )?"
    r"(?:worker|sw|practitioner)|case ?holder|case ?worker|key ?worker|social worker|sw|allocated to)(?: name)?$"
)
_BARE = re.compile(
    r"^(?:name|names|child|young person|yp|client|pupil|student|patient|mother|father|parent|carer|known as|alias"
    r"|initials|child initials|person|worker|practitioner|learner)$"
)
_MARK = re.compile(
    r"\b(?:d ?o ?b|birth|age|gender|sex|ethnicity|ethnic|nhs|upn|nationality|religion|address|postcode|post code"
    r"|(?:case|client|child|person|pupil|patient|mosaic|liquidlogic|lcs|system|case file) ?"
    r"(?:number|no|id|ref|reference))\b"
)


@lru_cache(maxsize=8192)
def read_heading(text: str) -> Heading | None:
    """What a cell, as a heading or a label, says that stands below or beside it; None for anything else."""
    words = _heading_words(text)
    if words is None:
        return None
    patterns: tuple[tuple[Heading, re.Pattern[str]], ...] = (
        ("nhs", _NUMBERS), ("upn", _PUPIL), ("ni", _INSURANCE), ("birth", _BIRTH), ("worker", _WORKER),
        ("bare", _BARE),
    )  # fmt: skip
    for kind, pattern in patterns:
        if pattern.search(words):
            return kind
    if _names_people(words):
        return "name"
    return "postcode" if _POST.search(words) else None


@lru_cache(maxsize=8192)
def is_mark_of_person(text: str) -> bool:
    """Whether a heading belongs to a list of people: date of birth, age, gender, a case number, an address."""
    words = _heading_words(text)
    return words is not None and _MARK.search(words) is not None


@lru_cache(maxsize=8192)
def is_label_of_birth(text: str) -> bool:
    """Whether a cell says date of birth and nothing else: a label in a form, not a task that speaks of one."""
    words = _heading_words(text)
    return words is not None and _BIRTH_ONLY.fullmatch(words) is not None


def _heading_words(text: str) -> str | None:
    """A heading in lower case, its words apart: "ChildsName", "child_name" and "Child's  Name:" are alike."""
    if len(text) > _LONGEST or sum(c.isdigit() for c in text) > 3:
        return None
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain(text))
    folded = re.sub(r"['’]s?\b", "", apart.casefold())
    words = re.sub(r"[^a-z0-9#]+", " ", folded).strip()
    return words if words and len(words.split()) <= _MOST_WORDS else None


def _names_people(words: str) -> bool:
    found = set(_WORDS.findall(_PEOPLE_OF.sub("staff", words)))
    if found - _KNOWN or words.startswith("no of"):
        return False
    return bool(found & _WHOLE_NAME) or (bool(found & _NAME) and bool(found & (_PART | _WHO)))


def declared_headers(programme: Programme) -> frozenset[str]:
    """Every heading, label and title that the programme's layouts declare, in the form in which they are compared."""
    texts = set()
    for item in programme.returns:
        texts |= {item.title, *item.recognise}
        for layout in item.layouts:
            texts |= set(_texts_of(layout))
    return frozenset(normalise(text) for text in texts)


def _texts_of(layout: Layout) -> Iterator[str]:
    for table in layout.tables.values():
        rows, columns = table.rows, table.columns
        yield from (*table.anchor, *rows.headers, *rows.group_headers)
        for subtotal in rows.subtotals:
            yield from subtotal.labels
        for item in rows.items.values():
            yield from (*item.labels, *item.group)
        for field in (*columns.fields.values(), *([columns.value] if columns.value else [])):
            yield from (*field.headers, *field.under)
