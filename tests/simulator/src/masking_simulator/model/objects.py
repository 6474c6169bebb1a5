# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One object of an engine, and the set of all of them with their ids and dependencies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from masking_simulator.model.kinds import KINDS


class Key(NamedTuple):
    """What names an object on one engine: kind, environment id (None: engine-wide), name."""

    kind: str
    environment: int | None
    name: str


@dataclass(frozen=True)
class Content:
    """Bulk data of an object, held by the store under its SHA-256."""

    digest: str
    size: int


@dataclass(frozen=True)
class Obj:
    """One object. Never changed in place: saving makes a new one.

    type: its syncable object type, "" when it has none.
    revision: UUID of its last save; an import takes over the one of the exporting engine.
    body: what it says, in names (see kinds.py); fields beginning with _ stay off the API.
    local: what belongs to this engine alone, such as passwords and creation marks.
    """

    key: Key
    id: int
    type: str
    revision: str
    body: dict[str, Any]
    content: Content | None = None
    local: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.key.kind

    @property
    def name(self) -> str:
        return self.key.name


def dependencies(obj: Obj) -> Iterator[tuple[Key, bool]]:
    """The keys an object needs, each with whether an export only refers to it."""
    kind = KINDS[obj.kind]
    for fields in (kind.by_name, kind.by_id):
        for name, target in fields.items():
            value = obj.body.get(name)
            if value is None:
                continue
            environment = obj.key.environment if KINDS[target].scoped else None
            for item in value if isinstance(value, list) else [value]:
                yield Key(target, environment, item), target in kind.references


class Objects:
    """All objects of one engine, with the indexes that lookups need."""

    def __init__(self) -> None:
        self._by_key: dict[Key, Obj] = {}
        self._by_kind: dict[str, dict[int, Obj]] = {}
        self._users: dict[Key, set[Key]] = {}
        self._folded: dict[Key, set[Key]] = {}
        self._members: dict[int, set[Key]] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Obj]:
        return iter(self._by_key.values())

    def get(self, key: Key) -> Obj | None:
        """The object with this key, or None."""
        return self._by_key.get(key)

    def by_id(self, kind: str, number: int) -> Obj | None:
        """The object of a kind with this number, or None."""
        return self._by_kind.get(kind, {}).get(number)

    def of_kind(self, kind: str) -> Iterable[Obj]:
        """All objects of a kind, in the order of their numbers."""
        numbers = self._by_kind.get(kind, {})
        return [numbers[number] for number in sorted(numbers)]

    def users(self, key: Key) -> set[Key]:
        """The keys of the objects that need this one."""
        return self._users.get(key, set())

    def alike(self, key: Key) -> set[Key]:
        """The keys of the objects whose name differs from this one by case at most."""
        return self._folded.get(_fold(key), set())

    def in_environment(self, environment: int) -> set[Key]:
        """The keys of the objects that belong to an environment."""
        return self._members.get(environment, set())

    def put(self, obj: Obj) -> Obj | None:
        """Add or replace an object and return what it replaced."""
        old = self.remove(obj.key)
        self._by_key[obj.key] = obj
        self._by_kind.setdefault(obj.kind, {})[obj.id] = obj
        self._folded.setdefault(_fold(obj.key), set()).add(obj.key)
        if obj.key.environment is not None:
            self._members.setdefault(obj.key.environment, set()).add(obj.key)
        for key, _ in dependencies(obj):
            self._users.setdefault(key, set()).add(obj.key)
        return old

    def remove(self, key: Key) -> Obj | None:
        """Remove an object and return it."""
        old = self._by_key.pop(key, None)
        if old is not None:
            del self._by_kind[old.kind][old.id]
            self._folded[_fold(key)].discard(key)
            if key.environment is not None:
                self._members[key.environment].discard(key)
            for needed, _ in dependencies(old):
                self._users[needed].discard(key)
        return old


def _fold(key: Key) -> Key:
    return Key(key.kind, key.environment, key.name.casefold())
