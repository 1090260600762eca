"""`explain --pack`: a pack answers by its own references, about what it prints and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import INDICATORS, PROGRAMME, changed, tracker
from tests.end_to_end.command import Result, run
from tests.issuing.office import INDICATOR_IN_FRONT, Office

pytestmark = pytest.mark.long

AGAIN_ONLY = "indicators:\n" + INDICATORS.removeprefix("indicators:\n").replace(
    "id: lamps_in_time", "id: lamps_again"
).replace("label: Lamps lit in time", "label: Lamps once more")
OIL = """\
  - id: barrels
    label: Barrels
    measure: barrels
    return: lamp_report
    direction: higher
    unit: barrels
    decimals: 0
    company: stated
    stale_after: 90
    target: {value: 50}
    plan_refs: ["1.10"]
"""
OF_LIGHT = """\
boards:
  - {id: wharf, title: Wharf board, short: Wharf, priorities: [light]}
  - {id: pier, title: Pier panel, short: Pier}
"""
TWO_PRIORITIES = changed(
    PROGRAMME,
    '      - {ref: "1.10", title: Clean oil}\n',
    '  - id: oil\n    number: "2"\n    title: Oil\n    refs:\n      - {ref: "1.10", title: Clean oil}\n',
)


class Asked:
    """An office, and what its packs answer."""

    def __init__(self, office: Office, **packs: int) -> None:
        self.office = office
        self.packs = packs

    def ask(self, pack: str, *asked: str) -> Result:
        """Ask one of the packs."""
        return run("explain", *asked, "--pack", str(self.packs[pack]), "--home", self.office.home)


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A pack that printed K1 to K4 and K5 to K8, and its erratum: the indicator of K1 is taken out since."""
    both = INDICATORS + AGAIN_ONLY.removeprefix("indicators:\n")
    office = Office(tmp_path_factory.mktemp("erratum"), indicators=both)
    office.take()
    pack = office.build()["pack"]
    assert office.issue(pack).code == 0
    (office.harbour.programme / "indicators.yaml").write_text(AGAIN_ONLY, encoding="utf-8")
    done = office.erratum(pack, "--json")
    assert done.code == 0, done.err
    return Asked(office, first=pack, erratum=done.json["pack"])


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Packs of a board that covers one of two priorities, and of one that covers both."""
    folder = tmp_path_factory.mktemp("boards")
    office = Office(folder, indicators=INDICATORS + OIL, programme=TWO_PRIORITIES, boards=OF_LIGHT)
    office.take()
    office.take_book(tracker({"Key": "1.1-1"}, {"Key": "1.10-1", "Ref": "1.10"}))
    return Asked(office, **{board: office.build(board=board)["pack"] for board in ("wharf", "pier")})


class TestErratum:
    @pytest.mark.parametrize("ref", ["K1", "k4", "K99"])
    def test_a_reference_that_it_does_not_print_is_told(self, ref: str, corrected: Asked) -> None:
        result = corrected.ask("erratum", ref)
        assert (result.code, result.out) == (2, "")
        assert f"pack {corrected.packs['erratum']} prints no {ref}" in result.error_line

    @pytest.mark.parametrize("asked", [("K5",), ("k5",), ("lamps_again",), ("Lamps once more",)])
    def test_however_the_figure_is_named_it_has_the_reference_of_the_pack(
        self, asked: tuple[str, ...], corrected: Asked
    ) -> None:
        told = corrected.ask("erratum", *asked, "--json").json
        assert (told["ref"], told["indicator"], told["service"]) == ("K5", "lamps_again", None)
        about = told["pack"]
        assert (about["id"], about["text"], about["agrees"]) == (corrected.packs["erratum"], "77.5%", True)

    def test_a_service_is_found_under_its_own_reference(self, corrected: Asked) -> None:
        told = corrected.ask("erratum", "lamps_again", "--service", "islands", "--json").json
        assert (told["ref"], told["service"], told["pack"]["text"]) == ("K8", "islands", "90.0%")

    def test_the_figures_of_a_colour_have_the_references_of_the_pack(self, corrected: Asked) -> None:
        told = corrected.ask("erratum", "red", "--json").json
        assert [f["ref"] for f in told["figures"]] == ["K5"]
        assert told["pack"]["id"] == corrected.packs["erratum"]

    def test_the_replaced_pack_answers_as_before(self, corrected: Asked) -> None:
        told = corrected.ask("first", "K1", "--json").json
        assert (told["indicator"], told["pack"]["id"]) == ("lamps_in_time", corrected.packs["first"])


class TestWhatABoardSees:
    @pytest.mark.parametrize("name", ["K5", "barrels", "Barrels", "1.10-1"])
    def test_what_the_board_does_not_see_is_not_printed(self, name: str, boards: Asked) -> None:
        result = boards.ask("wharf", name)
        assert (result.code, result.out) == (2, "")
        assert f"pack {boards.packs['wharf']} prints no {name}" in result.error_line

    def test_the_pack_of_the_board_that_sees_it_prints_it(self, boards: Asked) -> None:
        told = boards.ask("pier", "K5", "--json").json
        assert (told["pack"]["board"], told["pack"]["text"]) == ("pier", "38")

    def test_a_colour_counts_what_the_pack_prints(self, boards: Asked) -> None:
        counted = {board: boards.ask(board, "red", "--json").json for board in boards.packs}
        assert [f["ref"] for f in counted["wharf"]["figures"]] == ["K1"]
        assert [f["ref"] for f in counted["pier"]["figures"]] == ["K1", "K5"]

    def test_an_action_says_what_the_pack_printed(self, boards: Asked) -> None:
        told = boards.ask("wharf", "1.1-1", "--json").json
        about: dict[str, Any] = told["pack"]
        assert (about["id"], about["outcome"], about["agrees"]) == (boards.packs["wharf"], "green", True)
        assert f"Printed in pack {boards.packs['wharf']} of wharf: green" in boards.ask("wharf", "1.1-1").out


def test_an_indicator_put_in_front_since_changes_no_answer_about_an_old_pack(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.take()
    pack = office.build()["pack"]
    (office.harbour.programme / "indicators.yaml").write_text(INDICATOR_IN_FRONT, encoding="utf-8")
    office.build(meeting="2031-05-10")
    told = run("explain", "lamps_in_time", "--pack", str(pack), "--home", office.home, "--json").json
    assert (told["ref"], told["pack"]["text"]) == ("K1", "77.5%")
