# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an engine holds, by names: told from its own lists, as a person reads them, and not by the collection."""

from __future__ import annotations

import typing as t

from harness.lab import Engine

Row = dict[str, t.Any]
_OWN = frozenset({"KEY", "LICENSE_INFO"})
_CONTAINERS = frozenset({"GLOBAL_OBJECT", "ENVIRONMENT"})
_KINDS = {
    "DATABASE": ("database", "database"),
    "FILE": ("file", "file"),
    "DATASET": ("mainframe-dataset", "mainframeDataset"),
}
# object type -> path, field of the number, field of the name
LISTS: dict[str, tuple[str, str, str]] = {
    **{
        f"{kind}_CONNECTOR": (f"/{path}-connectors", f"{field}ConnectorId", "connectorName")
        for kind, (path, field) in _KINDS.items()
    },
    **{
        f"{kind}_RULESET": (f"/{path}-rulesets", f"{field}RulesetId", "rulesetName")
        for kind, (path, field) in _KINDS.items()
    },
    **{
        f"{kind.upper()}_JOB": (f"/{kind}-jobs", f"{kind}JobId", "jobName")
        for kind in ("masking", "profile", "tokenization", "reidentification")
    },
}
# how rows name a kind of connector or ruleset
WORDS = {"DATABASE": "DATABASE", "FILE": "FILE", "VSAM": "DATASET"}


class Key(t.NamedTuple):
    """What names an object: its type, its environment, its name."""

    type: str
    environment: str
    name: str


class Held(t.NamedTuple):
    """An object of one engine: its number there, its hash (or why it has none), and its row."""

    number: int
    hash: str
    row: Row


class Holdings:
    """All that is inside the environments of one engine at one moment."""

    def __init__(self, engine: Engine) -> None:
        person = engine.person
        rows = person.rows("/environments")
        self._applications = {row["applicationId"]: row["applicationName"] for row in person.rows("/applications")}
        self.environments: dict[str, Row] = {row["environmentName"]: row for row in rows}
        hashes = person.hashes()
        self.objects: dict[Key, Held] = {}
        #: the environments of objects by type and number
        self._inside: dict[tuple[str, int], str] = {
            ("ENVIRONMENT", row["environmentId"]): name for name, row in self.environments.items()
        }
        for kind in [kind for kind in LISTS if kind in {listed for listed, _label in hashes}]:
            path, number, name = LISTS[kind]
            for row in person.rows(path):
                own, place = _number(row, number), self._inside[_above(kind, row)]
                self._inside[kind, own] = place
                self.objects[Key(kind, place, row[name])] = Held(own, hashes[kind, str(own)], row)
        self._places = {(key.type, held.number): key for key, held in self.objects.items()}
        self.engine_wide = {
            (kind, value)
            for (kind, _label), value in hashes.items()
            if kind not in LISTS and kind not in _OWN | _CONTAINERS and not value.startswith("Not Syncable")
        }

    def applications(self) -> dict[str, str]:
        """Application by environment."""
        return {name: self._applications[row["applicationId"]] for name, row in self.environments.items()}

    @property
    def hashes(self) -> dict[Key, str]:
        """Hash by key."""
        return {key: held.hash for key, held in self.objects.items()}

    def find(self, kind: str, environment: str, name: str) -> Held:
        """One object."""
        return self.objects[Key(kind, environment, name)]

    def sources(self) -> dict[Key, Key]:
        """Where on-the-fly jobs read from."""
        found = {}
        for key, held in self.objects.items():
            if held.row.get("onTheFlyMasking"):
                told = held.row["onTheFlyMaskingSource"]
                found[key] = self._numbered(f"{WORDS[told['connectorType']]}_CONNECTOR", told["connectorId"])
        return found

    def ruleset_of(self, job: Key) -> Key:
        """The ruleset of a job."""
        return self._numbered(*_above(job.type, self.objects[job].row))

    def connector_of(self, ruleset: Key) -> Key:
        """The connector that a ruleset stands on."""
        return self._numbered(*_above(ruleset.type, self.objects[ruleset].row))

    def needed(self, *jobs: Key) -> set[Key]:
        """Jobs with all that they need inside environments."""
        rulesets = {self.ruleset_of(job) for job in jobs}
        sources = self.sources()
        return {*jobs, *rulesets, *map(self.connector_of, rulesets), *(sources[job] for job in jobs if job in sources)}

    def _numbered(self, kind: str, number: int) -> Key:
        return self._places[kind, number]


def _above(kind: str, row: Row) -> tuple[str, int]:
    """Type and number of what an object hangs on."""
    if kind.endswith("_CONNECTOR"):
        return "ENVIRONMENT", row["environmentId"]
    if kind.endswith("_RULESET"):
        connector = kind.replace("RULESET", "CONNECTOR")
        return connector, _number(row, LISTS[connector][1])
    return f"{WORDS[row['rulesetType']]}_RULESET", row["rulesetId"]


def _number(row: Row, field: str) -> int:
    # Both spellings are seen.
    return int(row[field] if field in row else row["mainframe-datasetConnectorId"])


def moved(before: Holdings, after: Holdings) -> set[Key]:
    """Objects inside environments that are new, gone or have another hash than before."""
    keys = before.objects.keys() | after.objects.keys()
    return {key for key in keys if before.hashes.get(key) != after.hashes.get(key)}


def content(held: Held) -> Row:
    """What a job says, without what is local to its engine."""
    number = {field for _path, field, _name in LISTS.values()}
    local = number | {
        "environmentId",
        "rulesetId",
        "profileSetId",
        "onTheFlyMaskingSource",
        "createdBy",
        "createdTime",
        "updatedBy",
        "updatedTime",
    }
    return {name: value for name, value in held.row.items() if name not in local}


def saved_when_synced(holdings: Holdings) -> set[Key]:
    """On-the-fly jobs that no import alone brings: they read in their own environment, or from a namesake."""
    return {
        job
        for job, source in holdings.sources().items()
        if source.environment == job.environment or source.name == holdings.connector_of(holdings.ruleset_of(job)).name
    }


def differences(
    source: Holdings,
    target: Holdings,
    names: t.Mapping[str, str] | None = None,
    only: t.Collection[Key] | None = None,
) -> list[str]:
    """What the target lacks or has otherwise, in words.

    ``names`` are those of the target's environments, ``only`` the objects of the source to look at.
    On-the-fly jobs read from where they read on the source. Hashes are equal, but for those of jobs
    that had to be saved after the import: these say the same.
    """

    def there(key: Key) -> Key:
        return key._replace(environment=(names or {}).get(key.environment, key.environment))

    found = []
    ours, theirs, by_content = source.sources(), target.sources(), saved_when_synced(source)
    for key in source.objects if only is None else only:
        mine = source.objects[key]
        held = target.objects.get(there(key))
        if held is None:
            found.append(f"{there(key)} is missing")
        elif key in by_content and content(held) != content(mine):
            found.append(f"{there(key)} says something else")
        elif key not in by_content and held.hash != mine.hash:
            found.append(f"{there(key)} has another hash")
        elif key in ours and theirs[there(key)] != there(ours[key]):
            found.append(f"{there(key)} reads from {theirs[there(key)]}")
    return found
