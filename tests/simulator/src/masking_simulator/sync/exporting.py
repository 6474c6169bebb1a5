# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export: from requested objects to an export document."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import orjson

from masking_simulator.clock import document_time
from masking_simulator.errors import refuse
from masking_simulator.model.hashing import NOT_SYNCABLE
from masking_simulator.model.objects import Key, Need, Obj
from masking_simulator.model.types import BY_NAME, REFERENCE_OF, SOURCE_OF, ObjectType
from masking_simulator.sync.crypto import AES, TRIPLE_DES
from masking_simulator.sync.document import frame, write_document
from masking_simulator.sync.listing import GLOBAL_IDENTIFIER, GLOBAL_KEY

if TYPE_CHECKING:
    from masking_simulator.engine import Engine

#: types whose name is none that a person gave, or that is not exported
_UNNAMED = frozenset({"ENVIRONMENT", "KEY", "APPLICATION_SETTINGS", "LICENSE_INFO"})
_FAMILIES = frozenset({"connector", "ruleset", "job"})


@dataclass(frozen=True)
class Item:
    """One object of an export; `obj` is None for GLOBAL_OBJECT."""

    type: ObjectType
    obj: Obj | None


@dataclass(frozen=True)
class Export:
    """A checked export: what goes into the document, in the order of dependencies."""

    metadata: dict[str, Any]
    records: list[dict[str, Any]]
    contents: list[Obj | None]


def prepare(engine: Engine, requested: list[dict[str, Any]], host: str, shows_id: bool) -> Export:
    """Check a request and collect what it needs; any problem refuses the whole export.

    shows_id: whether the metadata has the field revisionId.
    """
    with engine.model.lock:
        asked = [_requested(engine, entry) for entry in requested]
        items = _Collector(engine).collect(asked)
        _check_names(engine, items)
        metadata = {
            "exportHost": host,
            "exportDate": document_time(engine.clock.now()),
            "requestedObjectList": [_listed(engine, item, shows_id) for item in asked],
            "exportedObjectList": [_listed(engine, item, shows_id) for item in items],
        }
        records = [_record(engine, item) for item in items]
        return Export(metadata, records, [item.obj for item in items])


def write(engine: Engine, export: Export, path: Path, passphrase: str | None, zipped: bool = False) -> None:
    """Write the document of a prepared export."""
    write_document(path, export.metadata, _frames(engine, export), passphrase, _method(engine), engine.signer, zipped)


def _frames(engine: Engine, export: Export) -> Iterator[bytes]:
    header = {
        "format": 1,
        "uuid": str(uuid.uuid4()),
        "release": engine.release.text,
        "time": engine.clock.now(),
        "records": len(export.records),
    }
    yield frame(orjson.dumps(header))
    for record, obj in zip(export.records, export.contents, strict=True):
        yield frame(orjson.dumps(record))
        if record["digest"] is not None and obj is not None and obj.content is not None:
            yield frame(engine.store.content(obj.content))


def _method(engine: Engine) -> bytes:
    wanted = engine.switches.text("encryption")
    if wanted == "by_release":
        return TRIPLE_DES if engine.release.api <= 1 else AES
    return TRIPLE_DES if wanted == "3des" else AES


def _requested(engine: Engine, entry: dict[str, Any]) -> Item:
    name, identifier = entry["objectType"], entry["objectIdentifier"]
    status = engine.switches.integer("export_problem_status")
    type_ = BY_NAME.get(name)
    if type_ is None or not type_.on(engine.release):
        raise refuse(400, "unknown_type", type=name)
    if type_.reference:
        raise refuse(status, "reference_only", type=name)
    if type_.new and not engine.switches.is_on("new_types_requestable"):
        raise refuse(status, "not_requestable", type=name)
    if name == "GLOBAL_OBJECT":
        if identifier != GLOBAL_IDENTIFIER:
            raise refuse(404, "no_such_object", type=name, identifier=_show(identifier))
        return Item(type_, None)
    try:
        obj = engine.listing.find(type_, identifier)
    except ValueError:
        raise refuse(400, "bad_identifier", type=name, identifier=_show(identifier)) from None
    if obj is None:
        raise refuse(404, "no_such_object", type=name, identifier=_show(identifier))
    current = engine.model.hashes.revision_hash(obj.key)
    if current.startswith(NOT_SYNCABLE):
        raise refuse(status, "not_syncable", type=name, identifier=_show(identifier), reason=current)
    stale = entry.get("revisionHash") not in (None, current)
    if stale and engine.switches.text("stale_hash") == "refused":
        raise refuse(409, "stale_hash", type=name, identifier=_show(identifier))
    return Item(type_, obj)


