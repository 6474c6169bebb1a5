# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person who changes what is inside environments, found by the names that people use."""

from __future__ import annotations

import typing as t

from harness.holdings import LISTS, WORDS
from harness.lab import Engine

Row = dict[str, t.Any]
CONNECTOR = "DATABASE_CONNECTOR"
RULESET = "DATABASE_RULESET"
JOB = "MASKING_JOB"


class Keeper:
    """Changes one engine. Objects are named by type, environment and name."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._person = engine.person

    def environment(self, name: str) -> int:
        """The number of an environment."""
        (row,) = [row for row in self._person.rows("/environments") if row["environmentName"] == name]
        return int(row["environmentId"])

    def row(self, kind: str, environment: str, name: str) -> Row:
        """An object as the engine shows it."""
        path, _number, field = LISTS[kind]
        rows = self._person.rows(path, environment_id=self.environment(environment))
        (found,) = [row for row in rows if row[field] == name]
        return found

    def number(self, kind: str, environment: str, name: str) -> int:
        """Its number."""
        return int(self.row(kind, environment, name)[LISTS[kind][1]])

    def save(self, kind: str, environment: str, name: str, **fields: t.Any) -> None:
        """Save an object with other fields."""
        row = self.row(kind, environment, name)
        path, number, _name = LISTS[kind]
        self._person.call("PUT", f"{path}/{row[number]}", json={**row, **fields})

    def delete(self, kind: str, environment: str, name: str) -> None:
        """Delete an object."""
        self._person.call("DELETE", f"{LISTS[kind][0]}/{self.number(kind, environment, name)}")

    def copy(self, kind: str, environment: str, name: str, copy: str) -> None:
        """Make another object that says the same."""
        path, number, field = LISTS[kind]
        row = {key: value for key, value in self.row(kind, environment, name).items() if key != number}
        self._person.call("POST", path, json={**row, field: copy})

    def read_from(self, environment: str, job: str, source: str, connector: str, kind: str = CONNECTOR) -> None:
        """Make a masking job one on the fly that reads from a connector."""
        (word,) = [word for word, family in WORDS.items() if kind.startswith(family)]
        told = {"connectorId": self.number(kind, source, connector), "connectorType": word}
        self.save(JOB, environment, job, onTheFlyMasking=True, onTheFlyMaskingSource=told)

    def read_nothing(self, environment: str, job: str) -> None:
        """Make a masking job on the fly an ordinary one."""
        row = self.row(JOB, environment, job)
        del row["onTheFlyMaskingSource"]
        path, number, _name = LISTS[JOB]
        self._person.call("PUT", f"{path}/{row[number]}", json={**row, "onTheFlyMasking": False})

    def tables(self, environment: str, ruleset: str) -> dict[str, dict[str, str | None]]:
        """The tables of a ruleset: what masks their columns."""
        found = {}
        for table in self._tables(environment, ruleset):
            columns = self._person.rows("/column-metadata", table_metadata_id=table["tableMetadataId"])
            found[table["tableName"]] = {row["columnName"]: row.get("domainName") for row in columns}
        return found

    def drop_table(self, environment: str, ruleset: str, table: str) -> None:
        """Take a table out of a ruleset."""
        (row,) = [row for row in self._tables(environment, ruleset) if row["tableName"] == table]
        self._person.call("DELETE", f"/table-metadata/{row['tableMetadataId']}")

    def mask(self, environment: str, ruleset: str, table: str, column: str, domain: str) -> None:
        """Let a column be masked by a domain and its algorithm."""
        (owner,) = [row for row in self._tables(environment, ruleset) if row["tableName"] == table]
        rows = self._person.rows("/column-metadata", table_metadata_id=owner["tableMetadataId"])
        (row,) = [row for row in rows if row["columnName"] == column]
        algorithm = self._person.call("GET", f"/domains/{domain}").json()["defaultAlgorithmCode"]
        changed = {**row, "domainName": domain, "algorithmName": algorithm}
        self._person.call("PUT", f"/column-metadata/{row['columnMetadataId']}", json=changed)

    def account(self, host: str, user: str, password: str) -> None:
        """Say which password a database really takes."""
        self.engine.simulator.control("POST", "/accounts", {"address": host, "user": user, "secret": password})

    def connects(self, environment: str, connector: str) -> bool:
        """Whether the engine's own test of a database connector succeeds with what is stored."""
        number = self.number(CONNECTOR, environment, connector)
        answer = self._person.call("POST", f"{LISTS[CONNECTOR][0]}/{number}/test").json()["response"]
        return str(answer) == "Connection Succeeded"

    def _tables(self, environment: str, ruleset: str) -> list[Row]:
        return self._person.rows("/table-metadata", ruleset_id=self.number(RULESET, environment, ruleset))
