"""A return that is taken out of the YAML, or renamed, after its workbooks came: they are told of, and say nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.building import find_board, model_pack
from flows.checking import judge_file
from flows.comparing import compare_files
from flows.position import Position
from history.store import History
from tests.builders import INDICATORS, LAMP_REPORT, Book, changed, keeper_survey, percent
from tests.end_to_end.command import run
from tests.issuing.office import AS_AT, Office
from tests.scenarios.harbour import HARBOUR_REPORT, MARCH, RECEIVED, Harbour, lamps, lamps_of_month, states

SURVEY = "keeper_survey, no longer declared"
CORRECTION = """\
corrections:
  - role: Analyst
    date: 2031-04-01
    return: harbour_report
    period: 2031-03-31
    service: islands
    measure: lamps_in_time
    field: in_time
    expected: "91"
    right: "90"
    reason: a slip of the pen
"""


def contradicting() -> Book:
    """A monthly report that gives 91 of the Islands' lamps in time, where the weekly one gives 90."""
    return lamps_of_month("March 2031", ("Islands", 100, 91, percent("91.0")))


def take_out(harbour: Harbour, return_id: str) -> None:
    (harbour.programme / "returns" / f"{return_id}.yaml").unlink()


@pytest.fixture
def issued(tmp_path: Path) -> tuple[Office, int]:
    """An office and its issued pack; the survey is taken out of the YAML since."""
    office = Office(tmp_path)
    office.take()
    office.take_book(keeper_survey())
    pack = office.build()["pack"]
    assert office.issue(pack).code == 0
    take_out(office.harbour, "keeper_survey")
    return office, pack


@pytest.mark.long
class TestPacks:
    def test_a_pack_is_built_and_tells_of_the_workbook_by_its_return(self, issued: tuple[Office, int]) -> None:
        office, _ = issued
        assert office.build(meeting="2031-05-10")["pack"]
        position = office.harbour.position(MARCH)
        quality = model_pack(position, find_board(position, "wharf"), None).quality
        (line,) = [r for r in quality.received if r.title == SURVEY]
        assert (line.name, line.findings) == ("arrival 2.xlsx", "not used")

    def test_the_pack_issued_before_is_rebuilt_compared_and_put_right(self, issued: tuple[Office, int]) -> None:
        office, pack = issued
        assert office.run("rebuild", pack, declared=False).code == 0
        office.take((394, 300), (200, 150), (100, 90))
        done = office.run("erratum", pack, "--reason", "the counts were restated", "--build-only", "--json")
        assert done.code == 0, done.err
        assert office.run("diff", pack, done.json["pack"], declared=False).code == 0

    def test_the_scheduled_run_builds_its_packs(self, issued: tuple[Office, int]) -> None:
        office, _ = issued
        named = ("--programme", office.harbour.programme, "--home", office.home)
        done = run("run", *named, "--on", "2031-04-05", "--json")
        assert done.code in {0, 1}, done.err
        assert done.json["failed"] == []
        assert {p["as_at"] for p in done.json["packs"]} == {AS_AT}

    def test_errors_of_its_workbook_do_not_stand_against_an_issue(self, tmp_path: Path) -> None:
        office = Office(tmp_path)
        office.take()
        broken = keeper_survey()
        broken.put("Content with their lamps", "Feb-31", "many")
        office.take_book(broken)
        assert office.issue(office.build()["pack"]).code == 1
        take_out(office.harbour, "keeper_survey")
        assert office.issue(office.build()["pack"]).code == 0


class TestFigures:
    def test_what_it_contradicts_is_held_no_more(self, harbour: Harbour) -> None:
        harbour.take(lamps(MARCH), contradicting())
        assert states(harbour.position(MARCH))["islands"] == "held"
        take_out(harbour, "harbour_report")
        position = harbour.position(MARCH)
        assert set(states(position).values()) == {"published"}
        assert [f.code for r in position.received for f in r.findings] == []

    def test_a_workbook_that_arrives_is_not_held_against_it(self, harbour: Harbour) -> None:
        harbour.take(contradicting())
        take_out(harbour, "harbour_report")
        arriving = judge_file(harbour.save(lamps(MARCH)), harbour.loaded.programme)
        history = History(harbour.home / "history")
        try:
            (told,) = compare_files([arriving], harbour.loaded, RECEIVED, history)
        finally:
            history.close()
        assert "returns_disagree" not in {f.code for f in told.findings}

    def test_a_return_that_is_renamed_gives_no_figure_until_it_is_sent_again(self, harbour: Harbour) -> None:
        harbour.take(lamps(MARCH))
        path = harbour.programme / "returns" / "lamp_report.yaml"
        path.write_text(changed(LAMP_REPORT, "id: lamp_report", "id: lamp_count"), encoding="utf-8")
        indicators = changed(INDICATORS, "return: lamp_report", "return: lamp_count")
        (harbour.programme / "indicators.yaml").write_text(indicators, encoding="utf-8")
        assert set(states(harbour.position(MARCH)).values()) == {"missing"}
        harbour.take(lamps(MARCH, (394, 300), (200, 150), (100, 90)))
        assert company(harbour.position(MARCH)) == "77.8"

    def test_a_return_that_is_declared_again_speaks_again(self, harbour: Harbour) -> None:
        harbour.take(lamps(MARCH), contradicting())
        take_out(harbour, "harbour_report")
        harbour.position(MARCH)
        path = harbour.programme / "returns" / "harbour_report.yaml"
        path.write_text(HARBOUR_REPORT, encoding="utf-8")
        assert states(harbour.position(MARCH))["islands"] == "held"

    def test_a_correction_of_it_is_told_to_fit_nothing(self, harbour: Harbour) -> None:
        harbour.take(lamps(MARCH), contradicting())
        (harbour.programme / "corrections.yaml").write_text(CORRECTION, encoding="utf-8")
        assert harbour.position(MARCH).findings == ()
        take_out(harbour, "harbour_report")
        assert [f.code for f in harbour.position(MARCH).findings] == ["correction_unmatched"]


def company(position: Position) -> str:
    return str(next(row.value for row in position.rows if row.service is None))
