# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two engines side by side: what is the same on both. Pure: no I/O. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipt
from ansible_collections.maskops.delphix.plugins.module_utils._types import GLOBAL_TYPES
from ansible_collections.maskops.delphix.plugins.module_utils._versions import comparable


def _no_receipt(key: ObjectKey) -> Receipt | None:  # noqa: ARG001 - a lookup that never finds
    return None


@dataclasses.dataclass(frozen=True)
class View:
    """Two engines as one plan sees them.

    ``environments`` are those of the target, None when they do not matter. ``references`` are
    the global objects that each object of the source refers to, None when they were not read.
    ``kept`` are objects of the target that must not be removed, with the reason. ``refused`` are
    objects that the source turned out not to export.
    """

    source: Catalog
    target: Catalog
    naming: Naming = dataclasses.field(default_factory=Naming)
    receipt_of: t.Callable[[ObjectKey], Receipt | None] = _no_receipt
    environments: t.Collection[str] | None = None
    references: t.Mapping[ObjectKey, t.Collection[ObjectKey]] | None = None
    kept: t.Mapping[ObjectKey, str] = dataclasses.field(default_factory=dict)
    refused: t.Collection[ObjectKey] = ()

    def there(self, key: ObjectKey) -> SyncableObject | None:
        """What a source object is on the target."""
        return self.target.objects.get(self.naming.on_target(key))

    def same(self, mine: SyncableObject) -> bool:
        """Whether the target has a source object, as far as its contents go.

        Saving an on-the-fly job, which is how its source connector is set, gives it another hash.
        So such jobs are also equal when all their settings and all that they need are.
        """
        theirs = self.there(mine.key)
        if theirs is None or mine.hash is None:
            return False
        if mine.hash == theirs.hash:
            return True
        if theirs.hash is not None and self.receipt_of(mine.key) == Receipt(mine.hash, theirs.hash):
            return True
        if not self.same_job(mine.key):
            return False
        needed = [self.source.objects.get(key) for key in self.source.carried(mine.key)[1:]]
        return all(one is not None and self.same(one) for one in needed)

    def known_to_differ(self, mine: SyncableObject) -> bool:
        """Whether the target surely lacks a source object or has it otherwise.

        Hashes of engines of two releases tell nothing. Without a receipt only the engine knows.
        """
        if self.there(mine.key) is None:
            return True
        if not comparable(self.source.release, self.target.release) and self.receipt_of(mine.key) is None:
            return False
        return not self.same(mine)

    def differs_itself(self, mine: SyncableObject, theirs: SyncableObject | None) -> bool | None:
        """Whether a differing object itself differs, and not only something that it needs; None when that is open."""
        if theirs is None:
            return True
        if self.same_job(mine.key):
            return False
        if mine.revision_id is None or theirs.revision_id is None:
            return None
        return mine.revision_id != theirs.revision_id

    def same_job(self, key: ObjectKey) -> bool:
        """Whether it is an on-the-fly job that says the same, and of objects of the same names, on both engines."""
        place = self.naming.on_target(key)
        ours, other = self.source.on_the_fly.get(key), self.target.on_the_fly.get(place)
        above = self.source.parents.get(key)
        return (
            ours is not None
            and other is not None
            and ours.source is not None
            and ours.settings == other.settings
            and self.rightly_placed(key)
            and above is not None
            and self.target.parents.get(place) == self.naming.on_target(above)
        )

    def rightly_placed(self, key: ObjectKey) -> bool:
        """Whether an on-the-fly job reads on the target from where it reads on the source; true of other objects."""
        ours = self.source.on_the_fly.get(key)
        if ours is None or ours.source is None:
            return True
        other = self.target.on_the_fly.get(self.naming.on_target(key))
        return other is None or other.source == self.naming.on_target(ours.source)

    def differing_globals(self) -> set[ObjectKey]:
        """Global objects of the source that the target lacks or has otherwise."""
        return {
            key
            for key, mine in self.source.objects.items()
            if key.type in GLOBAL_TYPES and mine.reason is None and not self.same(mine)
        }
