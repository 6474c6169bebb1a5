# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading what a bundle says of itself, without its blob."""

from __future__ import annotations

import base64
import io
import itertools
import json
import random
import tracemalloc
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._bundle import (
    Bundle,
    object_set,
    read_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    BundleError,
    FileError,
    MaskingError,
)
from ansible_collections.maskops.delphix.tests.unit.support.bundles import (
    document,
    encoded,
    row,
)
from hypothesis import given
from hypothesis import strategies as st

DOMAIN = row("DOMAIN", "CUST_EMAIL", "9f" * 20)
LOOKUP = row("LOOKUP", {"algorithmName": "Names"}, "1d" * 20)
BIG = 60 * 1024 * 1024


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bundle.json"


def read(path: Path, data: bytes) -> Bundle:
    path.write_bytes(data)
    return read_bundle(str(path))


def test_what_a_bundle_says(path: Path) -> None:
    data = encoded([DOMAIN, LOOKUP], [DOMAIN])
    assert read(path, data) == Bundle(
        str(path), len(data), "source.example.com", "Fri Jun 15 20:16:20 UTC 2018", [DOMAIN], [DOMAIN, LOOKUP]
    )


def test_old_engines_do_not_tell_what_was_requested(path: Path) -> None:
    old = document([DOMAIN])
    del old["exportResponseMetadata"]["requestedObjectList"]
    bundle = read(path, json.dumps(old).encode())
    assert (bundle.requested, bundle.exported) == (None, [DOMAIN])


PARTS = ("exportResponseMetadata", "blob", "signature", "publicKey")


@pytest.mark.parametrize("order", list(itertools.permutations(PARTS)), ids="-".join)
@pytest.mark.parametrize("indent", [None, 2])
def test_parts_in_any_order(path: Path, order: tuple[str, ...], indent: int | None) -> None:
    whole = document([DOMAIN])
    data = json.dumps({name: whole[name] for name in order}, indent=indent).encode()
    assert read(path, data).exported == [DOMAIN]


@pytest.mark.parametrize(
    "name", ["blob", '"blob": "', 'a"blob":"b', "\\", '\\"', '{"blob": "x"}', "Zo\u00eb \u20ac", "\\u0022blob"]
)
def test_names_that_look_like_the_blob(path: Path, name: str) -> None:
    listed = row("DOMAIN", name)
    assert read(path, encoded([listed])).exported == [listed]
    assert read(path, json.dumps(document([listed]), ensure_ascii=False).encode()).exported == [listed]


@pytest.mark.parametrize("value", ["x", "x\\", ""])
def test_an_identifier_called_blob(path: Path, value: str) -> None:
    listed = row("NEW_TYPE", {"blob": value})
    exported = read(path, encoded([listed])).exported
    assert exported is not None
    assert exported[0]["objectType"] == "NEW_TYPE"


@pytest.mark.parametrize("blob", ["QUJD\\/+\\u003d", "QUJDRA\\u003d\\u003d"])
def test_a_blob_with_escapes(path: Path, blob: str) -> None:
    data = encoded([DOMAIN], blob="HERE").replace(b"HERE", blob.encode())
    assert read(path, data).exported == [DOMAIN]


