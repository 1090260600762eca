"""The figures embedded in the pack: they are what the commands answer and what the pages print."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from flows.building import BuiltPack, attach_figures, find_board, give_pack, model_pack
from flows.position import Position
from flows.settings import Home
from schemas.facts import KPI_COLUMNS
from tests.end_to_end.command import kpi_rows

SLOUGH = "slough_2021"


@pytest.fixture(scope="module")
def attached(built: BuiltPack) -> dict[str, bytes]:
    """The embedded files, taken out of the finished PDF by another library than made it."""
    return {name: content[0] for name, content in PdfReader(built.path).attachments.items()}


@pytest.fixture(scope="module")
def document(attached: dict[str, bytes]) -> dict[str, Any]:
    return json.loads(attached["figures.json"])


@pytest.fixture(scope="module")
def text(pages: list[str]) -> str:
    """Every page's text, white space folded."""
    return " ".join(" ".join(pages).split())


def test_the_embedded_files_say_what_they_are_and_bear_the_date_of_the_figures(built: BuiltPack) -> None:
    with pikepdf.open(built.path) as pdf:
        assert sorted(pdf.attachments) == ["figures.csv", "figures.json"]
        kinds = {}
        for name, specification in pdf.attachments.items():
            file = specification.get_file()
            kinds[name] = file.mime_type
            assert specification.description.startswith("Every figure of this pack")
            assert (file.creation_date, file.mod_date) == (dt.datetime(2021, 11, 30, tzinfo=dt.UTC),) * 2
            assert specification.obj["/AFRelationship"] == "/Data"
        assert kinds == {"figures.csv": "text/csv", "figures.json": "application/json"}
        assert len(pdf.Root["/AF"]) == 2


def test_the_rows_are_those_of_the_kpi_table(
    home: Home, attached: dict[str, bytes], document: dict[str, Any]
) -> None:
    told = kpi_rows(home.folder, SLOUGH, "2021-11-30")
    names = [c.name for c in KPI_COLUMNS]
    assert [{n: row[n] for n in names} for row in document["rows"]] == [
        {n: row[n] for n in names} for row in told.values()
    ]
    assert attached["figures.csv"].startswith(b"\xef\xbb\xbf")
    assert b"\n" not in attached["figures.csv"].replace(b"\r\n", b"")
    table = list(csv.DictReader(io.StringIO(attached["figures.csv"].decode("utf-8-sig"))))
    assert list(table[0]) == names
    for row, form in zip(table, told.values(), strict=True):
        assert (row["ref"], row["value"]) == (form["ref"], form["value"] or "")
        assert row["is_corrected"] == ("true" if form["is_corrected"] else "false")


def test_every_other_printed_figure_and_every_action_is_there(built: BuiltPack, document: dict[str, Any]) -> None:
    rows = {f"{r['indicator']}/{r['service'] or ''}/{r['subgroup'] or ''}": r for r in document["rows"]}
    others = {f["key"]: f for f in document["figures"]}
    assert rows.keys() | others.keys() == {f.key for f in built.model.figures}
    for figure in built.model.figures:
        told = rows.get(figure.key) or others[figure.key]
        assert told["text"] == figure.text
        assert told["value"] == (None if figure.value is None else format(figure.value, "f"))
    lines = [line for group in built.model.plan.annex for line in group.lines]
    assert {a["key"] for a in document["actions"]} == {line.key for line in lines}


def test_it_says_which_pack_it_is_of(built: BuiltPack, document: dict[str, Any], text: str) -> None:
    pack = document["pack"]
    assert (pack["board"], pack["as_at"], pack["edition"]) == ("tsg", "2021-11-30", "restricted")
    assert f"event {pack['as_known']}, configuration {pack['configuration'][:12]}" in text
    assert pack["software"] == built.model.software


def test_the_pages_print_the_values_of_the_embedded_rows(document: dict[str, Any], text: str) -> None:
    scorecard = text.split("Every indicator of the plan")[1].split("Indicators in detail")[0]
    for row in document["rows"]:
        assert re.search(rf"\b{row['ref']}\b", scorecard)
        assert row["text"] in scorecard, row["ref"]
        for source in row["sources"]:
            if source["as_printed"]:
                assert f"!{source['cell']}" in text or f", {source['cell']}" in text, source
    for item in document["files"]:
        assert item["sha256"][:16] in text or item["id"] is None


def test_the_rows_can_be_checked_from_their_sources_alone(document: dict[str, Any]) -> None:
    """A reader with nothing but the file: counts over counts, rounded half up, are the value; so is the change."""
    derived = 0
    for row in document["rows"]:
        if row["value"] is None:
            continue
        value, step = Decimal(row["value"]), Decimal(1).scaleb(-row["decimals"])
        if row["denominator"] is not None:
            exact = (
                Fraction(row["numerator"]) / Fraction(row["denominator"]) * (100 if row["unit"] == "percent" else 1)
            )
            derived += 1
        else:
            exact = Fraction(row["sources"][-1]["value"])
        rounded = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(step, ROUND_HALF_UP)
        assert rounded == value, row["ref"]
        if row["change"] is not None:
            assert value - Decimal(row["previous"]) == Decimal(row["change"])
    assert derived > 5


def test_the_same_position_gives_the_same_files(position: Position, built: BuiltPack) -> None:
    given = give_pack(position, find_board(position, "tsg"), None)
    assert attach_figures(given, model_pack(position, find_board(position, "tsg"), None)) == built.model.attachments


def test_what_is_hidden_on_the_page_is_hidden_in_the_files(position: Position, built: BuiltPack) -> None:
    from dataclasses import replace

    given = give_pack(position, find_board(position, "tsg"), None, "public")
    row = next(r for r in position.rows if r.denominator is not None)
    hidden = tuple(
        replace(f, state="suppressed", value=None, text="c") if f.key.startswith(row.key) else f
        for f in built.model.figures
    )
    csv_file, json_file = attach_figures(given, replace(built.model, figures=hidden))
    told = next(r for r in json.loads(json_file.content)["rows"] if r["ref"] == row.ref)
    assert [told[n] for n in ("value", "numerator", "denominator", "baseline", "previous", "change")] == [None] * 6
    assert (told["sources"], told["arithmetic"], told["state"]) == ([], "", "suppressed")
    line = next(li for li in csv_file.content.decode().splitlines() if li.startswith(f"{row.ref},"))
    assert str(row.value) not in line.split(",")
