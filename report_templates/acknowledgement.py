"""Render the acknowledgement of a workbook: a page that needs nothing beside it, and plain text."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.acknowledgement import Acknowledgement


@lru_cache(maxsize=2)
def _environment(is_html: bool) -> Environment:
    return Environment(
        loader=PackageLoader("report_templates", "findings"),
        undefined=StrictUndefined,
        autoescape=is_html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render_acknowledgement_html(it: Acknowledgement) -> str:
    """One HTML page: no scripts, nothing fetched; every text of a file is inert."""
    return _environment(True).get_template("acknowledgement.html.j2").render(it=it)


def render_acknowledgement_text(it: Acknowledgement) -> str:
    """The same as plain text, for the body of a message. Plain text has no markup: nothing is escaped."""
    return _environment(False).get_template("acknowledgement.txt.j2").render(it=it)