@pytest.mark.parametrize("first", [True, False])
def test_a_large_blob_is_not_loaded(path: Path, first: bool) -> None:
    whole = encoded([DOMAIN], blob="HERE")
    if first:
        whole = json.dumps({"blob": "HERE", **document([DOMAIN], blob="HERE")}).encode()
    before, after = whole.split(b"HERE")
    with path.open("wb") as stream:
        stream.write(before)
        stream.write(b"QUJD" * (BIG // 4))
        stream.write(after)
    tracemalloc.start()
    try:
        bundle = read_bundle(str(path))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert bundle.exported == [DOMAIN]
    assert bundle.size > BIG
    assert peak < BIG / 20


@pytest.mark.parametrize("blob", ["QkxPQg==", "", "QUJD" * 100_000])
@pytest.mark.parametrize("power", [12, 14, 16, 18, 20])
def test_the_blob_begins_and_ends_anywhere(path: Path, blob: str, power: int) -> None:
    # A file is read in chunks, of which a power of two is the likely size.
    before = encoded([row("DOMAIN", "")], [], blob=blob).index(b'"blob"')
    for offset in range(-12, 12):
        listed = row("DOMAIN", "x" * ((1 << power) + offset - before))
        data = encoded([listed], [], blob=blob)
        assert data.index(b'"blob"') == (1 << power) + offset
        if blob:
            assert read(path, data).exported == [listed]
        else:
            with pytest.raises(BundleError, match="blob"):
                read(path, data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"blob"',
        b"<html>Sign in</html>",
        b'{"errorMessage": "no"}',
        json.dumps([document([DOMAIN])]).encode(),
        *(encoded([DOMAIN], **{part: None}) for part in PARTS),
        *(encoded([DOMAIN], **{part: ""}) for part in PARTS),
        encoded([DOMAIN], signature="not base64!"),
        encoded([DOMAIN], publicKey="QUJ"),
        encoded([DOMAIN], publicKey=["QUJD"]),
        encoded(exportResponseMetadata={}),
        encoded(exportResponseMetadata={"exportedObjectList": "DOMAIN"}),
        encoded(exportResponseMetadata=["exportedObjectList"]),
        encoded([{"objectType": "DOMAIN"}]),
        encoded([{"objectIdentifier": {"id": "X"}}]),
        encoded([{"objectIdentifier": "X", "objectType": "DOMAIN"}]),
        encoded(["DOMAIN"]),  # type: ignore[list-item]
        encoded([DOMAIN], [{"objectType": "DOMAIN"}]),
    ],
)
def test_what_is_no_bundle(path: Path, data: bytes) -> None:
    with pytest.raises(BundleError) as caught:
        read(path, data)
    assert caught.value.subject == str(path)


@given(st.data())
def test_a_bundle_cut_anywhere_is_damaged(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = encoded([DOMAIN, LOOKUP], [DOMAIN], blob="QUJD" * 20)
    length = data.draw(st.integers(0, len(whole) - 1))
    path = tmp_path_factory.getbasetemp() / "cut.json"
    with pytest.raises(BundleError):
        read(path, whole[:length])


def test_a_bundle_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(FileError) as caught:
            read_bundle(str(path))
        assert caught.value.subject == str(path)


# ZIP


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return stream.getvalue()


def test_a_document_inside_a_zip_is_read(path: Path) -> None:
    assert read(path, zipped(export_json=encoded([DOMAIN]), notes_txt=b"x")).exported == [DOMAIN]


def test_a_zip_of_an_unknown_layout_may_be_whole(path: Path) -> None:
    data = zipped(metadata_bin=b"x", blob_bin=b"y")
    assert read(path, data) == Bundle(str(path), len(data))


def test_a_zip_with_a_damaged_document(path: Path) -> None:
    with pytest.raises(BundleError):
        read(path, zipped(export_json=encoded([DOMAIN])[:-5]))


def test_a_zip_is_damaged_wherever_a_byte_is(path: Path) -> None:
    # Text that cannot be compressed much, so that it fills most of the file.
    blob = base64.b64encode(random.Random(1).randbytes(400)).decode()
    whole = zipped(export_json=encoded([DOMAIN], blob=blob))
    refused = 0
    for where in range(len(whole)):
        damaged = bytearray(whole)
        damaged[where] ^= 255
        try:
            bundle = read(path, bytes(damaged))
        except MaskingError:
            refused += 1
        else:
            # A byte that carries nothing, such as a time stamp's, or the end of the file's name.
            assert bundle.exported in ([DOMAIN], None)
    assert refused > len(whole) / 2


def test_a_zip_that_is_cut_off(path: Path) -> None:
    whole = zipped(export_json=encoded([DOMAIN]))
    for length in range(4, len(whole)):
        with pytest.raises(BundleError):
            read(path, whole[:length])


def test_lists_are_compared_as_sets_of_objects_and_hashes() -> None:
    same = {
        "revisionHash": "9f" * 20,
        "objectType": "DOMAIN",
        "objectIdentifier": {"id": "CUST_EMAIL"},
        "revisionId": "r",
    }
    assert object_set([DOMAIN, LOOKUP]) == object_set([LOOKUP, same])
    assert object_set([DOMAIN]) != object_set([row("DOMAIN", "CUST_EMAIL", "00" * 20)])
    assert object_set([row("X", {"id": 1})]) != object_set([row("X", {"id": "1"})])
    two: list[dict[str, t.Any]] = [row("X", {"a": 1, "b": 2}), row("X", {"b": 2, "a": 1})]
    assert len(object_set(two)) == 1
