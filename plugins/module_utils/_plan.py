# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done, decided from two catalogs. Pure: no I/O. Private to this collection."""

from __future__ import annotations

import dataclasses
import enum
import functools
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import VersionError
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipt
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    Selection,
    sort_key,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    CONTAINERS,
    GLOBAL_TYPES,
    KEY,
    object_type,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import (
    comparable,
    newer,
)


class Action(enum.Enum):
    """What the plan does with one object."""

    CREATE = "to_create"
    UPDATE = "to_update"
    IN_SYNC = "in_sync"
    NOT_SYNCABLE = "not_syncable"
    BLOCKED = "blocked"


class Item(t.NamedTuple):
    """One selected object. ``target`` is None when the target has none of this key."""

    action: Action
    source: SyncableObject
    target: SyncableObject | None = None
    reason: str | None = None

    @property
    def key(self) -> ObjectKey:
        """The object's key."""
        return self.source.key

    def to_result(self) -> dict[str, t.Any]:
        """As result keys."""
        row = self.key.to_result()
        if self.source.hash is not None:
            row["source_hash"] = self.source.hash
        if self.target is not None and self.target.hash is not None:
            row["target_hash"] = self.target.hash
        if self.reason is not None:
            row["reason"] = self.reason
        return row


@dataclasses.dataclass(frozen=True)
class Policy:
    """What a sync may do. ``overwrite``: change objects that the target has already."""

    overwrite: bool = True
    allow_newer_source: bool = False


@dataclasses.dataclass(frozen=True)
class Plan:
    """Every selected object with its action, and what only the target has (``extra``)."""

    source: str
    target: str
    items: tuple[Item, ...]
    extra: tuple[ObjectKey, ...]
    # Not selected, but different, and of a level that selected objects can need.
    may_come_along: tuple[ObjectKey, ...] = ()

    @functools.cached_property
    def by_action(self) -> dict[Action, list[Item]]:
        """Items of each action, sorted by key."""
        groups: dict[Action, list[Item]] = {action: [] for action in Action}
        for item in self.items:
            groups[item.action].append(item)
        return groups

    @property
    def needed(self) -> list[Item]:
        """What has to be moved."""
        return self.by_action[Action.CREATE] + self.by_action[Action.UPDATE]

    def summary(self) -> dict[str, int]:
        """Number of objects by action, and of extra ones."""
        counts = {action.value: len(items) for action, items in self.by_action.items()}
        counts["extra"] = len(self.extra)
        return counts

    def to_result(self) -> dict[str, t.Any]:
        """As result keys. Objects in sync are counted, not listed: an engine has thousands."""
        result: dict[str, t.Any] = {
            action.value: [item.to_result() for item in items]
            for action, items in self.by_action.items()
            if action is not Action.IN_SYNC
        }
        result["extra"] = [key.to_result() for key in self.extra]
        result["may_come_along"] = [key.to_result() for key in self.may_come_along]
        result["summary"] = self.summary()
        return result


def _no_receipt(key: ObjectKey) -> Receipt | None:  # noqa: ARG001 - a lookup that never finds
    return None


def make_plan(
    selection: Selection,
    source: Catalog,
    target: Catalog,
    *,
    policy: Policy,
    receipt_of: t.Callable[[ObjectKey], Receipt | None] = _no_receipt,
) -> Plan:
    """Compare the selected objects of two engines, member by member.

    Raises NotFoundError for a selected name that the source has not, VersionError for a
    source that is newer than the target (documented as not supported by engines).
    """
    if newer(source.release, target.release) and not policy.allow_newer_source:
        raise VersionError(
            f"it has release {target.release}, the source {source.engine} has the newer release {source.release}",
            engine=target.engine,
            hint="Engines do not support that. Upgrade the target, or set 'allow_newer_source' if you know better.",
        )
    same_release = comparable(source.release, target.release)
    missing = any(key not in target.objects for key in source.objects)
    taken = {_name_in_family(key): key for key in target.objects} if missing else {}
    items = []
    for key in selection.keys(source):
        if key.type == KEY and KEY not in selection.types:
            continue
        mine, theirs = source.objects[key], target.objects.get(key)
        action, reason = _decide(mine, theirs, policy, receipt_of)
        if action is not Action.NOT_SYNCABLE:
            other = taken.get(_name_in_family(key)) if theirs is None else None
            if key in source.doubles or key in target.doubles:
                action, reason = Action.BLOCKED, "the engine lists several objects of this name"
            elif key.environment is not None:
                action, reason = Action.BLOCKED, "objects inside environments cannot be synced yet"
            elif key.type in CONTAINERS:
                action, reason = Action.BLOCKED, "its hash says nothing of its contents, which are compared one by one"
            elif other is not None and same_release:
                action, reason = Action.BLOCKED, f"the target has this name as {other.type}"
        items.append(Item(action, mine, theirs, reason))
    items += [
        Item(Action.BLOCKED, entry, None, "its name cannot be told from what the engine lists")
        for entry in source.unnamed
        if selection.covers(entry.key.type)
    ]
    extra = sorted(
        (key for key in target.objects if key not in source.objects and selection.matches(key)), key=sort_key
    )
    return Plan(source.engine, target.engine, tuple(items), tuple(extra), _along(items, source, target, receipt_of))


