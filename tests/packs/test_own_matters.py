"""A board of some priorities: its pack tells its own matters in full, and of the others only how many there are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from flows.building import find_board, list_warnings, model_pack
from flows.objections import list_errors
from flows.position import Position
from history.records import PackRecord
from history.store import History
from schemas.pack import Pack
from tests.builders import FILES, INDICATORS, Book, changed, crew_report, keeper_survey, tracker
from tests.scenarios.harbour import MARCH, RECEIVED, Harbour, lamps

BOARDS = """\
boards:
  - {id: lighters, title: Board of lights, short: Lights, priorities: [light]}
  - {id: crews, title: Board of crews, short: Crews, priorities: [crews]}
  - {id: trust, title: The trust, short: Trust}
"""
PROGRAMME = changed(
    FILES["programme.yaml"],
    "brag:\n",
    """\
  - id: crews
    number: "2"
    title: Crews who stay
    refs:
      - {ref: "2.1", title: Rounds}
brag:
""",
)
OTHERS = """\
  - id: rounds_done
    label: Rounds done
    measure: rounds_done
    return: crew_report
    direction: higher
    unit: percent
    decimals: 1
    company: ratio
    services: [quay_basin]
    target: {value: 99}
    small_base: 50
    plan_refs: ["2.1"]
  - id: content
    label: Keepers content
    measure: content
    return: keeper_survey
    direction: higher
    unit: percent
    decimals: 0
    subgroups: [tall]
    target: {value: 90}
    plan_refs: ["1.10", "2.1"]
unmeasured:
  - {label: Light of the mind, plan_refs: ["1.10"], why: Nobody says what it is.}
  - {label: Pride of crews, plan_refs: ["2.1"], why: Nobody asks.}
"""
COMMENTARY = """\
id: words
title: Words of owners
kind: commentary
cadence: monthly
recognise: [Words of owners]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at]}
    tables:
      remarks:
        rows: {kind: records, key: indicator}
        columns:
          fields:
            indicator: {headers: [Indicator], kind: text}
            what_happened: {headers: [What happened], kind: text}
            role: {headers: [Role], kind: text}
"""
CORRECTIONS = """\
corrections:
  - {role: Lamp Warden, date: 2031-04-01, return: lamp_report, period: 2031-01-06, service: islands,
     measure: lamps_in_time, field: due, expected: "1", right: "2", reason: A slip.}
  - {role: Crew Warden, date: 2031-04-01, return: crew_report, period: 2031-01-31, service: islands,
     measure: rounds_done, field: rounds_due, expected: "1", right: "2", reason: A slip.}
"""
IMPOSSIBLE = ((394, 298), (100, 150), (100, 90))
"""More lamps lit in time than due: one quay is held, and so is the harbour."""


def words_of_owners() -> Book:
    book = Book()
    book.add_sheet(
        "Words", ("Words of owners",), ("As at 31 March 2031",), ("Indicator", "What happened", "Role"),
        ("Lamps lit in time", "Fog.", None), ("Rounds done", "Calm seas.", None), ("Rouns", "Nothing.", "Mate"),
    )  # fmt: skip
    return book


def broken_lamps() -> Book:
    """A lamp report without its sheet of lamps: refused, and known to be one."""
    book = lamps(dt.date(2031, 3, 24))
    del book.workbook["Lamps"]
    return book


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    own = Harbour(
        tmp_path_factory.mktemp("boards"),
        programme=PROGRAMME,
        indicators=INDICATORS + OTHERS,
        boards=BOARDS,
        corrections=CORRECTIONS,
        **{"returns/words": COMMENTARY},
    )
    plan = tracker(
        {"Key": "L1", "Owner's rating": "Teal"},
        {"Key": "C1", "Ref": "2.1", "Owner's rating": "Mauve"},
        {"Key": "C2", "Ref": "2.1", "Due": None},
    )
    own.take(lamps(MARCH, *IMPOSSIBLE), crew_report(), keeper_survey(), plan, words_of_owners(), received=RECEIVED)
    own.take(broken_lamps())
    strange = Book()
    strange.add_sheet("Sheet", ("A list of gulls",), ("Herring gull", 3))
    own.take(strange)
    return own


@pytest.fixture(scope="module")
def position(harbour: Harbour) -> Position:
    return harbour.position(MARCH)


@pytest.fixture(scope="module")
def packs(position: Position) -> dict[str, Pack]:
    return {b.id: model_pack(position, b, None) for b in position.programme.boards}


def errors(harbour: Harbour, position: Position, board: str) -> set[str]:
    """The codes of what stands against issuing a board's pack."""
    record = PackRecord(
        board, dt.date(2031, 4, 10), "restricted", "pdf", MARCH, position.as_known, position.configuration_sha,
        "boardpack", "0" * 64, 9,
    )  # fmt: skip
    history = History(harbour.home / "history")
    try:
        return {o.text for o in list_errors(history, replace(record, programme="lamplight"), position)}
    finally:
        history.close()


