# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an engine holds: applications, environments, and objects with what they need."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row

ALGORITHMS: t.Final = ("LOOKUP", "USER_ALGORITHM")
# List, number and name of each type, as the API has them. Algorithms and domains have no numbers.
LISTS: t.Final[dict[str, tuple[str, str, str]]] = {
    "ENVIRONMENT": ("environments", "environmentId", "environmentName"),
    "DATABASE_CONNECTOR": ("database-connectors", "databaseConnectorId", "connectorName"),
    "FILE_CONNECTOR": ("file-connectors", "fileConnectorId", "connectorName"),
    "DATASET_CONNECTOR": ("mainframe-dataset-connectors", "mainframeDatasetConnectorId", "connectorName"),
    "DATABASE_RULESET": ("database-rulesets", "databaseRulesetId", "rulesetName"),
    "FILE_RULESET": ("file-rulesets", "fileRulesetId", "rulesetName"),
    "DATASET_RULESET": ("mainframe-dataset-rulesets", "mainframeDatasetRulesetId", "rulesetName"),
    "MASKING_JOB": ("masking-jobs", "maskingJobId", "jobName"),
    "PROFILE_JOB": ("profile-jobs", "profileJobId", "jobName"),
    "TOKENIZATION_JOB": ("tokenization-jobs", "tokenizationJobId", "jobName"),
    "REIDENTIFICATION_JOB": ("reidentification-jobs", "reidentificationJobId", "jobName"),
    "FILE_FORMAT": ("file-formats", "fileFormatId", "fileFormatName"),
    "DATASET_FORMAT": ("mainframe-dataset-formats", "mainframeDatasetFormatId", "mainframeDatasetFormatName"),
    "MOUNT_INFORMATION": ("mount-filesystem", "mountId", "mountName"),
    "JDBC_DRIVER": ("jdbc-drivers", "jdbcDriverId", "driverName"),
    "PROFILE_SET": ("profile-sets", "profileSetId", "profileSetName"),
    "PROFILE_EXPRESSION": ("profile-expressions", "profileExpressionId", "expressionName"),
    "DOMAIN": ("domains", "", "domainName"),
    **dict.fromkeys(ALGORITHMS, ("algorithms", "", "algorithmName")),
}


@dataclasses.dataclass(frozen=True)
class Held:
    """One object.

    ``own`` are its settings and ``revision`` stands for the last time that somebody saved it.
    ``above`` is the connector of a ruleset and the ruleset of a job, ``reads`` the connector that
    an on-the-fly job reads from, ``needs`` is all else that it cannot be without. ``reason`` tells
    why it cannot be exported. The secret and the maker are of one engine only.
    """

    own: t.Mapping[str, t.Any]
    revision: str
    above: ObjectKey | None = None
    reads: ObjectKey | None = None
    needs: tuple[ObjectKey, ...] = ()
    reason: str | None = None
    password: str | None = None
    maker: str | None = "admin"

    @property
    def all_needs(self) -> tuple[ObjectKey, ...]:
        """All that it needs, in one order on every engine."""
        return tuple(key for key in (self.above, self.reads, *self.needs) if key is not None)

    @property
    def meaning(self) -> tuple[t.Any, ...]:
        """What it is, whoever made and saved it."""
        return (dict(self.own), self.above, self.reads, self.needs)


class Place(t.NamedTuple):
    """An environment as such."""

    application: str
    purpose: str = "MASK"
    workflow: bool = False


