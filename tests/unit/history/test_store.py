"""History: what arrived, in which order, what stands as known at an event; and that nothing is half done."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import multiprocessing
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history import store
from history.originals import original_path, read_original
from history.published import PublishedFile
from history.records import Receipt, reading_row, to_reading
from history.store import History
from schemas.facts import Period, Reading
from schemas.findings import make_finding
from tests.unit.history.arrivals import NOW, PROGRAMME, WEEK, arrive, observation, reading, week

A, B = b"the first workbook", b"the second workbook"
EARLIER = WEEK - dt.timedelta(days=7)


@pytest.fixture
def history(tmp_path: Path, url: str | None) -> Iterator[History]:
    opened = History(tmp_path / "history", url)
    yield opened
    opened.close()


def ids(history: History, as_known: int | None = None) -> list[int]:
    """The receipts that speak, in order."""
    return [r.receipt_id for r in history.receipts(PROGRAMME, as_known)]


def all_receipts(history: History) -> int:
    """How many receipts were ever made: every one was current at its own event."""
    events = range(1, history.last_event(PROGRAMME) + 1)
    return len({i for event in events for i in ids(history, event)})


class TestReceipts:
    def test_a_receipt_is_one_arrival(self, history: History) -> None:
        filed = history.file_receipt(arrive(), A)
        (receipt,) = history.receipts(PROGRAMME, None)
        assert filed.receipt_id == receipt.receipt_id
        assert not filed.already_known
        assert receipt.sha256 == hashlib.sha256(A).hexdigest()
        assert (receipt.received_at, receipt.period, receipt.ordinal) == (NOW, week(), 1)

    def test_the_same_bytes_as_the_current_receipt_change_nothing(self, history: History) -> None:
        first = history.file_receipt(arrive(), A)
        before = history.last_event(PROGRAMME)
        again = history.file_receipt(arrive(name="sent again.xlsx"), A)
        assert (again.receipt_id, again.already_known) == (first.receipt_id, True)
        assert history.last_event(PROGRAMME) == before

    def test_a_then_b_then_a_leaves_us_with_a(self, history: History) -> None:
        made = [history.file_receipt(arrive(value=v), content) for v, content in (("1", A), ("2", B), ("1", A))]
        assert [m.already_known for m in made] == [False, False, False]
        assert len({m.receipt_id for m in made}) == 3
        (receipt,) = history.receipts(PROGRAMME, None)
        assert receipt.receipt_id == made[2].receipt_id
        assert receipt.sha256 == hashlib.sha256(A).hexdigest()
        assert receipt.ordinal == 3

    def test_the_bytes_are_kept(self, history: History) -> None:
        history.file_receipt(arrive(), A)
        assert read_original(history.folder, hashlib.sha256(A).hexdigest()) == A

    def test_the_same_bytes_may_come_for_another_period(self, history: History) -> None:
        history.file_receipt(arrive(), A)
        filed = history.file_receipt(arrive(EARLIER), A)
        assert not filed.already_known
        assert len(ids(history)) == 2

    def test_programmes_do_not_know_each_other(self, history: History) -> None:
        history.file_receipt(arrive(), A)
        filed = history.file_receipt(arrive(programme="county"), A)
        assert not filed.already_known
        assert len(history.receipts("county", None)) == 1
        assert len(ids(history)) == 1


class TestOrder:
    """A later receipt speaks over an earlier one; a late one takes its place in the calendar."""

    def test_by_calendar_when_sent_by_calendar(self, history: History) -> None:
        first = history.file_receipt(arrive(EARLIER), A).receipt_id
        second = history.file_receipt(arrive(WEEK), B).receipt_id
        assert ids(history) == [first, second]

    def test_a_late_return_takes_its_place_in_the_calendar(self, history: History) -> None:
        second = history.file_receipt(arrive(WEEK), B).receipt_id
        first = history.file_receipt(arrive(EARLIER), A).receipt_id
        assert ids(history) == [first, second]

    def test_several_late_ones_too(self, history: History) -> None:
        days = [WEEK, WEEK - dt.timedelta(days=21), WEEK - dt.timedelta(days=7), WEEK - dt.timedelta(days=14)]
        for number, day in enumerate(days):
            history.file_receipt(arrive(day), b"%d" % number)
        assert [r.period.end for r in history.receipts(PROGRAMME, None)] == sorted(days)

    def test_a_restated_return_speaks_from_its_receipt_on(self, history: History) -> None:
        history.file_receipt(arrive(EARLIER), A)
        second = history.file_receipt(arrive(WEEK), B).receipt_id
        restated = history.file_receipt(arrive(EARLIER), b"restated").receipt_id
        assert ids(history) == [second, restated]

    def test_returns_of_other_kinds_do_not_matter(self, history: History) -> None:
        other = history.file_receipt(arrive(WEEK, return_id="monthly_return"), B).receipt_id
        late = history.file_receipt(arrive(EARLIER), A).receipt_id
        assert sorted(ids(history)) == [other, late]
        assert ids(history)[-1] == late

    def test_until_leaves_later_workbooks_out(self, history: History) -> None:
        history.file_receipt(arrive(WEEK), B)
        first = history.file_receipt(arrive(EARLIER), A).receipt_id
        assert [r.receipt_id for r in history.receipts(PROGRAMME, None, until=EARLIER)] == [first]


class TestAsKnown:
    def test_at_each_event(self, history: History) -> None:
        """Every state there ever was can be asked for again."""
        states: dict[int, list[int]] = {}
        for number, (day, content) in enumerate(
            [(WEEK, A), (EARLIER, B), (WEEK, b"restated"), (WEEK, A), (EARLIER, b"restated too")]
        ):
            history.file_receipt(arrive(day, value=str(number)), content)
            states[history.last_event(PROGRAMME)] = ids(history)
        for event, known in states.items():
            assert ids(history, event) == known
        assert ids(history, 0) == []

    def test_values_are_those_of_the_event(self, history: History) -> None:
        first = history.file_receipt(arrive(value="79.4"), A)
        history.file_receipt(arrive(value="80.0"), B)
        then = history.receipts(PROGRAMME, first.receipt_id)
        (found,) = history.observations(then, WEEK)[first.receipt_id]
        assert found.stated == Decimal("79.4")

    def test_by_time(self, history: History) -> None:
        first = history.file_receipt(arrive(received_at="2021-12-06T09:00:00Z"), A).receipt_id
        second = history.file_receipt(arrive(received_at="2021-12-07T09:00:00Z"), B).receipt_id
        assert history.event_at(PROGRAMME, "2021-12-06T08:59:59Z") == 0
        assert history.event_at(PROGRAMME, "2021-12-06T09:00:00Z") == first
        assert history.event_at(PROGRAMME, "2021-12-31T00:00:00Z") == second

    def test_by_time_what_came_later_is_never_known_earlier(self, history: History) -> None:
        """A workbook found late is filed after those that came later: then it was not known to anybody."""
        first = history.file_receipt(arrive(received_at="2021-10-04T09:00:00Z"), A).receipt_id
        history.file_receipt(arrive(EARLIER, received_at="2021-12-06T09:00:00Z"), B)
        found = history.file_receipt(arrive(received_at="2021-10-11T09:00:00Z"), b"found late").receipt_id
        assert history.event_at(PROGRAMME, "2021-10-31T00:00:00Z") == first
        assert [r.receipt_id for r in history.filed_after(PROGRAMME, first, "2021-10-31T00:00:00Z")] == [found]
        assert history.filed_after(PROGRAMME, first, "2021-10-10T00:00:00Z") == []
        assert history.event_at(PROGRAMME, "2021-12-31T00:00:00Z") == found

    def test_by_time_what_is_declared_may_be_recorded_at_any_time(self, history: History) -> None:
        """Workbooks of long ago are filed today, and between them the YAML is recorded as of today."""
        history.file_receipt(arrive(received_at="2021-10-04T09:00:00Z"), A)
        history.register_configuration(PROGRAMME, "{}", "2026-11-30T09:00:00Z")
        second = history.file_receipt(arrive(received_at="2021-10-11T09:00:00Z"), B).receipt_id
        assert history.event_at(PROGRAMME, "2021-10-31T00:00:00Z") == second

    def test_what_is_known_up_to_an_event_is_of_the_programme_alone(self, history: History) -> None:
        first = history.file_receipt(arrive(), A).receipt_id
        other = history.file_receipt(arrive(programme="village"), B).receipt_id
        published = PublishedFile("returned/a.html", "0" * 64, 1, "acknowledgement")
        history.published.register(PROGRAMME, [published], NOW)
        assert history.last_event(PROGRAMME, other) == history.last_event(PROGRAMME, other + 1) == first
        assert history.last_event(PROGRAMME, first - 1) == 0

    def test_observations_are_visible_when_their_period_has_ended(self, history: History) -> None:
        ahead = observation(week(WEEK + dt.timedelta(days=1)))
        filed = history.file_receipt(arrive(observations=(observation(week()), ahead)), A)
        receipts = history.receipts(PROGRAMME, None)
        assert history.observations(receipts, WEEK)[filed.receipt_id] == [observation(week())]
        assert history.observations(receipts, EARLIER)[filed.receipt_id] == []


class TestRefusals:
    WHY = (make_finding("as_at_missing", sheet="Visits", cell="A1", labels="'As at'"),)

    def refuse(self, history: History, content: bytes = A) -> int:
        return history.file_refusal(PROGRAMME, content, "report.xlsx", NOW, None, self.WHY)

    def test_kept_byte_for_byte_with_the_reasons(self, history: History) -> None:
        content = bytes(range(256)) * 7
        self.refuse(history, content)
        (refusal,) = history.refusals(PROGRAMME, None)
        assert read_original(history.folder, refusal.sha256) == content
        assert refusal.findings == self.WHY
        assert (refusal.name, refusal.return_id) == ("report.xlsx", None)

    def test_registered_once(self, history: History) -> None:
        first = self.refuse(history)
        assert self.refuse(history) == first
        assert len(history.refusals(PROGRAMME, None)) == 1
        assert history.last_event(PROGRAMME) == first

    def test_it_is_no_receipt(self, history: History) -> None:
        self.refuse(history)
        assert ids(history) == []

    def test_it_may_be_taken_later_when_the_layout_is_mended(self, history: History) -> None:
        self.refuse(history)
        assert not history.file_receipt(arrive(), A).already_known
        assert len(ids(history)) == 1

    def test_as_known(self, history: History) -> None:
        seq = self.refuse(history)
        assert history.refusals(PROGRAMME, seq - 1) == []


def decide(right: str) -> dict[str, str]:
    return {
        "json": json.dumps({"right": right}),
        "role": "Lead Performance Analyst",
        "decided_on": "2021-12-06",
        "reason": "The counts make it.",
    }


class TestDecisions:
    def register(self, history: History, *rights: str, kind: str = "correction") -> int:
        history.register_decisions(PROGRAMME, kind, [decide(r) for r in rights], NOW)
        return history.last_event(PROGRAMME)

    def standing(self, history: History, as_known: int | None = None, kind: str = "correction") -> list[str]:
        return [d["right"] for d in history.decisions_at(PROGRAMME, kind, as_known)]

    def test_each_is_an_event(self, history: History) -> None:
        assert self.register(history, "394") == 1
        assert self.register(history, "394", "355") == 2
        assert self.standing(history) == ["394", "355"]

    def test_declared_again_they_are_no_news(self, history: History) -> None:
        last = self.register(history, "394", "355")
        assert self.register(history, "355", "394") == last

    def test_taken_out_they_are_withdrawn_and_nothing_is_deleted(self, history: History) -> None:
        with_both = self.register(history, "394", "355")
        withdrawn = self.register(history, "355")
        assert withdrawn == with_both + 1
        assert self.standing(history) == ["355"]
        assert self.standing(history, with_both) == ["394", "355"]

    def test_declared_anew_after_a_withdrawal(self, history: History) -> None:
        self.register(history, "394")
        gone = self.register(history)
        self.register(history, "394")
        assert self.standing(history) == ["394"]
        assert self.standing(history, gone) == []

    def test_kinds_do_not_touch_each_other(self, history: History) -> None:
        self.register(history, "394")
        self.register(history, kind="due_date")
        assert self.standing(history) == ["394"]

    def test_the_same_declaration_twice_counts_once(self, history: History) -> None:
        self.register(history, "394", "394")
        assert self.standing(history) == ["394"]


class TestConfiguration:
    def test_in_force_at_an_event(self, history: History) -> None:
        one = history.register_configuration(PROGRAMME, '{"v": 1}', NOW)
        event_one = history.last_event(PROGRAMME)
        two = history.register_configuration(PROGRAMME, '{"v": 2}', NOW)
        event_two = history.last_event(PROGRAMME)
        history.register_configuration(PROGRAMME, '{"v": 1}', NOW)
        assert history.configuration_at(PROGRAMME, event_one) == (one, '{"v": 1}')
        assert history.configuration_at(PROGRAMME, event_two) == (two, '{"v": 2}')
        assert history.configuration_at(PROGRAMME, None) == (one, '{"v": 1}')

    def test_unchanged_it_is_no_news(self, history: History) -> None:
        history.register_configuration(PROGRAMME, '{"v": 1}', NOW)
        last = history.last_event(PROGRAMME)
        history.register_configuration(PROGRAMME, '{"v": 1}', NOW)
        assert history.last_event(PROGRAMME) == last

    def test_by_its_hash(self, history: History) -> None:
        sha = history.register_configuration(PROGRAMME, '{"v": 1}', NOW)
        history.register_configuration(PROGRAMME, '{"v": 2}', NOW)
        assert history.configuration_of(PROGRAMME, sha) == '{"v": 1}'
        assert history.configuration_of(PROGRAMME, "0" * 64) is None

    def test_nothing_is_known_of_a_new_programme(self, history: History) -> None:
        assert history.configuration_at(PROGRAMME, None) is None
        assert history.last_event(PROGRAMME) == 0


class TestWholeOrNotAtAll:
    """A crash at any point of the transaction leaves history as it was."""

    @pytest.mark.parametrize("part", ["receipt_row", "reading_row", "observation_row", "finding_json"])
    def test_a_crash_before_the_commit(self, history: History, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
        first = history.file_receipt(arrive(EARLIER), A)
        event = history.last_event(PROGRAMME)

        def crash(*_: object, **__: object) -> None:
            raise RuntimeError("the power went")

        with monkeypatch.context() as patch:
            patch.setattr(store, part, crash)
            with pytest.raises(RuntimeError, match="the power went"):
                history.file_receipt(arrive(), B)
        assert ids(history) == [first.receipt_id]
        assert history.last_event(PROGRAMME) == event
        filed = history.file_receipt(arrive(), B)
        assert not filed.already_known
        (found,) = history.observations(history.receipts(PROGRAMME, None)[1:], WEEK).values()
        assert len(found) == 1

    def test_a_crash_while_the_original_is_written(self, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
        """The bytes appear whole under their hash, or not at all; half a draft is no original."""

        def crash(*_: object) -> None:
            raise OSError("disk full")

        with monkeypatch.context() as patch:
            patch.setattr("history.durable.os.replace", crash)
            with pytest.raises(OSError, match="disk full"):
                history.file_receipt(arrive(), A)
        sha256 = hashlib.sha256(A).hexdigest()
        assert not original_path(history.folder, sha256).exists()
        assert ids(history) == []
        history.file_receipt(arrive(), A)
        assert read_original(history.folder, sha256) == A

    def test_an_original_cut_short_is_written_anew(self, history: History) -> None:
        path = original_path(history.folder, hashlib.sha256(A).hexdigest())
        path.parent.mkdir(parents=True)
        path.write_bytes(A[:3])
        history.file_receipt(arrive(), A)
        assert path.read_bytes() == A


def file_at_once(folder: str, url: str | None, barrier: object, results: object) -> None:
    """Run in a process of its own: open the same history, wait for the others, and file the same bytes."""
    opened = History(Path(folder), url)
    barrier.wait(60)
    filed = opened.file_receipt(arrive(), A)
    results.put((filed.receipt_id, filed.already_known))
    opened.close()


def test_two_processes_that_file_the_same_bytes_at_once_make_one_receipt(history: History, url: str | None) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    both = [context.Process(target=file_at_once, args=(str(history.folder), url, barrier, results)) for _ in range(2)]
    for process in both:
        process.start()
    found = [results.get(timeout=60) for _ in both]
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert len({receipt_id for receipt_id, _ in found}) == 1
    assert sorted(known for _, known in found) == [False, True]
    assert all_receipts(history) == 1


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
READINGS = st.builds(
    Reading,
    table=st.sampled_from(["visits", "grades"]),
    row_key=st.one_of(st.just("north"), TEXT.map("?{}".format)),
    field=TEXT,
    sheet=TEXT,
    cell=st.sampled_from(["A1", "AB12"]),
    raw_text=TEXT,
    number_format=st.sampled_from(["General", "0.0%", "@"]),
    kind=st.sampled_from(["empty", "count", "percent", "text", "symbol", "unreadable"]),
    value=st.one_of(st.none(), TEXT, st.decimals(allow_nan=False, allow_infinity=False).map(str)),
    decimals=st.integers(0, 9),
)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(READINGS)
def test_a_reading_is_stored_as_it_was_read(item: Reading) -> None:
    assert to_reading(reading_row(1, 0, item)) == item


def test_readings_observations_and_findings_come_back_equal(history: History) -> None:
    arrival = arrive(
        readings=(
            reading("C7", "335"),
            reading("D7", "", kind="empty", value=None),
            reading("E7", "99.7.0%", kind="unreadable", value=None, number_format="@"),
            reading("F7", "Séán’s – “note”\nsecond line", kind="text", value="Séán’s – “note”\nsecond line"),
            reading("G7", "75.60%", kind="percent", value="75.60", decimals=2),
            reading("H7", "0012", row_key="?Nörth, aged 16+#2"),
        ),
        observations=(
            observation(week(), state="held", why="its figures do not agree with each other"),
            observation(week(), service=None, numerator=None, denominator=None, state="stated_only", why="north"),
            observation(
                Period(dt.date(2021, 4, 1), dt.date(2021, 9, 30), "range"),
                basis="ytd",
                form="rate",
                per=Decimal("1000"),
                subgroup="aged_16_plus",
                stated=Decimal("0.10"),
                stated_decimals=2,
                operands=(),
            ),
            observation(week(), numerator=Decimal("38.5"), stated=None, stated_decimals=0, form="average"),
        ),
        covered=Period(dt.date(2021, 11, 22), WEEK, "range"),
    )
    filed = history.file_receipt(arrival, A)
    receipts = history.receipts(PROGRAMME, None)
    assert tuple(history.readings(receipts)[filed.receipt_id]) == arrival.readings
    assert tuple(history.observations(receipts, WEEK)[filed.receipt_id]) == arrival.observations
    assert tuple(history.findings(receipts)[filed.receipt_id]) == arrival.findings
    (receipt,) = receipts
    assert isinstance(receipt, Receipt)
    assert (receipt.covered, receipt.configuration_sha) == (arrival.covered, arrival.configuration_sha)


def test_history_is_there_again_after_a_restart(tmp_path: Path, url: str | None) -> None:
    first = History(tmp_path, url)
    first.file_receipt(arrive(), A)
    known = first.receipts(PROGRAMME, None)
    first.close()
    second = History(tmp_path, url)
    assert second.receipts(PROGRAMME, None) == known
    assert second.file_receipt(arrive(), A).already_known
    second.close()
