"""What history gives back: receipts, decisions and packs as frozen records, and facts as they were stored."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from schemas.facts import CellRef, Observation, Operand, Period, Reading
from schemas.figures import decimal_text
from schemas.findings import Accepted, Finding, Suggestion
from schemas.spelling import normalise


@dataclass(frozen=True, slots=True)
class Receipt:
    """One arrival of a file for a return, period and scope ('' for a whole workbook, else whose rows it holds)."""

    receipt_id: int
    return_id: str
    period: Period
    covered: Period | None
    ordinal: int
    sha256: str
    name: str
    received_at: str
    configuration_sha: str
    scope: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """What the receipt is of: return, period and scope. Of the receipts of one place the last one speaks."""
        return (self.return_id, self.period.key, normalise(self.scope))


@dataclass(frozen=True, slots=True)
class Declared:
    """What a programme's YAML says at one moment: its configuration, and the decisions of each kind.

    Each decision holds json, role, decided_on and reason.
    """

    programme: str
    configuration: str
    decisions: Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a workbook that is taken in brings: how it was read and judged, and when it was received."""

    programme: str
    return_id: str
    period: Period
    covered: Period | None
    name: str
    received_at: str
    layout_sha: str
    configuration_sha: str
    readings: tuple[Reading, ...]
    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One file that was refused, with the reasons."""

    seq: int
    sha256: str
    name: str
    received_at: str
    return_id: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class FiledReceipt:
    """What became of a file that was taken: its receipt, whether nothing changed, and the how manieth arrival it
    is for its return and period (0 where nothing changed)."""

    receipt_id: int
    already_known: bool
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """One figure as a pack prints it."""

    ref: str
    figure_key: str
    state: str
    value: str | None
    text: str


@dataclass(frozen=True, slots=True)
class PackRecord:
    """One pack that was built. See history.tables for `path`, `compared_with`, `replaces` and `environment`.

    `facts` are the rows it was made from, as schemas.kept writes them. `pack_id` is 0 before it is recorded.
    """

    board: str
    meeting: dt.date | None
    edition: str
    format: str
    as_at: dt.date
    as_known: int
    configuration_sha: str
    software: str
    sha256: str
    pages: int
    path: str = ""
    compared_with: int | None = None
    replaces: int | None = None
    reason: str | None = None
    environment: str | None = None
    facts: str | None = None
    pack_id: int = 0
    programme: str = ""


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """A pack that was issued: for which meeting, by which role, and despite which errors (JSON) and why.

    `ordinal` is 0 for the first issue for a meeting, 1 for its first erratum (`reason` says why), and so on.
    `path` is where it lies, relative to the home; `seq` is 0 before it is recorded.
    """

    programme: str
    pack_id: int
    board: str
    meeting: dt.date
    edition: str
    ordinal: int
    role: str
    decided_on: dt.date
    reason: str
    despite: str
    errors: str
    sha256: str
    path: str
    seq: int = 0
    at: str = ""


def to_receipt(row: Mapping[str, Any]) -> Receipt:
    """A receipt from its stored row."""
    return Receipt(
        row["receipt_id"],
        row["return_id"],
        Period.from_key(row["period"]),
        Period.from_key(row["covered"]) if row["covered"] else None,
        row["ordinal"],
        row["sha256"],
        row["name"],
        row["received_at"],
        row["configuration_sha"],
        row["scope"],
    )


def receipt_row(arrival: Arrival, receipt_id: int, ordinal: int, sha256: str) -> dict[str, Any]:
    """A receipt as it is stored."""
    return {
        "receipt_id": receipt_id,
        "programme": arrival.programme,
        "return_id": arrival.return_id,
        "period": arrival.period.key,
        "period_end": arrival.period.end.isoformat(),
        "covered": arrival.covered.key if arrival.covered else None,
        "ordinal": ordinal,
        "sha256": sha256,
        "name": arrival.name,
        "received_at": arrival.received_at,
        "layout_sha": arrival.layout_sha,
        "configuration_sha": arrival.configuration_sha,
        "scope": arrival.scope,
    }


def reading_row(receipt_id: int, position: int, reading: Reading) -> dict[str, Any]:
    """A reading as it is stored."""
    values = asdict(reading)
    values["table_id"] = values.pop("table")
    return {"receipt_id": receipt_id, "position": position, **values}


def to_reading(row: Mapping[str, Any]) -> Reading:
    """A reading from its stored row."""
    values = {k: v for k, v in row.items() if k not in {"receipt_id", "position"}}
    values["table"] = values.pop("table_id")
    return Reading(**values)


def observation_row(receipt_id: int, position: int, item: Observation) -> dict[str, Any]:
    """An observation as it is stored; its operands as [name, sheet, cell, text, value]."""
    return {
        "receipt_id": receipt_id,
        "position": position,
        "measure": item.measure,
        "service": item.service,
        "subgroup": item.subgroup,
        "period_start": item.period.start.isoformat(),
        "period_end": item.period.end.isoformat(),
        "precision": item.period.precision,
        "basis": item.basis,
        "form": item.form,
        "per": decimal_text(item.per),
        "numerator": decimal_text(item.numerator),
        "denominator": decimal_text(item.denominator),
        "stated": decimal_text(item.stated),
        "stated_decimals": item.stated_decimals,
        "state": item.state,
        "why": item.why,
        "operands": json.dumps(
            [[o.name, o.ref.sheet, o.ref.cell, o.raw_text, o.value] for o in item.operands],
            ensure_ascii=False,
        ),
    }


def to_observation(row: Mapping[str, Any]) -> Observation:
    """An observation from its stored row."""
    start, end = dt.date.fromisoformat(row["period_start"]), dt.date.fromisoformat(row["period_end"])
    period = Period(start, end, row["precision"])
    return Observation(
        row["measure"],
        row["service"],
        row["subgroup"],
        # one that was stored with the period of its workbook is of the twelve months that end with it all the same
        period.rolling_year if row["basis"] == "rolling_12m" else period,
        row["basis"],
        row["form"],
        Decimal(row["per"]),
        _decimal(row["numerator"]),
        _decimal(row["denominator"]),
        _decimal(row["stated"]),
        row["stated_decimals"],
        row["state"],
        row["why"],
        tuple(
            Operand(n, CellRef(sheet, cell), text, value)
            for n, sheet, cell, text, value in json.loads(row["operands"])
        ),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def finding_json(item: Finding) -> str:
    """A finding as it is stored."""
    return json.dumps(asdict(item), ensure_ascii=False, sort_keys=True)


def to_finding(text: str) -> Finding:
    """A finding from its stored text."""
    values = json.loads(text)
    suggestion, accepted = values.pop("suggestion"), values.pop("accepted", None)
    return Finding(
        **values,
        suggestion=Suggestion(**suggestion) if suggestion else None,
        accepted=Accepted(**accepted) if accepted else None,
    )
