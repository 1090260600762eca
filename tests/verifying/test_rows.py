"""A row that is altered, removed or slipped in shows and is named, in every table; with the seal and without."""

from __future__ import annotations

import pytest

from flows.verifying import Verified
from history import tables as t
from history.store import History
from tests.verifying.homes import NAME, RECEIVED, Kept

ALTERED = {
    "meta": "value = value || '0' WHERE key = 'head'",
    "event": "at = '2031-04-02T09:00:01Z' WHERE seq = 5",
    "file": "name = 'other.xlsx' WHERE rowid = 1",
    "receipt": "received_at = '2031-04-01T09:00:00Z' WHERE rowid = (SELECT max(rowid) FROM receipt)",
    "refusal": "return_id = 'lamp_report' WHERE rowid = 3 OR 1",
    "finding": "finding = replace(finding, 'e', 'o') WHERE rowid = 1",
    "reading": "raw_text = '395' WHERE rowid = 2",
    "observation": "numerator = '299' WHERE rowid = 1",
    "configuration": "json = replace(json, '90', '80')",
    "decision": "reason = 'unseen'",
    "pack": "as_at = '2031-02-28'",
    "printed_figure": "text = text || '1' WHERE rowid = 4",
    "issue": "role = 'Deputy Keeper'",
    "published": "what = 'other' WHERE rowid = 2",
    "retired": "rule = 'another'",
}
"""For each table a change of one value."""


def told(found: Verified) -> str:
    """The faults in one text."""
    return " | ".join(f"{f.place}: {f.message}" for f in found.faults)


@pytest.mark.long
@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "unsealed"])
@pytest.mark.parametrize("table", sorted(t.metadata.tables))
class TestEveryTable:
    """The seal tells the table; the chain alone tells the event, and the tables that it brought."""

    def check(self, kept: Kept, table: str, statement: str, *, is_sealed: bool) -> None:
        """Do it, and see that it is found and the table is named."""
        if not is_sealed:
            kept.seal.unlink()
        kept.alter(statement)
        found = kept.verify()
        assert found.faults
        assert table in told(found), told(found)

    def test_an_altered_row(self, kept: Kept, table: str, is_sealed: bool) -> None:
        self.check(kept, table, f"UPDATE {table} SET {ALTERED[table]}", is_sealed=is_sealed)

    def test_a_removed_row(self, kept: Kept, table: str, is_sealed: bool) -> None:
        where = f"(SELECT rowid FROM {table} ORDER BY rowid DESC LIMIT 1)"
        self.check(kept, table, f"DELETE FROM {table} WHERE rowid = {where}", is_sealed=is_sealed)

    def test_a_row_slipped_in(self, kept: Kept, table: str, is_sealed: bool) -> None:
        self.check(kept, table, _copy_a_row(table), is_sealed=is_sealed)


def _copy_a_row(table: str) -> str:
    """A row like the last one, but for what must be once in the table."""
    fresh = {"meta": ("key",), "event": ("seq",), "file": ("sha256",), "receipt": ("receipt_id", "ordinal"),
             "refusal": ("seq", "sha256"), "finding": ("position",), "reading": ("position", "field"),
             "observation": ("position",), "configuration": ("seq",), "decision": ("seq",), "pack": ("pack_id",),
             "printed_figure": ("figure_key",), "issue": ("seq", "ordinal", "pack_id"), "published": ("path",),
             "retired": ("sha256",)}[table]  # fmt: skip
    columns = [c.name for c in t.metadata.tables[table].columns]
    given = [f"{c} + 900" if c in {"seq", "receipt_id", "pack_id", "ordinal", "position"} else f"{c} || 'x'"
             if c in fresh else c for c in columns]  # fmt: skip
    given = [value if name in fresh else name for name, value in zip(columns, given, strict=True)]
    return f"INSERT INTO {table} SELECT {', '.join(given)} FROM {table} ORDER BY rowid DESC LIMIT 1"


@pytest.mark.parametrize("table", ["meta", "reading", "published"])
def test_an_altered_value_is_found_by_the_chain_alone(kept: Kept, table: str) -> None:
    kept.seal.unlink()
    kept.alter(f"UPDATE {table} SET {ALTERED[table]}")
    assert table in told(kept.verify())


def test_the_event_is_named_with_its_kind_programme_and_time(kept: Kept) -> None:
    kept.seal.unlink()
    seq = kept.value("SELECT max(receipt_id) FROM receipt")
    kept.alter(f"DELETE FROM reading WHERE receipt_id = {seq} AND position = 3")
    (fault,) = kept.verify().faults
    assert fault.place == f"event {seq}"
    assert f"event {seq} (receipt of {NAME}, {RECEIVED})" in fault.message
    assert "the table reading has no row 3" in fault.message


