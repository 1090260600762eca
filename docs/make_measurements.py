"""Write the section "What the tool found in the samples" of docs/measurements.md.

Run `python docs/make_measurements.py` after a change of the samples, their programmes or the findings.
Everything outside the two marks of the page is written by hand and kept.
"""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from pathlib import Path

from flows.checking import JudgedFile, judge_file
from programmes.load import load_programme
from schemas.findings import Finding
from transforms.words import plural

TARGET = Path(__file__).with_name("measurements.md")
ROOT = Path(__file__).resolve().parents[1]
INBOX = Path(__file__).with_name("inbox.json")
SCALE = Path(__file__).with_name("scale.json")
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"


def _wrap(text: str, first: str, rest: str) -> str:
    return textwrap.fill(
        text,
        width=110,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _item(finding: Finding) -> list[str]:
    place = f"{finding.sheet}!{finding.cell}" if finding.sheet and finding.cell else finding.sheet or "file"
    lines = [_wrap(f"**{finding.severity}** `{finding.code}`, {place}: {finding.message}", "- ", "  ")]
    hint = finding.suggestion
    if hint is not None:
        lines.append(f"  Suggestion: {hint.cell} from {hint.from_} to {hint.to}.")
    return lines


def _file(item: JudgedFile) -> list[str]:
    reading = item.reading
    when = reading.period.end.isoformat() if reading.period else "no date"
    lines = [
        f"#### {item.path.name}",
        "",
        f"{item.status}, as at {when}, {plural(item.row_count, 'row')} read.",
        "",
    ]
    for finding in item.findings:
        lines += _item(finding)
    return [*lines, ""]


def _programme(folder: Path) -> list[str]:
    loaded = load_programme(folder)
    paths = sorted((ROOT / "sample_inputs" / folder.name).glob("*.xlsx"))
    judged = [judge_file(path, loaded.programme) for path in paths]
    counts = Counter(f.severity for item in judged for f in item.findings)
    quiet = [item.path.name for item in judged if not item.findings]
    told = ", ".join(plural(counts[s], s) for s in ("error", "doubt", "note"))
    suggested = sum(f.suggestion is not None for item in judged for f in item.findings)
    lines = [
        f"### {folder.name}",
        "",
        f"{len(judged)} workbooks: {told}; {plural(suggested, 'suggestion')}.",
        "",
    ]
    for item in judged:
        if item.findings:
            lines += _file(item)
    return [*lines, "Nothing was found in:", "", *(f"- {name}" for name in quiet), ""]


def render_samples() -> str:
    """The generated part, between its marks."""
    folders = sorted(p.parent for p in (ROOT / "programmes").glob("*/programme.yaml"))
    own = [f for f in folders if (ROOT / "sample_inputs" / f.name).is_dir()]
    return "\n".join([BEGIN, "", *(line for folder in own for line in _programme(folder)), *_scale(), *_inbox(), END])


def _scale() -> list[str]:
    """What ten years of returns cost, as `python -m benchmarks.scale` measured it last."""
    if not SCALE.is_file():
        return []
    told = json.loads(SCALE.read_text(encoding="utf-8"))
    sizes = {int(years): size for years, size in told["bytes"].items()}
    (_, one), (years, ten) = sorted(sizes.items())
    text = (
        "The same commands on a programme with one year of returns and with ten: a weekly workbook of 20 measures of "
        "five services as due, in time and share (300 figures, and 60 of the whole town) and a monthly one, with "
        "late, restated, mistyped, corrected and accepted ones among them. Each command is a process of its own, "
        "with Python's start; seconds are of processor time, the middle of several runs in turns, "
        "for an ingest one run."
    )
    size = (
        f"The database takes {one / 1e6:.1f} MB after one year and {ten / 1e6:.1f} MB after {years}, "
        f"{ten / one:.2f} times as much: {ten / years / 1e6:.1f} MB a year. A pack (`build`) draws up to three "
        "years of figures, so it has more to draw after ten than after one."
    )
    lines = ["## Ten years of returns", "", _wrap(text, "", ""), ""]
    lines += ["| command | one year | ten years | ratio | ratio by the clock |", "|---|---|---|---|---|"]
    for name, cost in told["commands"].items():
        seconds = f"{cost['one_year']:.2f} s | {cost['ten_years']:.2f} s"
        lines.append(f"| {name} | {seconds} | {cost['ratio']:.2f} | {cost['ratio_by_the_clock']:.2f} |")
    return [*lines, "", _wrap(size, "", ""), ""]


def _inbox() -> list[str]:
    """What a full inbox took, as `python -m tests.inbox.measure` measured it last."""
    if not INBOX.is_file():
        return []
    told = json.loads(INBOX.read_text(encoding="utf-8"))
    text = (
        f"{told['files']} files at once, sound workbooks among bombs, files cut short and files locked with a "
        f"password: {told['filed']} filed, {told['refused']} refused by name; no process took more than "
        f"{told['peak_mb']} MB of memory."
    )
    return ["## A full inbox", "", _wrap(text, "", ""), ""]


def replace_samples(page: str) -> str:
    """The page with its generated part made anew."""
    before, rest = page.split(BEGIN)
    return before + render_samples() + rest.split(END)[1]


if __name__ == "__main__":
    TARGET.write_text(replace_samples(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
