# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that only their owner may read, written whole or not at all. Private to this collection."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._errors import FileError, MaskingError

_CHUNK = 1024 * 1024


@contextlib.contextmanager
def replacing(path: str) -> t.Iterator[t.IO[bytes]]:
    """A new file (mode 0600) beside ``path`` that takes its place when the block ends well.

    It has one fixed name, so that what a killed process left is used up by the next one.
    Raises FileError; the old file then stays and the new one is removed.
    """
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.part")
    try:
        with _locked(temporary, path) as stream:
            try:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
                os.replace(temporary, path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
                raise
    except OSError as error:
        raise FileError(f"cannot write: {error.strerror or error}", subject=path) from error
    except MaskingError as error:
        # Users know the file by its final name.
        if error.subject == temporary:
            error.subject = path
        raise


def _locked(temporary: str, path: str) -> t.IO[bytes]:
    """An empty file of ours that no other process is writing. Raises FileError, OSError."""
    while True:
        stream = open(temporary, "w+b", opener=_opener)  # noqa: SIM115 - closed by the caller
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            status = os.fstat(stream.fileno())
            if status.st_uid != os.geteuid():
                raise FileError("a file of another user stands where this one is to be written", subject=temporary)
            # The file that was opened may have been moved to its final name meanwhile.
            if os.path.exists(temporary) and os.stat(temporary).st_ino == status.st_ino:
                os.fchmod(stream.fileno(), 0o600)
                stream.truncate()
                return stream
            stream.close()
        except BlockingIOError:
            stream.close()
            raise FileError("another process is writing this file", subject=path) from None
        except BaseException:
            stream.close()
            raise


def _opener(path: str, flags: int) -> int:
    # Without O_TRUNC: what another process is writing must not be cut before the lock is had.
    return os.open(path, (flags & ~os.O_TRUNC) | os.O_NOFOLLOW, 0o600)


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
