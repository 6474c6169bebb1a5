# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One object of an engine, and the set of all of them with their ids and dependencies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from masking_simulator.model.kinds import KINDS
from masking_simulator.model.parts import Place, numbered_parts
from masking_simulator.model.pointers import pointers

#: field of `Obj.local` with the number of the environment in which an on-the-fly job reads
SOURCE_ENVIRONMENT = "sourceEnvironment"
#: field of `Obj.local` with what an object says on this engine alone
KEPT = "kept"


class Key(NamedTuple):
    """What names an object on one engine: kind, environment id (None: engine-wide), name."""

    kind: str
    environment: int | None
    name: str


class Need(NamedTuple):
    """What an object depends on.

    way: how an export brings it along: in full; as a reference only; in full as the source
    connector of an on-the-fly job, which may belong to another environment; or not at all.
    """

    key: Key
    way: Literal["full", "reference", "source", "kept"]


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
    local: what belongs to this engine alone, such as passwords, creation marks and the numbers of parts.
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

    @property
    def said(self) -> dict[str, Any]:
        """All that it says on this engine."""
        return {**self.body, **self.local.get(KEPT, {})}

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What it depends on, each once."""
        kind = KINDS[self.kind]
        found: dict[Need, None] = {}
        for pointer in pointers(kind, self.local.get(KEPT, {})):
            found.update({Need(Key(pointer.kind, None, name), "kept"): None for name in pointer.names()})
        for pointer in pointers(kind, self.body):
            environment = self.key.environment if KINDS[pointer.kind].scoped else None
            way: Literal["full", "reference", "source", "kept"] = (
                "reference" if pointer.kind in kind.references else "full"
            )
            if pointer.elsewhere:
                way, environment = "source", self.local.get(SOURCE_ENVIRONMENT, environment)
            for name in pointer.names():
                found[Need(Key(pointer.kind, environment, name), way)] = None
        return tuple(found)


class Objects:
    """All objects of one engine, with the indexes that lookups need."""

    def __init__(self) -> None:
        self._by_key: dict[Key, Obj] = {}
        self._by_kind: dict[str, dict[int, Obj]] = {}
        self._users: dict[Key, set[Key]] = {}
        self._folded: dict[Key, set[Key]] = {}
        self._members: dict[int, set[Key]] = {}
        self._parts: dict[str, dict[int, Place]] = {}

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

    def part(self, name: str, number: int) -> tuple[Obj, Place] | None:
        """The owner of the part of a kind with this number and its place in it, or None."""
        place = self._parts.get(name, {}).get(number)
        return None if place is None else (self._by_key[place.owner], place)

    def parts(self, name: str) -> dict[int, Place]:
        """All parts of a kind by their numbers."""
        return self._parts.get(name, {})

    def put(self, obj: Obj) -> Obj | None:
        """Add or replace an object and return what it replaced."""
        old = self.remove(obj.key)
        self._by_key[obj.key] = obj
        self._by_kind.setdefault(obj.kind, {})[obj.id] = obj
        self._folded.setdefault(_fold(obj.key), set()).add(obj.key)
        if obj.key.environment is not None:
            self._members.setdefault(obj.key.environment, set()).add(obj.key)
        for need in obj.needs:
            self._users.setdefault(need.key, set()).add(obj.key)
        for part, number, place in numbered_parts(KINDS[obj.kind], obj.key, obj.local):
            self._parts.setdefault(part.name, {})[number] = place
        return old

    def remove(self, key: Key) -> Obj | None:
        """Remove an object and return it."""
        old = self._by_key.pop(key, None)
        if old is not None:
            del self._by_kind[old.kind][old.id]
            self._folded[_fold(key)].discard(key)
            if key.environment is not None:
                self._members[key.environment].discard(key)
            for need in old.needs:
                self._users[need.key].discard(key)
            for part, number, _ in numbered_parts(KINDS[old.kind], key, old.local):
                del self._parts[part.name][number]
        return old


def _fold(key: Key) -> Key:
    return Key(key.kind, key.environment, key.name.casefold())
