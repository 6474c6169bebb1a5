# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The syncable objects of one engine by object key. Private to this collection."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    ApiError,
    UnexpectedAnswerError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._places import (
    Place,
    Places,
    kind_of,
    number_of,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    ENVIRONMENT,
    SINGLETON_NAME,
    object_type,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import Release

# Documented: such an object is listed with this text in place of a hash and cannot be exported.
_NOT_SYNCABLE = "Not Syncable"
# Fields of a job that say nothing of what it does on another engine; one old sample shows an environment.
_LOCAL_FIELDS = frozenset(
    {"rulesetId", "environmentId", "onTheFlyMaskingSource", "createdBy", "createdTime", "updatedBy", "updatedTime"}
)


class ObjectKey(t.NamedTuple):
    """What names the same object on two engines. Ids never do: they are local to an engine."""

    type: str
    environment: str | None
    name: str

    def __str__(self) -> str:
        where = f" in {self.environment}" if self.environment else ""
        return f"{self.type} {self.name}{where}"

    def to_result(self) -> Row:
        """As result keys ``type``, ``name`` and, inside an environment, ``environment``."""
        row: Row = {"type": self.type, "name": self.name}
        if self.environment is not None:
            row["environment"] = self.environment
        return row


class SyncableObject(t.NamedTuple):
    """One row of GET /syncable-objects under its object key.

    ``identifier`` is the engine's own one-entry map, to be copied back as it came.
    ``hash`` is None and ``reason`` set when the engine cannot export the object.
    ``revision_id`` moves only when the object itself changes (newer releases).
    """

    key: ObjectKey
    identifier: Row
    hash: str | None
    revision_id: str | None = None
    reason: str | None = None

    @property
    def request(self) -> Row:
        """The object as an export asks for it."""
        return {"objectIdentifier": self.identifier, "objectType": self.key.type}

    def to_result(self) -> Row:
        """As result keys, for lists that modules return."""
        row = self.key.to_result()
        row["identifier"] = self.identifier
        row["syncable"] = self.reason is None
        if self.reason is None:
            row["revision_hash"] = self.hash
        else:
            row["reason"] = self.reason
        if self.revision_id is not None:
            row["revision_id"] = self.revision_id
        return row


class OnTheFly(t.NamedTuple):
    """What an on-the-fly job says of itself.

    ``source`` is the connector that it reads from, None when that cannot be told.
    ``settings`` are its fields that mean the same on every engine.
    """

    source: ObjectKey | None
    settings: Row


@dataclasses.dataclass(frozen=True)
class Catalog:
    """All that one engine lists.

    ``unnamed`` are objects whose name cannot be told yet, so that nothing can be decided
    about them; ``doubles`` are keys that the engine lists more than once. ``parents`` leads
    from a job to its ruleset and from a ruleset to its connector.
    """

    engine: str
    release: Release
    objects: t.Mapping[ObjectKey, SyncableObject]
    unnamed: tuple[SyncableObject, ...] = ()
    doubles: frozenset[ObjectKey] = frozenset()
    parents: t.Mapping[ObjectKey, ObjectKey] = dataclasses.field(default_factory=dict)
    on_the_fly: t.Mapping[ObjectKey, OnTheFly] = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def environments(self) -> frozenset[str]:
        """Names of the environments that are listed or hold something listed."""
        listed = {key.name for key in self.objects if key.type == ENVIRONMENT}
        return frozenset(listed | {key.environment for key in self.objects if key.environment is not None})

    def carried(self, key: ObjectKey) -> list[ObjectKey]:
        """The object and what an export of it carries along from environments."""
        found = [key]
        job = self.on_the_fly.get(key)
        if job is not None and job.source is not None:
            found.append(job.source)
        while (above := self.parents.get(key)) is not None:
            found.append(above)
            key = above
        return found

    def to_json(self) -> Row:
        """A form that ``from_json`` takes back."""
        return {
            "engine": self.engine,
            "release": self.release.text,
            "objects": [list(entry) for entry in self.objects.values()],
            "unnamed": [list(entry) for entry in self.unnamed],
            "doubles": [list(key) for key in self.doubles],
            "parents": [[list(key), list(above)] for key, above in self.parents.items()],
            "on_the_fly": [
                [list(key), list(job.source) if job.source else None, job.settings]
                for key, job in self.on_the_fly.items()
            ],
        }

    @classmethod
    def from_json(cls, data: t.Mapping[str, t.Any]) -> Catalog:
        """Raises KeyError, TypeError or ValueError for anything but the form of ``to_json``."""
        objects = [SyncableObject(ObjectKey(*row[0]), *row[1:]) for row in data["objects"]]
        return cls(
            data["engine"],
            Release(data["release"]),
            {entry.key: entry for entry in objects},
            tuple(SyncableObject(ObjectKey(*row[0]), *row[1:]) for row in data["unnamed"]),
            frozenset(ObjectKey(*key) for key in data["doubles"]),
            {ObjectKey(*key): ObjectKey(*above) for key, above in data["parents"]},
            {
                ObjectKey(*key): OnTheFly(ObjectKey(*source) if source else None, settings)
                for key, source, settings in data["on_the_fly"]
            },
        )


def read_catalog(engine: Engine, *, object_types: t.Collection[str] | None = None) -> Catalog:
    """List an engine's syncable objects and give each its key.

    One type is asked for with the engine's filter; several cost less as one plain list.
    Name lists are read only for types whose objects the engine lists by number.
    """
    only = next(iter(object_types)) if object_types is not None and len(object_types) == 1 else None
    try:
        rows = engine.syncable_objects(only)
    except ApiError as error:
        # An engine may refuse to filter by a type that its release does not know.
        if only is None or error.http_status != 400:
            raise
        rows = engine.syncable_objects()
    if object_types is not None:
        rows = [row for row in rows if row.get("objectType") in object_types]
    places = Places(engine)
    return build_catalog(engine.name, engine.release, rows, places.of)


def build_catalog(
    engine: str,
    release: Release,
    rows: t.Iterable[Row],
    places_of: t.Callable[[str], t.Mapping[int, Place]],
) -> Catalog:
    """Rows of GET /syncable-objects as a catalog. ``places_of`` gives id to place for a type."""
    objects: dict[ObjectKey, SyncableObject] = {}
    unnamed: list[SyncableObject] = []
    doubles: set[ObjectKey] = set()
    inside: dict[ObjectKey, Place] = {}
    for row in rows:
        kind, identifier = _identified(row, engine)
        label: t.Any = next(iter(identifier.values()))
        place: Place | None
        if object_type(kind).singleton:
            place = Place(None, SINGLETON_NAME)
        elif isinstance(label, str):
            place = Place(None, label)
        else:
            place = places_of(kind).get(label)
        key = ObjectKey(kind, place.environment, place.name) if place else ObjectKey(kind, None, f"#{label}")
        entry = _entry(key, identifier, row)
        if place is None:
            unnamed.append(entry)
        elif entry.key in objects:
            doubles.add(entry.key)
        else:
            objects[entry.key] = entry
            if place.environment is not None:
                inside[key] = place
    parents = {
        key: ObjectKey(place.parent[0], place.environment, place.parent[1])
        for key, place in inside.items()
        if place.parent
    }
    jobs = {
        key: _on_the_fly(key, place, places_of) for key, place in inside.items() if place.row.get("onTheFlyMasking")
    }
    return Catalog(engine, release, objects, tuple(unnamed), frozenset(doubles), parents, jobs)


def _on_the_fly(key: ObjectKey, place: Place, places_of: t.Callable[[str], t.Mapping[int, Place]]) -> OnTheFly:
    local = {*_LOCAL_FIELDS, object_type(key.type).id_field}
    settings = {name: value for name, value in place.row.items() if name not in local}
    told = place.row.get("onTheFlyMaskingSource")
    told = told if isinstance(told, dict) else {}
    kind = kind_of(told.get("connectorType"), "CONNECTOR") or "DATABASE_CONNECTOR"
    number = number_of(told, "connectorId")
    source = places_of(kind).get(number) if number is not None else None
    return OnTheFly(ObjectKey(kind, source.environment, source.name) if source else None, settings)


def _identified(row: Row, engine: str) -> tuple[str, Row]:
    kind, identifier = row.get("objectType"), row.get("objectIdentifier")
    if not isinstance(kind, str) or not isinstance(identifier, dict) or len(identifier) != 1:
        raise UnexpectedAnswerError(f"a syncable object is listed without type or identifier: {row!r}", engine=engine)
    return kind, identifier


def _entry(key: ObjectKey, identifier: Row, row: Row) -> SyncableObject:
    value = row.get("revisionHash")
    if isinstance(value, str) and value.startswith(_NOT_SYNCABLE):
        reason = value[len(_NOT_SYNCABLE) :].lstrip(": ") or "no reason given"
        return SyncableObject(key, identifier, None, row.get("revisionId"), reason)
    return SyncableObject(key, identifier, value or None, row.get("revisionId"))