class TestWorkbooks:
    def test_only_the_returns_of_its_figures_its_plan_and_its_words_are_listed(self, packs: dict[str, Pack]) -> None:
        listed = {name: [r.title for r in pack.quality.received] for name, pack in packs.items()}
        assert listed["crews"] == ["Monthly crew report", "Keeper survey", "Lamplight tracker", "Words of owners"]
        assert listed["lighters"] == ["Keeper survey", "Weekly lamp report", "Lamplight tracker", "Words of owners"]
        assert set(listed["trust"]) == {*listed["crews"], *listed["lighters"]}

    def test_the_others_are_a_number(self, packs: dict[str, Pack]) -> None:
        assert packs["crews"].quality.others == "1 other workbook was received, for other boards."
        assert packs["trust"].quality.others == ""
        assert packs["crews"].quality.sentence.startswith("4 workbooks received")
        assert dict(packs["crews"].cover.facts)["Built from"].startswith("4 workbooks, ")

    def test_the_files_embedded_for_a_machine_are_the_same(self, packs: dict[str, Pack]) -> None:
        table = next(a for a in packs["crews"].attachments if a.name == "figures.json")
        assert b"Weekly lamp report" not in table.content
        assert b'"lamp_report"' not in table.content

    def test_a_refused_file_of_another_boards_return_is_not_told_and_one_nobody_recognised_is(
        self, packs: dict[str, Pack]
    ) -> None:
        refused = {name: {line.where for line in pack.quality.refused} for name, pack in packs.items()}
        assert len(refused["crews"]) == 1
        assert refused["crews"] < refused["lighters"] == refused["trust"]
        asked = [p.text for p in packs["crews"].matters.lists[2].points]
        assert "1 file was refused; see data quality." in asked


