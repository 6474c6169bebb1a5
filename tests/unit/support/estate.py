# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An engine in memory with environments and all that is in them.

It imports by name within an environment, compares references, is all or nothing, refuses two
objects of one name in an export, and deletes nothing that is in use. Saving a job gives it another
hash. Where an engine's behaviour is not documented it is strict.
"""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import unquote

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate_documents import (
    Refusal,
    export,
    load,
)
from ansible_collections.maskops.delphix.tests.unit.support.estate_rows import (
    CONNECTOR_WORDS,
    Rows,
)
from ansible_collections.maskops.delphix.tests.unit.support.holdings import (
    LISTS,
    Held,
    Holdings,
)
from ansible_collections.maskops.delphix.tests.unit.support.machine import (
    Handle,
    Machine,
    answer,
    message,
    page,
)

_INVENTORY = (
    "table-metadata",
    "column-metadata",
    "file-metadata",
    "file-field-metadata",
    "mainframe-dataset-metadata",
    "mainframe-dataset-field-metadata",
)
# Of releases without profile expressions.
_NOT_HERE = "classifiers"
_PATHS = {path for path, _id, _name in LISTS.values()} | {"applications", "environments", _NOT_HERE, *_INVENTORY}
# Of a job's row: what is no setting.
_TOLD = frozenset({"rulesetType", "createdBy", "createdTime"})
_LINKS = frozenset({"rulesetId", "onTheFlyMasking", "onTheFlyMaskingSource", "profileSetId", "environmentId"})


class Estate(Machine):
    """An engine with environments. Tests change what it ``holds`` and read it.

    ``refuses_one_name``: an export with two objects of one name is refused. ``refuses`` are objects
    that it does not export, though it lists them like others. ``lacks`` are paths that this
    engine does not have.
    """

    def __init__(
        self,
        name: str,
        clock: FakeClock,
        *,
        release: str = "20.0.0.0",
        first_number: int = 1,
        deadline: float = 3600.0,
        revision_ids: bool = False,
    ) -> None:
        super().__init__(name, clock, release=release, deadline=deadline)
        self.holds = Holdings(name, first_number, release)
        self.rows = Rows(self.holds, f"2026-01-01T00:00:{first_number % 60:02}.000+0000")
        self.refuses_one_name = True
        self.refuses: set[ObjectKey] = set()
        self.lacks = {f"/{_NOT_HERE}"}
        self._revision_ids = revision_ids

    def __repr__(self) -> str:
        """What it holds, for those who look at a failed test."""
        lines = [
            f"{key}: {dict(held.own)} needs {[*map(str, held.all_needs)]}" for key, held in self.holds.objects.items()
        ]
        return "\n  ".join([f"{self.transport.engine} {self.holds.environments}", *lines]) + "\n"

    def handlers(self) -> dict[str, Handle]:
        return {
            **super().handlers(),
            "GET /syncable-objects": self._syncable_objects,
            **{f"GET /{path}": self._get for path in _PATHS},
            **{f"DELETE /{path}": self._delete for path in _PATHS},
            **{
                f"{verb} /{path}": self._save_job
                for path in _PATHS
                if path.endswith("-jobs")
                for verb in ("POST", "PUT")
            },
            "POST /applications": self._create_application,
            "POST /environments": self._create_environment,
        }

    # Reading

    def _syncable_objects(self, given: Row) -> Answer:
        known = self.holds.hashes()
        rows = [self.row(key, known) for key in self.holds.objects]
        for name in self.holds.environments:
            inside = sorted(known[key] for key in self.holds.inside(name))
            rows.append(
                {
                    "objectIdentifier": {"id": self.holds.place_number(name)},
                    "objectType": "ENVIRONMENT",
                    "revisionHash": f"{self.transport.engine} {inside}",
                }
            )
        wanted = given["params"].get("object_type")
        return page(given, [row for row in rows if wanted in (None, row["objectType"])])

    def row(self, key: ObjectKey, known: dict[ObjectKey, str] | None = None) -> Row:
        """An object as GET /syncable-objects shows it; ``known`` are hashes that were computed before."""
        held, reason = self.holds.objects[key], self.holds.reason_of(key)
        revision = f"Not Syncable: {reason}" if reason else self.holds.hash_of(key, known)
        row: Row = {"objectIdentifier": self.holds.identifier(key), "objectType": key.type, "revisionHash": revision}
        return {**row, "revisionId": f"of {held.revision}"} if self._revision_ids else row

    def _get(self, given: Row) -> Answer:
        path = given["path"].split("/")[1]
        if f"/{path}" in self.lacks:
            return message(404, "no such resource")
        if given["path"].count("/") == 1:
            wanted = given["params"].get("environment_id")
            where = self.holds.place_numbered(wanted)
            return page(given, [row for place, row in self.rows.of(path) if wanted is None or place == where])
        key = self._named_by(given)
        return answer(200, self.rows.object(key)) if key else message(404, "no such object")

    def _named_by(self, given: Row) -> ObjectKey | None:
        """The object that a path names: by number, or by name where there are no numbers."""
        _empty, path, last = given["path"].split("/")
        kinds = [kind for kind, row in LISTS.items() if row[0] == path]
        if any(LISTS[kind][1] for kind in kinds):
            return self.holds.numbered(kinds, int(last))
        return next((key for key in self.holds.objects if key.type in kinds and key.name == unquote(last)), None)

    # Writing

    def _create_application(self, given: Row) -> Answer:
        name = given["json_body"]["applicationName"]
        if name in self.holds.applications:
            return message(409, f"application {name} exists")
        self.holds.applications.append(name)
        return answer(200, {"applicationId": self.rows.application(name), "applicationName": name})

    def _create_environment(self, given: Row) -> Answer:
        body = given["json_body"]
        numbers = {str(self.rows.application(name)): name for name in self.holds.applications}
        application = numbers.get(str(body.get("applicationId")))
        if application is None:
            return message(404, "no such application")
        if body["environmentName"] in self.holds.environments:
            return message(409, "the environment exists")
        self.holds.environment(
            body["environmentName"], application, body["purpose"], workflow=body.get("isWorkflowEnabled", False)
        )
        return answer(200, self.rows.environment(body["environmentName"]))

    def _save_job(self, given: Row) -> Answer:
        path, body = given["path"].split("/")[1], given["json_body"]
        (kind,) = (kind for kind, row in LISTS.items() if row[0] == path)
        key = self._named_by(given) if given["path"].count("/") == 2 else None
        if key is None and given["path"].count("/") == 2:
            return message(404, "no such job")
        told = _TOLD | {LISTS[kind][1]}
        if told & set(body):
            return message(400, f"{sorted(told & set(body))} cannot be set")
        above = self.holds.numbered(("DATABASE_RULESET", "FILE_RULESET", "DATASET_RULESET"), body.get("rulesetId"))
        if above is None or (key is not None and above.environment != key.environment):
            return message(400, "no such ruleset in this environment")
        problem, reads = self._source_in(body)
        if problem:
            return message(400, problem)
        saved = ObjectKey(kind, above.environment, body["jobName"])
        if key is not None and saved != key:
            return message(400, "Cannot update 'jobName' field")
        if key is None and saved in self.holds.objects:
            return message(409, "the job exists")
        if body.get("environmentId") not in (None, self.holds.place_number(saved.environment or "")):
            return message(400, "this is another environment")
        sets = [self.holds.numbered(("PROFILE_SET",), body[name]) for name in ("profileSetId",) if name in body]
        needs = tuple(one for one in sets if one is not None)
        plain = {LISTS[kind][2]} | _LINKS
        own = {name: value for name, value in body.items() if name not in plain}
        self.holds.objects[saved] = Held(own, self.holds.saved(), above, reads, needs)
        return answer(200, self.rows.object(saved))

    def _source_in(self, body: Row) -> tuple[str | None, ObjectKey | None]:
        if not body.get("onTheFlyMasking"):
            return None, None
        told = body.get("onTheFlyMaskingSource") or {}
        kinds = [kind for kind, word in CONNECTOR_WORDS.items() if word == told.get("connectorType")]
        source = self.holds.numbered(kinds, told.get("connectorId"))
        return ("no such source connector" if source is None else None), source

    def _delete(self, given: Row) -> Answer:
        if given["path"].startswith("/environments/"):
            return self._delete_environment(self.holds.place_numbered(given["last"]))
        key = self._named_by(given)
        if key is None:
            return message(404, "no such object")
        users = self.holds.users(key)
        if users:
            return message(409, f"{key.name} is used by {users[0].name}")
        del self.holds.objects[key]
        return answer(204)

    def _delete_environment(self, name: str | None) -> Answer:
        if name is None:
            return message(404, "no such environment")
        inside = self.holds.inside(name)
        if any(user not in inside for key in inside for user in self.holds.users(key)):
            return message(409, f"jobs read from {name}")
        for key in inside:
            del self.holds.objects[key]
        del self.holds.environments[name]
        return answer(204)

    # Export and import

    def exported(self, requested: list[Row], passphrase: str | None) -> bytes | Answer:
        by_request = {(key.type, str(self.holds.identifier(key))): key for key in self.holds.objects}
        keys = [by_request.get((row["objectType"], str(row["objectIdentifier"]))) for row in requested]
        if None in keys:
            return message(404, "no such object")
        try:
            return export(
                self.holds,
                [key for key in keys if key],
                self.row,
                passphrase,
                one_name_each=self.refuses_one_name,
                refuses=self.refuses,
            )
        except Refusal as refusal:
            return refusal.answer

    def imported(self, document: bytes, query: Row, passphrase: str | None) -> list[Row] | Answer:
        goals: list[str | None] = []
        for field in ("environment_id", "source_environment_id"):
            goals.append(self.holds.place_numbered(query.get(field)))
            if field in query and goals[-1] is None:
                return message(404, f"no such {field}")
        if goals[0] is not None and goals[0] == goals[1]:
            return message(400, "Source environment cannot be the same as environment")
        before = dict(self.holds.objects)
        try:
            return load(self.holds, document, passphrase, *goals, force=query["force_overwrite"] == "true")
        except Refusal as refusal:
            self.holds.objects = before
            return refusal.answer


def twin(estate: Estate, name: str, **options: t.Any) -> Estate:
    """Another engine that holds the same, under numbers of its own and without the passwords."""
    other = Estate(name, estate.clock, **{"first_number": 70, "release": estate.release, **options})
    other.holds.applications = list(estate.holds.applications)
    other.holds.environments = dict(estate.holds.environments)
    other.holds.objects = {
        key: dataclasses.replace(held, password=None) for key, held in reversed(estate.holds.objects.items())
    }
    return other
