# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that only their owner may read, written whole or not at all. Private to this collection."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._errors import FileError, MaskingError

_CHUNK = 1024 * 1024


@contextlib.contextmanager
def replacing(path: str) -> t.Iterator[t.IO[bytes]]:
    """A new file (mode 0600) beside ``path`` that takes its place when the block ends well.

    Raises FileError; the old file then stays and the new one is removed.
    """
    temporary = None
    try:
        folder, name = os.path.split(path)
        with tempfile.NamedTemporaryFile("w+b", prefix=f".{name}.", dir=folder or ".", delete=False) as stream:
            temporary = stream.name
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise FileError(f"cannot write: {error.strerror or error}", subject=path) from error
    except MaskingError as error:
        # Users know the file by its final name.
        if error.subject == temporary:
            error.subject = path
        raise
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def write_text(path: str, text: str) -> None:
    """Write a small file, making its folder (mode 0700) when needed. Raises FileError."""
    try:
        os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder: {error.strerror}", subject=os.path.dirname(path)) from error
    with replacing(path) as stream:
        stream.write(text.encode())


def sha256(path: str) -> str:
    """The checksum of a file in hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
