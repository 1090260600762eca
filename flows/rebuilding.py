"""Rebuild a recorded pack from history alone, and say exactly what differs where it does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery.outbox import publish_file
from flows.building import find_board, model_pack, printed_figures
from flows.environment import Difference, compare_environment
from flows.errata import notice_of, number_as_before, with_causes
from flows.position import Position, derive_known
from flows.since import changes_since
from history.declared import sha_of
from history.originals import hash_original, read_original
from history.records import PackRecord, PrintedFigure
from history.store import History
from report_templates.render import render_pdf
from schemas.figures import decimal_text
from schemas.kept import read_facts
from schemas.kpi import KpiRow
from schemas.pack import Pack


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of a rebuild. `content` is None where the figures are not the same: nothing is published then.

    `environment` tells what makes a pack now otherwise; `damage` what is wrong with what it rests on.
    """

    pack_id: int
    has_same_bytes: bool
    has_same_figures: bool
    environment: tuple[Difference, ...]
    damage: tuple[Difference, ...]
    figures: tuple[Difference, ...]
    content: bytes | None
    sha256: str | None

    @property
    def differs(self) -> tuple[Difference, ...]:
        """Everything that is not as it was when the pack was built."""
        return (*self.damage, *self.figures, *self.environment)

    @property
    def is_sound(self) -> bool:
        """Whether it is the pack that was recorded, or what differs of it is explained by another version."""
        explained = self.has_same_bytes or (self.has_same_figures and bool(self.environment))
        return explained and not self.damage


def derive_record(history: History, record: PackRecord) -> Position:
    """The position that a recorded pack was made from, from history alone, with the references it gave.

    HistoryError where its configuration cannot be read by this software.
    """
    position = derive_known(history, record.programme, record.as_at, record.as_known)
    notice = notice_of(history, record.replaces, record.reason or "") if record.replaces else None
    return number_as_before(position, notice)


def model_record(history: History, record: PackRecord, position: Position, *, says_erratum: bool = True) -> Pack:
    """The model of a recorded pack, made again from its position; of an erratum without its notice, if so wanted."""
    replaced = record.replaces if says_erratum else None
    notice = notice_of(history, replaced, record.reason or "") if replaced else None
    board = find_board(position, record.board)
    if notice is not None and replaced:
        notice = with_causes(history, position, board, notice, replaced)
    earlier = history.packs.find(record.compared_with) if record.compared_with else None
    changes = changes_since(history, position, board, earlier) if earlier is not None else None
    return model_pack(position, board, record.meeting, record.edition, changes, notice)


def rebuild_pack(history: History, record: PackRecord) -> Rebuilt:
    """Make a recorded pack again: with what was known, and the configuration in force, when it was built."""
    environment = compare_environment(record.environment, record.software)
    position = derive_record(history, record)
    damage = [*_check_configuration(history, record, position), *check_originals(history, position)]
    model = model_record(history, record, position)
    figures = compare_record(history, record, position, model)
    if figures:
        return Rebuilt(
            record.pack_id, False, False, tuple(environment), tuple(damage), tuple(figures), None, None
        )  # fmt: skip
    content = render_pdf(model).content
    sha256 = hashlib.sha256(content).hexdigest()
    is_same = sha256 == record.sha256
    return Rebuilt(record.pack_id, is_same, True, tuple(environment), tuple(damage), (), content, sha256)


def compare_record(history: History, record: PackRecord, position: Position, model: Pack) -> list[Difference]:
    """Everything that a pack, made again, says otherwise than was recorded: each figure that it prints, and of the
    rows kept with it the rating, the reason and the counts."""
    figures = _compare_figures(history.packs.figures(record.pack_id), printed_figures(model))
    return [*figures, *_compare_rows(record, position)]


def _check_configuration(history: History, record: PackRecord, position: Position) -> list[Difference]:
    """Whether the configuration of that day is still the one the pack was built with."""
    then, found = record.configuration_sha, []
    if position.configuration_sha != then:
        found.append(Difference("configuration", then[:12], position.configuration_sha[:12]))
    text = history.configuration_of(record.programme, then)
    if text is None:
        found.append(Difference("configuration text", then[:12], "not in history"))
    elif sha_of(text) != then:
        found.append(Difference("configuration text", then[:12], f"altered in history, now {sha_of(text)[:12]}"))
    return found


def check_originals(history: History, position: Position) -> list[Difference]:
    """The originals behind a position that are gone or no longer the bytes that were received.

    What retention deleted is not missed: what was read of it is kept.
    """
    found = []
    retired = history.retention.retired_files()
    for item in position.received:
        if item.period.end > position.as_at or item.sha256 in retired:
            continue
        try:
            now = hash_original(read_original(history.folder, item.sha256))
        except OSError as error:
            now = "missing" if isinstance(error, FileNotFoundError) else f"unreadable: {error.strerror}"
        if now != item.sha256:
            shown = now[:12] if len(now) == 64 else now
            found.append(Difference(f"original of receipt {item.receipt_id}, {item.name}", item.sha256[:12], shown))
    return found


def _compare_figures(then: Sequence[PrintedFigure], now: Sequence[PrintedFigure]) -> list[Difference]:
    """Figure by figure: what was recorded, and what is derived again."""
    recorded, derived = ({f.figure_key: f for f in figures} for figures in (then, now))
    found = []
    for key in dict.fromkeys([*recorded, *derived]):
        before, after = recorded.get(key), derived.get(key)
        if before != after:
            ref = (before or after).ref  # type: ignore[union-attr]
            found.append(
                Difference(f"figure {ref or key} ({key})" if ref else f"figure {key}", *_said(before, after))
            )
    return found


def _said(before: PrintedFigure | None, after: PrintedFigure | None) -> tuple[str, str]:
    texts = [f.text or f.state if f else "not printed" for f in (before, after)]
    if texts[0] == texts[1] and before and after:
        texts = [f"{f.text or 'nothing'} ({f.ref or 'no reference'}, {f.state}, {f.value})" for f in (before, after)]
    return texts[0], texts[1]


def _compare_rows(record: PackRecord, position: Position) -> list[Difference]:
    """Ratings, reasons and counts by the rows kept with the pack, those that only other boards see among them."""
    if not record.facts:
        return []
    then = {row.key: row for row in read_facts(record.facts).rows}
    now = {row.key: row for row in position.rows}
    found = []
    for key in dict.fromkeys([*then, *now]):
        before, after = then.get(key), now.get(key)
        ref = (before or after).ref  # type: ignore[union-attr]
        for what, say in (("rating", _say_rating), ("counts", _say_counts)):
            if say(before) != say(after):
                found.append(Difference(f"{what} of {ref} ({key})", say(before), say(after)))
    return found


def _say_rating(row: KpiRow | None) -> str:
    return f"{row.impact}: {row.reason}" if row else "no row"


def _say_counts(row: KpiRow | None) -> str:
    if row is None:
        return "no row"
    value, numerator, denominator = (
        decimal_text(v) or "none" for v in (row.value, row.numerator, row.denominator)
    )  # fmt: skip
    return f"{row.state} {value}, {numerator} of {denominator}"


def publish_rebuilt(rebuilt: Rebuilt, target: Path) -> Path | None:
    """Write what was rebuilt, where its figures are those recorded; nothing is published otherwise."""
    return None if rebuilt.content is None else publish_file(target.absolute(), rebuilt.content)
