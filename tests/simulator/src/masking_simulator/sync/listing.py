# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The syncable objects of an engine as the API lists them, kept ready as JSON."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from masking_simulator.model.model import Model
from masking_simulator.model.objects import Key, Obj
from masking_simulator.model.types import BY_NAME, TYPES, ObjectType

GLOBAL_KEY = Key("global_object", None, "global")
GLOBAL_IDENTIFIER: dict[str, Any] = {"id": "global"}


class Listing:
    """Rows of GET /syncable-objects."""

    def __init__(self, model: Model, seed: str) -> None:
        self._model = model
        self._seed = seed
        self._rows: dict[tuple[Key, bool], bytes] = {}
        self._lists: dict[tuple[str | None, bool], tuple[int, list[bytes]]] = {}
        model.on_stale = self.forget

    def forget(self, keys: set[Key]) -> None:
        """Drop the rows of objects whose hash may have moved."""
        for key in keys:
            self._rows.pop((key, False), None)
            self._rows.pop((key, True), None)

    def rows(self, object_type: str | None, with_revision_id: bool) -> list[bytes]:
        """All rows, or those of one type, each as JSON."""
        with self._model.lock:
            version, known = self._lists.get((object_type, with_revision_id), (-1, []))
            if version != self._model.version:
                known = self._listed(object_type, with_revision_id)
                self._lists[(object_type, with_revision_id)] = (self._model.version, known)
            return known

    def row(self, obj: Obj, with_revision_id: bool) -> bytes:
        """One object as JSON."""
        known = self._rows.get((obj.key, with_revision_id))
        if known is None:
            known = orjson.dumps(self.metadata(obj, BY_NAME[obj.type], with_revision_id))
            self._rows[(obj.key, with_revision_id)] = known
        return known

    def metadata(self, obj: Obj, type_: ObjectType, with_revision_id: bool) -> dict[str, Any]:
        """Identifier, type and hash of an object, listed under a type of its kind."""
        hashes = self._model.hashes
        own_hash = type_.reference and self._model.switches.text("reference_hash") == "own"
        result = {
            "objectIdentifier": self.identifier(obj, type_),
            "objectType": type_.name,
            "revisionHash": hashes.reference_hash(obj.key) if own_hash else hashes.revision_hash(obj.key),
        }
        if with_revision_id:
            result["revisionId"] = hashes.revision_id(obj.key)
        return result

    def global_metadata(self, with_revision_id: bool) -> dict[str, Any]:
        """Identifier, type and hash of GLOBAL_OBJECT."""
        result = {
            "objectIdentifier": GLOBAL_IDENTIFIER,
            "objectType": "GLOBAL_OBJECT",
            "revisionHash": self._model.hashes.global_hash(),
        }
        if with_revision_id:
            result["revisionId"] = self._model.hashes.global_hash()[:32]
        return result

    def identifier(self, obj: Obj, type_: ObjectType) -> dict[str, Any]:
        """The one-entry map that identifies an object on this engine."""
        if type_.shape == "algorithm":
            return {"algorithmName": obj.name}
        if type_.shape == "key":
            return {"keyId": obj.name}
        return {"id": obj.id if self._is_integer(type_) else obj.name}

    def find(self, type_: ObjectType, identifier: dict[str, Any]) -> Obj | None:
        """The object that an identifier names, or None; raises ValueError for a bad shape."""
        if len(identifier) != 1:
            raise ValueError(identifier)
        (field, value), = identifier.items()
        wanted = {"algorithm": "algorithmName", "key": "keyId"}.get(type_.shape, "id")
        if field != wanted:
            raise ValueError(identifier)
        if self._is_integer(type_):
            if not isinstance(value, int) or isinstance(value, bool):
                raise ValueError(identifier)
            obj = self._model.objects.by_id(type_.kind, value)
        else:
            if not isinstance(value, str):
                raise ValueError(identifier)
            obj = self._model.objects.get(Key(type_.kind, None, value))
        return obj if obj is not None and (obj.type == type_.name or type_.reference) else None

    def _is_integer(self, type_: ObjectType) -> bool:
        if type_.shape == "unknown":
            return self._model.switches.text("identifier_shape") == "integer"
        return type_.shape == "integer"

    def _listed(self, object_type: str | None, with_revision_id: bool) -> list[bytes]:
        listed = {item.name for item in TYPES if item.on(self._model.release) and not item.reference}
        found = [obj for obj in self._model.objects
                 if obj.type in listed and (object_type is None or obj.type == object_type)]
        rows = [(self._place(obj.type, obj.key), self.row(obj, with_revision_id)) for obj in found]
        if object_type in (None, "GLOBAL_OBJECT"):
            rows.append((self._place("GLOBAL_OBJECT", GLOBAL_KEY), orjson.dumps(self.global_metadata(with_revision_id))))
        rows.sort()
        return [row for _, row in rows]

    def _place(self, type_: str, key: Key) -> str:
        if self._model.switches.text("list_order") == "name":
            return f"{type_}\n{key.name}\n{key.environment}"
        return hashlib.md5(f"{self._seed}{type_}\n{key}".encode(), usedforsecurity=False).hexdigest()
