"""What the look and the bytes of a page depend on besides the page itself: the renderer and its libraries."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable

_LIBRARIES = (
    "weasyprint", "pydyf", "pikepdf", "fonttools", "brotli", "zopfli", "tinycss2", "tinyhtml5", "cssselect2",
    "pyphen", "pillow", "jinja2", "markupsafe",
)  # fmt: skip


@lru_cache(maxsize=1)
def describe_renderer() -> dict[str, str]:
    """Versions of the libraries that make a PDF, by name, and the digests of templates and fonts."""
    return {
        **{name: library_version(name) for name in _LIBRARIES},
        "Pango": _pango_version(),
        "HarfBuzz": _harfbuzz_version(),
        "templates": digest_files(files("report_templates").joinpath("pack"), ".j2"),
        "fonts": digest_files(files("report_templates").joinpath("pack", "fonts"), ".woff2"),
    }


def library_version(name: str) -> str:
    """The installed version of a library, or "none"."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def digest_files(folder: Traversable, ending: str) -> str:
    """A digest of the files of a folder with an ending, by name and content, in the order of their names."""
    found = hashlib.sha256()
    for item in sorted(folder.iterdir(), key=lambda i: i.name):
        if item.is_file() and item.name.endswith(ending):
            # line ends are the checkout's, not ours
            content = item.read_bytes() if ending == ".woff2" else item.read_bytes().replace(b"\r\n", b"\n")
            found.update(f"{item.name} {len(content)}\n".encode() + content)
    return found.hexdigest()[:16]


def _pango_version() -> str:
    from weasyprint.text.ffi import pango

    number = int(pango.pango_version())
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def _harfbuzz_version() -> str:
    """Asked number by number: the library only says whether it is at least of a version."""
    from weasyprint.text.ffi import harfbuzz

    found: list[int] = []
    while len(found) < 3:
        number = 0
        while harfbuzz.hb_version_atleast(*(*found, number + 1, 0, 0)[:3]) and number < 999:
            number += 1
        found.append(number)
    return ".".join(map(str, found))
