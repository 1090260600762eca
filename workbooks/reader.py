"""The reading process: opens one workbook after another for its owner, under a ceiling of memory.

Run as `python -m workbooks.reader BYTES`. Requests come in on standard input, answers go out on standard
output, each with its length before it. It knows no programme and keeps nothing between two files.
"""

from __future__ import annotations

import os
import struct
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from workbooks.grid import OpenedWorkbook

LENGTH = struct.Struct(">Q")
WORKBOOK, REFUSAL, NO_MEMORY = b"W", b"R", b"M"


def main() -> None:
    """Answer requests until standard input ends."""
    limit_memory(int(sys.argv[1]))
    # what a reader happens to print must not get between the answers
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # openpyxl looks for it; reading needs none
    import workbooks.opening
    import workbooks.personal.parts  # noqa: F401  # ready before the first file comes

    while (name := receive(requests)) is not None:
        content = receive(requests)
        if content is None:
            return
        send(answers, answer(content, name.decode("utf-8", "surrogateescape")))


def limit_memory(most_bytes: int) -> None:
    """Set the ceiling of this process's address space, where the system has one to set."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(content: bytes, name: str) -> bytes:
    """The workbook, or why it cannot be opened."""
    import json

    from workbooks.refusals import OutOfMemory, Unopenable
    from workbooks.wire import encode_workbook

    try:
        return WORKBOOK + encode_workbook(open_whole(content, name))
    except (OutOfMemory, MemoryError):
        return NO_MEMORY
    except Unopenable as error:
        return REFUSAL + json.dumps(asdict(error.finding)).encode()


def open_whole(content: bytes, name: str) -> OpenedWorkbook:
    """Open a workbook with what it stores beside its cells. Unopenable says why a file cannot be read."""
    from workbooks.opening import open_workbook

    return with_stored(open_workbook(content, name), content)


def with_stored(opened: OpenedWorkbook, content: bytes) -> OpenedWorkbook:
    """The workbook with the records of its pivot tables, and the texts that no cell shows."""
    from workbooks.personal.parts import pivot_records, stored_texts

    if opened.kind == "csv":
        return opened
    seen = {text for sheet in opened.sheets for cell in sheet.cells.values() if (text := _as_stored(cell.value))}
    texts = {(place, text): None for place, text in stored_texts(content) if text not in seen}
    return replace(opened, records=tuple(pivot_records(content)), texts=tuple(texts))


def _as_stored(value: object) -> str:
    """A text, or a number as large as a person's, as charts and OpenDocument files store it once more."""
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if isinstance(value, (int, float)) and 10**9 <= value < 10**10 else ""


def receive(stream: BinaryIO) -> bytes | None:
    """One message; None where the stream has ended."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    content = stream.read(size)
    return content if len(content) == size else None


def send(stream: BinaryIO, content: bytes) -> None:
    """Write one message."""
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


if __name__ == "__main__":
    main()
