# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables and columns, files, data sets, record types and fields: parts of rulesets and formats.

Saving one of them saves what it belongs to. Documented: columns and fields come from the table
or the format, and only what masks them can be set; a domain without an algorithm means the
domain's own; an algorithm needs a domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from masking_simulator.api.call import HANDLERS, Answer, Call, page
from masking_simulator.api.shape import part_from_api, said_to_api
from masking_simulator.errors import refuse
from masking_simulator.model.inventory import columns_of
from masking_simulator.model.kinds import (
    COLUMN,
    DATASET,
    DATASET_FIELD,
    DATASET_RECORD_TYPE,
    FILE,
    FILE_FIELD,
    KINDS,
    RECORD_TYPE,
    TABLE,
    Part,
)
from masking_simulator.model.model import Change
from masking_simulator.model.objects import Key, Obj
from masking_simulator.model.parts import Place, outer_part, part_at, part_number, with_part, with_renamed

#: what can be set on a column or a field
_SETTABLE = frozenset({"algorithmName", "domainName", "dateFormat", "isProfilerWritable", "notes"})
_MASKED = frozenset({COLUMN.name, FILE_FIELD.name, DATASET_FIELD.name})


@dataclass(frozen=True)
class Family:
    """The operations on a kind of part.

    owner: the kind of object it belongs to; outer: the part that it is inside of, if any.
    filters: query parameter -> what its number names: "owner" or "outer".
    bulk: the family of the operation that replaces all parts of an owner, and the field with them.
    """

    part: Part
    owner: str
    outer: Part | None = None
    filters: tuple[tuple[str, str], ...] = ()
    bulk: tuple[str, str, str] | None = None


FAMILIES: dict[str, Family] = {
    "tableMetadata": Family(
        TABLE,
        "database_ruleset",
        filters=(("ruleset_id", "owner"),),
        bulk=("databaseRulesets", "tableMetadata", "TABLE_BULK_UPDATE"),
    ),
    "columnMetadata": Family(COLUMN, "database_ruleset", TABLE, (("table_metadata_id", "outer"),)),
    "fileMetadata": Family(
        FILE,
        "file_ruleset",
        filters=(("ruleset_id", "owner"),),
        bulk=("fileRulesets", "fileMetadata", "DATAFILE_BULK_UPDATE"),
    ),
    "recordTypes": Family(RECORD_TYPE, "file_format", filters=(("file_format_id", "owner"),)),
    "fileFieldMetadata": Family(
        FILE_FIELD, "file_format", RECORD_TYPE, (("file_format_id", "owner"), ("record_type_id", "outer"))
    ),
    "mainframeDatasetMetadata": Family(
        DATASET,
        "dataset_ruleset",
        filters=(("ruleset_id", "owner"),),
        bulk=("mainframeDatasetRulesets", "mainframeDatasetMetadata", "MAINFRAME_DATASET_BULK_UPDATE"),
    ),
    "mainframeDatasetRecordTypes": Family(
        DATASET_RECORD_TYPE, "dataset_format", filters=(("mainframe_dataset_format_id", "owner"),)
    ),
    "mainframeDatasetFieldMetadata": Family(
        DATASET_FIELD, "dataset_format", DATASET_RECORD_TYPE, (("mainframe_dataset_format_id", "owner"),)
    ),
}
Handler = Callable[[Call], Answer]


class _Rows:
    """The rows of a list, made when a page of them is asked for."""

    def __init__(self, call: Call, family: Family, found: list[tuple[int, Place]]) -> None:
        self._call = call
        self._family = family
        self._found = found

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, place: slice) -> list[dict[str, Any]]:
        return [_shown(self._call, self._family, where) for _, where in self._found[place]]


