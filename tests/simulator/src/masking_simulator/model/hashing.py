# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Revision hashes: over an object's own state and everything it depends on.

The vendor does not publish what its hash covers; this one is invented so that it obeys the
documented rules: saving changes it, so does a change anywhere below; ids, environments and
passwords are not part of it; it is equal on two engines of one release after an import, and
differs between releases.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson

from masking_simulator.model.kinds import KINDS
from masking_simulator.model.objects import Key, Obj, Objects
from masking_simulator.model.types import BY_NAME
from masking_simulator.releases import Release
from masking_simulator.texts import TEXTS

NOT_SYNCABLE = "Not Syncable: "


def own_digest(obj: Obj) -> str:
    """SHA-1 hex over the object's own state, the same on every release."""
    content = obj.content.digest if obj.content else None
    state = [obj.type or obj.kind, obj.name, obj.revision, obj.body, content]
    return hashlib.sha1(orjson.dumps(state, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True)
class Rules:
    """What the contract leaves open about hashes.

    mapping_syncable: whether mapping algorithms of the new framework can be synchronised.
    whole_environments: whether an environment cannot be synchronised when something in it cannot.
    connector_salt: what makes the hashes of connectors differ from engine to engine; "" for equal ones.
    """

    mapping_syncable: bool = False
    whole_environments: bool = True
    connector_salt: str = ""


class Hashes:
    """Revision hashes of one engine's objects; computed when asked for, forgotten when stale."""

    def __init__(self, objects: Objects, release: Release, rules: Rules) -> None:
        self._objects = objects
        self._release = release
        self._rules = rules
        self._own: dict[Key, str] = {}
        self._closures: dict[Key, frozenset[Key]] = {}
        self._hashes: dict[Key, str] = {}
        self._global: str | None = None

    def forget(self, key: Key) -> set[Key]:
        """Drop what is known about an object and all that depend on it; return those keys."""
        stale: set[Key] = set()
        todo = [key]
        while todo:
            current = todo.pop()
            if current not in stale:
                stale.add(current)
                todo.extend(self._objects.users(current))
        for number in {item.environment for item in stale if item.environment is not None}:
            environment = self._objects.by_id("environment", number)
            if environment is not None:
                stale.add(environment.key)
        for current in stale:
            self._closures.pop(current, None)
            self._hashes.pop(current, None)
        self._own.pop(key, None)
        if key.environment is None:  # nothing engine-wide needs what belongs to an environment
            self._global = None
        return stale

    def closure(self, key: Key) -> frozenset[Key]:
        """All objects that one needs, directly or not; it holds the object itself only in a loop."""
        known = self._closures.get(key)
        if known is not None:
            return known
        seen: set[Key] = set()
        todo = [need.key for need in self._require(key).needs if need.way != "kept"]
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            below = self._closures.get(current)
            if below is not None:
                seen |= below
                continue
            obj = self._objects.get(current)
            if obj is not None:
                todo.extend(need.key for need in obj.needs if need.way != "kept")
        self._closures[key] = frozenset(seen)
        return self._closures[key]

    def fingerprint(self, key: Key) -> str:
        """The release-independent part of the hash, by which references are compared."""
        parts = sorted(self._own_of(needed) for needed in self.closure(key))
        return hashlib.sha1("\n".join([self._own_of(key), *parts]).encode()).hexdigest()

    def revision_hash(self, key: Key) -> str:
        """The 40 hex digits of an object, or `Not Syncable: ` and the reason."""
        known = self._hashes.get(key)
        if known is None:
            reason = self.reason(key)
            known = NOT_SYNCABLE + reason if reason else self._salted(self._state(key))
            self._hashes[key] = known
        return known

    def syncable(self, key: Key) -> bool:
        """Whether an object can be synchronised."""
        return not self.revision_hash(key).startswith(NOT_SYNCABLE)

    def reference_hash(self, key: Key) -> str:
        """The hash of a reference to an object, where references have one of their own."""
        return self._salted("reference:" + self.fingerprint(key))

    def revision_id(self, key: Key) -> str:
        """An identifier that changes only when the object itself does."""
        own = self._own_of(key)
        return f"{own[:8]}-{own[8:12]}-{own[12:16]}-{own[16:20]}-{own[20:32]}"

    def reason(self, key: Key) -> str | None:
        """Why an object cannot be synchronised, or None."""
        obj = self._require(key)
        if obj.kind == "environment":
            return self._environment_reason(obj)
        own = self._own_reason(obj)
        if own:
            return own
        for needed in sorted(self.closure(key), key=lambda item: (item.kind, item.name)):
            other = self._objects.get(needed)
            if other is not None and (below := self._own_reason(other)):
                return below
        return None

    def global_members(self) -> list[Key]:
        """The members of GLOBAL_OBJECT: what can be synchronised of the types it holds."""
        return [obj.key for obj in self._objects if obj.type and BY_NAME[obj.type].in_global and self.syncable(obj.key)]

    def global_hash(self) -> str:
        """The hash of GLOBAL_OBJECT: over all its members."""
        if self._global is None:
            members = sorted(self.revision_hash(key) for key in self.global_members())
            self._global = self._salted("\n".join(members))
        return self._global

    def _state(self, key: Key) -> str:
        """What a hash is made of: for an environment what is in it, and nothing of its own (invented)."""
        obj = self._require(key)
        if obj.kind == "environment":
            members = self._objects.in_environment(obj.id)
            return "\n".join(sorted(self.revision_hash(member) for member in members if self.syncable(member)))
        return self.fingerprint(key)

    def _environment_reason(self, environment: Obj) -> str | None:
        if not self._rules.whole_environments:
            return None
        members = sorted(self._objects.in_environment(environment.id))
        return next((reason for member in members if (reason := self.reason(member))), None)

    def _own_reason(self, obj: Obj) -> str | None:
        if obj.kind == "algorithm" and obj.body.get("_mapping"):
            modern = obj.type == "USER_ALGORITHM"
            if not (modern and self._rules.mapping_syncable):
                return TEXTS["reason_mapping"].wording.format(name=obj.name)
        if KINDS[obj.kind].scoped and not obj.type:
            return TEXTS["reason_no_type"].wording.format(kind=KINDS[obj.kind].title, name=obj.name)
        return None

    def _own_of(self, key: Key) -> str:
        known = self._own.get(key)
        if known is None:
            obj = self._objects.get(key)
            known = own_digest(obj) if obj is not None else "missing:" + key.name
            if key.kind.endswith("_connector"):
                known += self._rules.connector_salt
            self._own[key] = known
        return known

    def _salted(self, text: str) -> str:
        return hashlib.sha1(f"{self._release.text}\n{text}".encode()).hexdigest()

    def _require(self, key: Key) -> Obj:
        obj = self._objects.get(key)
        if obj is None:
            raise KeyError(key)
        return obj
