# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On-the-fly jobs: where they read from. Private to this collection.

An import puts the connectors that they read from into one environment, which must not be the
jobs' own (documented). A job that reads from elsewhere on the source is pointed there by
saving it.
"""

from __future__ import annotations

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    ObjectKey,
    OnTheFly,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import refusal
from ansible_collections.maskops.delphix.plugins.module_utils._types import object_type
from ansible_collections.maskops.delphix.plugins.module_utils._writes import write_once

# The words of the API for what a connector is.
_CONNECTOR_TYPES = {"DATABASE_CONNECTOR": "DATABASE", "FILE_CONNECTOR": "FILE", "DATASET_CONNECTOR": "VSAM"}
# Told by the engine, and none of a client's business to set.
_READ_ONLY = frozenset({"rulesetType", "createdBy", "createdTime", "updatedBy", "updatedTime"})


def point(engine: Engine, job: SyncableObject, connector: SyncableObject) -> None:
    """Make a job of the engine read from a connector of the engine. Raises ApiError, AnswerLostError."""
    path = f"{object_type(job.key.type).list_path}/{_number(job)}"
    row = _read(engine, path, job.key)
    wanted = _source(connector)
    if row.get("onTheFlyMaskingSource") == wanted:
        return
    _write(engine, "PUT", path, {**row, "onTheFlyMaskingSource": wanted}, job.key)


def build(
    engine: Engine,
    key: ObjectKey,
    job: OnTheFly,
    there: SyncableObject | None,
    ruleset: SyncableObject,
    connector: SyncableObject,
) -> None:
    """Make a job, or the one that is there, equal to one of another engine.

    For a job that cannot be exported: its two connectors have one name. Raises ApiError, AnswerLostError.
    """
    path = object_type(key.type).list_path or ""
    body = {**job.settings, "rulesetId": _number(ruleset), "onTheFlyMaskingSource": _source(connector)}
    if there is None:
        _write(engine, "POST", path, body, key)
    else:
        _write(engine, "PUT", f"{path}/{_number(there)}", body, key)


def _write(engine: Engine, method: str, path: str, body: Row, key: ObjectKey) -> None:
    id_field = object_type(key.type).id_field
    body = {name: value for name, value in body.items() if name not in _READ_ONLY and name != id_field}

    def done() -> bool:
        rows = engine.list_all(path) if method == "POST" else [_read(engine, path, key)]
        return any(all(row.get(name) == value for name, value in body.items()) for row in rows)

    write_once(engine, method, path, body, what=f"saving {key}", subject=str(key), done=done)


def _read(engine: Engine, path: str, key: ObjectKey) -> Row:
    answer = engine.session.request("GET", path)
    if not answer.ok:
        raise refusal(answer, f"reading {key}")
    row = answer.json()
    return row if isinstance(row, dict) else {}


def _source(connector: SyncableObject) -> Row:
    return {"connectorId": _number(connector), "connectorType": _CONNECTOR_TYPES[connector.key.type]}


def _number(entry: SyncableObject) -> int:
    return int(next(iter(entry.identifier.values())))
