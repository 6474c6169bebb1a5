# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The export document on disk: written and read as a stream, so that its size does not matter.

A document is JSON with four parts: readable metadata, the blob, its signature and the public
key. Only the blob is signed and only the blob is read by an import; real clients rewrite the
metadata and still import. The blob is base64 of length-prefixed frames (4 bytes, little
endian): a header, then one JSON frame for each record, followed by a frame with its bulk data
when it has some.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from masking_simulator.sync.crypto import CHUNK, Signer, seal, signature_fits, unseal

ZIP_MEMBER = "export_document.json"
_BLOB = re.compile(rb'"blob"\s*:\s*"([^"]*)"')
_LENGTH = struct.Struct("<I")
_B64_CHUNK = 1024 * 1024


class BadDocument(Exception):
    """Not an export document."""


class BadSignature(Exception):
    """The signature does not fit the blob."""


@dataclass(frozen=True)
class Record:
    """One object, or one reference, of a bundle.

    identifier: the exporting engine's; body: see Obj; fingerprint: what a reference is compared by;
    offset, size: where its bulk data stands in the plain text (size -1: none).
    """

    type: str
    identifier: dict[str, Any]
    name: str
    revision: str
    body: dict[str, Any]
    fingerprint: str
    digest: str | None
    offset: int
    size: int


def frame(payload: bytes) -> bytes:
    """A payload with its length in front."""
    return _LENGTH.pack(len(payload)) + payload


def write_document(
    path: Path,
    metadata: dict[str, Any],
    frames: Iterable[bytes],
    passphrase: str | None,
    method: bytes,
    signer: Signer,
    zipped: bool,
) -> None:
    """Write an export document; the file appears under its name only when it is whole."""
    part = path.with_suffix(".part")
    if zipped:
        with (
            zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(ZIP_MEMBER, "w", force_zip64=True) as out,
        ):
            _write(out, metadata, frames, passphrase, method, signer)  # type: ignore[arg-type]
    else:
        with part.open("wb") as out:
            _write(out, metadata, frames, passphrase, method, signer)
    part.rename(path)


def _write(
    out: BinaryIO,
    metadata: dict[str, Any],
    frames: Iterable[bytes],
    passphrase: str | None,
    method: bytes,
    signer: Signer,
) -> None:
    out.write(b'{"exportResponseMetadata":' + orjson.dumps(metadata) + b',"blob":"')
    digest = hashlib.sha256()
    held = bytearray()
    for chunk in seal(frames, passphrase, method):
        held += chunk
        whole = len(held) // 3 * 3
        if whole >= CHUNK:
            text = base64.b64encode(held[:whole])
            digest.update(text)
            out.write(text)
            del held[:whole]
    text = base64.b64encode(held)
    digest.update(text)
    out.write(text)
    tail = {"signature": signer.sign(digest.digest()), "publicKey": signer.public_key()}
    out.write(b'",' + orjson.dumps(tail)[1:])


class Bundle:
    """An export document that has been read, checked and decrypted."""

    def __init__(self, plain: Path) -> None:
        self._plain = plain
        self.header, self.records = self._index()

    @property
    def release(self) -> str:
        """The release that made it."""
        return str(self.header["release"])

    def content(self, record: Record) -> bytes:
        """The bulk data of a record that has some."""
        with self._plain.open("rb") as source:
            source.seek(record.offset)
            return source.read(record.size)

    def _index(self) -> tuple[dict[str, Any], list[Record]]:
        records: list[Record] = []
        with self._plain.open("rb") as source:
            try:
                header = orjson.loads(_next(source))
                for _ in range(header["records"]):
                    raw = orjson.loads(_next(source))
                    size, offset = -1, 0
                    if raw["digest"] is not None:
                        size = _LENGTH.unpack(source.read(4))[0]
                        offset = source.tell()
                        source.seek(size, 1)
                    records.append(Record(offset=offset, size=size, **raw))
            except (KeyError, TypeError, struct.error, orjson.JSONDecodeError) as error:
                raise BadDocument(f"blob: {error}") from None
        return header, records


def read_document(path: Path, work: Path, passphrase: str | None) -> Bundle:
    """Check and open an export document (or a ZIP with one), using files in the folder `work`.

    Raises BadDocument, BadSignature, PassphraseMissing or WrongPassphrase.
    """
    if zipfile.is_zipfile(path):
        path = _unzip(path, work)
    with path.open("rb") as source:
        if not source.read(1):
            raise BadDocument("it is empty")
        with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            blob, rest = _split(whole)
            try:
                digest = hashlib.sha256()
                for piece in _pieces(blob):
                    digest.update(piece)
                if not signature_fits(digest.digest(), rest["signature"], rest["publicKey"]):
                    raise BadSignature
                sealed = work / "sealed"
                with sealed.open("wb") as out:
                    for piece in _pieces(blob):
                        out.write(base64.b64decode(piece, validate=True))
            except binascii.Error as error:
                raise BadDocument(str(error)) from None
            finally:
                blob.release()
    plain = work / "plain"
    try:
        with sealed.open("rb") as source, plain.open("wb") as target:
            unseal(source, target, passphrase)
    except ValueError as error:
        raise BadDocument(str(error)) from None
    sealed.unlink()
    return Bundle(plain)


def _split(whole: mmap.mmap) -> tuple[memoryview, dict[str, Any]]:
    found = _BLOB.search(whole)
    start, end = found.span(1) if found else (0, 0)
    found = None  # a match object would keep the map open
    try:
        rest = orjson.loads(whole[:start] + whole[end:])
    except orjson.JSONDecodeError as error:
        raise BadDocument(str(error)) from None
    if not isinstance(rest, dict) or "exportResponseMetadata" not in rest:
        raise BadDocument("it is not an export document")
    for field in ("blob", "signature", "publicKey"):
        if not isinstance(rest.get(field), str):
            raise BadDocument(f"{field} is missing")
    if rest["blob"]:
        raise BadDocument("blob cannot be found")
    text = memoryview(whole)[start:end]
    if whole.find(b"\\", start, end) >= 0:
        unescaped = orjson.loads(b'"' + bytes(text) + b'"').encode()
        text.release()
        text = memoryview(unescaped)
    return text, rest


def _pieces(blob: memoryview) -> Iterator[bytes]:
    for start in range(0, len(blob), _B64_CHUNK):
        yield bytes(blob[start : start + _B64_CHUNK])


def _next(source: BinaryIO) -> bytes:
    length = _LENGTH.unpack(source.read(4))[0]
    return source.read(length)


def _unzip(path: Path, work: Path) -> Path:
    target = work / "unzipped"
    try:
        with zipfile.ZipFile(path) as archive, archive.open(ZIP_MEMBER) as source, target.open("wb") as out:
            while chunk := source.read(CHUNK):
                out.write(chunk)
    except (KeyError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error, OSError) as error:
        raise BadDocument(f"ZIP: {error}") from None
    return target