def _lister(family: Family) -> Handler:
    def handle(call: Call) -> Answer:
        objects = call.engine.model.objects
        with call.engine.model.lock:
            found = sorted(objects.parts(family.part.name).items())
            for parameter, names in family.filters:
                number = call.query[parameter]
                if number is not None:
                    wanted = _owner_place(call, family, names, number)
                    found = [item for item in found if _within(item[1], wanted)]
            for parameter, field in (("is_masked", "isMasked"), ("field_name", family.part.name_field)):
                value = call.query.get(parameter)
                if value is not None:
                    found = [item for item in found if _shown(call, family, item[1])[field] == value]
            return page(call, _Rows(call, family, found))

    return handle


def _getter(family: Family) -> Handler:
    def handle(call: Call) -> Answer:
        with call.engine.model.lock:
            return Answer(_shown(call, family, _find(call, family)[1]))

    return handle


def _creator(family: Family) -> Handler:
    def handle(call: Call) -> Answer:
        model, part = call.engine.model, family.part
        with model.change() as change:
            number = call.body[part.owner_field]
            owner = model.objects.by_id(family.owner, number)
            if owner is None:
                raise refuse(404, "not_found", kind=KINDS[family.owner].title, identifier=number)
            place = Place(owner.key, call.body[part.name_field])
            if place.outer in owner.body.get(_field(family), {}):
                raise refuse(409, "already_exists", kind=part.title, name=place.outer)
            _save(call, change, owner, with_part(KINDS[family.owner], owner.body, place, _new(call, family, call.body)))
            return call.created(_shown(call, family, place))

    return handle


def _updater(family: Family) -> Handler:
    def handle(call: Call) -> Answer:
        model, part = call.engine.model, family.part
        with model.change() as change:
            owner, place = _find(call, family)
            old = _shown(call, family, place)
            if call.body.get(part.owner_field, old[part.owner_field]) != old[part.owner_field]:
                raise refuse(400, "immutable", field=part.owner_field)
            name = call.body.get(part.name_field, old[part.name_field])
            if name != old[part.name_field]:
                owner, place = _renamed(family, owner, place, name)
            said = part_at(KINDS[family.owner], owner.body, place)
            if part.name in _MASKED:
                said = {**{name: value for name, value in said.items() if name not in _SETTABLE}, **_mask(call, part)}
            else:
                hidden = {name: value for name, value in said.items() if name.startswith("_")}
                said = {**hidden, **_taken(call, family, call.body)}
            _save(call, change, owner, with_part(KINDS[family.owner], owner.body, place, said))
            return Answer(_shown(call, family, place))

    return handle


def _deleter(family: Family) -> Handler:
    def handle(call: Call) -> Answer:
        with call.engine.model.change() as change:
            owner, place = _find(call, family)
            _save(call, change, owner, with_part(KINDS[family.owner], owner.body, place, None))
        return Answer()

    return handle


def _bulk(family: Family, field: str, operation: str) -> Handler:
    """Replace all that a ruleset holds; a table that stays keeps its columns."""

    def handle(call: Call) -> Answer:
        model, part = call.engine.model, family.part
        with model.change() as change:
            number = next(iter(call.path.values()))
            owner = model.objects.by_id(family.owner, number)
            if owner is None:
                raise refuse(404, "not_found", kind=KINDS[family.owner].title, identifier=number)
            old = owner.body.get(_field(family), {})
            parts: dict[str, Any] = {}
            for item in call.body[field]:
                name = item[part.name_field]
                if name in parts:
                    raise refuse(409, "already_exists", kind=part.title, name=name)
                hidden = {key: value for key, value in old.get(name, {}).items() if key.startswith("_")}
                parts[name] = {**_new(call, family, item), **hidden}
            _save(call, change, owner, {**owner.body, _field(family): parts})
        return Answer(call.engine.tasks.done(operation))

    return handle


