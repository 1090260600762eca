"""The reading process: opens one workbook after another for its owner, under a ceiling of memory.

Run as `python -m workbooks.reader BYTES`. Requests come in on standard input, answers go out on standard
output, each with its length before it. It knows no programme and keeps nothing between two files.
"""

from __future__ import annotations

import os
import struct
import sys
from dataclasses import asdict
from typing import BinaryIO

LENGTH = struct.Struct(">Q")
WORKBOOK, REFUSAL, NO_MEMORY = b"W", b"R", b"M"


def main() -> None:
    """Answer requests until standard input ends."""
    limit_memory(int(sys.argv[1]))
    # what a reader happens to print must not get between the answers
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # openpyxl looks for it; reading needs none
    import workbooks.opening  # noqa: F401  # ready before the first file comes

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

    from workbooks.opening import open_workbook
    from workbooks.refusals import Unopenable
    from workbooks.wire import encode_workbook

    try:
        return WORKBOOK + encode_workbook(open_workbook(content, name))
    except Unopenable as error:
        return REFUSAL + json.dumps(asdict(error.finding)).encode()
    except MemoryError:
        return NO_MEMORY


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
