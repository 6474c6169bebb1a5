# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects of one engine with their hashes, changed in transactions."""

from __future__ import annotations

import copy
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from masking_simulator.errors import refuse
from masking_simulator.model.hashing import Hashes, Rules
from masking_simulator.model.kinds import KINDS
from masking_simulator.model.objects import KEPT, Content, Key, Obj, Objects
from masking_simulator.model.parts import NUMBERS, part_numbers
from masking_simulator.model.pointers import pointers
from masking_simulator.model.types import BY_NAME
from masking_simulator.releases import Release
from masking_simulator.store import Store
from masking_simulator.switches import Switches


class Change:
    """One transaction on the model. Made by Model.change()."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.before: dict[Key, Obj | None] = {}

    def put(self, obj: Obj) -> Obj:
        """Add or replace an object; returns it as the engine holds it."""
        obj = self._model.settled(obj)
        old = self._model.objects.put(obj)
        self.before.setdefault(obj.key, old)
        if old is None or old.type != obj.type:
            self._model.members_version += 1
        self._model._stale(obj.key)
        return obj

    def delete(self, key: Key) -> None:
        """Remove an object."""
        self.before.setdefault(key, self._model.objects.remove(key))
        self._model.members_version += 1
        self._model._stale(key)

    def rename(self, obj: Obj, name: str) -> Obj:
        """Give an object another name; whatever needs it follows."""
        users = [self._model.objects.get(key) for key in self._model.objects.users(obj.key)]
        self.delete(obj.key)
        renamed = self.put(replace(obj, key=obj.key._replace(name=name)))
        for user in users:
            if user is not None:
                self.put(replace(user, body=_renamed_in(user, obj.key, name)))
        return renamed


class Model:
    """All objects of an engine. Hold `lock` while reading more than one thing."""

    def __init__(self, store: Store, release: Release, switches: Switches) -> None:
        self.store = store
        self.release = release
        self.switches = switches
        self.lock = threading.RLock()
        self.objects = Objects()
        for obj in store.objects():
            self.objects.put(obj)
        if store.meta("engine_id") is None:
            store.set_meta("engine_id", str(uuid.uuid4()))
        self._first = int(store.meta("id_offset") or 0)
        self._sequences = store.sequences()
        #: moves whenever an object appears or disappears
        self.members_version = 0
        self.hashes = self._new_hashes()
        self.on_stale: Callable[[set[Key]], None] = lambda keys: None

    def next_id(self, kind: str) -> int:
        """A number never given out before for this kind, different from engine to engine."""
        return self._next(KINDS[kind].space or kind)

    def settled(self, obj: Obj) -> Obj:
        """An object as this engine holds it: new parts have numbers, and what stays here is not in its body."""
        kind = KINDS[obj.kind]
        local = dict(obj.local)
        numbers = part_numbers(kind, obj.body, local.get(NUMBERS, {}), self._next)
        if numbers is not None:
            local[NUMBERS] = numbers
        kept = {} if self._carries_vaults() else {name: obj.body[name] for name in kind.keepable if name in obj.body}
        if kept:
            local[KEPT] = kept
        body = {name: value for name, value in obj.body.items() if name not in kept}
        return replace(obj, body=body, local=local) if local != obj.local else obj

    def _carries_vaults(self) -> bool:
        """Whether an export carries the vault of a connector; by release: where vaults are syncable (inferred)."""
        chosen = self.switches.text("vault_reference")
        return BY_NAME["CREDENTIAL_PATH"].on(self.release) if chosen == "by_release" else chosen == "carried"

    def _next(self, space: str) -> int:
        number = self._sequences.get(space, self._first) + 1
        self._sequences[space] = number
        return number

    def require(self, key: Key) -> Obj:
        """The object with this key; raises KeyError when there is none."""
        obj = self.objects.get(key)
        if obj is None:
            raise KeyError(key)
        return obj

    def named(self, key: Key) -> Obj | None:
        """The object that this name stands for, by the rule of the switch name_case."""
        exact = self.objects.get(key)
        if exact is None and self.switches.text("name_case") == "insensitive":
            alike = self.objects.alike(key)
            return self.objects.get(min(alike)) if alike else None
        return exact

    def make(
        self,
        key: Key,
        type_: str,
        body: dict[str, Any],
        *,
        content: Content | None = None,
        local: dict[str, Any] | None = None,
        revision: str | None = None,
    ) -> Obj:
        """A new object with a number of its own; not yet part of the model."""
        return Obj(key, self.next_id(key.kind), type_, revision or str(uuid.uuid4()), body, content, local or {})

    def save(self, change: Change, obj: Obj, **values: Any) -> Obj:
        """Save an object as a person would: it gets a new revision even when nothing differs."""
        return change.put(replace(obj, revision=str(uuid.uuid4()), **values))

    @contextmanager
    def change(self) -> Iterator[Change]:
        """A transaction: on disk and in memory all of it is kept, or none when it raises."""
        with self.lock:
            change = Change(self)
            sequences = dict(self._sequences)
            try:
                with self.store.transaction():
                    yield change
                    self._write(change)
            except BaseException:
                self._sequences = sequences
                self._undo(change)
                raise

    def load(self, objects: list[Obj]) -> None:
        """Take over the objects of a data profile, inside a transaction of the store."""
        self.store.put_objects(objects)
        self.store.put_sequences(self._sequences)
        for obj in objects:
            self.objects.put(obj)
        self.members_version += 1

    def delete(self, obj: Obj, used_status: int) -> None:
        """Delete an object as a person would: refused with a status while something needs it."""
        with self.change() as change:
            for user in sorted(self.objects.users(obj.key) - {obj.key}):
                raise refuse(
                    used_status,
                    "in_use",
                    kind=KINDS[obj.kind].title,
                    name=obj.name,
                    user_kind=KINDS[user.kind].title,
                    user_name=user.name,
                )
            change.delete(obj.key)

    def reset_hashes(self) -> None:
        """Compute all hashes anew, after a switch that they depend on has moved."""
        with self.lock:
            self.hashes = self._new_hashes()
            self.members_version += 1
            self.on_stale({obj.key for obj in self.objects})

    def _new_hashes(self) -> Hashes:
        salted = self.switches.text("connector_hash") == "own"
        rules = Rules(
            mapping_syncable=self.switches.text("mapping_algorithms") == "syncable",
            whole_environments=self.switches.text("unsyncable_in_environment") == "refused",
            connector_salt=self.store.meta("engine_id") or "" if salted else "",
        )
        return Hashes(self.objects, self.release, rules)

    def _stale(self, key: Key) -> None:
        self.on_stale(self.hashes.forget(key))

    def _undo(self, change: Change) -> None:
        # all are taken out before any goes back: a renamed object has its number under two names
        for key in change.before:
            self.objects.remove(key)
        for old in change.before.values():
            if old is not None:
                self.objects.put(old)
        for key in change.before:
            self._stale(key)
        self.members_version += 1

    def _write(self, change: Change) -> None:
        gone = [old for key, old in change.before.items() if old is not None and self.objects.get(key) is None]
        kept = [obj for key in change.before if (obj := self.objects.get(key)) is not None]
        for obj in gone:
            self.store.delete_object(obj)
        self.store.put_objects(kept)
        self.store.put_sequences(self._sequences)


def missing_dependency(model: Model, obj: Obj) -> Key | None:
    """The first key that an object needs and the engine lacks, or None."""
    return next((need.key for need in obj.needs if model.objects.get(need.key) is None), None)


def _renamed_in(user: Obj, key: Key, name: str) -> dict[str, Any]:
    body = copy.deepcopy(user.body)
    for pointer in pointers(KINDS[user.kind], body):
        if pointer.kind == key.kind:
            pointer.rename(key.name, name)
    return body