def _shown(call: Call, family: Family, place: Place) -> dict[str, Any]:
    model, part = call.engine.model, family.part
    owner = model.require(place.owner)
    said = part_at(KINDS[family.owner], owner.body, place)
    name = place.outer if place.inner is None else place.inner
    above = owner.id if place.inner is None else part_number(owner.local, Place(place.owner, place.outer))
    row = {part.id_field: part_number(owner.local, place), part.name_field: name, part.owner_field: above}
    if family.owner.endswith("_format") and place.inner is not None:
        row[KINDS[family.owner].id_field or ""] = owner.id
    if part is FILE:
        connector = model.require(Key("file_connector", owner.key.environment, owner.body["fileConnectorId"]))
        row["fileType"] = connector.body["fileType"]
    row.update(said_to_api(model, owner, part, said))
    if part.name in _MASKED:
        row["isMasked"] = "algorithmName" in said
    elif part is TABLE:
        row["isMasked"] = any("algorithmName" in column for column in said.get("_columns", {}).values())
    return row


def _find(call: Call, family: Family) -> tuple[Obj, Place]:
    number = next(iter(call.path.values()))
    found = call.engine.model.objects.part(family.part.name, number)
    if found is None:
        raise refuse(404, "not_found", kind=family.part.title, identifier=number)
    return found


def _owner_place(call: Call, family: Family, names: str, number: int) -> tuple[Key, str | None]:
    """What a filter asks for: an owner, or a part of it; raises a 404."""
    objects = call.engine.model.objects
    if names == "outer":
        assert family.outer is not None
        found = objects.part(family.outer.name, number)
        if found is None:
            raise refuse(404, "not_found", kind=family.outer.title, identifier=number)
        return found[0].key, found[1].outer
    owner = objects.by_id(family.owner, number)
    if owner is None:
        raise refuse(404, "not_found", kind=KINDS[family.owner].title, identifier=number)
    return owner.key, None


def _renamed(family: Family, owner: Obj, place: Place, name: str) -> tuple[Obj, Place]:
    """The owner with a part of another name, and the part's new place; columns and fields keep their names."""
    if place.inner is not None:
        raise refuse(400, "immutable", field=family.part.name_field)
    if name in owner.body[_field(family)]:
        raise refuse(409, "already_exists", kind=family.part.title, name=name)
    body, local = with_renamed(KINDS[family.owner], owner.body, owner.local, place, name)
    return replace(owner, body=body, local=local), place._replace(outer=name)


def _within(place: Place, wanted: tuple[Key, str | None]) -> bool:
    owner, outer = wanted
    return place.owner == owner and outer in (None, place.outer)


def _new(call: Call, family: Family, body: dict[str, Any]) -> dict[str, Any]:
    said = _taken(call, family, body)
    if family.part is TABLE:
        said["_columns"] = columns_of(body[family.part.name_field])
    return said


def _taken(call: Call, family: Family, body: dict[str, Any]) -> dict[str, Any]:
    part = family.part
    drop = frozenset({part.id_field, part.name_field, part.owner_field, "fileType", "isMasked"})
    return part_from_api(call.engine.model, part, body, drop)


def _mask(call: Call, part: Part) -> dict[str, Any]:
    asked = {name: value for name, value in call.body.items() if name in _SETTABLE and value is not None}
    if "algorithmName" in asked and "domainName" not in asked:
        raise refuse(400, "algorithm_without_domain")
    said = part_from_api(call.engine.model, part, asked, frozenset())
    if "domainName" in said:
        domain = call.engine.model.require(Key("domain", None, said["domainName"]))
        said.setdefault("algorithmName", domain.body["defaultAlgorithmCode"])
    return said


def _save(call: Call, change: Change, owner: Obj, body: dict[str, Any]) -> None:
    call.engine.model.save(change, owner, body=body)


def _field(family: Family) -> str:
    found = outer_part(KINDS[family.owner])
    assert found is not None
    return found[0]


def _operations() -> Iterator[tuple[str, Handler]]:
    makers = {"list": _lister, "get": _getter, "create": _creator, "update": _updater, "delete": _deleter}
    for name, family in FAMILIES.items():
        for verb, maker in makers.items():
            yield f"{name}_{verb}", maker(family)
        if family.bulk is not None:
            rulesets, field, operation = family.bulk
            yield f"{rulesets}_bulk", _bulk(family, field, operation)


def register() -> None:
    """Register the handlers of all families."""
    HANDLERS.update(_operations())
