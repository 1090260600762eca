"""Steps that send a workbook back: the marked copy, or the table of findings, and the acknowledgement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from delivery.outbox import publish_file
from flows.checking import JudgedFile
from flows.publishing import Draft, publish_drafts
from flows.readers import shared_opener
from flows.settings import Home
from flows.taking import TakenFile
from history.store import History
from report_templates.acknowledgement import render_acknowledgement_html, render_acknowledgement_text
from schemas.acknowledgement import FileStatus, ReturnedCopy, SentFile, TableRead, is_withheld, withhold
from schemas.config import Programme
from schemas.facts import LABEL_FIELD, CutTable
from schemas.layout import Layout
from transforms.acknowledge import acknowledge, heading_lines
from workbooks.marking import Unmarkable, mark_workbook, write_findings_workbook
from workbooks.reading import WorkbookReading, hash_content, read_workbook

_PAGE, _TEXT, _FINDINGS = ".acknowledgement.html", ".acknowledgement.txt", ".findings.xlsx"
_COPIES = (".marked.xlsx", ".marked.xlsm", ".marked.xltx", ".marked.xltm", _FINDINGS)
_UNOPENED = {"not_a_workbook", "unsupported_format", "file_too_large", "encrypted_file", "damaged_file"}
_MOST_NAME_BYTES = 160
_STATUSES: dict[str, FileStatus] = {"accepted": "accepted", "held": "held", "refused": "refused"}


@dataclass(frozen=True, slots=True)
class Returned:
    """Where the files that go back lie: the copy (None where there is none), the page and its text."""

    copy: Path | None
    page: Path
    text: Path


@dataclass(frozen=True, slots=True)
class _Copy:
    """A workbook to send back, before it has its name; `ending` is what its name ends with."""

    content: bytes
    ending: str
    why_not: str = ""


class _Desk:
    """A folder as it will be when what lies on the desk is written: files by name, None for one taken away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._laid: dict[str, Draft | None] = {}
        self._gone: set[str] = set()

    @property
    def drafts(self) -> list[Draft]:
        """What is to be written."""
        return [draft for draft in self._laid.values() if draft is not None]

    def put(self, name: str, content: bytes, what: str) -> Path:
        """Lay a file on the desk; returns where it will lie. What is laid first is written first."""
        draft = Draft(self._folder / name, content, what)
        self._laid.pop(name, None)
        self._laid[name] = draft
        return draft.path

    def take_away(self, name: str) -> None:
        """Take a file away, if there is one."""
        if self.holds(name):
            self._laid[name] = None
            self._gone.add(name)

    def holds(self, name: str) -> bool:
        """Whether anything will lie there."""
        return self._laid[name] is not None if name in self._laid else (self._folder / name).exists()

    def read(self, name: str) -> bytes | None:
        """The bytes of a file as it will be; None where there is none."""
        if name in self._laid:
            draft = self._laid[name]
            return draft.content if draft else None
        path = self._folder / name
        return path.read_bytes() if path.is_file() else None

    def clear(self) -> None:
        """Delete from the folder what was taken away."""
        for name in self._gone:
            (self._folder / name).unlink(missing_ok=True)


def return_checked(judged: JudgedFile, programme: Programme, folder: Path) -> Returned:
    """Write what goes back for a workbook that was checked and not stored: copy and acknowledgement."""
    sent = _to_sent(judged)
    desk = _Desk(folder)
    returned = _lay_out(desk, sent, _make_copy(judged, programme, sent))
    desk.clear()
    for draft in desk.drafts:
        publish_file(draft.path, draft.content)
    return returned


def return_taken(
    history: History, home: Home, programme: Programme, taken: Iterable[TakenFile], received_at: str
) -> list[TakenFile]:
    """Write what goes back for workbooks that were taken in: an acknowledgement for each, a copy for those that
    are held or refused. History knows every file before it is written."""
    desk = _Desk(home.returned(programme.id))
    done = []
    for item in taken:
        sent = replace(_to_sent(item.judged), is_stored=True, is_known=item.already_known, received_at=received_at)
        copy = None if sent.status == "accepted" else _make_copy(item.judged, programme, sent)
        done.append(replace(item, returned=_lay_out(desk, sent, copy)))
    desk.clear()
    publish_drafts(history, home, programme.id, desk.drafts, received_at)
    return done


def _to_sent(judged: JudgedFile) -> SentFile:
    reading = judged.reading
    return SentFile(
        judged.name,
        reading.sha256,
        _STATUSES[judged.status],
        reading.item.title if reading.item else None,
        reading.period,
        tuple(_to_table(table, reading.layout) for table in reading.tables),
        judged.findings,
    )


