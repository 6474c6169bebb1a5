# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bundles: export documents on disk. Private to this collection.

A bundle is ``{exportResponseMetadata, blob, signature, publicKey}`` in JSON. The blob may
be hundreds of megabytes, so it is skipped, never loaded. The metadata is not covered by
the engine's signature (seen in clients): it tells what a bundle should hold, not what it
does hold.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import hmac
import io
import json
import os
import re
import secrets
import typing as t
import zipfile
import zlib

from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    BundleError,
    FileError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._files import (
    sha256,
    write_text,
)

Row = dict[str, t.Any]

_BLOB = re.compile(rb'"blob"\s*:\s*"')
_METADATA = "exportResponseMetadata"
_ZIP = b"PK\x03\x04"
_MANIFEST_FORMAT = 1
_CHUNK = 256 * 1024
# More than the key of the blob and the white space around it can take.
_BLOB_KEY_BYTES = 256


@dataclasses.dataclass(frozen=True)
class Bundle:
    """What a bundle says of itself. ``requested`` is None in documents of old releases.

    A ZIP bundle whose layout is not known has neither list: ``exported`` is None too.
    """

    path: str
    size: int
    export_host: str | None = None
    export_date: str | None = None
    requested: list[Row] | None = None
    exported: list[Row] | None = None


def read_bundle(path: str) -> Bundle:
    """Read a bundle's metadata and check its form.

    Raises FileError when the file cannot be read, BundleError when it is no export
    document, is cut off, or has a part missing.
    """
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as stream:
            if stream.read(len(_ZIP)) == _ZIP:
                return _read_zip(path, size)
            stream.seek(0)
            document = _without_blob(stream, path)
    except OSError as error:
        raise FileError(f"cannot read the bundle: {error.strerror or error}", subject=path) from error
    return _described(document, path, size)


