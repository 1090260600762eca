"""The acknowledgement as a page and as text: the same words, and nothing of a file's own takes effect."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

from report_templates.acknowledgement import render_acknowledgement_html, render_acknowledgement_text
from schemas.acknowledgement import (
    Acknowledgement,
    Fact,
    FindingGroup,
    SaidFinding,
    TableRead,
)

HOSTILE = "<script>alert('x')</script>{{ 7*7 }} & \"q\""
ITEM = SaidFinding(1, HOSTILE, f"It says {HOSTILE}.", "Mend it.", "Change C7 from 1 to 2.")
IT = Acknowledgement(
    title=f"Acknowledgement of {HOSTILE}",
    headline="The workbook was taken in.",
    status_word="Accepted",
    status="accepted",
    facts=(Fact("File", HOSTILE),),
    tables=(TableRead(HOSTILE, "Lit", 3),),
    nothing_read="",
    groups=(FindingGroup("error", "E", "Errors", "An error holds.", (ITEM,)),),
    nothing_found="",
    next_steps=("Mend it.",),
    record=(Fact("SHA-256 of the file", "ab"),),
)


def body(page: str) -> ElementTree.Element:
    """The page's body: it is written so that it is XML as well."""
    return ElementTree.fromstring(page[page.index("<body>") : page.index("</html>")])


def test_markup_of_a_file_is_text_on_the_page() -> None:
    page = render_acknowledgement_html(IT)
    assert "<script" not in page
    assert "49" not in page
    root = body(page)
    assert [h.text for h in root.iter("h1")] == [f"Acknowledgement of {HOSTILE}"]
    assert any(cell.text == HOSTILE for cell in root.iter("th"))


def test_every_table_has_a_caption_and_headers_with_scope() -> None:
    root = body(render_acknowledgement_html(IT))
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert all(header.get("scope") in {"col", "row"} for header in table.iter("th"))


def test_a_colour_is_never_the_only_sign() -> None:
    root = body(render_acknowledgement_html(IT))
    (heading,) = root.iter("h3")
    assert "".join(heading.itertext()) == "EErrors: 1"
    assert "Accepted" in "".join(root.itertext())


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = [int(e.tag[1]) for e in body(render_acknowledgement_html(IT)).iter() if re.fullmatch(r"h\d", e.tag)]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_nothing_is_fetched_and_nothing_runs() -> None:
    page = render_acknowledgement_html(IT)
    assert not re.search(r"(src=|href|url\(|@import|http:|https:)", page)
    assert "default-src 'none'" in page


def test_plain_text_says_the_same_and_escapes_nothing() -> None:
    text = render_acknowledgement_text(IT)
    assert f"E 1. {HOSTILE}\n   It says {HOSTILE}.\n   Mend it.\n   Change C7 from 1 to 2.\n" in text
    assert "{{ 7*7 }}" in text
    assert text.endswith("SHA-256 of the file: ab\n")
    assert "\n\n\n\n" not in text
