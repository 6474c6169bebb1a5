# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receipts are kept exactly, per source and target."""

from __future__ import annotations

import json
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._errors import FileError
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import (
    Receipt,
    Receipts,
)
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
    key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

ONE = Receipt("1" * 40, "2" * 40)
TWO = Receipt("3" * 40, "4" * 40)
DOMAIN = key("DOMAIN", "D")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "receipts")


def stored(folder: str) -> Path:
    (path,) = Path(folder).iterdir()
    return path


def test_what_is_put_is_found_later(folder: str) -> None:
    receipts = Receipts(folder, SOURCE, TARGET)
    assert receipts.get(DOMAIN) is None
    receipts.put(DOMAIN, ONE)
    receipts.save()
    assert Receipts(folder, SOURCE, TARGET).get(DOMAIN) == ONE
    assert stored(folder).stat().st_mode & 0o077 == 0


def test_nothing_is_written_before_it_is_saved_or_without_news(folder: str) -> None:
    Receipts(folder, SOURCE, TARGET).save()
    assert not Path(folder).exists()
    receipts = Receipts(folder, SOURCE, TARGET)
    receipts.put(DOMAIN, ONE)
    assert not Path(folder).exists()
    receipts.save()
    before = stored(folder).stat().st_mtime_ns
    again = Receipts(folder, SOURCE, TARGET)
    again.put(DOMAIN, ONE)
    again.save()
    assert stored(folder).stat().st_mtime_ns == before


def test_a_newer_receipt_takes_the_place_of_the_old(folder: str) -> None:
    for receipt in (ONE, TWO):
        receipts = Receipts(folder, SOURCE, TARGET)
        receipts.put(DOMAIN, receipt)
        receipts.save()
    assert Receipts(folder, SOURCE, TARGET).get(DOMAIN) == TWO


def test_sources_and_targets_do_not_mix(folder: str) -> None:
    other = "https://other.example.com"
    for source, target, receipt in ((SOURCE, TARGET, ONE), (other, TARGET, TWO)):
        receipts = Receipts(folder, source, target)
        receipts.put(DOMAIN, receipt)
        receipts.save()
    assert Receipts(folder, SOURCE, TARGET).get(DOMAIN) == ONE
    assert Receipts(folder, other, TARGET).get(DOMAIN) == TWO
    assert Receipts(folder, SOURCE, other).get(DOMAIN) is None


def test_environments_do_not_mix(folder: str) -> None:
    receipts = Receipts(folder, SOURCE, TARGET)
    receipts.put(key("MASKING_JOB", "J", "QA"), ONE)
    assert receipts.get(key("MASKING_JOB", "J", "DEV")) is None
    assert receipts.get(key("MASKING_JOB", "J")) is None


def test_without_a_folder_they_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    receipts = Receipts(None, SOURCE, TARGET)
    receipts.put(DOMAIN, ONE)
    receipts.save()
    assert receipts.get(DOMAIN) == ONE
    assert not list(tmp_path.iterdir())


def damaged() -> t.Iterator[tuple[str, t.Callable[[dict[str, t.Any]], t.Any]]]:
    yield "other format", lambda data: {**data, "format": 99}
    yield "other target", lambda data: {**data, "target": "https://other.example.com"}
    yield "no receipts", lambda data: {**data, "receipts": None}
    yield "a list", lambda data: [data]
    yield "no hashes", lambda data: {**data, "receipts": {SOURCE: {"x": ["one"]}}}
    yield "no rows", lambda data: {**data, "receipts": {SOURCE: ["x"]}}


DAMAGED = dict(damaged())


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_an_error_and_not_a_guess(folder: str, change: t.Callable[[t.Any], t.Any]) -> None:
    receipts = Receipts(folder, SOURCE, TARGET)
    receipts.put(DOMAIN, ONE)
    receipts.save()
    path = stored(folder)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(FileError, match="Remove the file") as caught:
        Receipts(folder, SOURCE, TARGET)
    assert caught.value.subject == str(path)


def test_a_file_that_is_cut_off_is_an_error(folder: str) -> None:
    receipts = Receipts(folder, SOURCE, TARGET)
    receipts.put(DOMAIN, ONE)
    receipts.save()
    path = stored(folder)
    path.write_text(path.read_text()[:-5])
    with pytest.raises(FileError):
        Receipts(folder, SOURCE, TARGET)


hashes = st.text("0123456789abcdef", min_size=1, max_size=40)
keys = st.builds(ObjectKey, st.text(max_size=8), st.none() | st.text(max_size=8), st.text(max_size=8))


@settings(max_examples=20)
@given(st.dictionaries(keys, st.builds(Receipt, hashes, hashes), max_size=8))
def test_any_receipts_survive(made: dict[ObjectKey, Receipt]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        receipts = Receipts(folder, SOURCE, TARGET)
        for one, receipt in made.items():
            receipts.put(one, receipt)
        receipts.save()
        again = Receipts(folder, SOURCE, TARGET)
        assert {one: again.get(one) for one in made} == made
