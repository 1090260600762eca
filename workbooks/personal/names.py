"""Names of people: what could be one, and what never is (teams, roles, answers, colours)."""

from __future__ import annotations

import re

# A value with one of these words is no person: a team, a role, a place of work, an answer.
_NEVER = """
    academy accommodation advanced agency all allocated anon anonymised anonymous appointed apprentice area
    assessment assistant authority average awaiting board business care case centre chief child children client
    clinical college commissioning company complete completed consultant coordinator corporate council court
    deputy director directorate duty early education employee executive family fostering head health help
    hospital hub improvement independent intake interim lead leader leaving limited locality locum looked ltd
    manager managers mash measure missing month months name names newly none not number nursery officer other
    partner partnership patient performance permanent person placement plan post practice practitioner
    principal priority programme protection provider pupil qualified quality recorded redacted referral
    residential safeguarding school senior service services setting social specialist staff strategic student
    supervisor support surname surgery system tbc tba team teams temporary therapist total trust unallocated
    unassigned unit university unknown vacancy vacant visit visits ward week weeks withheld worker workers year
    years youth forename address gender ethnicity status organisation institute department title email phone
    telephone postcode notes comments comment details
"""
# A value made of nothing but these is an answer, a colour or a point of the compass, though each is a surname too.
_ANSWERS = """
    a active amber and april august blank black blue boy boys british brown central closed date december east
    english female february friday girl girls good green grey high house inadequate january july june low male
    march may medium monday n na new no north november october of on open or outstanding pending red
    requires saturday see september south sunday the thursday to tuesday wednesday west white with y yellow yes
    asian mixed ongoing started
"""
_NEVER_WORDS, _ANSWER_WORDS = frozenset(_NEVER.split()), frozenset(_ANSWERS.split())
_MOST_WORDS = 5
_MOST_LETTERS = 60


def looks_like_name(text: str, least_words: int = 1) -> bool:
    """Whether a value under a heading for names could be a person's name: one to five words of letters."""
    words = [w for w in re.split(r"[ ,]+", text.strip()) if w]
    if not least_words <= len(words) <= _MOST_WORDS or not 2 <= len(text) <= _MOST_LETTERS:
        return False
    bare = [re.sub(r"['.\-]", "", w).casefold() for w in words]
    if not all(w.isalpha() or not w for w in bare) or not any(len(w) > 1 for w in bare):
        return False
    if set(bare) & _NEVER_WORDS or set(bare) <= _ANSWER_WORDS:
        return False
    return least_words == 1 or all(w[0].isupper() for w in words)


def name_words(text: str) -> frozenset[str]:
    """The words of a name by which it would be known again in a title: those of three letters and more."""
    return frozenset(w for w in re.findall(r"[^\W\d_]{3,}", text.casefold()))