def _along(
    items: t.Iterable[Item],
    source: Catalog,
    target: Catalog,
    receipt_of: t.Callable[[ObjectKey], Receipt | None],
) -> tuple[ObjectKey, ...]:
    """Objects outside the selection that an export of what is needed may carry, and that would change."""
    selected = {item.key for item in items}
    levels = [object_type(item.key.type).level for item in items if item.action in (Action.CREATE, Action.UPDATE)]
    if not levels:
        return ()
    found = []
    for key, mine in source.objects.items():
        if key in selected or key.type not in GLOBAL_TYPES or object_type(key.type).level >= max(levels):
            continue
        action, _reason = _decide(mine, target.objects.get(key), Policy(), receipt_of)
        if action in (Action.CREATE, Action.UPDATE):
            found.append(key)
    return tuple(sorted(found, key=sort_key))


def _name_in_family(key: ObjectKey) -> tuple[str, str | None, str]:
    """What only one object can bear: all algorithms share their names."""
    return (object_type(key.type).family, key.environment, key.name)


def _decide(
    mine: SyncableObject,
    theirs: SyncableObject | None,
    policy: Policy,
    receipt_of: t.Callable[[ObjectKey], Receipt | None],
) -> tuple[Action, str | None]:
    if mine.reason is not None:
        return Action.NOT_SYNCABLE, mine.reason
    if theirs is None:
        return Action.CREATE, None
    if mine.hash is not None and mine.hash == theirs.hash:
        return Action.IN_SYNC, None
    if mine.hash is not None and theirs.hash is not None and receipt_of(mine.key) == Receipt(mine.hash, theirs.hash):
        return Action.IN_SYNC, None
    if not policy.overwrite:
        return Action.BLOCKED, "it differs on the target and may not be overwritten"
    by_needs = mine.revision_id is not None and mine.revision_id == theirs.revision_id
    return Action.UPDATE, "only something that it needs differs" if by_needs else None


def next_batch(plan: Plan, tried: t.Collection[ObjectKey]) -> list[Item]:
    """What to move next, out of what the plan needs and what was not moved before.

    A hash covers all dependencies, so an object can differ only because one that it needs
    does. Such an object is left for later: once the other has been moved it is often equal.
    Where both engines tell revision ids, an update with equal ids differs by dependencies
    alone; elsewhere updates of the lowest dependency level go first. What is new to the
    target always goes. Empty when nothing is left.
    """
    left = [item for item in plan.needed if item.key not in tried]
    creates = [item for item in left if item.action is Action.CREATE]
    updates = [item for item in left if item.action is Action.UPDATE]
    own = [item for item in updates if _differs_itself(item) is True]
    unsure = [item for item in updates if _differs_itself(item) is None]
    if unsure:
        lowest = min(object_type(item.key.type).level for item in unsure)
        own += [item for item in unsure if object_type(item.key.type).level == lowest]
    batch = creates + own
    return sorted(batch or updates, key=lambda item: sort_key(item.key))


def split_names(batch: t.Iterable[Item]) -> list[list[Item]]:
    """A batch in parts without two objects of one name, which one export must not hold, lower levels first."""
    parts: list[dict[str, Item]] = []
    for item in sorted(batch, key=lambda item: (object_type(item.key.type).level, sort_key(item.key))):
        part = next((part for part in parts if item.key.name not in part), None)
        if part is None:
            part = {}
            parts.append(part)
        part[item.key.name] = item
    return [sorted(part.values(), key=lambda item: sort_key(item.key)) for part in parts]


def _differs_itself(item: Item) -> bool | None:
    """Whether the object itself differs, None when that cannot be told."""
    ours, theirs = item.source.revision_id, item.target.revision_id if item.target else None
    if ours is None or theirs is None:
        return None
    return ours != theirs


def to_diff(plan: Plan) -> dict[str, str]:
    """The plan as Ansible's diff: what would move, with the hashes before and after."""
    before, after = [], []
    for item in sorted(plan.needed, key=lambda entry: sort_key(entry.key)):
        if item.target is not None:
            before.append(f"{item.key}: {item.target.hash or 'not syncable'}")
        after.append(f"{item.key}: {item.source.hash}")
    return {
        "before_header": plan.target,
        "after_header": f"{plan.target} as {plan.source}",
        "before": "".join(f"{line}\n" for line in before),
        "after": "".join(f"{line}\n" for line in after),
    }
