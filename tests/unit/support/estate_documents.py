# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export documents of an engine with environments: what goes in, and what becomes of it elsewhere.

As documented: jobs, rulesets and formats only refer to domains, algorithms and profile sets, which
an import compares with those of its engine; what an on-the-fly job reads from goes along as a
source connector; environments are not told, the query of an import names them.
"""

from __future__ import annotations

import base64
import json
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer
from ansible_collections.maskops.delphix.tests.unit.support.bundles import (
    Row,
    document,
)
from ansible_collections.maskops.delphix.tests.unit.support.holdings import (
    ALGORITHMS,
    Held,
    Holdings,
)
from ansible_collections.maskops.delphix.tests.unit.support.machine import (
    answer,
    message,
)

_REFERENCES = {**dict.fromkeys(ALGORITHMS, "ALGORITHM_REFERENCE"), "DOMAIN": "DOMAIN_REFERENCE"}
_REFERENCES["PROFILE_SET"] = "PROFILE_SET_REFERENCE"
# Where something of a document goes: nowhere (a reference), to the engine, or to one of two environments.
Role = t.Literal["reference", "engine", "environment", "source"]
Entry = tuple[Role, ObjectKey]


class Refusal(Exception):  # noqa: N818 - an engine's answer, and for it no error
    """An export or import that is not carried out."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


def export(
    holds: Holdings,
    requested: list[ObjectKey],
    row_of: t.Callable[[ObjectKey], Row],
    passphrase: str | None,
    *,
    one_name_each: bool,
    refuses: t.Collection[ObjectKey] = (),
) -> bytes:
    """The document of these objects and what goes along. Raises Refusal."""
    entries: dict[Entry, None] = {}
    for key in requested:
        _collect(holds, ("environment" if key.environment is not None else "engine", key), entries)
    if any(holds.reason_of(key) for _role, key in entries):
        raise Refusal(message(400, "an object is not syncable"))
    for role, key in entries:
        if role != "reference" and key in refuses:
            raise Refusal(message(400, f"{key.name} cannot be exported"))
    if one_name_each:
        _check_names(entries)
    rows = []
    for role, key in entries:
        row = row_of(key)
        if role == "reference":
            row = {**row, "objectType": _REFERENCES[key.type]}
        elif role == "source":
            row = {**row, "objectType": f"SOURCE_{key.type}"}
        rows.append(row)
    content = [_written(holds, entry) for entry in entries]
    blob = base64.b64encode(json.dumps([passphrase, content]).encode()).decode()
    return json.dumps(document(rows, [row_of(key) for key in requested], blob=blob)).encode()


def _collect(holds: Holdings, entry: Entry, entries: dict[Entry, None]) -> None:
    """Add an object after all that it takes along."""
    if entry in entries:
        return
    if entry[0] != "reference":
        for need in _needs(holds.objects[entry[1]], entry[1]):
            _collect(holds, need, entries)
    entries[entry] = None


def _needs(held: Held, key: ObjectKey) -> list[Entry]:
    found: list[Entry] = []
    if held.above:
        found.append(("environment", held.above))
    if held.reads:
        found.append(("source", held.reads))
    refers = key.environment is not None or key.type.endswith("_FORMAT")
    return found + [("reference" if refers and need.type in _REFERENCES else "engine", need) for need in held.needs]


def _check_names(entries: t.Iterable[Entry]) -> None:
    taken: dict[tuple[str, str], ObjectKey] = {}
    for role, key in entries:
        if role == "reference":
            continue
        space = key.type.rpartition("_")[2] if key.environment is not None else key.type
        if taken.setdefault((space, key.name), key) != key:
            raise Refusal(message(400, f"two objects of this export have the name {key.name}"))


def _written(holds: Holdings, entry: Entry) -> list[t.Any]:
    role, key = entry
    held = holds.objects[key]
    links = [[need_role, need.type, need.name] for need_role, need in _needs(held, key)]
    return [role, key.type, key.name, holds.hash_of(key, salted=False), dict(held.own), held.revision, links]


def load(
    holds: Holdings, data: bytes, passphrase: str | None, environment: str | None, source: str | None, *, force: bool
) -> list[Row]:
    """Import a document. Raises Refusal, and then leaves it to the caller to roll back."""
    used, content = json.loads(base64.b64decode(json.loads(data)["blob"]))
    if used != passphrase:
        raise Refusal(message(400, "the document cannot be decrypted"))
    goals = {"environment": environment, "source": source}
    if any(goals.get(entry[0], "") is None for entry in content):
        raise Refusal(message(400, "an environment is missing in the query"))
    rows: list[Row] = []
    for role, kind, name, revision_hash, own, revision, links in content:
        key = ObjectKey(kind, goals.get(role), name)
        row: Row = {"objectIdentifier": {"id": name}, "objectType": kind, "importStatus": "SUCCESS"}
        rows.append(row)
        if role == "reference":
            row["objectType"] = _REFERENCES[kind]
            if key not in holds.objects:
                _fail(404, rows, f"{name} is not there")
            if holds.hash_of(key, salted=False) != revision_hash:
                _fail(409, rows, f"{name} is different")
            continue
        resolved = [(link, ObjectKey(other, goals.get(link), called)) for link, other, called in links]
        old = holds.objects.get(key)
        new = _built(own, revision, resolved, old)
        if old is not None and not force and (old.meaning, old.revision) != (new.meaning, new.revision):
            _fail(409, rows, f"{name} exists with other content")
        holds.objects[key] = new
        row["importedObjectIdentifier"] = holds.identifier(key)
    return rows


def _built(own: Row, revision: str, links: list[tuple[str, ObjectKey]], old: Held | None) -> Held:
    """An imported object; one that was there keeps its secret and its maker."""
    above = next((key for link, key in links if link == "environment"), None)
    reads = next((key for link, key in links if link == "source"), None)
    needs = tuple(key for link, key in links if link in ("engine", "reference"))
    kept: Row = {"password": old.password, "maker": old.maker} if old else {}
    return Held(own, revision, above, reads, needs, **kept)


def _fail(status: int, rows: list[Row], reason: str) -> t.NoReturn:
    rows[-1].update(importStatus="FAILED", failureMessage=reason)
    raise Refusal(answer(status, rows))
