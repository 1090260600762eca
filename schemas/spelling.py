"""How two spellings of a name are compared: one rule, used by intake, configuration and messages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_QUOTES = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'}


@lru_cache(maxsize=65536)
def normalise(text: str) -> str:
    """Fold what does not tell names apart: case, spaces, kinds of dash and quote, "&" for "and",
    trailing colons, footnote stars and bracketed note numbers."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES).translate(_QUOTES).casefold()
    folded = folded.replace("&", " and ")
    folded = re.sub(r"\s*(\*+|\[\d+\]|\(\d\))\s*$", "", folded.strip())
    folded = re.sub(r"[:.;,\s]+$", "", folded)
    return re.sub(r"\s+", " ", folded).strip()


def nearest(text: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known spelling nearest to `text`, as it is written in `known`; None where none is near."""
    by_form: dict[str, str] = {}
    for item in known:
        by_form.setdefault(normalise(item), item)
    found = get_close_matches(normalise(text), list(by_form), n=1, cutoff=cutoff)
    return by_form[found[0]] if found else None


def find_id(text: str, spellings: Mapping[str, Iterable[str]]) -> str | None:
    """The id one of whose spellings is `text`; None where there is none."""
    form = normalise(text)
    for item_id, known in spellings.items():
        if any(normalise(spelling) == form for spelling in known):
            return item_id
    return None


def printable(text: str) -> str:
    """Text that can be printed anywhere on one line: what steers a terminal, turns the reading direction or is no
    character at all stands as "?"."""
    return "".join("?" if unicodedata.category(c) in _UNPRINTABLE else c for c in text)
