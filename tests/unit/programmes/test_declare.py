"""An entry is added to a programme's YAML: its lines are added, no other byte changes, and it must load."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from programmes.declare import DeclarationError, check_draft, draft_entry, write_draft
from programmes.load import ConfigurationError, load_programme
from tests.builders import write_programme

ENTRY: dict[str, Any] = {
    "role": "Lead Performance Analyst",
    "date": dt.date(2031, 3, 4),
    "return": "lamp_report",
    "period": dt.date(2031, 3, 3),
    "service": "quay_basin",
    "measure": "lamps_in_time",
    "field": "due",
    "expected": "294",
    "right": "394",
    "reason": "298 lit in time and 96 late make 394: the second digit.",
}
FIRST = """\
  - role: Lead Performance Analyst
    date: 2031-03-04
    return: lamp_report
    period: 2031-03-03
    service: upper_reach
    measure: lamps_in_time
    field: due
    expected: 20
    right: 200
    reason: A nought was lost.
"""
STYLES = {
    "none": "",
    "a comment": "# Nothing yet.\n",
    "an empty list": "corrections:\n",
    "one": f"# What was declared.\ncorrections:\n{FIRST}",
    "with a comment at the end": f"corrections:\n{FIRST}# That is all.\n",
    "without a last line break": f"corrections:\n{FIRST}".rstrip("\n"),
    "without indentation": "corrections:\n" + "".join(f"{line[2:]}\n" for line in FIRST.splitlines()),
    "with line breaks of Windows": f"corrections:\n{FIRST}".replace("\n", "\r\n"),
    "with a mark at the start": f"\ufeffcorrections:\n{FIRST}",
    "folded": f"corrections:\n{FIRST}".replace("A nought was lost.", ">\n      A nought\n      was lost."),
    "quoted": f"corrections:\n{FIRST}".replace("A nought was lost.", "'A nought   # was lost.'   # by hand"),
    "set apart": f"corrections:\n{FIRST}\n  # the second\n{FIRST.replace('upper_reach', 'islands')}\n\n# End.\n",
}


def folder_of(tmp_path: Path, text: str | None) -> Path:
    folder = write_programme(tmp_path / "lamplight")
    if text is not None:
        (folder / "corrections.yaml").write_bytes(text.encode("utf-8"))
    return folder


@pytest.mark.parametrize("style", STYLES)
def test_only_lines_are_added_and_the_entry_is_read_back(style: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, STYLES[style])
    path = folder / "corrections.yaml"
    before = path.read_bytes()
    already = len(load_programme(folder).corrections)

    draft = draft_entry(folder, "corrections", ENTRY)
    loaded = write_draft(folder, draft)

    after = path.read_bytes()
    added = draft.lines.encode("utf-8")
    assert after.count(added) == 1
    rest = after.replace(added, b"")
    if already == 0:
        rest = rest.replace(b"corrections:\n", b"")
        before = before.replace(b"corrections:\n", b"")
    assert rest.rstrip(b"\r\n") == before.rstrip(b"\r\n")
    assert len(loaded.corrections) == already + 1
    last = loaded.corrections[-1]
    assert (last.service, last.expected, last.right) == ("quay_basin", "294", "394")
    assert last.reason == ENTRY["reason"]


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, None)
    write_draft(folder, draft_entry(folder, "corrections", ENTRY))
    text = (folder / "corrections.yaml").read_text(encoding="utf-8")
    assert text.startswith("corrections:\n  - role: Lead Performance Analyst\n    date: 2031-03-04\n")
    assert "    expected: 294\n    right: 394\n" in text


def test_an_empty_list_in_brackets_makes_room(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "# Mine.\ncorrections: []  # none yet\n# End.\n")
    write_draft(folder, draft_entry(folder, "corrections", ENTRY))
    text = (folder / "corrections.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Mine.\ncorrections:  # none yet\n  - role:")
    assert text.endswith("\n# End.\n")


def test_entries_in_brackets_are_not_guessed_at(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "corrections: [{role: a}]\n")
    with pytest.raises(DeclarationError, match="in brackets"):
        draft_entry(folder, "corrections", ENTRY)


def test_what_would_not_load_is_not_written(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, STYLES["one"])
    draft = draft_entry(folder, "corrections", ENTRY | {"service": "Quay & Basin"})
    with pytest.raises(ConfigurationError, match=r"corrections.yaml, line"):
        write_draft(folder, draft)
    assert (folder / "corrections.yaml").read_text(encoding="utf-8") == STYLES["one"]
    assert not [p for p in folder.iterdir() if p.name.startswith(".")]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, STYLES["one"])
    draft = draft_entry(folder, "corrections", ENTRY)
    (folder / "corrections.yaml").write_text("corrections: []\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match="changed meanwhile"):
        write_draft(folder, draft)
    assert (folder / "corrections.yaml").read_text(encoding="utf-8") == "corrections: []\n"


def test_a_draft_writes_nothing(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, None)
    check_draft(folder, draft_entry(folder, "corrections", ENTRY))
    assert not (folder / "corrections.yaml").exists()


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1).filter(
    lambda text: text.split()
)


# each example loads a programme: nothing is shrunk
@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate])
@given(expected=TEXTS, right=TEXTS, reason=TEXTS)
def test_whatever_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, expected: str, right: str, reason: str
) -> None:
    folder = folder_of(tmp_path_factory.mktemp("declare"), STYLES["one"])
    words = {"expected": expected, "right": right, "reason": reason}
    loaded = check_draft(folder, draft_entry(folder, "corrections", ENTRY | words))
    last = loaded.corrections[-1]
    found = {"expected": last.expected, "right": last.right, "reason": last.reason}
    assert found == {name: " ".join(text.split()) for name, text in words.items()}
