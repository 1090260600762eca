"""Whatever bytes come in: a result or our own refusal goes out, well-formed, in time, and never a traceback."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programmes.load import load_programme
from schemas.config import Programme
from tests.fuzz.answers import check_answer, judge_bytes
from tests.fuzz.mutations import MUTATIONS, Mutation, mutate

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "sample_inputs").glob("*/*.xlsx"))
SMALL = [p for p in SAMPLES if "tracker" not in p.name]
SEEDS = 40
HEADS = (b"", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
NAMES = ("return.xlsx", "return.xls", "return.xlsb", "return.ods", "return.csv", "return", "r.xlsx.exe")


@lru_cache
def programme_of(folder: str) -> Programme:
    """An installed programme."""
    return load_programme(ROOT / "programmes" / folder).programme


def check_mutation(path: Path, mutation: Mutation, seed: int, folder: Path) -> None:
    """A mutated sample gives a well-formed answer."""
    content = mutate(path.read_bytes(), mutation, seed)
    check_answer(judge_bytes(content, folder, programme_of(path.parent.name)))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SMALL), st.sampled_from(MUTATIONS), st.integers(0, 2**32))
def test_a_mutated_workbook_gives_a_well_formed_answer(
    tmp_path_factory: pytest.TempPathFactory, path: Path, mutation: Mutation, seed: int
) -> None:
    check_mutation(path, mutation, seed, tmp_path_factory.getbasetemp())


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(HEADS), st.binary(), st.sampled_from(NAMES))
def test_any_bytes_under_any_name_give_a_well_formed_answer(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, tail: bytes, name: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    check_answer(judge_bytes(head + tail, folder, programme_of(SAMPLES[0].parent.name), name))


@pytest.mark.long
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.__name__)
def test_every_sample_mutated_in_every_way_gives_a_well_formed_answer(mutation: Mutation, tmp_path: Path) -> None:
    for seed in range(SEEDS):
        for path in SAMPLES[seed % 3 :: 3]:
            check_mutation(path, mutation, seed, tmp_path)
