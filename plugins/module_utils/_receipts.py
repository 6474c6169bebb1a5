# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receipts: what an import made of a source object on a target. Private to this collection.

Hashes of engines of different releases never match, so that only a receipt can tell that
nothing has moved since. One file holds the receipts of one target.
"""

from __future__ import annotations

import hashlib
import json
import os
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._errors import FileError
from ansible_collections.maskops.delphix.plugins.module_utils._files import write_text

_FORMAT = 1


class Receipt(t.NamedTuple):
    """A source object at ``source_hash`` was imported and became ``target_hash``."""

    source_hash: str
    target_hash: str


class Receipts:
    """The receipts of one target, by source engine and object key.

    A file that is missing holds none. Raises FileError for one that cannot be read: a
    wrong guess would either import again or hide a difference.
    """

    def __init__(self, folder: str | None, source: str, target: str) -> None:
        self._source = source
        self._path = None
        self._all: dict[str, dict[str, list[str]]] = {}
        if folder:
            digest = hashlib.sha256(target.encode()).hexdigest()[:16]
            self._path = os.path.join(folder, f"receipts-{digest}.json")
            self._all = _load(self._path, target)
        self._target = target
        self._mine = self._all.setdefault(source, {})
        self._changed = False

    def get(self, key: ObjectKey) -> Receipt | None:
        """The receipt of an object, if there is one."""
        row = self._mine.get(_text(key))
        return Receipt(*row) if row else None

    def put(self, key: ObjectKey, receipt: Receipt) -> None:
        """Remember one."""
        if self._mine.get(_text(key)) != list(receipt):
            self._mine[_text(key)] = list(receipt)
            self._changed = True

    def prepare(self) -> None:
        """Make sure that receipts can be written before anything is done. Raises FileError."""
        if self._path:
            folder = os.path.dirname(self._path)
            try:
                os.makedirs(folder, mode=0o700, exist_ok=True)
            except OSError as error:
                raise FileError(f"cannot make the folder of receipts: {error.strerror}", subject=folder) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise FileError("receipts cannot be written", subject=folder)

    def save(self) -> None:
        """Write what is new; without a folder receipts are forgotten."""
        if self._path and self._changed:
            write_text(
                self._path,
                json.dumps(
                    {"format": _FORMAT, "target": self._target, "receipts": self._all}, indent=1, sort_keys=True
                ),
            )
            self._changed = False


def _text(key: ObjectKey) -> str:
    return json.dumps(list(key))


def _load(path: str, target: str) -> dict[str, dict[str, list[str]]]:
    try:
        with open(path, encoding="utf-8") as stream:
            data = json.load(stream)
        if data["format"] != _FORMAT or data["target"] != target:
            raise ValueError("made by another version or for another target")
        receipts = data["receipts"]
        for of_source in receipts.values():
            for row in of_source.values():
                Receipt(*row)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(
            f"the receipts cannot be read: {error}",
            subject=path,
            hint="Remove the file; the next run then imports once more and makes it anew.",
        ) from error
    return t.cast("dict[str, dict[str, list[str]]]", receipts)
