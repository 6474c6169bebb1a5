# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small masking engine in memory, below the typed calls, for tests of what is built on them.

It knows global objects only, computes hashes over dependencies as documented, imports all or
nothing, and can be told to misbehave. Time is the fake clock's.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer
from ansible_collections.maskops.delphix.tests.unit.support.bundles import (
    Row,
    document,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.machine import (
    Handle,
    Machine,
    answer,
    message,
    page,
)

Name = tuple[str, str]
"""Type and name of an object."""
_NUMBERED = {"PROFILE_SET": ("/profile-sets", "profileSetId", "profileSetName")}


@dataclasses.dataclass(frozen=True)
class Thing:
    """An object: its own content, what it needs, and why it cannot be exported, if so."""

    own: str
    needs: tuple[Name, ...] = ()
    reason: str | None = None


class Memory(Machine):
    """An engine's global objects.

    ``salt`` is what its hashes have of their own: engines of one release compute the same hashes
    unless told otherwise.
    """

    def __init__(
        self,
        name: str,
        clock: FakeClock,
        things: t.Mapping[Name, Thing] | None = None,
        *,
        release: str = "20.0.0.0",
        revision_ids: bool = False,
        salt: str = "",
        first_number: int = 1,
        deadline: float = 3600.0,
    ) -> None:
        super().__init__(name, clock, release=release, deadline=deadline)
        self.things: dict[Name, Thing] = dict(things or {})
        self._revision_ids = revision_ids
        self._salt = salt or release
        self._first_number = first_number
        self._numbers: dict[Name, int] = {}

    def hash_of(self, name: Name) -> str:
        """The revision hash of an object: its own content and that of all it needs."""
        thing = self.things[name]
        state = [*name, thing.own, [self.hash_of(need) for need in thing.needs if need in self.things], self._salt]
        return hashlib.sha1(json.dumps(state).encode(), usedforsecurity=False).hexdigest()

    # Requests

    def handlers(self) -> dict[str, Handle]:
        return {
            **super().handlers(),
            "GET /syncable-objects": self._syncable_objects,
            "GET /profile-sets": self._profile_sets,
        }

    def _syncable_objects(self, given: Row) -> Answer:
        wanted = given["params"].get("object_type")
        return page(given, [self._row(name) for name in self.things if wanted in (None, name[0])])

    def _profile_sets(self, given: Row) -> Answer:
        _path, id_field, name_field = _NUMBERED["PROFILE_SET"]
        names = [name for name in self.things if name[0] == "PROFILE_SET"]
        return page(given, [{id_field: self._number(name), name_field: name[1]} for name in names])

    def exported(self, requested: list[Row], passphrase: str | None) -> bytes | Answer:
        names = [self._name(row) for row in requested]
        if None in names:
            return message(404, "no such object")
        return self._document([name for name in names if name], passphrase)

    def imported(self, document: bytes, query: Row, passphrase: str | None) -> list[Row] | Answer:
        used, content = json.loads(base64.b64decode(json.loads(document)["blob"]))
        if used != passphrase:
            return message(400, "the document cannot be decrypted")
        new = {
            (kind, name): Thing(own, tuple((need[0], need[1]) for need in needs), reason)
            for kind, name, (own, needs, reason) in content
        }
        rows = []
        failed = False
        for name, thing in new.items():
            row: Row = {"objectIdentifier": {"id": name[1]}, "objectType": name[0], "importStatus": "SUCCESS"}
            if query["force_overwrite"] != "true" and self.things.get(name, thing) != thing:
                failed = True
                row.update(importStatus="FAILED", failureMessage="it exists with other content")
            rows.append(row)
        if failed:
            return answer(409, rows)
        self.things.update(new)
        return [{**row, "importedObjectIdentifier": row["objectIdentifier"]} for row in rows]

    # State

    def _number(self, name: Name) -> int:
        return self._numbers.setdefault(name, self._first_number + len(self._numbers))

    def _identifier(self, name: Name) -> Row:
        if name[0] in _NUMBERED:
            return {"id": self._number(name)}
        if name[0] == "KEY":
            return {"keyId": "global"}
        return {"algorithmName" if name[0] in ("LOOKUP", "USER_ALGORITHM") else "id": name[1]}

    def _name(self, row: Row) -> Name | None:
        return next(
            (
                name
                for name in self.things
                if name[0] == row["objectType"] and self._identifier(name) == row["objectIdentifier"]
            ),
            None,
        )

    def _row(self, name: Name) -> Row:
        thing = self.things[name]
        revision = f"Not Syncable: {thing.reason}" if thing.reason else self.hash_of(name)
        row = {"objectIdentifier": self._identifier(name), "objectType": name[0], "revisionHash": revision}
        return {**row, "revisionId": f"revision of {thing.own}"} if self._revision_ids else row

    def _document(self, requested: list[Name], passphrase: str | None) -> bytes:
        whole: dict[Name, None] = {}
        open_ends = list(requested)
        while open_ends:
            name = open_ends.pop()
            whole[name] = None
            open_ends += [need for need in self.things[name].needs if need not in whole]
        content = [[*name, dataclasses.astuple(self.things[name])] for name in whole]
        blob = base64.b64encode(json.dumps([passphrase, content]).encode()).decode()
        return json.dumps(
            document([self._row(name) for name in whole], [self._row(name) for name in requested], blob=blob)
        ).encode()
