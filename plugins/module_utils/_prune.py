# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing what only the target has. Private to this collection."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import ApiError
from ansible_collections.maskops.delphix.plugins.module_utils._places import number_of
from ansible_collections.maskops.delphix.plugins.module_utils._references import (
    read_uses,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import sort_key
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    ALGORITHM_TYPES,
    object_type,
)
from ansible_collections.maskops.delphix.plugins.module_utils._writes import write_once

# Objects that the API knows by name.
_BY_NAME = {**dict.fromkeys(ALGORITHM_TYPES, ("/algorithms", "algorithmName")), "DOMAIN": ("/domains", "domainName")}
# Nothing of these types comes with an engine.
_USERS_OWN = frozenset({"FILE_FORMAT", "DATASET_FORMAT", "MOUNT_INFORMATION"})
_BY_THE_ENGINE = frozenset({"", "system", "delphix"})


def not_to_remove(
    engine: Engine, catalog: Catalog, keys: t.Collection[ObjectKey], replaced: t.Collection[ObjectKey] = ()
) -> dict[ObjectKey, str]:
    """Those of some objects of the catalog's engine that must stay, with the reason.

    What is built in, or not sure to be a user's, and what something uses that stays itself. Who made
    an object is told by its own list only. Inside environments the catalog tells the uses. What is
    ``replaced`` by the source's uses none of them any more.
    """
    of_engine = {key for key in keys if key.environment is None}
    kept = dict(_not_a_users(engine, of_engine))
    if len(kept) == len(of_engine):
        return kept
    users: dict[ObjectKey, list[ObjectKey]] = {}
    for user, used in read_uses(engine, catalog).items():
        for key in used & of_engine if user not in replaced else ():
            users.setdefault(key, []).append(user)
    going = set(keys) - kept.keys()
    # What stays makes stay what it uses, which is of a lower level.
    for key in sorted(users, key=lambda one: -object_type(one.type).level):
        staying = sorted(set(users[key]) - going, key=sort_key)
        if key in going and staying:
            kept[key] = f"{staying[0]} uses it"
            going.discard(key)
    return kept


def _not_a_users(engine: Engine, keys: t.Iterable[ObjectKey]) -> t.Iterator[tuple[ObjectKey, str]]:
    lists: dict[str, dict[str, Row]] = {}
    for key in keys:
        if key.type in _USERS_OWN:
            continue
        path, name_field = _list_of(key.type)
        if path is None:
            yield key, "objects of this type are not removed by a sync"
            continue
        if path not in lists:
            lists[path] = {str(row.get(name_field)): row for row in engine.list_all(path)}
        row = lists[path].get(key.name)
        if row is None or not _made_by_a_user(row):
            yield key, "it is built in, or nothing tells that a user made it"


def remove(engine: Engine, entry: SyncableObject) -> str | None:
    """Remove an object. Returns the engine's words when it refuses, as it does for what is in use."""
    path, _name_field = _list_of(entry.key.type)
    number = _number(engine, entry)

    def gone() -> bool:
        return engine.session.request("GET", f"{path}/{number}").status == 404

    try:
        write_once(
            engine, "DELETE", f"{path}/{number}", None, what=f"removing {entry.key}", subject=str(entry.key), done=gone
        )
    except ApiError as refused:
        if refused.http_status in (401, 403):
            raise
        return refused.detail or refused.message
    return None


def _number(engine: Engine, entry: SyncableObject) -> str:
    kind = object_type(entry.key.type)
    if entry.key.type in _BY_NAME:
        return quote(entry.key.name, safe="")
    value = next(iter(entry.identifier.values()))
    if not isinstance(value, int):
        rows = engine.list_all(kind.list_path or "")
        value = next((number_of(row, kind.id_field) for row in rows if row.get(kind.name_field or "") == value), value)
    return quote(str(value), safe="")


def _list_of(type_name: str) -> tuple[str | None, str]:
    if type_name in _BY_NAME:
        return _BY_NAME[type_name]
    kind = object_type(type_name)
    return kind.list_path, kind.name_field or ""


def _made_by_a_user(row: Row) -> bool:
    if "builtIn" in row:
        return row["builtIn"] is False
    return str(row.get("createdBy") or "").strip().lower() not in _BY_THE_ENGINE
