# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes environments, connectors, rulesets and jobs through the API of an engine."""

from __future__ import annotations

from typing import Any

from simulator_support import Api, Row


def made(api: Api, path: str, **body: Any) -> Row:
    """What a POST made."""
    answer = api.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


class Place:
    """An environment with a database connector; makes what belongs into it."""

    def __init__(self, api: Api, name: str = "dev", *, purpose: str = "MASK", password: str | None = "secret") -> None:
        self.api = api
        application = made(api, "/applications", applicationName=f"{name} application")["applicationId"]
        environment = made(api, "/environments", environmentName=name, applicationId=application, purpose=purpose)
        self.environment: int = environment["environmentId"]
        self.connector: int = self.database_connector(f"{name} database", password)["databaseConnectorId"]
        self.ruleset: int = self.database_ruleset("tables", "EMP", "DEPT")

    def database_connector(self, name: str, password: str | None = "secret", **fields: Any) -> Row:
        """A connector to a database."""
        body = {
            "connectorName": name,
            "databaseType": "POSTGRES",
            "environmentId": self.environment,
            "host": "db.example.com",
            "port": 5432,
            "databaseName": "hr",
            "username": "masker",
            **fields,
        }
        return made(self.api, "/database-connectors", **body, **({} if password is None else {"password": password}))

    def database_ruleset(self, name: str, *tables: str) -> int:
        """A ruleset of these tables."""
        row = made(self.api, "/database-rulesets", rulesetName=name, databaseConnectorId=self.connector)
        number: int = row["databaseRulesetId"]
        for table in tables:
            made(self.api, "/table-metadata", tableName=table, rulesetId=number)
        return number

    def job(self, name: str = "mask", path: str = "/masking-jobs", **fields: Any) -> int:
        """A job on the ruleset."""
        row = made(self.api, path, jobName=name, **{"rulesetId": self.ruleset, **fields})
        return next(value for field, value in row.items() if field.endswith("JobId"))  # type: ignore[no-any-return]


def run(api: Api, job: int, **fields: Any) -> Row:
    """Start a job; the execution as it is then."""
    return made(api, "/executions", jobId=job, **fields)
