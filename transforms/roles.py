"""Roles: whether the owner of an action, as a plan prints it, names a role alone or among others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemas.spelling import nearest, normalise

_AROUND = re.compile(r"\s*([/;,+])\s*")
_BETWEEN = re.compile(r"\s*(?:[/;,&\n+]|\bwith\b)\s*", re.IGNORECASE)


def split_roles(owner: str) -> tuple[str, ...]:
    """The roles that an owner's cell names: the whole text, and the parts between "/", ";", ",", "&" and "with".

    "and" does not part: Head of HR and OD is one role.
    """
    parts = [part.strip() for part in _BETWEEN.split(owner)]
    return tuple(dict.fromkeys([owner.strip(), *parts])) if owner.strip() else ()


def names_role(owner: str, role: str) -> bool:
    """Whether the owner's cell names the role, alone or among others."""
    form = fold_role(role)
    return bool(form) and any(fold_role(part) == form for part in split_roles(owner))


def fold_role(text: str) -> str:
    """The form in which two spellings of a role, or of a list of roles, are compared."""
    return normalise(_AROUND.sub(r"\1", text))


def list_owners(owners: Iterable[str]) -> list[str]:
    """The owners as they are printed, each spelling once, in order of the alphabet."""
    found: dict[str, str] = {}
    for owner in owners:
        if fold_role(owner):
            found.setdefault(fold_role(owner), " ".join(owner.split()))
    return sorted(found.values(), key=normalise)


def find_role(asked: str, owners: Iterable[str]) -> tuple[str | None, str | None]:
    """The role meant by `asked`, as the plan spells it; else None and the nearest role there is."""
    known = list_owners(part for owner in owners for part in split_roles(owner))
    same = [role for role in known if fold_role(role) == fold_role(asked)]
    if same:
        return same[0], None
    starts = [role for role in known if normalise(role).startswith(normalise(asked))]
    if len(starts) == 1 and len(normalise(asked)) > 3:
        return starts[0], None
    return None, nearest(asked, known)