class _Collector:
    """Follows dependencies, deepest first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: dict[Need, Item] = {}

    def collect(self, asked: Iterable[Item]) -> list[Item]:
        objects = self._engine.model.objects
        for item in asked:
            if item.obj is None:
                for key in self._engine.model.hashes.global_members():
                    self._full(key)
                self._found[Need(GLOBAL_KEY, "full")] = item
            elif item.type.name == "ENVIRONMENT":
                for key in sorted(objects.in_environment(item.obj.id)):
                    if self._engine.model.hashes.syncable(key):
                        self._full(key)
                self._found[Need(item.obj.key, "full")] = item
            else:
                self._full(item.obj.key)
        return list(self._found.values())

    def _full(self, key: Key, way: Literal["full", "source"] = "full") -> None:
        """Take an object with all it needs; way source takes it as the source connector of a job."""
        if Need(key, way) in self._found:
            return
        self._check_loop(key)
        obj = self._engine.model.require(key)
        for need in obj.needs:
            if need.way == "reference":
                self._reference(need.key)
            elif need.way != "kept" and not _is_built_in_driver(self._engine, need.key):
                self._full(need.key, need.way)
        if obj.type:
            type_ = SOURCE_OF[key.kind] if way == "source" else BY_NAME[obj.type]
            self._found[Need(key, way)] = Item(type_, obj)

    def _reference(self, key: Key) -> None:
        if Need(key, "reference") in self._found:
            return
        self._check_loop(key)
        obj = self._engine.model.require(key)
        for need in obj.needs:
            self._reference(need.key)
        if key.kind in REFERENCE_OF:
            self._found[Need(key, "reference")] = Item(REFERENCE_OF[key.kind], obj)

    def _check_loop(self, key: Key) -> None:
        if key in self._engine.model.hashes.closure(key):
            status = self._engine.switches.integer("export_problem_status")
            raise refuse(status, "dependency_loop", path=" -> ".join(_loop(self._engine, key)))


def _is_built_in_driver(engine: Engine, key: Key) -> bool:
    """Documented: uploaded JDBC drivers come along with what uses them."""
    return key.kind == "jdbc_driver" and bool(engine.model.require(key).body.get("builtIn"))


def _loop(engine: Engine, start: Key) -> list[str]:
    path = [start.name]
    current = start
    while True:
        for needed in (need.key for need in engine.model.require(current).needs):
            if needed == start:
                return [*path, start.name]
            if start in engine.model.hashes.closure(needed) and needed.name not in path:
                path.append(needed.name)
                current = needed
                break
        else:
            return path


def _check_names(engine: Engine, items: list[Item]) -> None:
    """Refuse two objects of one name (documented); which objects must not share one is inferred from clients."""
    scope = engine.switches.text("same_name_scope")
    twice = engine.switches.text("same_connector_twice") == "refused"
    seen: dict[tuple[str, str], Key] = {}
    for item in items:
        if item.obj is None or not item.type.carried or item.type.name in _UNNAMED:
            continue
        mark = (_name_space(item.type, scope), item.obj.name)
        other = seen.get(mark)
        if other is not None and (twice or other != item.obj.key):
            raise refuse(engine.switches.integer("export_problem_status"), "same_name", name=item.obj.name)
        seen[mark] = item.obj.key


def _name_space(type_: ObjectType, scope: str) -> str:
    family = type_.kind.rsplit("_", 1)[-1]
    if scope == "family" and family in _FAMILIES:
        return family
    return {"all": "", "side": f"{type_.kind} {type_.scope}"}.get(scope, type_.kind)


def _listed(engine: Engine, item: Item, shows_id: bool) -> dict[str, Any]:
    if item.obj is None:
        return engine.listing.global_metadata(shows_id)
    return engine.listing.metadata(item.obj, item.type, shows_id)


def _record(engine: Engine, item: Item) -> dict[str, Any]:
    record: dict[str, Any] = {
        "type": item.type.name,
        "identifier": GLOBAL_IDENTIFIER,
        "name": "global",
        "revision": "",
        "body": {},
        "fingerprint": "",
        "digest": None,
    }
    if item.obj is not None:
        obj = item.obj
        record.update(identifier=engine.listing.identifier(obj, item.type), name=obj.name)
        if not item.type.carried:
            record.update(fingerprint=engine.model.hashes.fingerprint(obj.key))
        elif item.type.name != "ENVIRONMENT":
            digest = obj.content.digest if obj.content else None
            record.update(revision=obj.revision, body=obj.body, digest=digest)
    return record


def _show(identifier: dict[str, Any]) -> str:
    return orjson.dumps(identifier).decode()