def _to_table(table: CutTable, layout: Layout | None) -> TableRead:
    declared = layout.tables.get(table.table) if layout else None
    name = declared.anchor[0] if declared and declared.anchor else table.table.replace("_", " ")
    return TableRead(table.sheet, name, sum(reading.field == LABEL_FIELD for reading in table.readings))


def _make_copy(judged: JudgedFile, programme: Programme, sent: SentFile) -> _Copy:
    """The marked copy; the table of findings where there can be none, or where it would not be read alike."""
    lines = heading_lines(sent)
    findings = withhold(judged.findings)
    if is_withheld(judged.findings):
        why = "it may hold details of individuals"
    else:
        try:
            marked = mark_workbook(judged.content, findings, lines)
            again = read_workbook(marked.content, judged.name, programme, shared_opener().open)
            if _UNOPENED & {finding.code for finding in judged.findings}:
                raise Unmarkable("it cannot be opened")
            if _says(again) == _says(judged.reading):
                return _Copy(marked.content, f".marked{marked.suffix}")
            why = "the marked copy would not be read as your file is"
        except Unmarkable as error:
            why = str(error)
    return _Copy(write_findings_workbook(findings, lines, why), _FINDINGS, why)


def _says(reading: WorkbookReading) -> WorkbookReading:
    """A reading without what tells one file from another."""
    return replace(reading, sha256="")


def _lay_out(desk: _Desk, sent: SentFile, copy: _Copy | None) -> Returned:
    base = _free_base(desk, sent, copy)
    said = None
    if copy is not None:
        name = f"{base}{copy.ending}"
        said = ReturnedCopy(name, hash_content(copy.content), not copy.why_not, copy.why_not)
    it = acknowledge(sent, said)
    _clear_older(desk, base)
    # the text first: it says whose the other files of its name are, should this be broken off
    text = desk.put(f"{base}{_TEXT}", render_acknowledgement_text(it).encode(), "acknowledgement")
    path = desk.put(said.name, copy.content, "copy") if said and copy else None
    page = desk.put(f"{base}{_PAGE}", render_acknowledgement_html(it).encode(), "acknowledgement")
    return Returned(path, page, text)


def _stem(name: str) -> str:
    """The name that what goes back begins with: without suffix, and short enough for any folder."""
    stem = re.sub(r"\.(marked|findings)$", "", Path(name).stem) or "workbook"
    return stem.encode("utf-8", "replace")[:_MOST_NAME_BYTES].decode("utf-8", "ignore")


def _free_base(desk: _Desk, sent: SentFile, copy: _Copy | None) -> str:
    """The first name under which nothing lies but what this same file was given before."""
    stem = _stem(sent.name)
    candidates = [stem, *(f"{stem} ({sent.sha256[:length]})" for length in (8, 16, 64))]
    number = 2
    while True:
        for base in candidates:
            if _is_free(desk, base, sent, copy):
                return base
        candidates = [f"{stem} ({sent.sha256[:8]}-{number})"]
        number += 1


def _is_free(desk: _Desk, base: str, sent: SentFile, copy: _Copy | None) -> bool:
    """Whether nothing of another file, and nothing that a person has changed since, lies there."""
    record = (desk.read(f"{base}{_TEXT}") or b"").decode("utf-8", "replace")
    if record and f"SHA-256 of the file: {sent.sha256}\n" not in record:
        return False
    new = hash_content(copy.content) if copy else ""
    there = [name for ending in _COPIES if desk.holds(name := f"{base}{ending}")]
    hashes = [hash_content(content) if (content := desk.read(name)) is not None else "" for name in there]
    if not record:
        return not desk.holds(f"{base}{_PAGE}") and all(found == new for found in hashes)
    return all(found == new or f": {found}\n" in record for found in hashes)


def _clear_older(desk: _Desk, base: str) -> None:
    """An earlier copy of the same file no longer holds."""
    for ending in _COPIES:
        desk.take_away(f"{base}{ending}")


def describe_returned(returned: Sequence[Returned]) -> list[str]:
    """A line for each file that was written."""
    lines = []
    for item in returned:
        if item.copy is not None:
            what = "findings" if item.copy.name.endswith(_FINDINGS) else "marked copy"
            lines.append(f"  {what}: {item.copy}")
        lines.append(f"  acknowledgement: {item.page}")
    return lines
