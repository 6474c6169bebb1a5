# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done, decided from two catalogs. Pure: no I/O. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t
import unicodedata

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import VersionError
from ansible_collections.maskops.delphix.plugins.module_utils._plan import (
    Action,
    Item,
    Plan,
    Removal,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    Selection,
    sort_key,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    CONTAINERS,
    ENVIRONMENT,
    ENVIRONMENT_TYPES,
    FORMAT_TYPES,
    GLOBAL_TYPES,
    KEY,
    carried_types,
    object_type,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import (
    comparable,
    newer,
)
from ansible_collections.maskops.delphix.plugins.module_utils._view import View

_MOVING = (Action.CREATE, Action.UPDATE)


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


def make_plan(
    selection: Selection, view: View, *, policy: Policy, tried: t.Collection[ObjectKey] = frozenset()
) -> Plan:
    """Compare the selected objects of two engines, member by member.

    ``tried`` are objects of the source that were moved already: what still differs of them will stay so.
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
    concerned = {name for key in keys for name in _needed_environments(key, view)}
    view.naming.check(concerned | {name for name in source.environments if selection.means_environment(name)})
    decide = _Items(selection, view, policy)
    items = sorted(decide.of(keys), key=lambda item: sort_key(item.key))
    items += [
        Item(Action.BLOCKED, entry, None, "its name cannot be told from what the engine lists")
        for entry in source.unnamed
        if selection.covers(entry.key.type)
    ]
    return Plan(
        source.engine,
        target.engine,
        tuple(items),
        tuple(_removals(items, selection, view, policy, decide.held, tried)),
        _along(items, selection, view),
        view.naming.on_target,
        tuple(_new_environments(items, selection, view, policy, decide.held)),
    )


class _Items:
    """Decides about objects one by one.

    ``held`` are environments of the source, wanted whole, of which nothing is moved, with the reason.
    """

    def __init__(self, selection: Selection, view: View, policy: Policy) -> None:
        self.held: dict[str, str] = {}
        self._selection = selection
        self._view = view
        self._policy = policy
        self._same_release = comparable(view.source.release, view.target.release)
        missing = any(view.there(key) is None for key in view.source.objects)
        self._taken = {_name_in_family(key): key for key in view.target.objects} if missing else {}

    def of(self, keys: t.Iterable[ObjectKey]) -> list[Item]:
        """Items of these objects of the source, and of what they refer to when that may come along."""
        items = {key: self._item(key) for key in keys}
        if self._view.references is not None:
            for item in list(items.values()):
                if item.action in _MOVING and not item.misplaced:
                    self._check_references(item, items)
        for key, item in items.items():
            if key.environment in self.held and item.action in _MOVING:
                reason = f"its environment is wanted whole, and {self.held[key.environment]}"
                items[key] = item._replace(action=Action.BLOCKED, reason=reason)
        return list(items.values())

    def _check_references(self, item: Item, items: dict[ObjectKey, Item]) -> None:
        """Add what an item refers to when that may come along, else block it."""
        obstacles = []
        for needed in self._referred(item.key):
            mine = self._view.source.objects[needed]
            if mine.reason is not None or self._view.same(mine):
                continue
            if self._policy.sync_references and needed not in items:
                items[needed] = self._item(needed, f"{item.key} refers to it")
            comes = needed in items and items[needed].action in _MOVING and needed not in self._view.refused
            if not comes and self._view.known_to_differ(mine):
                state = "missing" if self._view.there(needed) is None else "different"
                obstacles.append(f"{needed} ({state} on the target)")
        if not obstacles:
            return
        more = f" and {len(obstacles) - 5} more" if len(obstacles) > 5 else ""
        reason = f"refers to {', '.join(obstacles[:5])}{more}"
        items[item.key] = item._replace(action=Action.BLOCKED, reason=f"it {reason}")
        environment = item.key.environment
        if environment is not None and self._selection.means_environment(environment):
            self.held.setdefault(environment, f"{item.key.type} {item.key.name} {reason}")

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
    items: t.Iterable[Item], selection: Selection, view: View, policy: Policy, held: t.Collection[str]
) -> list[tuple[str, str]]:
    if view.environments is None or not policy.create_environments:
        return []
    wanted = {name for name in view.source.environments if name not in held and selection.means_environment(name)}
    for item in items:
        if item.action in _MOVING:
            wanted |= set(_needed_environments(item.key, view))
    names = [(name, view.naming.environment(name)) for name in sorted(wanted)]
    return [(mine, theirs) for mine, theirs in names if theirs not in view.environments]


def _removals(
    items: t.Sequence[Item],
    selection: Selection,
    view: View,
    policy: Policy,
    held: t.Collection[str],
    tried: t.Collection[ObjectKey],
) -> list[Removal]:
    """What only the target has, jobs before rulesets before connectors; in use or built in it is kept."""
    closed = {view.naming.environment(name) for name in held}
    found = [
        (entry, "nothing of its environment is moved" if entry.key.environment in closed else why)
        for entry, why in _only_there(_Doubts(items, view, tried), selection, view)
    ]
    if not policy.prune:
        return [Removal(entry, "") for entry, _why in sorted(found, key=lambda one: sort_key(one[0].key))]
    gone = {entry.key for entry, why in found if why is None}
    users = _users(view.target, replaced([item for item in items if item.key not in tried], view))
    removals = []
    for entry, why in sorted(found, key=lambda one: (-object_type(one[0].key.type).level, sort_key(one[0].key))):
        left = sorted(users.get(entry.key, set()) - gone, key=sort_key)
        kept = why or view.kept.get(entry.key) or (f"{left[0]} uses it" if left else None)
        if kept is not None:
            gone.discard(entry.key)
        removals.append(Removal(entry, kept))
    return removals


def _only_there(doubts: _Doubts, selection: Selection, view: View) -> list[tuple[SyncableObject, str | None]]:
    """Objects of the selection that only the target has, each with the reason if it must stay whatever uses it."""
    found: list[tuple[SyncableObject, str | None]] = []
    known = view.source.environments
    for key, entry in view.target.objects.items():
        if key.type == ENVIRONMENT:
            name = view.naming.environment_on_source(key.name)
            if name is not None and name not in known and selection.means_environment(name):
                found.append((entry, "environments are not removed by a sync"))
            continue
        origin = view.naming.on_source(key)
        if key.type in CONTAINERS or origin is None or origin in view.source.objects or not selection.matches(origin):
            continue
        if origin.environment is not None and origin.environment not in known:
            why: str | None = "the source has no such environment"
        elif entry.reason is not None:
            # Before 6.0.12 what cannot be synced is not listed (documented), so the source may have it as well.
            why = "it cannot be synced"
        else:
            why = doubts.about(origin)
        found.append((entry, why))
    return found


class _Doubts:
    """Whether the source may have something after all that only the target seems to have."""

    def __init__(self, items: t.Iterable[Item], view: View, tried: t.Collection[ObjectKey]) -> None:
        objects = view.source.objects
        # Engines may write a name in other letters, and another release may have it as another type.
        self._alike = {_folded(key): key for key in objects}
        # What the target is to have in place of something may not get there.
        self._missing = {
            item.key.environment or item.key.type: item.key
            for item in items
            if item.target is None and (item.action is Action.BLOCKED or item.key in tried)
        }
        same_release = comparable(view.source.release, view.target.release)
        self._types = None if same_release else {key.type for key in objects}

    def about(self, origin: ObjectKey) -> str | None:
        """Why nobody can be sure, for the key that an object of the target would have on the source."""
        alike = self._alike.get(_folded(origin))
        if alike is not None:
            return f"the source has {alike}"
        missing = self._missing.get(origin.environment or origin.type) or self._missing.get(origin.type)
        if missing is not None:
            return f"{missing} is not moved and may be what became of it"
        if self._types is not None and origin.type not in self._types:
            return "the source is of another release and has no objects of this type"
        return None


def _folded(key: ObjectKey) -> tuple[str, str | None, str]:
    family, environment, name = _name_in_family(key)
    return (family, environment, unicodedata.normalize("NFKC", name).casefold())


def replaced(items: t.Iterable[Item], view: View) -> set[ObjectKey]:
    """What of the target becomes as on the source, and so uses nothing that only the target has."""
    moving = {one for item in items if item.action in _MOVING for one in view.source.carried(item.key)}
    return {view.naming.on_target(key) for key in moving}


def _users(catalog: Catalog, replaced: t.Collection[ObjectKey]) -> dict[ObjectKey, set[ObjectKey]]:
    """What uses each object inside environments and will not be replaced."""
    users: dict[ObjectKey, set[ObjectKey]] = {}
    for key in catalog.objects.keys() - replaced:
        for needed in catalog.carried(key)[1:]:
            users.setdefault(needed, set()).add(key)
    return users


def _along(items: t.Iterable[Item], selection: Selection, view: View) -> tuple[ObjectKey, ...]:
    """Objects outside the selection that an export of what is needed may carry, and that would change."""
    selected = {item.key for item in items}
    moving = [item.key for item in items if item.action in _MOVING and not item.misplaced]
    if not moving:
        return ()
    # Jobs, rulesets and connectors carry what they hang on; like formats they only refer to most global objects.
    found = {one for key in moving for one in view.source.carried(key)}
    whole = {name for key in found for name in carried_types(key.type)}
    found |= {key for key in view.source.objects if key.type in whole}
    found -= selected
    levels = [
        object_type(key.type).level
        for key in moving
        if key.type not in ENVIRONMENT_TYPES | FORMAT_TYPES and selection.matches(key)
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
