"""A commentary return that cannot be read by the names of its fields is refused when it is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from programmes.load import ConfigurationError, load_programme
from tests.builders import changed, write_programme
from tests.scenarios.test_trackers_and_commentary import REMARKS


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("            role: {", "            keeper: {", "a commentary needs the field 'role'"),
        ("            why: {", "            whi: {", "did you mean 'why'?"),
        ("key: indicator", "key: role", "`key: indicator`"),
        ("kind: commentary", "kind: comentary", "'commentary'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, says: str, tmp_path: Path) -> None:
    text = changed(REMARKS, old, new)
    with pytest.raises(ConfigurationError) as error:
        load_programme(write_programme(tmp_path, **{"returns/keeper_remarks": text}))
    assert says in str(error.value)
    assert "returns/keeper_remarks.yaml, line" in str(error.value)
