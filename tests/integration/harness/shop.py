# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person builds on an engine: environments, connectors, rulesets and jobs."""

from __future__ import annotations

import typing as t

from harness.lab import Engine

Row = dict[str, t.Any]
USER = "MASKER"


class Shop:
    """A person at work on one engine. Every method returns the number of what it made."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def environment(self, name: str, purpose: str = "MASK") -> int:
        """An environment in an application of the same name."""
        application = self._made("/applications", applicationName=name)["applicationId"]
        made = self._made("/environments", environmentName=name, applicationId=application, purpose=purpose)
        return int(made["environmentId"])

    def database(self, environment: int, name: str, password: str | None = None, **fields: t.Any) -> int:
        """A database connector on a host of its own name."""
        fields = {"databaseType": "ORACLE", "host": name, "port": 1521, "sid": "X", "username": USER, **fields}
        if password is not None:
            fields["password"] = password
        made = self._made("/database-connectors", connectorName=name, environmentId=environment, **fields)
        return int(made["databaseConnectorId"])

    def files(self, environment: int, name: str, **info: t.Any) -> int:
        """A file connector on a host of its own name."""
        info = {"connectionMode": "SFTP", "host": name, "loginName": USER, "path": "/in", **info}
        fields = {"fileType": "DELIMITED", "connectionInfo": info}
        made = self._made("/file-connectors", connectorName=name, environmentId=environment, **fields)
        return int(made["fileConnectorId"])

    def data_set(self, environment: int, name: str, **info: t.Any) -> int:
        """A mainframe data set connector on a host of its own name."""
        info = {"connectionMode": "FTP", "host": name, "loginName": USER, "path": "/hlq", **info}
        made = self._made(
            "/mainframe-dataset-connectors", connectorName=name, environmentId=environment, connectionInfo=info
        )
        return int(made["mainframeDatasetConnectorId"])

    def ruleset(self, connector: int, name: str, *tables: str) -> int:
        """A ruleset of tables."""
        made = self._made("/database-rulesets", rulesetName=name, databaseConnectorId=connector)
        number = int(made["databaseRulesetId"])
        for table in tables:
            self._made("/table-metadata", tableName=table, rulesetId=number)
        return number

    def job(self, ruleset: int, name: str, kind: str = "masking", **fields: t.Any) -> int:
        """A job."""
        return int(self._made(f"/{kind}-jobs", jobName=name, rulesetId=ruleset, **fields)[f"{kind}JobId"])

    def true_secret(self, host: str, secret: str, user: str = USER) -> None:
        """Say which secret a host really takes."""
        self.engine.simulator.control("POST", "/accounts", {"address": host, "user": user, "secret": secret})

    def _made(self, path: str, **body: t.Any) -> Row:
        return t.cast("Row", self.engine.person.call("POST", path, json=body).json())
