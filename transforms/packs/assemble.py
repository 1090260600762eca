"""Assemble one board's pack: the parts in the order they are read."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from schemas.figures import Figure
from schemas.pack import Cover, Pack, Theme
from transforms.packs.blocks import make_blocks
from transforms.packs.changes import make_changes
from transforms.packs.erratum import make_erratum
from transforms.packs.inputs import PackInput
from transforms.packs.key import make_key
from transforms.packs.matters import make_matters
from transforms.packs.plan import make_plan
from transforms.packs.quality import make_quality
from transforms.packs.scorecard import make_scorecard, say_lead, say_notes
from transforms.packs.selection import select_own
from transforms.packs.sources import make_sources
from transforms.packs.summary import make_summary
from transforms.words import plural, say_date


def assemble_pack(pack: PackInput) -> Pack:
    """The finished model of a pack. The same input gives the same model: no clock, no chance."""
    branding, erratum = pack.programme.branding, make_erratum(pack)
    made = Pack(
        pack.programme.language,
        pack.software,
        Theme(branding.accent, branding.accent_light),
        _cover(pack),
        make_matters(pack, erratum),
        make_summary(pack),
        make_scorecard(pack),
        make_blocks(pack),
        make_plan(pack),
        make_changes(pack),
        make_quality(pack),
        make_sources(pack),
        make_key(pack),
        erratum=erratum,
        scorecard_lead=say_lead(pack),
        scorecard_notes=say_notes(pack),
    )
    return replace(made, figures=collect_figures(made))


def collect_figures(pack: Pack) -> tuple[Figure, ...]:
    """Every figure of a model, in the order of its pages, each once."""
    found: dict[str, Figure] = {}
    stack: list[object] = [pack]
    while stack:
        node = stack.pop()
        if isinstance(node, Figure):
            found.setdefault(node.key, node)
        elif is_dataclass(node):
            stack += [getattr(node, f.name) for f in reversed(fields(node))]
        elif isinstance(node, tuple):
            stack += reversed(node)
    return tuple(found.values())


def _cover(pack: PackInput) -> Cover:
    received = select_own(pack).received
    made_of = [(len(received), "workbook"), (len(pack.own_rows), "figure"), (len(pack.own_actions), "action")]
    facts = [
        ("Figures as at", say_date(pack.as_at)),
        ("Edition", pack.edition.capitalize()),
        ("Built from", ", ".join(plural(n, what) for n, what in made_of if n or what != "action")),
        ("Known up to", f"event {pack.as_known}, configuration {pack.configuration_sha[:12]}"),
    ]
    if pack.meeting is not None:
        facts.insert(1, ("Meeting", say_date(pack.meeting)))
    if pack.erratum is not None:
        number = pack.erratum.number - 1
        what = f"erratum {number}" if number else "the pack"
        facts.append(("Replaces", f"{what} issued on {say_date(pack.erratum.replaces_on)}"))
    return Cover(
        pack.programme.authority,
        pack.programme.title,
        pack.board.title,
        pack.board.short,
        pack.board.chair_role or "",
        pack.board.purpose,
        say_date(pack.as_at),
        say_date(pack.meeting) if pack.meeting else "",
        pack.edition,
        pack.programme.branding.classification,
        pack.programme.notice,
        tuple(facts),
        f"Erratum {pack.erratum.number}" if pack.erratum else "",
    )
