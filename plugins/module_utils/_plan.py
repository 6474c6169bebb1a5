# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done with each object, as data. Pure: no I/O. Private to this collection."""

from __future__ import annotations

import dataclasses
import enum
import functools
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import sort_key


class Action(enum.Enum):
    """What the plan does with one object."""

    CREATE = "to_create"
    UPDATE = "to_update"
    REMOVE = "to_remove"
    IN_SYNC = "in_sync"
    NOT_SYNCABLE = "not_syncable"
    BLOCKED = "blocked"


def _to_result(key: ObjectKey, there: ObjectKey) -> dict[str, t.Any]:
    """A key of the source as result keys, with the environment on the target when that has another name."""
    row = key.to_result()
    if there.environment != key.environment:
        row["target_environment"] = there.environment
    return row


class Item(t.NamedTuple):
    """One selected object. ``target`` is None when the target has none of this key.

    ``place`` is the object's key on the target. ``itself``: whether the object itself differs, and not
    only something that it needs; None when that cannot be told. ``misplaced``: an on-the-fly job
    that differs by nothing but the connector that it reads from.
    """

    action: Action
    source: SyncableObject
    target: SyncableObject | None = None
    reason: str | None = None
    place: ObjectKey | None = None
    itself: bool | None = None
    misplaced: bool = False

    @property
    def key(self) -> ObjectKey:
        """The object's key on the source."""
        return self.source.key

    @property
    def target_key(self) -> ObjectKey:
        """The object's key on the target."""
        return self.place or self.source.key

    def to_result(self) -> dict[str, t.Any]:
        """As result keys."""
        row = _to_result(self.key, self.target_key)
        if self.source.hash is not None:
            row["source_hash"] = self.source.hash
        if self.target is not None and self.target.hash is not None:
            row["target_hash"] = self.target.hash
        if self.reason is not None:
            row["reason"] = self.reason
        return row


class Removal(t.NamedTuple):
    """An object that only the target has, to be removed; with ``kept`` (why) it is left alone."""

    target: SyncableObject
    kept: str | None = None

    def to_result(self) -> dict[str, t.Any]:
        """As result keys."""
        row = self.target.key.to_result()
        if self.kept is None and self.target.hash is not None:
            row["target_hash"] = self.target.hash
        if self.kept:
            row["reason"] = self.kept
        return row


def _unmapped(key: ObjectKey) -> ObjectKey:
    return key


@dataclasses.dataclass(frozen=True)
class Plan:
    """Every selected object with its action, and what only the target has (``removals``)."""

    source: str
    target: str
    items: tuple[Item, ...]
    removals: tuple[Removal, ...] = ()
    # Not selected, but different, and of a level that selected objects can need.
    may_come_along: tuple[ObjectKey, ...] = ()
    # From a key of the source to that on the target.
    on_target: t.Callable[[ObjectKey], ObjectKey] = _unmapped
    # Environments that the target lacks and needs: names on the source and on the target.
    new_environments: tuple[tuple[str, str], ...] = ()

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

    @property
    def to_remove(self) -> list[Removal]:
        """What has to be removed."""
        return [one for one in self.removals if one.kept is None]

    @property
    def extra(self) -> list[Removal]:
        """What only the target has and keeps."""
        return [one for one in self.removals if one.kept is not None]

    @property
    def changes(self) -> bool:
        """Whether carrying it out would change the target."""
        return bool(self.needed or self.to_remove or self.new_environments)

    def summary(self) -> dict[str, int]:
        """Number of objects by action, and of extra ones."""
        counts = {action.value: len(items) for action, items in self.by_action.items()}
        counts[Action.REMOVE.value] = len(self.to_remove)
        counts["extra"] = len(self.extra)
        return counts

    def to_result(self) -> dict[str, t.Any]:
        """As result keys. Objects in sync are counted, not listed: an engine has thousands."""
        result: dict[str, t.Any] = {
            action.value: [item.to_result() for item in items]
            for action, items in self.by_action.items()
            if action is not Action.IN_SYNC
        }
        result[Action.REMOVE.value] = [one.to_result() for one in self.to_remove]
        result["new_environments"] = [{"name": theirs} for _mine, theirs in self.new_environments]
        result["extra"] = [one.to_result() for one in self.extra]
        result["may_come_along"] = [_to_result(key, self.on_target(key)) for key in self.may_come_along]
        result["summary"] = self.summary()
        return result


def to_diff(plan: Plan) -> dict[str, str]:
    """The plan as Ansible's diff: what would move, with the hashes before and after."""
    before, after = [], []
    after += [f"ENVIRONMENT {theirs}" for _mine, theirs in plan.new_environments]
    for item in sorted(plan.needed, key=lambda entry: sort_key(entry.target_key)):
        if item.target is not None:
            # Where a job reads from is not in its hash.
            where = ", reading from elsewhere" if item.misplaced else ""
            before.append(f"{item.target_key}: {item.target.hash or 'not syncable'}{where}")
        after.append(f"{item.target_key}: {item.source.hash}")
    before += [f"{one.target.key}: {one.target.hash or 'not syncable'}" for one in plan.to_remove]
    return {
        "before_header": plan.target,
        "after_header": f"{plan.target} as {plan.source}",
        "before": "".join(f"{line}\n" for line in before),
        "after": "".join(f"{line}\n" for line in after),
    }
