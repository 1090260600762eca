"""An erratum puts an issued pack right: it says why and what changed, keeps the references, and replaces nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import FILES, changed, tracker
from tests.issuing.office import AS_AT, LATER, MEETING, ON, ROLE, Office
from tests.issuing.test_issuing import PACK, SOUND, issues_in
from tests.scenarios.harbour import lamps

pytestmark = pytest.mark.long

IN_FRONT = """\
indicators:
  - id: lamps_again
    label: Lamps once more
    measure: lamps_in_time
    return: lamp_report
    direction: higher
    unit: percent
    decimals: 0
    company: ratio
    plan_refs: ["1.1"]
"""


def text_of(path: Path, first: int = 1, last: int = 99) -> str:
    """The words on pages of a PDF, spaces folded."""
    done = subprocess.run(
        ["pdftotext", "-f", str(first), "-l", str(last), "-layout", str(path), "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return " ".join(done.stdout.split())


def hashes(office: Office) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in office.issued}


def test_an_erratum_says_on_page_one_why_and_what_changed_and_lists_it_in_full(office: Office) -> None:
    office.issue(PACK)
    before = hashes(office)
    office.take(*SOUND)
    done = office.erratum(f"wharf@{MEETING}", reason="the basin counted two lamps <twice>")
    assert done.code == 0, done.err
    assert "K2   Lamps lit in time, Quay & Basin: was 75.6%, Unrated; is 76.1%, Unrated" in done.out
    path = office.home / "issued" / "lamplight" / f"wharf_{MEETING}_as-at_{AS_AT}_restricted_erratum-1.pdf"
    front = text_of(path, 2, 2)
    assert "Erratum 1 to the pack issued on 3 April 2031. The basin counted two lamps <twice>." in front
    assert "What changed: 2 figures (K1 and K2)." in front
    listed = text_of(path, 3, 3)
    assert "What this erratum changes" in listed
    assert "Lamps lit in time, Quay & Basin 75.6%, Unrated 76.1%, Unrated" in listed
    assert "Erratum 1" in text_of(path, 1, 1)
    assert before.items() <= hashes(office).items()  # the first stays as it was
    issue = issues_in(office)[-1]
    assert (issue.ordinal, issue.reason, issue.role) == (1, "the basin counted two lamps <twice>", ROLE)


def test_the_pages_of_an_erratum_are_tagged_as_those_of_any_pack(office: Office, tmp_path: Path) -> None:
    office.issue(PACK)
    office.take(*SOUND)
    path = office.erratum(PACK, "--json").json["file"]
    tools = Path(sys.executable).parent
    checked = subprocess.run(
        [tools / "pdfua", "check", "--min-severity", "error", path], capture_output=True, text=True
    )
    assert "result: ERROR" not in checked.stdout, checked.stdout
    report = tmp_path / "report.json"
    read = subprocess.run(
        [tools / "outloud", "--json", report, "--fail-on", "error", "--skip", "TBL-010", path],
        capture_output=True, text=True,
    )  # fmt: skip
    assert read.returncode == 0, read.stdout


def test_references_stay_where_indicators_come_and_go(office: Office) -> None:
    indicators = office.harbour.programme / "indicators.yaml"
    plain = indicators.read_text(encoding="utf-8")
    office.issue(PACK)

    def erratum(text: str, reason: str) -> dict[str, str]:
        indicators.write_text(text, encoding="utf-8")
        done = office.erratum(f"wharf@{MEETING}", "--json", reason=reason)
        assert done.code == 0, done.err
        return {c["label"]: c["ref"] for c in done.json["changed"]}

    more = IN_FRONT + plain.removeprefix("indicators:\n")
    assert erratum(more, "an indicator was left out") == {"Lamps once more": "K5"}
    fewer = changed(plain, "services: [quay_basin, upper_reach, islands]", "services: [quay_basin, islands]")
    gone = erratum(fewer, "the reach is not ours")
    assert gone == {"Lamps once more": "K5", "Lamps lit in time": "K3"}
    back = erratum(IN_FRONT.replace("lamps_again", "lamps_anew") + plain.removeprefix("indicators:\n"), "it is")
    assert back == {"Lamps once more": "K6", "Lamps lit in time, Upper Reach": "K3"}
    assert [i.ordinal for i in issues_in(office)] == [0, 1, 2, 3]
    last = next(p for p in office.issued if "erratum-3" in p.name)
    assert "it replaces erratum 2, issued on 3 April 2031" in text_of(last, 2, 2)


def test_an_erratum_can_be_looked_at_first_and_is_then_issued_as_it_was_seen(office: Office) -> None:
    office.issue(PACK)
    office.take(*SOUND)
    seen = office.run("erratum", PACK, "--reason", "restated", "--build-only", "--json")
    assert seen.code == 0, seen.err
    assert len(office.issued) == 1
    assert office.run("erratum", PACK, "--reason", "restated").code == 2  # no role, and not only built
    done = office.issue(seen.json["pack"], "--json")
    assert (done.code, done.json["erratum"], done.json["sha256"]) == (0, 1, seen.json["sha256"])
    again = office.erratum(PACK)
    assert (again.code, f"name that one: {seen.json['pack']}" in again.error_line) == (2, True)


def test_an_erratum_that_would_print_nothing_else_is_not_made(office: Office) -> None:
    office.issue(PACK)
    done = office.erratum(PACK)
    assert (done.code, "would print nothing else" in done.error_line) == (3, True)
    assert len(office.issued) == len(issues_in(office)) == 1


def test_an_erratum_to_an_erratum_that_would_print_nothing_else_is_not_made(office: Office) -> None:
    office.issue(PACK)
    office.take(*SOUND)
    first = office.erratum(PACK, "--json")
    assert first.code == 0, first.err
    for reason in ("the counts were restated", "another reason alone " * 20):
        done = office.erratum(first.json["pack"], reason=reason)
        assert (done.code, "would print nothing else" in done.error_line) == (3, True)
    assert len(office.issued) == len(issues_in(office)) == 2


def test_only_an_issued_pack_has_an_erratum_and_it_says_why(office: Office) -> None:
    assert "was not issued" in office.erratum(PACK).error_line
    office.issue(PACK)
    assert "--reason says nothing" in office.erratum(PACK, reason=" . ").error_line
    assert "at most 1,000" in office.erratum(PACK, reason="long " * 300).error_line
    office.take(*SOUND)
    other = office.build()["pack"]
    assert f"for that meeting pack {PACK} was" in office.erratum(other).error_line


def test_a_change_of_words_alone_is_an_erratum_too(office: Office) -> None:
    office.issue(PACK)
    office.declare("label: Lamps lit in time", "label: Lamps lit before dusk")
    done = office.erratum(PACK, reason="the indicator was misnamed")
    assert done.code == 0, done.err
    assert "no figure, rating or action; only the words" in done.out


def test_an_erratum_is_refused_while_errors_stand_and_stays_built(office: Office) -> None:
    office.issue(PACK)
    office.take((394, 298), (100, 150), (100, 90))
    done = office.erratum(PACK)
    assert (done.code, len(office.issued)) == (1, 1)
    assert "Lamps!" in done.err
    assert list((office.home / "outbox" / "lamplight").glob("*erratum-1.pdf"))
    assert office.erratum(PACK, "--despite", "the board wants it so").code == 0
    assert len(office.issued) == 2


# --- What a board sees of the plan, and limits -------------------------------------------------------------

OIL = changed(
    FILES["programme.yaml"],
    "brag:\n",
    '  - id: oil\n    number: "2"\n    title: Oil\n    refs:\n      - {ref: "2.1", title: Oil in store}\nbrag:\n',
)
OIL_BOARD = "boards:\n  - {id: wharf, title: Wharf board, short: Wharf, priorities: [oil]}\n"


def test_an_action_that_left_or_joined_what_a_board_of_some_priorities_sees_is_listed(tmp_path: Path) -> None:
    office = Office(tmp_path, programme=OIL, boards=OIL_BOARD)
    oil, light = {"Ref": "2.1"}, {"Ref": "1.1"}
    office.take_book(
        tracker({"Key": "A1", **oil}, {"Key": "A2", **oil}, {"Key": "A3", **light}, {"Key": "A4", **oil})
    )
    pack = office.build()["pack"]
    assert office.issue(pack).code == 0
    office.take_book(
        tracker({"Key": "A1", **oil}, {"Key": "A3", **oil}, {"Key": "A4", **light}, {"Key": "A5", **oil})
    )
    done = office.erratum(pack, "--json", reason="the plan of February was another")
    assert done.code == 0, done.err
    assert {a["key"]: (a["was"].split(":")[0], a["is"].split(":")[0]) for a in done.json["actions"]} == {
        "A2": ("Green", "no longer in the plan"),
        "A3": ("among other boards' priorities", "Green"),
        "A4": ("Green", "among other boards' priorities"),
        "A5": ("not in the plan", "Green"),
    }


def test_limits_that_are_printed_otherwise_are_listed(tmp_path: Path) -> None:
    office = Office(tmp_path)
    weeks = [dt.date(2031, 1, 6) + dt.timedelta(weeks=n) for n in range(13)]
    for number, day in enumerate(weeks):
        office.harbour.take_one(lamps(day, (400, 300 + 4 * (number % 2)), (200, 150), (100, 90)), received=LATER)
    pack = office.build()["pack"]
    assert office.issue(pack, "--despite", "the weeks are as they are").code == 0
    office.harbour.take_one(lamps(weeks[2], (400, 240), (200, 150), (100, 90)), received=LATER)
    done = office.erratum(pack, "--despite", "the weeks are as they are", reason="the third week was restated")
    assert done.code == 0, done.err
    (path,) = [p for p in office.issued if "erratum" in p.name]
    assert "What changed: the usual variation of 1 figure (K1)." in text_of(path, 2, 2)
    listed = text_of(path, 3, 3)
    assert "Usual variation" in listed
    assert (
        "K1 Lamps lit in time 75.9 to 78.9, mean 77.4, of 13 points 71.4 to 82.1, mean 76.7, of 13 points" in listed
    )


def test_a_pack_built_before_an_earlier_one_was_issued_does_not_say_what_changed_since(office: Office) -> None:
    """Built one after the other and issued likewise: the second still says that there was none before."""
    later = office.build(meeting="2031-05-08")["pack"]
    assert office.issue(PACK).code == 0
    done = office.issue(later)
    assert done.code == 1
    assert (
        "it says that no pack was issued for an earlier meeting, and pack 3 (wharf as at 2031-03-31, "
        "meeting 2031-04-10) was issued since"
    ) in done.err
    again = office.build(meeting="2031-05-08")["pack"]
    assert office.issue(again).code == 0


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--role", ROLE), "--role goes"),
        (("--date", ON), "--date goes"),
        (("--despite", "it is right"), "--despite goes"),
        (("--role", ROLE, "--date", ON), "--role and --date go"),
    ],
)
def test_what_belongs_to_issuing_is_refused_where_it_is_only_built(
    options: tuple[str, ...], what: str, office: Office
) -> None:
    office.issue(PACK)
    done = office.run("erratum", PACK, "--reason", "restated", "--build-only", *options)
    assert (done.code, done.out) == (2, "")
    assert done.error_line == f"boardpack: {what} with issuing, and --build-only only builds"