@pytest.mark.long
def test_an_event_that_is_gone_is_named_once(kept: Kept) -> None:
    kept.seal.unlink()
    seq = kept.value("SELECT max(seq) FROM configuration")
    kept.alter(f"DELETE FROM event WHERE seq = {seq}")
    events = [f for f in kept.verify().faults if f.kind == "event"]
    assert [f.message for f in events] == [f"event {seq} is gone from the database"]


def test_events_taken_off_the_end_are_named(kept: Kept) -> None:
    kept.seal.unlink()
    last = kept.value("SELECT max(seq) FROM event")
    kept.alter("DELETE FROM retired", f"DELETE FROM event WHERE seq = {last}")
    assert f"event {last} is gone" in told(kept.verify())


def test_a_trigger_is_found(kept: Kept) -> None:
    kept.seal.unlink()
    kept.alter("CREATE TRIGGER sly AFTER INSERT ON event BEGIN DELETE FROM finding; END")
    assert "the trigger sly, which Boardpack did not make" in told(kept.verify())


@pytest.mark.parametrize("version", ["2", *(pytest.param(v, marks=pytest.mark.long) for v in ("1", "4", "none"))])
def test_a_version_that_the_database_does_not_have(kept: Kept, version: str) -> None:
    """It must not be brought up to date, or begun anew, by the very command that looks."""
    kept.alter(f"UPDATE meta SET value = '{version}' WHERE key = 'schema_version'")
    assert kept.verify().faults
    assert kept.value("SELECT value FROM meta WHERE key = 'schema_version'") == version


@pytest.mark.long
def test_a_lost_version(kept: Kept) -> None:
    kept.alter("DELETE FROM meta WHERE key = 'schema_version'")
    assert "schema_version" in told(kept.verify())


class TestOneWhoChainsAgain:
    """Whoever alters rows, chains the events again and seals the database is found by what the rows came from."""

    def test_by_the_figures_of_a_pack(self, kept: Kept) -> None:
        kept.alter("UPDATE observation SET numerator = '160' WHERE service = 'upper_reach' AND numerator = '150'")
        kept.rechain()
        faults = kept.verify().faults
        assert {f.kind for f in faults} == {"figure"}
        told = [f.message for f in faults if "(lamps_in_time/upper_reach/)" in f.message]
        assert any("kept as 75.0%; now 80.0%" in m for m in told)
        assert any("kept as published 75.0, 150 of 200; now published 80.0, 160 of 200" in m for m in told)

    def test_by_the_original(self, kept: Kept) -> None:
        kept.alter("UPDATE reading SET raw_text = '395', value = '395' WHERE raw_text = '394'")
        kept.rechain()
        assert kept.verify().faults == []
        faults = kept.verify(read_again=True).faults
        assert {f.kind for f in faults} == {"reading"}
        assert "Lamps!B6" in faults[0].message
        assert "'395'" in faults[0].message
        assert "'394'" in faults[0].message

    @pytest.mark.long
    def test_a_figure_that_a_pack_prints_otherwise(self, kept: Kept) -> None:
        kept.alter("UPDATE printed_figure SET value = '99.9' WHERE figure_key = 'lamps_in_time/upper_reach/'")
        kept.rechain()
        (fault,) = kept.verify().faults
        assert "kept as 75.0% (K3, published, 99.9); now 75.0% (K3, published, 75.0)" in fault.message

    def test_a_count_that_a_pack_prints_otherwise(self, kept: Kept) -> None:
        """Not only the figures of indicators: every number that a page prints."""
        key = kept.value("SELECT figure_key FROM printed_figure WHERE ref = '' AND text = '3' ORDER BY figure_key")
        kept.alter(f"UPDATE printed_figure SET text = '4', value = '4' WHERE figure_key = '{key}'")
        kept.rechain()
        (fault,) = kept.verify().faults
        assert f"figure {key}: kept as 4; now 3" in fault.message


@pytest.mark.long
def test_verifying_changes_nothing_where_something_is_wrong(kept: Kept) -> None:
    kept.alter("UPDATE reading SET raw_text = '395' WHERE rowid = 2")
    before = {path: path.read_bytes() for path in kept.files()}
    assert kept.verify().faults
    assert {path: path.read_bytes() for path in kept.files()} == before


def test_a_history_opened_to_read_is_not_sealed_again(kept: Kept) -> None:
    before = kept.seal.stat().st_mtime_ns
    history = History(kept.home.history)
    history.receipts(NAME, None)
    history.close()
    assert kept.seal.stat().st_mtime_ns == before
