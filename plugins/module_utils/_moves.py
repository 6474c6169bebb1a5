# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What really happened on an engine: hashes that moved. Private to this collection."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import sort_key
from ansible_collections.maskops.delphix.plugins.module_utils._types import CONTAINERS


class Move(t.NamedTuple):
    """An object of the target whose hash moved; None where there was or is no object."""

    key: ObjectKey
    before: str | None
    after: str | None

    def to_result(self) -> dict[str, t.Any]:
        """As result keys."""
        row = self.key.to_result()
        row["before"], row["after"] = self.before, self.after
        return row


def moves_between(before: Catalog, after: Catalog) -> list[Move]:
    """Objects whose hash moved between two readings of one engine, sorted; containers tell nothing of their own."""
    moves = []
    for key in before.objects.keys() | after.objects.keys():
        if key.type in CONTAINERS:
            continue
        old, new = before.objects.get(key), after.objects.get(key)
        if old is None or new is None or old.hash != new.hash:
            moves.append(Move(key, _state(old), _state(new)))
    return sorted(moves, key=lambda move: sort_key(move.key))


def _state(entry: SyncableObject | None) -> str | None:
    return None if entry is None else entry.hash or "not syncable"
