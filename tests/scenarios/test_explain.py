"""Where a number comes from, told of a harbour whose returns are restated, corrected, held and judged anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from flows.answering import say_explanation
from flows.building import keep_facts
from flows.explaining import explain_figure, find_row
from flows.explaining_packs import explain_printed
from flows.position import Position, derive_known, derive_position
from flows.settings import UsageError
from history.records import PackRecord, PrintedFigure
from history.store import History
from tests.builders import INDICATORS, LAMP_REPORT, Shown, changed
from tests.scenarios.harbour import COUNTS, MARCH, WEEK, Harbour, lamps
from transforms.packs.inputs import value_text

RESTATED = ((394, 298), (200, 164), (100, 90))
STEPPED = changed(
    INDICATORS,
    "target: {value: 90}",
    "target: {steps: [{from: 2031-01-31, value: 60}, {from: 2031-03-15, value: 80}]}",
)


@contextmanager
def opened(harbour: Harbour) -> Iterator[History]:
    history = History(harbour.home / "history")
    try:
        yield history
    finally:
        history.close()


def explain(harbour: Harbour, service: str | None = None, as_at: dt.date = MARCH) -> dict[str, Any]:
    """The explanation of lamps lit in time, of a service or of the company."""
    with opened(harbour) as history:
        position = derive_position(history, harbour.loaded, as_at)
        return explain_figure(history, position, find_row(position, "lamps_in_time", service, None))


def text_of(told: dict[str, Any]) -> str:
    return say_explanation(told)


def cells(told: dict[str, Any]) -> dict[str, str]:
    return {o["name"]: o["as_printed"] for o in told["operands"]}


class TestArithmetic:
    def test_the_company_is_added_up_from_its_quays(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(MARCH, *COUNTS))
        told = explain(harbour)
        assert told["value"] == "77.5"
        assert told["arithmetic"] == "298 + 150 + 90 = 538 of 394 + 200 + 100 = 694; 538 / 694 = 77.5%"
        assert cells(told)["Upper Reach: in time"] == "150"

    def test_the_change_is_worked_out_and_the_previous_value_has_its_own_cells(self, harbour: Harbour) -> None:
        february = dt.date(2031, 2, 24)
        harbour.take_one(lamps(february, (300, 150), (200, 100), (100, 50)))
        harbour.take_one(lamps(MARCH, *COUNTS))
        told = explain(harbour)
        assert told["previous"]["value"] == "50.0"
        assert told["previous"]["period_end"] == february.isoformat()
        assert told["previous"]["arithmetic"].endswith("300 / 600 = 50.0%")
        assert told["change"] == {"value": "27.5", "words": "77.5 - 50.0 = +27.5"}
        assert {o["file"] for o in told["previous"]["operands"]} == {"arrival 1.xlsx"}
        assert {o["file"] for o in told["operands"]} == {"arrival 2.xlsx"}

    def test_without_a_previous_value_it_says_why(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(MARCH, *COUNTS))
        assert explain(harbour)["previous"]["why"].startswith("no figure as at 28 February 2031")


class TestRestatement:
    @pytest.fixture
    def restated(self, harbour: Harbour) -> Harbour:
        harbour.take_one(lamps(MARCH, *COUNTS), received="2031-04-01T09:00:00Z")
        harbour.take_one(lamps(MARCH, *RESTATED), received="2031-04-08T09:00:00Z")
        return harbour

    def test_it_says_which_arrival_speaks_and_what_the_one_before_said(self, restated: Harbour) -> None:
        told = explain(restated, "upper_reach")
        (file,) = told["files"]
        assert (file["arrival"], file["arrivals"], file["file"]) == (2, 2, "arrival 2.xlsx")
        (before,) = file["replaced"]
        assert (before["file"], before["received_at"]) == ("arrival 1.xlsx", "2031-04-01T09:00:00Z")
        lit = next(o for o in told["operands"] if o["name"].endswith("in time"))
        assert (lit["as_printed"], lit["value"]) == ("164", "164")
        (was,) = lit["replaced"]
        assert (was["as_printed"], was["receipt"], was["cell"]) == ("150", before["receipt"], lit["cell"])
        assert f"{lit['sheet']}!{lit['cell']} said 150 before receipt {file['receipt']}" in text_of(told)

    def test_a_cell_that_says_the_same_is_not_made_a_fuss_of(self, restated: Harbour) -> None:
        told = explain(restated, "islands")
        assert [o["replaced"][0]["as_printed"] for o in told["operands"]] == [
            o["as_printed"] for o in told["operands"]
        ]
        assert " said " not in text_of(told)
        assert "in place of receipt" in text_of(told)

    def test_as_known_before_the_restatement_nothing_was_replaced(self, restated: Harbour) -> None:
        with opened(restated) as history:
            first = min(r.receipt_id for r in history.receipts("lamplight", 2))
            position = derive_known(history, "lamplight", MARCH, first)
            told = explain_figure(history, position, find_row(position, "lamps_in_time", "upper_reach", None))
        assert cells(told)["Upper Reach: in time"] == "150"
        assert told["files"][0]["arrivals"] == 1
        assert all(o["replaced"] == [] for o in told["operands"])


class TestCells:
    @pytest.mark.parametrize(
        ("shown", "says"),
        [
            (Shown(0.047619, "0%"), "5% at Lamps!E7 (the cell holds 0.047619 and shows 5%)"),
            (Shown(0.0476, "0.00%"), "4.76% at Lamps!E7"),
            (Shown(4.7619, "0.0"), "4.8 at Lamps!E7 (the cell holds 4.7619 and shows 4.8)"),
            (Shown("4.8%", "@"), "4.8% at Lamps!E7"),
        ],
    )
    def test_what_a_cell_holds_and_what_it_shows_are_told_apart(
        self, shown: Shown, says: str, harbour: Harbour
    ) -> None:
        book = lamps(MARCH, (394, 298), (21, 1), (100, 90))
        book.put("Upper Reach", "% in time", shown)
        harbour.take_one(book)
        text = text_of(explain(harbour, "upper_reach"))
        assert says in text
        assert ("the cell holds" in text) == ("the cell holds" in says)

    def test_a_bare_fraction_is_told_as_its_cell_holds_it(self, tmp_path: Path) -> None:
        report = changed(LAMP_REPORT, '{headers: ["% in time"], kind: percent}',
                         '{headers: ["% in time"], kind: percent, bare: fraction}')  # fmt: skip
        harbour = Harbour(tmp_path, lamp_report=report)
        book = lamps(MARCH, (394, 298), (21, 1), (100, 90))
        book.put("Upper Reach", "% in time", Shown(0.0476, "0.00"))
        harbour.take_one(book)
        text = text_of(explain(harbour, "upper_reach"))
        assert "0.05 at Lamps!E7 (the cell holds 0.0476 and shows 0.05)" in text


class TestNames:
    @pytest.mark.parametrize(
        ("service", "group", "says"),
        [
            ("lower_reach", None, "there is no service 'lower_reach'; did you mean 'upper_reach'? the programme has "
             "quay_basin, upper_reach or islands"),
            ("Ilands", None, "did you mean 'islands'? the programme has"),
            ("xyz", None, "there is no service 'xyz'; the programme has quay_basin, upper_reach or islands"),
            (None, "wide", "there is no subgroup 'wide'; the programme has tall or short"),
        ],
    )  # fmt: skip
    def test_an_unknown_name_is_answered_with_the_known_ones(
        self, service: str | None, group: str | None, says: str, harbour: Harbour
    ) -> None:
        harbour.take_one(lamps(MARCH))
        position = harbour.position(MARCH)
        with pytest.raises(UsageError) as caught:
            find_row(position, "lamps_in_time", service, group)
        assert says in str(caught.value)


class TestHeldAndMissing:
    def test_a_held_figure_names_what_holds_it_and_where(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(MARCH, (394, 298), (200, 250), (100, 90)))
        told = explain(harbour, "upper_reach")
        assert (told["state"], told["value"], told["arithmetic"]) == ("held", None, "")
        held = told["held_by"]
        assert held
        assert all(h["file"] == "arrival 1.xlsx" and h["cell"] for h in held)
        assert f"Held at arrival 1.xlsx, {held[0]['sheet']}!{held[0]['cell']}: {held[0]['message']}" in text_of(told)

    def test_a_company_figure_that_is_not_derived_names_the_cell_of_the_held_service(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(MARCH, (394, 298), (200, 250), (100, 90)))
        told = explain(harbour)
        assert told["state"] == "held"
        assert {h["service"] for h in told["held_by"]} == {"Upper Reach"}

    def test_a_company_figure_that_is_not_derived_for_want_of_counts_names_the_service_and_its_cell(
        self, harbour: Harbour
    ) -> None:
        book = lamps(MARCH, *COUNTS)
        for heading in ("Lamps due", "Lit in time", "Lit late"):
            book.put("Upper Reach", heading, None)
        harbour.take_one(book)
        told = explain(harbour)
        assert (told["state"], told["rule"]) == ("held", "not derived, since Upper Reach gives no counts")
        (held,) = told["held_by"]
        assert (held["service"], held["cell"]) == ("Upper Reach", book.at("Upper Reach", "% in time").coordinate)
        assert held["message"] == "It says 75.0% and gives no counts."
        assert f"Held at arrival 1.xlsx, Lamps!{held['cell']}: It says 75.0% and gives no counts." in text_of(told)
        assert explain(harbour, "upper_reach")["held_by"] == [], "its own figure stands, as stated"

    def test_a_company_figure_for_want_of_a_row_names_the_table_that_lacks_it(self, harbour: Harbour) -> None:
        book = lamps(MARCH, *COUNTS)
        row = book.find("Upper Reach")
        row.parent.delete_rows(row.row)
        harbour.take_one(book)
        (held,) = explain(harbour)["held_by"]
        assert (held["service"], held["code"], held["sheet"]) == ("Upper Reach", "missing_service", "Lamps")
        assert held["cell"] == book.find("Quay").coordinate

    def test_an_old_figure_is_not_printed_and_its_cells_are_named(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(MARCH - 8 * WEEK, *COUNTS))
        told = explain(harbour)
        assert (told["value"], told["impact"]) == (None, "no_data")
        assert "Last given in arrival 1.xlsx" in text_of(told)
        assert cells(told)["Upper Reach: in time"] == "150"


class TestRulesInForce:
    def test_a_stepped_target_says_since_when_it_holds(self, tmp_path: Path) -> None:
        harbour = Harbour(tmp_path, indicators=STEPPED)
        harbour.take_one(lamps(MARCH, *COUNTS))
        target = explain(harbour)["target"]
        assert (target["low"], target["since"]) == ("80", "2031-03-15")
        assert [s["value"] for s in target["steps"]] == ["60", "80"]

    def test_an_earlier_target_is_told_with_the_event_until_which_it_held(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(MARCH, *COUNTS))
        first = explain(harbour)["configuration_version"]
        assert first["earlier"] == []
        path = harbour.programme / "indicators.yaml"
        path.write_text(changed(INDICATORS, "target: {value: 90}", "target: {value: 70}"), encoding="utf-8")
        told = explain(harbour)
        version = told["configuration_version"]
        assert version["event"] > first["event"]
        assert version["sha256"] == told["configuration"] != first["sha256"]
        (earlier,) = version["earlier"]
        assert (earlier["event"], earlier["until_event"]) == (first["event"], version["event"])
        assert earlier["words"] == ["the target was 90"]
        assert f"until event {version['event']}" in text_of(told)

    def test_what_no_figure_depends_on_is_no_other_version(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(MARCH, *COUNTS))
        explain(harbour)
        path = harbour.programme / "indicators.yaml"
        path.write_text(changed(INDICATORS, "label: Lamps lit in time", "label: Lamps lit on time"), encoding="utf-8")
        told = explain(harbour)
        assert told["label"] == "Lamps lit on time"
        assert told["configuration_version"]["earlier"] == []


def record_pack(history: History, position: Position) -> PackRecord:
    """A pack of a position as it is recorded, facts and all; its pages do not matter here."""
    from schemas.kept import facts_text

    pack = PackRecord(
        "keepers", None, "restricted", "pdf", position.as_at, position.as_known, position.configuration_sha,
        "Boardpack test", "0" * 64, 1, facts=facts_text(keep_facts(position)),
    )  # fmt: skip
    figures = [PrintedFigure(r.ref, r.key, r.state, str(r.value), value_text(r)) for r in position.rows]
    number = history.packs.record("lamplight", pack, figures, "2031-04-01T10:00:00Z")
    found = history.packs.find(number)
    assert found is not None
    return found


def test_a_reference_of_an_old_pack_is_explained_as_that_pack_printed_it(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH, *COUNTS))
    with opened(harbour) as history:
        pack = record_pack(history, derive_position(history, harbour.loaded, MARCH))
    harbour.take_one(lamps(MARCH, *RESTATED))
    path = harbour.programme / "indicators.yaml"
    first = "  - {id: clean_oil, label: Clean oil, measure: clean_oil, return: lamp_report, direction: higher, " \
            "unit: percent, decimals: 1}\n"  # fmt: skip
    path.write_text(INDICATORS.replace("indicators:\n", f"indicators:\n{first}"), encoding="utf-8")
    now = explain(harbour, "upper_reach")
    with opened(harbour) as history:
        then = derive_known(history, "lamplight", pack.as_at, pack.as_known)
        told = explain_printed(history, then, pack, "k3")
    assert (now["ref"], now["value"]) == ("K4", "82.0")
    assert (told["ref"], told["service"], told["value"]) == ("K3", "upper_reach", "75.0")
    assert told["pack"]["agrees"] is True
    assert told["pack"]["text"] == "75.0%"
    assert f"Printed in pack {pack.pack_id} of keepers: 75.0%" in text_of(told)


def test_what_every_row_rests_on_is_what_its_cells_say(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH - 5 * WEEK, (300, 150), (200, 99), (100, 50)))
    harbour.take_one(lamps(MARCH, *RESTATED))
    with opened(harbour) as history:
        position = derive_position(history, harbour.loaded, MARCH)
        told = [explain_figure(history, position, row) for row in position.rows]
    assert len(told) == 4
    for row in told:
        for part in (row, row["previous"]):
            assert part["operands"], row["ref"]
            for operand in part["operands"]:
                sheet = load_workbook(harbour.folder / operand["file"])[operand["sheet"]]
                held = sheet[operand["cell"]].value
                shown = f"{held:.1%}" if operand["name"].endswith("pct") else str(held)
                assert operand["as_printed"] == shown, operand
