"""Owners' words in the pack: whose, of when, word for word; and nothing that stands in a cell does harm."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from flows.building import find_board, model_pack
from flows.position import Position
from report_templates.render import render_html, render_pdf
from schemas.facts import CellRef
from schemas.pack import Block, Pack
from transforms.actions import RatedPlan
from transforms.commentary import Remark

VISITS, ASSESSMENTS = "visits_in_timescale", "assessments_in_timescale"
PREVIOUS = dt.date(2021, 9, 30)
AS_AT = dt.date(2021, 11, 30)
DAY = dt.timedelta(days=1)


def remark(indicator: str = VISITS, as_at: dt.date = AS_AT, text: str = "It was the weather.", **keys: Any) -> Remark:
    """An owner's remark, of the last receipt."""
    base: dict[str, Any] = {
        "indicator": indicator,
        "service": None,
        "role": "Head of Service",
        "texts": (("why", tuple(text.split("\n"))),),
        "as_at": as_at,
        "receipt_id": 1,
        "cells": (CellRef("Commentary", "D7"),),
    }
    return Remark(**(base | keys))


def pack_of(position: Position, *remarks: Remark, edition: str = "restricted") -> Pack:
    last = position.received[-1].receipt_id
    own = tuple(replace(r, receipt_id=last) for r in remarks)
    return model_pack(replace(position, remarks=own), find_board(position, "tsg"), None, edition)


def block(pack: Pack, indicator: str = VISITS) -> Block:
    return next(b for b in pack.blocks if b.id == indicator)


def test_the_sample_commentary_is_printed_in_its_blocks_with_role_and_date(position: Position) -> None:
    pack = model_pack(position, find_board(position, "tsg"), None)
    assert [c.by for c in block(pack).commentary] == [
        "Head of Service, on Referral & Assessment, as at 29 November 2021",
        "Head of Service, on Safeguarding & Family Support, as at 29 November 2021",
    ]
    assert [q.title for q in block(pack).commentary[0].quotes] == ["What happened", "Why", "Next step"]
    assert "an owner comments on it" in block(pack, ASSESSMENTS).why
    assert sum(len(b.commentary) for b in pack.blocks) == 6


def test_each_quotation_has_its_file_and_cells(position: Position) -> None:
    pack = model_pack(position, find_board(position, "tsg"), None)
    files = {f.id: f.name for f in pack.sources.files}
    assert len(pack.sources.quotes) == 6
    for quote in pack.sources.quotes:
        assert files[quote.cells.split()[0]] == "Indicator commentary Nov 2021.xlsx"
        assert "Commentary!" in quote.cells


def test_what_was_written_since_the_previous_reporting_date_earns_a_block(position: Position) -> None:
    without = pack_of(position)
    assert ASSESSMENTS not in {b.id for b in without.blocks}
    fresh = pack_of(position, remark(ASSESSMENTS, PREVIOUS + DAY))
    assert block(fresh, ASSESSMENTS).commentary[0].note == ""


def test_what_was_written_for_the_report_before_is_marked_and_earns_none(position: Position) -> None:
    pack = pack_of(position, remark(ASSESSMENTS, PREVIOUS), remark(VISITS, PREVIOUS))
    assert ASSESSMENTS not in {b.id for b in pack.blocks}
    (told,) = block(pack).commentary
    assert told.by.endswith("as at 30 September 2021")
    assert "for the report before" in told.note


def test_older_words_are_left_out_and_what_nobody_wrote_on_is_listed(position: Position) -> None:
    pack = pack_of(position, remark(VISITS, dt.date(2021, 8, 31)))
    assert block(pack).commentary == ()
    line = next(m for m in pack.quality.unwritten if m.title == "Indicator commentary")
    assert "Visits completed in timescale" in line.indicators


def test_the_latest_words_on_an_indicator_replace_earlier_ones(position: Position) -> None:
    pack = pack_of(
        position,
        remark(as_at=AS_AT - DAY, text="Old."),
        remark(as_at=AS_AT, text="New."),
        remark(as_at=AS_AT, text="From another role.", role="Team Manager"),
    )
    texts = [q.paragraphs for c in block(pack).commentary for q in c.quotes]
    assert texts == [("New.",), ("From another role.",)]


def test_owners_words_stay_out_of_a_public_edition(position: Position) -> None:
    pack = pack_of(position, remark(), edition="public")
    assert not any(b.commentary for b in pack.blocks)
    assert not pack.sources.quotes


def test_markup_in_an_owners_words_is_printed_as_it_is_written(position: Position) -> None:
    nasty = '</blockquote><script>alert(1)</script><img src="file:///etc/passwd">{{ pack }}'
    html = render_html(pack_of(position, remark(text=nasty, role="<b>Head</b>")))
    assert "<script>" not in html
    assert "file:///etc" in html
    assert '<img src="file' not in html
    assert "{{ pack }}" in html


LONG = "\n".join(["Every visit that was late was looked at one by one, and the reason was written down. " * 12] * 12)


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [LONG, "w" * 3000, "Ŵyth o blant – ✓ 中文 \U0001f600 é" * 20, "https://" + "a-very-long-address/" * 60],
    ids=["pages of text", "one word without end", "letters that the pack's font lacks", "an address"],
)
def test_words_of_any_length_and_letters_are_laid_out_without_a_complaint(text: str, position: Position) -> None:
    last = position.received[-1]
    rows = tuple(r for r in position.rows if r.indicator == VISITS)
    own = (remark(text=text, receipt_id=last.receipt_id),)
    small = replace(
        position,
        rows=rows,
        plan=RatedPlan(),
        received=tuple(replace(r, findings=()) for r in position.received),
        remarks=own,
    )
    rendered = render_pdf(model_pack(small, find_board(position, "tsg"), None))
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(rendered.content)).pages)
    start = "".join(text.split())[:12]
    assert start in "".join(printed.split()) or not text.isascii()
