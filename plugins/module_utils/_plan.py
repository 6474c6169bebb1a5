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
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipt
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    Selection,
    sort_key,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    CONTAINERS,
    ENVIRONMENT_TYPES,
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
    REMOVE = "to_remove"
    IN_SYNC = "in_sync"
    NOT_SYNCABLE = "not_syncable"
    BLOCKED = "blocked"


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
        row = self.key.to_result()
        if self.target_key.environment != self.key.environment:
            row["target_environment"] = self.target_key.environment
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


@dataclasses.dataclass(frozen=True)
class Policy:
    """What a sync may do.

    ``overwrite``: change objects that the target has already. ``create_environments``: make those
    that the target lacks. ``sync_references``: bring global objects along that selected ones
    refer to. ``prune``: remove what only the target has.
    """

    overwrite: bool = True
    allow_newer_source: bool = False
    create_environments: bool = False
    sync_references: bool = False
    prune: bool = False


def _no_receipt(key: ObjectKey) -> Receipt | None:  # noqa: ARG001 - a lookup that never finds
    return None


@dataclasses.dataclass(frozen=True)
class View:
    """Two engines as one plan sees them.

    ``environments`` are those of the target, None when they do not matter. ``references`` are
    the global objects that each object of the source refers to, None when they were not read.
    ``kept`` are objects of the target that must not be removed, with the reason.
    """

    source: Catalog
    target: Catalog
    naming: Naming = dataclasses.field(default_factory=Naming)
    receipt_of: t.Callable[[ObjectKey], Receipt | None] = _no_receipt
    environments: t.Collection[str] | None = None
    references: t.Mapping[ObjectKey, t.Collection[ObjectKey]] | None = None
    kept: t.Mapping[ObjectKey, str] = dataclasses.field(default_factory=dict)

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
        if not self._same_job(mine.key):
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
        if self._same_job(mine.key):
            return False
        if mine.revision_id is None or theirs.revision_id is None:
            return None
        return mine.revision_id != theirs.revision_id

    def _same_job(self, key: ObjectKey) -> bool:
        """Whether it is an on-the-fly job that says the same, and of objects of the same names, on both engines."""
        place = self.naming.on_target(key)
        ours, other = self.source.on_the_fly.get(key), self.target.on_the_fly.get(place)
        above = self.source.parents.get(key)
        return (
            ours is not None
            and other is not None
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


@dataclasses.dataclass(frozen=True)
class Plan:
    """Every selected object with its action, and what only the target has (``removals``)."""

    source: str
    target: str
    items: tuple[Item, ...]
    removals: tuple[Removal, ...] = ()
    # Not selected, but different, and of a level that selected objects can need.
    may_come_along: tuple[ObjectKey, ...] = ()
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
        result["may_come_along"] = [key.to_result() for key in self.may_come_along]
        result["summary"] = self.summary()
        return result


def make_plan(selection: Selection, view: View, *, policy: Policy) -> Plan:
    """Compare the selected objects of two engines, member by member.

    Raises NotFoundError for a selected name that the source has not, OptionError for two
    environments that would become one, VersionError for a source that is newer than the target
    (documented as not supported by engines).
    """
    source, target = view.source, view.target
    if newer(source.release, target.release) and not policy.allow_newer_source:
        raise VersionError(
            f"it has release {target.release}, the source {source.engine} has the newer release {source.release}",
            engine=target.engine,
            hint="Engines do not support that. Upgrade the target, or set 'allow_newer_source' if you know better.",
        )
    keys = [key for key in selection.keys(source) if key.type != KEY or KEY in selection.types]
    view.naming.check({key.environment for key in keys if key.environment is not None})
    items = sorted(_Items(view, policy).of(keys), key=lambda item: sort_key(item.key))
    items += [
        Item(Action.BLOCKED, entry, None, "its name cannot be told from what the engine lists")
        for entry in source.unnamed
        if selection.covers(entry.key.type)
    ]
    return Plan(
        source.engine,
        target.engine,
        tuple(items),
        tuple(_removals(selection, view, policy)),
        _along(items, selection, view),
        tuple(_new_environments(items, selection, view, policy)),
    )


class _Items:
    """Decides about objects one by one."""

    def __init__(self, view: View, policy: Policy) -> None:
        self._view = view
        self._policy = policy
        self._same_release = comparable(view.source.release, view.target.release)
        missing = any(view.there(key) is None for key in view.source.objects)
        self._taken = {_name_in_family(key): key for key in view.target.objects} if missing else {}

    def of(self, keys: t.Iterable[ObjectKey]) -> list[Item]:
        """Items of these objects of the source, and of what they refer to when that may come along."""
        items = {key: self._item(key) for key in keys}
        if self._view.references is None:
            return list(items.values())
        moving = (Action.CREATE, Action.UPDATE)
        for key, item in list(items.items()):
            if item.action not in moving or item.misplaced:
                continue
            obstacles = []
            for needed in self._referred(key):
                mine = self._view.source.objects[needed]
                if mine.reason is not None or self._view.same(mine):
                    continue
                if self._policy.sync_references and needed not in items:
                    items[needed] = self._item(needed, f"{key} refers to it")
                comes = needed in items and items[needed].action in moving
                if not comes and self._view.known_to_differ(mine):
                    state = "missing" if self._view.there(needed) is None else "different"
                    obstacles.append(f"{needed} ({state} on the target)")
            if obstacles:
                more = f" and {len(obstacles) - 5} more" if len(obstacles) > 5 else ""
                reason = f"it refers to {', '.join(obstacles[:5])}{more}"
                items[key] = item._replace(action=Action.BLOCKED, reason=reason)
        return list(items.values())

    def _referred(self, key: ObjectKey) -> list[ObjectKey]:
        """Global objects that an object, or what it carries along, refers to."""
        found = set()
        for carried in self._view.source.carried(key):
            found |= set((self._view.references or {}).get(carried, ()))
        return sorted(found & self._view.source.objects.keys(), key=sort_key)

    def _item(self, key: ObjectKey, why: str | None = None) -> Item:
        view = self._view
        mine, theirs, place = view.source.objects[key], view.there(key), view.naming.on_target(key)
        action, reason = _decide(mine, theirs, view, self._policy)
        misplaced = action is Action.IN_SYNC and not view.rightly_placed(key)
        if misplaced:
            action, reason = (Action.UPDATE, "it reads from another connector than on the source")
            if not self._policy.overwrite:
                action = Action.BLOCKED
        itself = view.differs_itself(mine, theirs)
        if action is Action.UPDATE and itself is False:
            reason = "only something that it needs differs"
        item = Item(action, mine, theirs, reason or why, place, itself, misplaced)
        obstacle = self._obstacle(item) if action is not Action.NOT_SYNCABLE else None
        return item._replace(action=Action.BLOCKED, reason=obstacle) if obstacle else item

    def _obstacle(self, item: Item) -> str | None:
        """Why an object cannot be moved whatever its hash says."""
        view, key, place = self._view, item.key, item.target_key
        if key in view.source.doubles or place in view.target.doubles:
            return "the engine lists several objects of this name"
        if key.type in CONTAINERS:
            return "its hash says nothing of its contents, which are compared one by one"
        if item.action is Action.IN_SYNC:
            return None
        moves = item.itself is not False and not item.misplaced
        if moves and self._needs_staging(key) and not self._policy.create_environments:
            return (
                "it reads from a connector of its own environment, which takes a temporary environment "
                "on the target; set 'create_environments'"
            )
        known = view.environments
        for name in _needed_environments(key, view) if known is not None else ():
            if view.naming.environment(name) not in (known or ()) and not self._policy.create_environments:
                return (
                    f"the target has no environment {view.naming.environment(name)}; "
                    "make it, or set 'create_environments'"
                )
        other = self._taken.get(_name_in_family(place)) if item.target is None else None
        if other is not None and self._same_release:
            return f"the target has this name as {other.type}"
        return None

    def _needs_staging(self, key: ObjectKey) -> bool:
        """Whether an engine refuses the import as it would put the source connector into the job's environment."""
        job = self._view.source.on_the_fly.get(key)
        return job is not None and job.source is not None and job.source.environment == key.environment


def _needed_environments(key: ObjectKey, view: View) -> list[str]:
    """Environments of the source that must exist on the target to move an object."""
    keys = view.source.carried(key)
    return list(dict.fromkeys(one.environment for one in keys if one.environment is not None))


def _new_environments(
    items: t.Iterable[Item], selection: Selection, view: View, policy: Policy
) -> list[tuple[str, str]]:
    if view.environments is None or not policy.create_environments:
        return []
    wanted = {name for name in view.source.environments if selection.means_environment(name)}
    for item in items:
        if item.action in (Action.CREATE, Action.UPDATE):
            wanted |= set(_needed_environments(item.key, view))
    names = [(name, view.naming.environment(name)) for name in sorted(wanted)]
    return [(mine, theirs) for mine, theirs in names if theirs not in view.environments]


def _removals(selection: Selection, view: View, policy: Policy) -> list[Removal]:
    """What only the target has, jobs before rulesets before connectors; in use or built in it is kept."""
    found: list[tuple[SyncableObject, str | None]] = []
    for key, entry in view.target.objects.items():
        origin = view.naming.on_source(key)
        if key.type in CONTAINERS or (origin is not None and origin in view.source.objects):
            continue
        if origin is None or not selection.matches(origin):
            continue
        known = origin.environment is None or origin.environment in view.source.environments
        found.append((entry, None if known else "the source has no such environment"))
    if not policy.prune:
        return [Removal(entry, "") for entry, _kept in sorted(found, key=lambda one: sort_key(one[0].key))]
    gone = {entry.key for entry, kept in found if kept is None}
    users: dict[ObjectKey, set[ObjectKey]] = {}
    for key in view.target.objects:
        for needed in view.target.carried(key)[1:]:
            users.setdefault(needed, set()).add(key)
    removals = []
    for entry, why in sorted(found, key=lambda one: (-object_type(one[0].key.type).level, sort_key(one[0].key))):
        left = sorted(users.get(entry.key, set()) - gone, key=sort_key)
        kept = why or view.kept.get(entry.key) or (f"{left[0]} uses it" if left else None)
        if kept is not None:
            gone.discard(entry.key)
        removals.append(Removal(entry, kept))
    return removals


def _along(items: t.Iterable[Item], selection: Selection, view: View) -> tuple[ObjectKey, ...]:
    """Objects outside the selection that an export of what is needed may carry, and that would change."""
    selected = {item.key for item in items}
    moving = [item.key for item in items if item.action in (Action.CREATE, Action.UPDATE) and not item.misplaced]
    if not moving:
        return ()
    # Jobs, rulesets and connectors carry what they hang on, and only refer to global objects.
    found = {one for key in moving for one in view.source.carried(key)} - selected
    levels = [
        object_type(key.type).level for key in moving if key.type not in ENVIRONMENT_TYPES and selection.matches(key)
    ]
    if levels:
        found |= {
            key
            for key in view.source.objects.keys() - selected
            if key.type in GLOBAL_TYPES and object_type(key.type).level < max(levels)
        }
    return tuple(
        sorted(
            (
                key
                for key in found
                if (mine := view.source.objects.get(key)) and mine.reason is None and not view.same(mine)
            ),
            key=sort_key,
        )
    )


def _name_in_family(key: ObjectKey) -> tuple[str, str | None, str]:
    """What only one object can bear: all algorithms share their names."""
    return (object_type(key.type).family, key.environment, key.name)


def _decide(
    mine: SyncableObject, theirs: SyncableObject | None, view: View, policy: Policy
) -> tuple[Action, str | None]:
    if mine.reason is not None:
        return Action.NOT_SYNCABLE, mine.reason
    if theirs is None:
        return Action.CREATE, None
    if view.same(mine):
        return Action.IN_SYNC, None
    if not policy.overwrite:
        return Action.BLOCKED, "it differs on the target and may not be overwritten"
    return Action.UPDATE, None


def to_diff(plan: Plan) -> dict[str, str]:
    """The plan as Ansible's diff: what would move, with the hashes before and after."""
    before, after = [], []
    after += [f"ENVIRONMENT {theirs}" for _mine, theirs in plan.new_environments]
    for item in sorted(plan.needed, key=lambda entry: sort_key(entry.target_key)):
        if item.target is not None:
            before.append(f"{item.target_key}: {item.target.hash or 'not syncable'}")
        after.append(f"{item.target_key}: {item.source.hash}")
    before += [f"{one.target.key}: {one.target.hash or 'not syncable'}" for one in plan.to_remove]
    return {
        "before_header": plan.target,
        "after_header": f"{plan.target} as {plan.source}",
        "before": "".join(f"{line}\n" for line in before),
        "after": "".join(f"{line}\n" for line in after),
    }
