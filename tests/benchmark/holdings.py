# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an engine holds, by its own lists, and what another one lacks of it."""

from __future__ import annotations

import contextlib
import typing as t

from benchmark.person import Person, Row
from support.engines import SimulatedEngine

# Object types by their words: of the API's paths, of its fields, and as rows name them.
_FAMILIES = (
    ("DATABASE", "database", "database", "DATABASE"),
    ("FILE", "file", "file", "FILE"),
    ("DATASET", "mainframe-dataset", "mainframeDataset", "VSAM"),
)
_JOBS = ("masking", "profile", "tokenization", "reidentification")
# An engine's own, and lists of what is listed anyway.
_LEFT_OUT = frozenset({"KEY", "LICENSE_INFO", "GLOBAL_OBJECT", "ENVIRONMENT"})
_LOCAL = frozenset({"rulesetId", "onTheFlyMaskingSource", "createdBy", "createdTime", "updatedBy", "updatedTime"})


class Key(t.NamedTuple):
    """What names an object inside an environment."""

    type: str
    environment: str
    name: str


class Held(t.NamedTuple):
    """Such an object: its number and hash on this engine, and for a job what it says and stands on."""

    number: int
    hash: str
    content: Row
    ruleset: Key | None = None
    reads_from: Key | None = None


class Differences(t.NamedTuple):
    """What a target has not as the source has it.

    ``behind``: objects that are missing or otherwise, but for on-the-fly jobs. ``jobs_missing``, ``jobs_otherwise``,
    ``jobs_elsewhere``: on-the-fly jobs that the target lacks, that say something else or stand on something else,
    and that are equal but read from another connector than on the source.
    """

    behind: list[str]
    jobs_missing: list[Key]
    jobs_otherwise: list[Key]
    jobs_elsewhere: list[Key]


class Holdings:
    """All that one engine holds at one moment."""

    def __init__(self, engine: SimulatedEngine) -> None:
        with contextlib.closing(Person(engine)) as person:
            listed = person.rows("/syncable-objects")
            self._hashes = {
                (row["objectType"], next(iter(row["objectIdentifier"].values()))): row["revisionHash"] for row in listed
            }
            self.objects: dict[Key, Held] = {}
            places = {row["environmentId"]: row["environmentName"] for row in person.rows("/environments")}
            connectors, rulesets = self._connectors_and_rulesets(person, places)
            for kind in _JOBS:
                for row in person.rows(f"/{kind}-jobs"):
                    self._add_job(f"{kind.upper()}_JOB", row, f"{kind}JobId", connectors, rulesets)
        inside = {key.type for key in self.objects}
        self.engine_wide = {
            (kind, revision)
            for (kind, _identifier), revision in self._hashes.items()
            if kind not in inside | _LEFT_OUT and not revision.startswith("Not Syncable")
        }

    def _connectors_and_rulesets(
        self, person: Person, places: dict[int, str]
    ) -> tuple[dict[tuple[str, int], Key], dict[tuple[str, int], Key]]:
        """Add both, and return their keys by word and number."""
        connectors: dict[tuple[str, int], Key] = {}
        rulesets: dict[tuple[str, int], Key] = {}
        for kind, path, field, word in _FAMILIES:
            for row in person.rows(f"/{path}-connectors"):
                key = Key(f"{kind}_CONNECTOR", places[row["environmentId"]], row["connectorName"])
                connectors[word, row[f"{field}ConnectorId"]] = self._add(key, row[f"{field}ConnectorId"])
            for row in person.rows(f"/{path}-rulesets"):
                place = connectors[word, row[f"{field}ConnectorId"]].environment
                key = Key(f"{kind}_RULESET", place, row["rulesetName"])
                rulesets[word, row[f"{field}RulesetId"]] = self._add(key, row[f"{field}RulesetId"])
        return connectors, rulesets

    def _add(self, key: Key, number: int) -> Key:
        self.objects[key] = Held(number, self._hashes[key.type, number], {})
        return key

    def _add_job(
        self,
        kind: str,
        row: Row,
        number: str,
        connectors: dict[tuple[str, int], Key],
        rulesets: dict[tuple[str, int], Key],
    ) -> None:
        ruleset = rulesets[row["rulesetType"], row["rulesetId"]]
        told = row.get("onTheFlyMaskingSource")
        self.objects[Key(kind, ruleset.environment, row["jobName"])] = Held(
            row[number],
            self._hashes[kind, row[number]],
            {name: value for name, value in row.items() if name not in _LOCAL | {number}},
            ruleset,
            connectors[told["connectorType"], told["connectorId"]] if told else None,
        )


def differences(source: Holdings, target: Holdings) -> Differences:
    """What the target has not as the source has it. What only the target has does not count.

    Equal is what has one hash on both. Letting a job read from another connector is a save, which gives it a hash of
    its own. So an on-the-fly job is also equal when it says the same and its ruleset and connectors have one hash on
    both; whether it reads where it should is another question.
    """
    found = Differences([], [], [], [])
    found.behind.extend(f"engine-wide {kind}" for kind, _hash in sorted(source.engine_wide - target.engine_wide))
    for key, mine in source.objects.items():
        theirs = target.objects.get(key)
        if mine.reads_from is None:
            if theirs is None or theirs.hash != mine.hash:
                found.behind.append(" / ".join(key))
        elif theirs is None:
            found.jobs_missing.append(key)
        elif theirs.hash != mine.hash and not _same_job(source, mine, target, theirs):
            found.jobs_otherwise.append(key)
        elif theirs.reads_from != mine.reads_from:
            found.jobs_elsewhere.append(key)
    return found


def _same_job(source: Holdings, mine: Held, target: Holdings, theirs: Held) -> bool:
    if mine.content != theirs.content or mine.ruleset != theirs.ruleset:
        return False
    pairs = ((mine.ruleset, theirs.ruleset), (mine.reads_from, theirs.reads_from))
    return all(
        one is not None and other is not None and source.objects[one].hash == target.objects[other].hash
        for one, other in pairs
    )