def _read_zip(path: str, size: int) -> Bundle:
    # The layout is not documented; a document inside is used when there is one.
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".json")]
            if len(names) != 1:
                return Bundle(path, size)
            with archive.open(names[0]) as stream:
                document = _without_blob(stream, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BundleError(f"the bundle is a damaged ZIP file: {error}", subject=path) from error
    return _described(document, path, size)


def _without_blob(stream: t.IO[bytes], path: str) -> Row:
    """The document with True in place of a filled blob."""
    damaged = BundleError(
        "the bundle is not a whole export document", subject=path, hint="Export again; bundles cannot be repaired."
    )
    kept = bytearray()
    found = None
    while found is None and (chunk := stream.read(_CHUNK)):
        kept += chunk
        found = _BLOB.search(kept, max(0, len(kept) - len(chunk) - _BLOB_KEY_BYTES))
    filled = False
    if found is not None:
        start = found.end()
        del found  # it holds on to the buffer
        rest = bytes(kept[start:])
        del kept[start:]
        # Base64 has no quotes and no escapes but "\/", so the next quote ends it.
        while (end := rest.find(b'"')) < 0:
            filled = filled or bool(rest)
            rest = stream.read(_CHUNK)
            if not rest:
                raise damaged
        filled = filled or end > 0
        kept += rest[end:] + stream.read()
    try:
        document = json.loads(kept)
    except ValueError:
        raise damaged from None
    if not isinstance(document, dict):
        raise damaged
    if filled and document.get("blob") == "":
        document["blob"] = True
    return document


def _described(document: Row, path: str, size: int) -> Bundle:
    missing = [part for part in (_METADATA, "blob", "signature", "publicKey") if not document.get(part)]
    if missing:
        raise BundleError(
            f"the bundle lacks {', '.join(missing)}",
            subject=path,
            hint="It is no export document of a masking engine, or was edited.",
        )
    for part in ("signature", "publicKey"):
        if not _is_base64(document[part]):
            raise BundleError(
                f"the bundle's {part} is damaged", subject=path, hint="Export again; bundles cannot be repaired."
            )
    metadata = document[_METADATA]
    if not isinstance(metadata, dict) or not isinstance(metadata.get("exportedObjectList"), list):
        raise BundleError("the bundle does not say which objects it holds", subject=path)
    requested = metadata.get("requestedObjectList")
    rows = metadata["exportedObjectList"] + (requested if isinstance(requested, list) else [])
    for row in rows:
        if not (
            isinstance(row, dict)
            and isinstance(row.get("objectType"), str)
            and isinstance(row.get("objectIdentifier"), dict)
        ):
            raise BundleError("the bundle lists an object without type or identifier", subject=path)
    return Bundle(
        path,
        size,
        metadata.get("exportHost"),
        metadata.get("exportDate"),
        requested if isinstance(requested, list) else None,
        metadata["exportedObjectList"],
    )


def _is_base64(text: t.Any) -> bool:
    try:
        return isinstance(text, str) and bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False


def identity(row: Row) -> tuple[str, str]:
    """An object of a bundle list or of an export request as something to compare: type and identifier."""
    return (row["objectType"], json.dumps(row["objectIdentifier"], sort_keys=True))


def object_set(rows: t.Iterable[Row]) -> set[tuple[str, str, str | None]]:
    """Objects of a bundle list as a set of type, identifier and hash, to be compared."""
    return {(*identity(row), row.get("revisionHash")) for row in rows}


class FileUpload:
    """A bundle as one part of a multipart form, or as a JSON body; streamed from disk."""

    def __init__(self, path: str, *, multipart: bool) -> None:
        self._path = path
        self._head = self._tail = b""
        self.content_type = "application/json"
        if multipart:
            boundary = secrets.token_hex(16)
            name = "export.zip" if path.endswith(".zip") else "export.json"
            head = (
                f"--{boundary}",
                f'Content-Disposition: form-data; name="file"; filename="{name}"',
                "Content-Type: application/octet-stream",
            )
            self._head = ("\r\n".join(head) + "\r\n\r\n").encode()
            self._tail = f"\r\n--{boundary}--\r\n".encode()
            self.content_type = f"multipart/form-data; boundary={boundary}"
        try:
            self._size = os.path.getsize(path)
        except OSError as error:
            raise FileError(f"cannot read the bundle: {error.strerror}", subject=path) from error

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def open(self) -> t.IO[bytes]:
        """A reader at the start of the body."""
        try:
            stream = open(self._path, "rb")  # noqa: SIM115 - the reader closes it
        except OSError as error:
            raise FileError(f"cannot read the bundle: {error.strerror}", subject=self._path) from error
        return t.cast("t.IO[bytes]", _Joined(stream, self._head, self._tail, len(self)))


class _Joined:
    """Bytes before, a file, and bytes after, read in one go."""

    def __init__(self, stream: t.IO[bytes], head: bytes, tail: bytes, size: int) -> None:
        self._parts: list[t.IO[bytes]] = [io.BytesIO(head), stream, io.BytesIO(tail)]
        self._stream = stream
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> t.Iterator[bytes]:
        return iter(lambda: self.read(_CHUNK), b"")

    def read(self, size: int = -1) -> bytes:
        while self._parts:
            chunk = self._parts[0].read(size)
            if chunk:
                return chunk
            self._parts.pop(0)
        return b""

    def close(self) -> None:
        self._stream.close()


# Manifest: what we know of a bundle that we wrote, beside it on disk.


def manifest_path(path: str) -> str:
    """Where the manifest of a bundle stands."""
    return f"{path}.manifest.json"


def write_manifest(path: str, *, engine: str, passphrase: str | None, structure: str | None = None) -> None:
    """Remember a bundle's checksum and a verifier of its passphrase.

    The verifier (scrypt with a random salt) is no easier to attack than the encrypted
    bundle beside it. Raises FileError.
    """
    salt = secrets.token_bytes(16)
    data: Row = {
        "format": _MANIFEST_FORMAT,
        "engine": engine,
        "structure": structure,
        "sha256": sha256(path),
        "encrypted": passphrase is not None,
    }
    if passphrase is not None:
        data["passphrase"] = {"salt": salt.hex(), "scrypt": _verifier(passphrase, salt).hex()}
    write_text(manifest_path(path), json.dumps(data, indent=1))


def intact(path: str, *, passphrase: str | None, structure: str | None = None) -> bool:
    """Whether a bundle is byte for byte the one that its manifest describes, encrypted with this passphrase."""
    try:
        with open(manifest_path(path), encoding="utf-8") as stream:
            data = json.load(stream)
        if data["format"] != _MANIFEST_FORMAT or data["encrypted"] != (passphrase is not None):
            return False
        if data.get("structure") != structure:
            return False
        if passphrase is not None:
            salt, expected = (bytes.fromhex(data["passphrase"][name]) for name in ("salt", "scrypt"))
            if not hmac.compare_digest(_verifier(passphrase, salt), expected):
                return False
        return bool(data["sha256"] == sha256(path))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _verifier(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=2**14, r=8, p=1)
