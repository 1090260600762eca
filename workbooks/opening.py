"""Open a workbook safely: bytes in, sparse sheets out. Nothing is run, nothing outside the file is read.

What a file is, its content says, never its name. Each kind has its reader, in a module beside this one; the
ceilings that all of them keep stand in workbooks/ceilings.py.
"""

from __future__ import annotations

from typing import Any

from schemas.findings import Finding, make_finding
from workbooks import ceilings
from workbooks.ceilings import Refusal, too_large
from workbooks.collecting import Contents
from workbooks.grid import OpenedWorkbook
from workbooks.packages import Package
from workbooks.recognising import (
    OLE,
    holds_stream,
    is_old_sheet,
    name_markup,
    name_ole,
    name_other,
    name_zip,
    unsupported,
)
from workbooks.refusals import OutOfMemory, Unopenable

_HEAD = 1 << 16
"""Characters of a text by which its kind is told."""


def open_workbook(content: bytes, name: str) -> OpenedWorkbook:
    """Open an .xlsx, .xlsm, .xls, .xlsb, .ods or .csv file. Unopenable says why a file cannot be read."""
    found: Contents | None
    try:
        found = _read(content, name)
    except Refusal as refusal:
        parts: dict[str, Any] = {"file": name, **refusal.parts}
        raise Unopenable(make_finding(refusal.code, **parts)) from None
    except MemoryError:
        found = None  # words are put together below, once what was read so far is let go: here there is no room
    except Exception:
        # a reader or its library raises whatever a damaged part leads it to; to the sender they are all one thing
        raise Unopenable(make_finding("damaged_file", file=name, why="a part of it cannot be made out")) from None
    if found is None:
        why = "it needs more memory than a workbook of figures should"
        raise OutOfMemory(make_finding("file_too_large", file=name, why=why))
    return OpenedWorkbook(found.kind, tuple(found.sheets), _notes(found, name))


def _notes(found: Contents, name: str) -> tuple[Finding, ...]:
    notes = []
    if found.has_macros:
        notes.append(make_finding("macros_not_run"))
    if found.link is not None:
        sheet, cell = found.link
        what = f"The formula in {cell} takes its value" if cell else "Formulas take values"
        notes.append(make_finding("links_not_followed", sheet=sheet or None, cell=cell or None, what=what))
    if not found.has_formats:
        notes.append(make_finding("formats_lost", file=name))
    return tuple(notes)


def _read(content: bytes, name: str) -> Contents:
    """Choose the reader by the content. Readers are imported when needed: each brings a library of its own."""
    if not content:
        raise Refusal("not_a_workbook", why="it is empty")
    if len(content) > ceilings.MOST_BYTES:
        raise too_large(f"it has more than {ceilings.MOST_BYTES // 1024 // 1024} MB")
    if content.startswith(OLE):
        return _read_ole(content)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _read_zip(content)
    if is_old_sheet(content):
        from workbooks.xls import read_xls

        return read_xls(content)
    what = name_other(content)
    if what is not None:
        raise unsupported(what)
    return _read_text(content, name)


def _read_ole(content: bytes) -> Contents:
    from workbooks.locks import unlock
    from workbooks.xls import read_xls

    if holds_stream(content, "EncryptedPackage"):
        return _read_zip(unlock(content))
    what = name_ole(content)
    if what is not None and not holds_stream(content, "Workbook"):
        raise unsupported(what)
    return read_xls(content)


def _read_zip(content: bytes) -> Contents:
    package = Package(content)
    if "mimetype" in package and ("content.xml" in package or "encrypted-package" in package):
        kind = package.read("mimetype")
        if b"opendocument" in kind and b"spreadsheet" not in kind:
            raise unsupported("an OpenDocument file that is no spreadsheet")
        from workbooks.ods import read_ods

        return read_ods(package)
    what = name_zip(package)
    if what is not None:
        raise unsupported(what)
    if not any(name.startswith("xl/") or name.endswith(".rels") for name in package.names()):
        raise Refusal("not_a_workbook", why="it holds no workbook")
    from workbooks.spreadsheetml import find_book_part, read_spreadsheetml
    from workbooks.xlsb import read_xlsb

    book = find_book_part(package)
    return read_xlsb(package) if book.endswith(".bin") else read_spreadsheetml(package)


def _read_text(content: bytes, name: str) -> Contents:
    from workbooks.delimited import read_delimited, read_text

    text = read_text(content)
    if text is None:
        raise Refusal("not_a_workbook", why="it is no file of that kind")
    markup = name_markup(text[:_HEAD])
    if markup == "fods":
        from workbooks.ods import read_flat

        return read_flat(content)
    if markup is not None:
        raise unsupported(markup)
    return read_delimited(text, name)
