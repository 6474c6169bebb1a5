# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The least a program can do to bring an estate in sync: lists, one comparison by names, and what differs.

Needs all environments to be there, and moves no on-the-fly job. No retries, no proof afterwards, one failure ends it.
Reads the same variables as floor.py.
"""

from __future__ import annotations

import collections
import os

from floor import Engine, Row

_PAGE_SIZE = 1000
_FAMILIES = (
    ("DATABASE", "database", "database", "DATABASE"),
    ("FILE", "file", "file", "FILE"),
    ("DATASET", "mainframe-dataset", "mainframeDataset", "VSAM"),
)
_JOBS = ("masking", "profile", "tokenization", "reidentification")
_LEFT_OUT = frozenset({"KEY", "LICENSE_INFO", "GLOBAL_OBJECT", "ENVIRONMENT"})
_LOCAL = frozenset({"rulesetId", "onTheFlyMaskingSource", "createdBy", "createdTime", "updatedBy", "updatedTime"})
# type, environment, name
Key = tuple[str, str, str]


class Estate:
    """What an engine holds: rows of /syncable-objects, engine-wide ones by hash, others by name."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.environments = {row["environmentName"]: row["environmentId"] for row in self._rows("/environments")}
        listed = self._rows("/syncable-objects")
        self._listed = {(row["objectType"], next(iter(row["objectIdentifier"].values()))): row for row in listed}
        self.inside: dict[Key, Row] = {}
        # what an on-the-fly job says, its ruleset, and its source connector
        self.on_the_fly: dict[Key, tuple[Row, Key, Key]] = {}
        self._read()
        inside = {kind for kind, _environment, _name in self.inside}
        self.engine_wide = {
            (row["objectType"], row["revisionHash"]): row
            for row in listed
            if row["objectType"] not in inside | _LEFT_OUT and not row["revisionHash"].startswith("Not Syncable")
        }

    def _rows(self, path: str) -> list[Row]:
        rows: list[Row] = []
        total = 1
        while len(rows) < total:
            page = {"page_number": len(rows) // _PAGE_SIZE + 1, "page_size": _PAGE_SIZE}
            answer = self.engine.call("GET", path, params=page).json()
            rows += answer["responseList"]
            total = answer["_pageInfo"]["total"]
        return rows

    def _read(self) -> None:
        names = {number: name for name, number in self.environments.items()}
        connectors: dict[tuple[str, int], Key] = {}
        rulesets: dict[tuple[str, int], Key] = {}
        for kind, path, field, word in _FAMILIES:
            for row in self._rows(f"/{path}-connectors"):
                key = (f"{kind}_CONNECTOR", names[row["environmentId"]], row["connectorName"])
                connectors[word, row[f"{field}ConnectorId"]] = self._add(key, row[f"{field}ConnectorId"])
            for row in self._rows(f"/{path}-rulesets"):
                _kind, place, _name = connectors[word, row[f"{field}ConnectorId"]]
                key = (f"{kind}_RULESET", place, row["rulesetName"])
                rulesets[word, row[f"{field}RulesetId"]] = self._add(key, row[f"{field}RulesetId"])
        for kind in _JOBS:
            for row in self._rows(f"/{kind}-jobs"):
                ruleset = rulesets[row["rulesetType"], row["rulesetId"]]
                key = self._add((f"{kind.upper()}_JOB", ruleset[1], row["jobName"]), row[f"{kind}JobId"])
                if row.get("onTheFlyMasking"):
                    told = row["onTheFlyMaskingSource"]
                    says = {name: value for name, value in row.items() if name not in _LOCAL | {f"{kind}JobId"}}
                    self.on_the_fly[key] = (says, ruleset, connectors[told["connectorType"], told["connectorId"]])

    def _add(self, key: Key, number: int) -> Key:
        self.inside[key] = self._listed[key[0], number]
        return key

    def revision(self, key: Key) -> str | None:
        """The hash of an object inside an environment."""
        row = self.inside.get(key)
        return row["revisionHash"] if row else None


def differs(key: Key, source: Estate, target: Estate) -> bool:
    """Whether the target has to get an object. An on-the-fly job that was saved there has a hash of its own."""
    if source.revision(key) == target.revision(key):
        return False
    told = source.on_the_fly.get(key)
    if told is None or told != target.on_the_fly.get(key):
        return True
    return any(source.revision(other) != target.revision(other) for other in told[1:])


def main() -> None:
    """Sync all targets with the source."""
    source = Estate(Engine(os.environ["BENCH_SOURCE"]))
    for url in os.environ["BENCH_TARGETS"].split():
        target = Estate(Engine(url))
        wide = [row for key, row in source.engine_wide.items() if key not in target.engine_wide]
        if wide:
            target.engine.take(source.engine.export(wide))
        inside: collections.defaultdict[str, list[Row]] = collections.defaultdict(list)
        for key, row in source.inside.items():
            if differs(key, source, target):
                if key in source.on_the_fly:
                    raise SystemExit(f"cannot move the on-the-fly job {key}")
                inside[key[1]].append(row)
        for name, rows in inside.items():
            target.engine.take(source.engine.export(rows), environment_id=str(target.environments[name]))
        target.engine.leave()
    source.engine.leave()


if __name__ == "__main__":
    main()
