"""Ids made from what people wrote: stable, readable, unique."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from schemas.facts import LABEL_FIELD

_LONGEST = 40
_WORDS = {"%": " pct ", "&": " and ", "£": " gbp ", "+": " plus ", "#": " number "}
_RESERVED = {LABEL_FIELD, "null", "true", "false", "company"}


def slug(text: str, fallback: str) -> str:
    """A slug of some words; `fallback` (itself a slug) where they hold no letter or digit of the alphabet."""
    for sign, word in _WORDS.items():
        text = text.replace(sign, word)
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("\u2019", "")).encode("ascii", "ignore")
    words = re.sub(r"[^a-z0-9]+", "_", plain.decode().casefold()).strip("_")
    if len(words) > _LONGEST:
        words = words[:_LONGEST].rsplit("_", 1)[0].strip("_")
    if not words:
        return fallback
    found = words if words[0].isalpha() else f"{fallback.split('_')[0]}_{words}"
    return f"{found}_{fallback.split('_')[0]}" if found in _RESERVED else found


class Names:
    """Gives each thing an id of its own: the first keeps the plain slug, later ones are told apart or numbered."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def give(self, text: str, fallback: str, apart: str = "") -> str:
        """An id for `text`; where it is taken, `apart` (the heading above, the group) goes before it, or a number."""
        plain = slug(text, fallback)
        longer = slug(f"{apart} {text}", fallback) if apart else plain
        name = plain if plain not in self._taken else longer
        number = 2
        while name in self._taken:
            name = f"{longer}_{number}"
            number += 1
        self._taken.add(name)
        return name
