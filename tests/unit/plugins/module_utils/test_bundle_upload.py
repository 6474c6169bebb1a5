# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bundle on its way to an engine, and the manifest beside it."""

from __future__ import annotations

import email.parser
import email.policy
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._bundle import (
    FileUpload,
    intact,
    manifest_path,
    write_manifest,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import FileError
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.json"
    path.write_bytes(b'{"blob": "x"}')
    return path


def body(upload: FileUpload, size: int = -1) -> bytes:
    stream = upload.open()
    parts = []
    while chunk := stream.read(size):
        parts.append(chunk)
    stream.close()
    return b"".join(parts)


def parse(content_type: str, data: bytes) -> t.Any:
    """The parts of a multipart form, by another implementation than ours."""
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    return email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + data)


@pytest.mark.parametrize("name", ["bundle.json", "bundle.zip", 'odd "name";.json', "Zo\u00eb.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\r\n--boundary--\r\n", bytes(range(256)) * 300])
def test_a_form_has_one_part_named_file(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    upload = FileUpload(str(path), multipart=True)
    data = body(upload)
    assert len(upload) == len(data)
    form = parse(upload.content_type, data)
    (part,) = form.iter_parts()
    assert not form.defects
    assert part["Content-Disposition"].params["name"] == "file"
    assert part["Content-Disposition"].params["filename"]
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_payload(decode=True) == content
    assert data.count(content) >= 1


def test_a_plain_body_is_the_file(path: Path) -> None:
    upload = FileUpload(str(path), multipart=False)
    assert upload.content_type == "application/json"
    assert body(upload) == path.read_bytes()
    assert len(upload) == path.stat().st_size


@pytest.mark.parametrize("multipart", [True, False])
def test_it_starts_anew_for_a_second_try(path: Path, multipart: bool) -> None:
    upload = FileUpload(str(path), multipart=multipart)
    half = upload.open()
    half.read(5)
    half.close()
    assert body(upload) == body(upload)
    assert len(body(upload)) == len(upload)


def test_no_two_forms_have_one_boundary(path: Path) -> None:
    types = {FileUpload(str(path), multipart=True).content_type for _form in range(20)}
    assert len(types) == 20


@given(content=st.binary(max_size=300), size=st.integers(1, 50))
def test_any_size_of_pieces_gives_the_same(tmp_path_factory: pytest.TempPathFactory, content: bytes, size: int) -> None:
    path = tmp_path_factory.getbasetemp() / "pieces.json"
    path.write_bytes(content)
    upload = FileUpload(str(path), multipart=True)
    whole = body(upload)
    assert content in whole
    assert body(upload, size) == whole == b"".join(t.cast("t.Iterable[bytes]", upload.open()))


def test_a_file_that_is_not_there(tmp_path: Path, path: Path) -> None:
    with pytest.raises(FileError):
        FileUpload(str(tmp_path / "missing.json"), multipart=True)
    upload = FileUpload(str(path), multipart=True)
    path.unlink()
    with pytest.raises(FileError):
        upload.open()


# Manifest


@pytest.mark.parametrize("passphrase", [None, "a word", "w\u00f6rd"])
def test_a_bundle_is_intact_as_long_as_nothing_moved(path: Path, passphrase: str | None) -> None:
    assert not intact(str(path), passphrase=passphrase)
    write_manifest(str(path), engine="https://engine.example.com", passphrase=passphrase)
    assert intact(str(path), passphrase=passphrase)
    path.write_bytes(path.read_bytes() + b" ")
    assert not intact(str(path), passphrase=passphrase)


@pytest.mark.parametrize(
    ("made_with", "asked_for"), [("a word", "another"), ("a word", None), (None, "a word"), ("a word", "a word ")]
)
def test_another_passphrase_is_noticed(path: Path, made_with: str | None, asked_for: str | None) -> None:
    write_manifest(str(path), engine="e", passphrase=made_with)
    assert not intact(str(path), passphrase=asked_for)


def test_a_manifest_does_not_tell_the_passphrase(path: Path) -> None:
    texts = []
    for _manifest in range(2):
        write_manifest(str(path), engine="e", passphrase="hidden-word")
        manifest = Path(manifest_path(str(path)))
        assert manifest.stat().st_mode & 0o077 == 0
        texts.append(manifest.read_text())
        assert "hidden-word" not in texts[-1]
    assert texts[0] != texts[1]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "{cut"])
def test_a_manifest_that_is_none(path: Path, text: str) -> None:
    write_manifest(str(path), engine="e", passphrase=None)
    Path(manifest_path(str(path))).write_text(text)
    assert not intact(str(path), passphrase=None)


@pytest.mark.parametrize("part", ["format", "sha256", "encrypted", "passphrase"])
def test_a_manifest_that_lacks_something(path: Path, part: str) -> None:
    write_manifest(str(path), engine="e", passphrase="word")
    manifest = Path(manifest_path(str(path)))
    data = json.loads(manifest.read_text())
    del data[part]
    manifest.write_text(json.dumps(data))
    assert not intact(str(path), passphrase="word")


def test_a_missing_bundle_is_not_intact(path: Path) -> None:
    write_manifest(str(path), engine="e", passphrase=None)
    path.unlink()
    assert not intact(str(path), passphrase=None)