class TestFindings:
    @staticmethod
    def told(pack: Pack) -> str:
        return "\n".join(f.text for f in pack.quality.findings)

    def test_an_error_in_a_workbook_of_others_is_neither_listed_nor_counted(self, packs: dict[str, Pack]) -> None:
        assert "more than all" in self.told(packs["lighters"])
        assert "more than all" not in self.told(packs["crews"])
        assert "no figure held" in packs["crews"].quality.sentence
        assert "2 figures held" in packs["lighters"].quality.sentence

    def test_of_the_plan_only_its_own_rows(self, packs: dict[str, Pack]) -> None:
        assert "Teal" in self.told(packs["lighters"])
        assert "Mauve" not in self.told(packs["lighters"])
        assert "Teal" not in self.told(packs["crews"])
        assert "1 action with neither a due date nor a next review date: C2." in self.told(packs["crews"])
        counted = {r.title: r.findings for r in packs["crews"].quality.received}
        assert counted["Lamplight tracker"] == "2 doubts"

    def test_of_owners_words_only_those_on_its_own_indicators_or_on_none_that_is_known(
        self, packs: dict[str, Pack]
    ) -> None:
        assert "'Rounds done' names no role" in self.told(packs["crews"])
        assert "'Lamps lit in time' names no role" not in self.told(packs["crews"])
        assert "'Rouns' is no indicator" in self.told(packs["crews"])
        assert "'Rouns' is no indicator" in self.told(packs["lighters"])

    def test_of_decisions_only_those_about_its_own_returns(self, packs: dict[str, Pack]) -> None:
        assert "crew_report as at" in self.told(packs["crews"])
        assert "lamp_report as at" not in self.told(packs["crews"])
        assert "lamp_report as at" in self.told(packs["lighters"])

    def test_what_is_said_to_whoever_builds_it_is_of_its_own_figures(self, position: Position) -> None:
        crews, lighters, trust = (
            list_warnings(position, find_board(position, name), 1) for name in ("crews", "lighters", "trust")
        )
        assert not [w for w in crews if "held" in w or "lamp_report" in w]
        assert "2 figures are held: K1 and K3" in lighters
        assert len([w for w in trust if "is not applied" in w]) == 2

    def test_a_board_without_priorities_sees_everything(self, packs: dict[str, Pack]) -> None:
        for name in ("crews", "lighters"):
            assert {f.text for f in packs[name].quality.findings if "action" not in f.text} <= {
                f.text for f in packs["trust"].quality.findings
            }


class TestIssuing:
    """What stands against issuing a pack is what its own page of data quality lists."""

    def test_errors_of_other_boards_are_no_objection(self, harbour: Harbour, position: Position) -> None:
        crews = "\n".join(errors(harbour, position, "crews"))
        lighters = "\n".join(errors(harbour, position, "lighters"))
        assert "Lamps!" not in crews
        assert "Lamps!" in lighters
        assert "lamp_report as at" not in crews
        assert "Rounds done" in crews
        assert "'Lamps lit in time' names no role" not in crews

    def test_a_refused_file_is_one_if_it_could_be_the_boards_own(self, harbour: Harbour, position: Position) -> None:
        crews, lighters = (errors(harbour, position, name) for name in ("crews", "lighters"))
        assert not [e for e in crews if "'Lamps'" in e]
        assert [e for e in lighters if "'Lamps'" in e]
        assert [e for e in crews if "arrival 7" in e]


class TestPages:
    def test_an_indicator_of_several_parts_stands_under_the_first_of_the_boards_own(
        self, packs: dict[str, Pack]
    ) -> None:
        """It serves 1.10 first and 2.1 too; the board of crews sees only the second."""
        assert [(g.title, len(g.rows)) for g in packs["crews"].scorecard] == [("2 Crews who stay", 3)]
        assert [g.title for g in packs["lighters"].scorecard] == ["1 Light where it is needed"]
        assert [g.title for g in packs["trust"].scorecard] == ["1 Light where it is needed", "2 Crews who stay"]
        assert [len(g.rows) for g in packs["trust"].scorecard] == [5, 2]

    def test_the_scorecard_says_of_which_indicators_it_is(self, packs: dict[str, Pack]) -> None:
        assert packs["trust"].scorecard_lead.startswith("Every indicator of the plan, also those without data.")
        assert packs["crews"].scorecard_lead.startswith("Every indicator of this board's parts of the plan")

    def test_what_is_not_measured_is_told_of_its_own_parts(self, packs: dict[str, Pack]) -> None:
        assert [u[0] for u in packs["crews"].quality.unmeasured] == ["Pride of crews"]
        assert [u[0] for u in packs["lighters"].quality.unmeasured] == ["Light of the mind"]
        assert len(packs["trust"].quality.unmeasured) == 2

    def test_the_key_speaks_of_its_own_indicators(self, packs: dict[str, Pack]) -> None:
        marks = {name: dict(pack.key.marks)["#"] for name, pack in packs.items()}
        assert marks["lighters"] == "small base: the denominator is below 10"
        assert marks["crews"] == "small base: the denominator is below 10; of Rounds done, below 50"
        assert not [a for a in packs["crews"].key.assumptions if "Weekly lamp report" in a]