class Holdings:
    """The state of one engine. Numbers of every kind begin with the same one, so that kinds collide."""

    def __init__(self, engine: str, first_number: int, salt: str) -> None:
        self.applications: list[str] = []
        self.environments: dict[str, Place] = {}
        self.objects: dict[ObjectKey, Held] = {}
        # How an engine identifies formats is not documented.
        self.formats_by_name = False
        self._engine = engine
        self._first = first_number
        self._salt = salt
        self._saves = 0
        self._numbers: dict[tuple[str, str | None, str], int] = {}
        self._last: dict[str, int] = {}

    # What a person does

    def environment(
        self, name: str, application: str = "Shop", purpose: str = "MASK", *, workflow: bool = False
    ) -> str:
        """Make an environment, and its application when there is none of that name."""
        if application not in self.applications:
            self.applications.append(application)
        self.environments[name] = Place(application, purpose, workflow)
        return name

    def add(
        self,
        kind: str,
        name: str,
        environment: str | None = None,
        *,
        on: ObjectKey | None = None,
        reads: ObjectKey | None = None,
        needs: t.Iterable[ObjectKey] = (),
        **own: t.Any,
    ) -> ObjectKey:
        """Make an object. Made alike on two engines it is the same."""
        key = ObjectKey(kind, environment, name)
        for there in (on, reads, *needs):
            if there is not None and there not in self.objects:
                raise AssertionError(f"{there} is not there")
        self.objects[key] = Held(own, json.dumps(own, sort_keys=True), on, reads, tuple(needs))
        return key

    def edit(self, key: ObjectKey, **own: t.Any) -> None:
        """Change settings of an object, or just save it."""
        held = self.objects[key]
        self.objects[key] = dataclasses.replace(held, own={**held.own, **own}, revision=self.saved())

    def change(self, key: ObjectKey, **fields: t.Any) -> None:
        """Change what an object is besides its settings."""
        if not set(fields) <= {"password", "maker", "reason"}:
            fields = {"revision": self.saved(), **fields}
        self.objects[key] = dataclasses.replace(self.objects[key], **fields)

    def rename(self, key: ObjectKey, name: str) -> ObjectKey:
        """Give an object another name; for the API it is another object."""
        new = key._replace(name=name)
        self.objects[new] = dataclasses.replace(self.objects.pop(key), revision=self.saved())
        return new

    def saved(self) -> str:
        """A revision that no other engine has."""
        self._saves += 1
        return f"{self._engine} {self._saves}"

    # What can be told

    def users(self, key: ObjectKey) -> list[ObjectKey]:
        """Objects that need an object."""
        return [other for other, held in self.objects.items() if key in held.all_needs]

    def inside(self, environment: str) -> list[ObjectKey]:
        """Objects of an environment."""
        return [key for key in self.objects if key.environment == environment]

    def hash_of(self, key: ObjectKey, known: dict[ObjectKey, str] | None = None, *, salted: bool = True) -> str:
        """The revision hash: the object and all that it needs. No environment, number or secret is in it.

        Hashes of engines of different releases never agree; what imports compare does. ``known``
        takes up what was computed, for those who ask for many.
        """
        known = {} if known is None else known
        if key not in known:
            held = self.objects[key]
            needs = [self.hash_of(need, known, salted=salted) for need in held.all_needs]
            state = [key.type, key.name, held.revision, needs, self._salt if salted else ""]
            known[key] = hashlib.sha1(json.dumps(state).encode(), usedforsecurity=False).hexdigest()
        return known[key]

    def reason_of(self, key: ObjectKey) -> str | None:
        """Why an object cannot be exported: for its own sake, or for that of what it needs (documented)."""
        held = self.objects[key]
        reasons = (held.reason, *map(self.reason_of, held.all_needs))
        return next((reason for reason in reasons if reason), None)

    def meanings(self) -> dict[ObjectKey, tuple[t.Any, ...]]:
        """What every object is."""
        return {key: held.meaning for key, held in self.objects.items()}

    def hashes(self) -> dict[ObjectKey, str]:
        """The hash of every object."""
        known: dict[ObjectKey, str] = {}
        return {key: self.hash_of(key, known) for key in self.objects}

    def number(self, key: tuple[str, str | None, str]) -> int:
        """An object's number, given when it is first asked for. Rulesets of all kinds share theirs."""
        if key not in self._numbers:
            sequence = "RULESET" if key[0].endswith("_RULESET") else key[0]
            self._last[sequence] = self._last.get(sequence, self._first - 1) + 1
            self._numbers[key] = self._last[sequence]
        return self._numbers[key]

    def numbered(self, kinds: t.Iterable[str], number: t.Any) -> ObjectKey | None:
        """The object of one of some types that has a number."""
        held = (key for key in self.objects if key.type in kinds)
        return next((key for key in held if self.number(key) == number), None)

    def place_number(self, environment: str) -> int:
        """An environment's number."""
        return self.number(("ENVIRONMENT", None, environment))

    def place_numbered(self, number: t.Any) -> str | None:
        """The environment that has a number."""
        return next((name for name in self.environments if str(self.place_number(name)) == str(number)), None)

    def identifier(self, key: ObjectKey) -> Row:
        """As GET /syncable-objects has it."""
        if key.type in ALGORITHMS:
            return {"algorithmName": key.name}
        by_name = self.formats_by_name and key.type.endswith("_FORMAT")
        if key.type in LISTS and LISTS[key.type][1] and not by_name:
            return {"id": self.number(key)}
        return {"keyId" if key.type == "KEY" else "id": key.name}
