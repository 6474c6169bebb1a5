# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan in parts that one export and one import can move. Pure: no I/O. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
)
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._plan import (
    Action,
    Item,
    Plan,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import sort_key
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    ENVIRONMENT_TYPES,
    FORMAT_TYPES,
    object_type,
)


@dataclasses.dataclass(frozen=True)
class Part:
    """What one bundle moves into one environment.

    ``environment`` and ``source_environment`` are names on the target: where the objects go, and
    where the connectors go that on-the-fly jobs read from. When both are one, an engine refuses
    the import, so that the connectors need another place until the jobs point to their own.
    """

    items: tuple[Item, ...]
    environment: str | None = None
    source_environment: str | None = None

    @property
    def takes_staging(self) -> bool:
        """Whether the connectors need another place first."""
        return self.environment is not None and self.environment == self.source_environment


class _Export(t.NamedTuple):
    """Objects of one export and the names that they and what they carry take up."""

    names: dict[tuple[str, str], ObjectKey]
    items: list[Item]
    full: bool

    def takes(self, claims: t.Mapping[tuple[str, str], ObjectKey]) -> bool:
        """Whether these names are free, or stand for the same objects."""
        return not self.full and all(self.names.get(name, key) == key for name, key in claims.items())


def next_batch(plan: Plan, tried: t.Collection[ObjectKey]) -> list[Item]:
    """What to move next, out of what the plan needs and what was not moved before.

    What is inside environments refers to objects of the engine, so those go first. Formats refer to
    such as well, and whether an import looks for a reference in its own bundle is not documented.

    A hash covers all dependencies, so an object can differ only because one that it needs
    does. Such an object is left for later: once the other has been moved it is often equal.
    Where that can be told (both engines tell revision ids), it waits; elsewhere updates of the
    lowest dependency level go first. What is new to the target always goes. Empty when nothing
    is left.
    """
    left = [item for item in plan.needed if item.key not in tried]
    of_engine = [item for item in left if item.key.environment is None]
    left = [item for item in of_engine if item.key.type not in FORMAT_TYPES] or of_engine or left
    creates = [item for item in left if item.action is Action.CREATE]
    updates = [item for item in left if item.action is Action.UPDATE]
    own = [item for item in updates if item.itself is True]
    unsure = [item for item in updates if item.itself is None]
    if unsure:
        lowest = min(object_type(item.key.type).level for item in unsure)
        own += [item for item in unsure if object_type(item.key.type).level == lowest]
    batch = creates + own
    return sorted(batch or updates, key=lambda item: sort_key(item.key))


def parts_of(batch: t.Iterable[Item], source: Catalog, naming: Naming) -> list[Part]:
    """A batch in parts, each for one environment and without two objects of one name in its export.

    Lower levels come first, so that on-the-fly jobs find their connectors.
    """
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in batch:
        job = source.on_the_fly.get(item.key)
        reads_from = naming.environment(job.source.environment) if job and job.source and job.source.environment else ""
        groups.setdefault((item.target_key.environment or "", reads_from), []).append(item)
    return [
        Part(tuple(items), environment or None, reads_from or None)
        for (environment, reads_from), group in sorted(groups.items())
        for items in split_names(group, source)
    ]


def split_names(batch: t.Iterable[Item], source: Catalog) -> list[list[Item]]:
    """Items in lists of which one export can hold each, lower levels first.

    An export must hold no two objects of one name, those among them that come along. Connectors
    of all kinds share their names there, so do rulesets, and jobs (seen in clients).
    """
    parts: list[_Export] = []
    for item in sorted(batch, key=lambda item: (object_type(item.key.type).level, sort_key(item.key))):
        claims = {_export_name(key): key for key in reversed(source.carried(item.key))}
        alone = cannot_be_exported(item.key, source)
        part = next((part for part in parts if part.takes(claims)), None) if not alone else None
        if part is None:
            part = _Export({}, [], alone)
            parts.append(part)
        part.names.update(claims)
        part.items.append(item)
    return [sorted(part.items, key=lambda item: sort_key(item.key)) for part in parts]


def cannot_be_exported(key: ObjectKey, source: Catalog) -> bool:
    """Whether an object carries two objects of one name, or one twice, so that an engine may refuse to export it."""
    carried = source.carried(key)
    return len({_export_name(one) for one in carried}) < len(carried)


def _export_name(key: ObjectKey) -> tuple[str, str]:
    space = key.type.rpartition("_")[2] if key.type in ENVIRONMENT_TYPES else ""
    return (space, key.name)
