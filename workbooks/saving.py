"""Save a workbook of ours so that the same cells give the same bytes: no clock gets into the file."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

from openpyxl import Workbook

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def save_book(book: Workbook, made: dt.date) -> bytes:
    """The workbook's bytes, dated `made` inside, with neither the time of writing nor of packing."""
    moment = dt.datetime(made.year, made.month, made.day)
    book.properties.created = moment
    stream = io.BytesIO()
    book.save(stream)
    target = io.BytesIO()
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(target, "w") as out:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + stamp, content)
            out.writestr(zipfile.ZipInfo(item.filename, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
