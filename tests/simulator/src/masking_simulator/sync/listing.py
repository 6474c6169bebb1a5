# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The syncable objects of an engine as the API lists them, kept ready as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import orjson

from masking_simulator.model.model import Model
from masking_simulator.model.objects import Key, Obj
from masking_simulator.model.types import BY_NAME, TYPES, ObjectType

GLOBAL_KEY = Key("global_object", None, "global")
GLOBAL_IDENTIFIER: dict[str, Any] = {"id": "global"}


class Rows:
    """The rows of a list in their order, made when a page of them is asked for."""

    def __init__(self, keys: list[Key], render: Callable[[Key], bytes]) -> None:
        self._keys = keys
        self._render = render

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, place: slice) -> list[bytes]:
        return [self._render(key) for key in self._keys[place]]


class Listing:
    """Rows of GET /syncable-objects."""

    def __init__(self, model: Model, seed: str) -> None:
        self._model = model
        self._seed = seed
        self._rows: dict[tuple[Key, bool], bytes] = {}
        self._orders: dict[str | None, tuple[int, list[Key]]] = {}
        model.on_stale = self.forget

    def forget(self, keys: set[Key]) -> None:
        """Drop the rows of objects whose hash may have moved."""
        for key in keys:
            self._rows.pop((key, False), None)
            self._rows.pop((key, True), None)

    def rows(self, object_type: str | None, with_revision_id: bool) -> Rows:
        """All rows, or those of one type; use them with the model's lock held."""

        def render(key: Key) -> bytes:
            if key == GLOBAL_KEY:
                return orjson.dumps(self.global_metadata(with_revision_id))
            return self.row(self._model.require(key), with_revision_id)

        return Rows(self._ordered(object_type), render)

    def warm(self) -> None:
        """Compute all rows, so that the next list is answered at once."""
        with self._model.lock:
            rows = self.rows(None, self._model.release.api >= 42)
            rows[0 : len(rows)]

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
        ((field, value),) = identifier.items()
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

    def _ordered(self, object_type: str | None) -> list[Key]:
        version, keys = self._orders.get(object_type, (-1, []))
        if version != self._model.members_version:
            listed = {item.name for item in TYPES if item.on(self._model.release) and not item.reference}
            wanted = listed if object_type is None else listed & {object_type}
            placed = [(self._place(obj.type, obj.key), obj.key) for obj in self._model.objects if obj.type in wanted]
            if "GLOBAL_OBJECT" in wanted:
                placed.append((self._place("GLOBAL_OBJECT", GLOBAL_KEY), GLOBAL_KEY))
            keys = [key for _, key in sorted(placed, key=lambda item: item[0])]
            self._orders[object_type] = (self._model.members_version, keys)
        return keys

    def _place(self, type_: str, key: Key) -> str:
        if self._model.switches.text("list_order") == "name":
            return f"{type_}\n{key.name}\n{key.environment}"
        return hashlib.md5(f"{self._seed}{type_}\n{key}".encode(), usedforsecurity=False).hexdigest()
