"""What makes a pack besides its inputs: this software, its libraries, Python and the platform; then and now."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from report_templates.versions import describe_renderer, digest_files, library_version

_ROOMS = (
    "schemas", "schemas.sentences", "programmes", "workbooks", "transforms", "transforms.packs", "history",
    "report_templates", "flows",
)  # fmt: skip
_LIBRARIES = ("pandas", "pydantic", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not now what it was when a pack was built."""

    what: str
    then: str
    now: str


def software_version() -> str:
    """Name and version of this software, as a pack prints it."""
    try:
        return f"Boardpack {version('boardpack')}"
    except PackageNotFoundError:
        return "Boardpack"


@lru_cache(maxsize=1)
def _code_digest() -> str:
    """A digest of our own code, but for the command line: it shapes no pack."""
    found = hashlib.sha256()
    for room in _ROOMS:
        found.update(f"{room} {digest_files(files(room), '.py')}\n".encode())
    return found.hexdigest()[:16]


def describe_environment() -> dict[str, str]:
    """What makes a pack now, by name."""
    return {
        "Boardpack": software_version().removeprefix("Boardpack").strip() or "none",
        "code": _code_digest(),
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "platform": f"{platform.system()} {platform.machine()}",
        **{name: library_version(name) for name in _LIBRARIES},
        **describe_renderer(),
    }


def environment_text() -> str:
    """What makes a pack now, as it is kept with it."""
    return json.dumps(describe_environment(), sort_keys=True, separators=(",", ":"))


def compare_environment(kept: str | None, software: str) -> list[Difference]:
    """What makes a pack now otherwise than when it was built; `kept` is the text that was recorded with
    it, `software` what it prints as its maker."""
    now = describe_environment()
    if not kept:
        return [Difference("what made it", f"{software}; no more was recorded", software_version())]
    then: dict[str, str] = json.loads(kept)
    names = list(dict.fromkeys([*now, *then]))
    return [
        Difference(name, then.get(name, "none"), now.get(name, "none"))
        for name in names
        if then.get(name, "none") != now.get(name, "none")
    ]
