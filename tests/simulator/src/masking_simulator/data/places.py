# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Adds environments and what belongs to them, as it would be after having been made through the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masking_simulator.data.filler import Filler
from masking_simulator.model.types import full_type

_JOB: dict[str, Any] = {
    "multiTenant": False,
    "numInputStreams": 1,
    "maxMemory": 1024,
    "minMemory": 1024,
    "feedbackSize": 50000,
}
#: word of a family of rulesets and connectors -> kind of the ruleset, its connector, its field for that, its parts
_FAMILIES = {
    "DATABASE": ("database_ruleset", "database_connector", "databaseConnectorId", "_tables"),
    "FILE": ("file_ruleset", "file_connector", "fileConnectorId", "_files"),
    "VSAM": ("dataset_ruleset", "dataset_connector", "mainframeDatasetConnectorId", "_datasets"),
}
Columns = Mapping[str, str | None]


class Place:
    """One environment. What its release does not have is left out, and so is what needs that."""

    def __init__(self, filler: Filler, name: str, application: str, purpose: str = "MASK") -> None:
        self.filler = filler
        self.name = name
        body = {"applicationId": application, "purpose": purpose, "isWorkflowEnabled": False}
        filler.add("environment", name, body)
        #: names of connectors and rulesets -> word of their family
        self.connectors: dict[str, str] = {}
        self.rulesets: dict[str, str] = {}

    def database(
        self,
        name: str,
        host: str,
        user: str = "MASKER",
        *,
        driver: str | None = None,
        vault: str | None = None,
        **fields: Any,
    ) -> None:
        """Add a connector to a database; with an uploaded driver, or with a credential path in place of a password."""
        body: dict[str, Any] = {
            "databaseType": "ORACLE",
            "host": host,
            "username": user,
            "enableLogger": False,
            **fields,
        }
        if driver is not None:
            if not self._has("jdbc_driver"):
                return
            body.update(databaseType="EXTENDED", jdbcDriverId=driver, jdbc=f"jdbc:{driver.lower()}://{host}/data")
            del body["host"]
        if vault is not None:
            if not self._has("credential_path"):
                return
            body.update(passwordVaultAuth=True, credentialPathId=vault)
        self._connect("DATABASE", name, body, None if vault else (host, user))

    def files(
        self, name: str, host: str | None = None, *, mount: str | None = None, file_type: str = "DELIMITED"
    ) -> None:
        """Add a connector to files, on a host or on a mount."""
        body = {"fileType": file_type, "connectionInfo": _info(host, mount, "SFTP", "in")}
        self._connect("FILE", name, body, (host, "masker") if host else None)

    def mainframe(self, name: str, host: str) -> None:
        """Add a connector to mainframe data sets."""
        self._connect("VSAM", name, {"connectionInfo": _info(host, None, "FTP", "HLQ")}, (host, "masker"))

    def tables(self, name: str, connector: str, tables: Mapping[str, Columns]) -> None:
        """Add a ruleset of tables; their columns with the domain that masks them, or None."""
        said = {
            table: {
                "_columns": {
                    column: self._column(place, domain) for place, (column, domain) in enumerate(columns.items())
                }
            }
            for table, columns in tables.items()
        }
        self._rule("DATABASE", name, connector, said)

    def file_rules(self, name: str, connector: str, files: Mapping[str, str | None]) -> None:
        """Add a ruleset of files with their formats."""
        self._rule("FILE", name, connector, {file: _formatted("fileFormatId", form) for file, form in files.items()})

    def dataset_rules(self, name: str, connector: str, datasets: Mapping[str, str | None]) -> None:
        """Add a ruleset of mainframe data sets with their formats."""
        said = {dataset: _formatted("mainframeDatasetFormatId", form) for dataset, form in datasets.items()}
        self._rule("VSAM", name, connector, said)

    def job(
        self,
        name: str,
        ruleset: str,
        kind: str = "masking_job",
        *,
        source: tuple[Place, str] | None = None,
        **fields: Any,
    ) -> None:
        """Add a job; on the fly when it has a source: an environment and the name of a connector there."""
        if ruleset not in self.rulesets:
            return
        body = {**_JOB, "rulesetId": ruleset, "rulesetType": self.rulesets[ruleset], **fields}
        if kind != "profile_job":
            body["onTheFlyMasking"] = source is not None
        if source is not None:
            place, connector = source
            if connector not in place.connectors:
                return
            body["onTheFlyMaskingSource"] = {"connectorId": connector, "connectorType": place.connectors[connector]}
        self.filler.add_in(self.name, kind, name, body, source=source[0].name if source else None)

    def _has(self, kind: str) -> bool:
        return bool(full_type(kind, self.filler.release))

    def _connect(self, word: str, name: str, body: dict[str, Any], account: tuple[str, str] | None) -> None:
        kind = _FAMILIES[word][1]
        if not self._has(kind):
            return
        password = None
        if account is not None:
            password = f"Stored-{self.filler.digest('password', *account)[:8]}"
            self.filler.engine.accounts.set(*account, password)
        self.connectors[name] = word
        self.filler.add_in(self.name, kind, name, body, password=password)

    def _rule(self, word: str, name: str, connector: str, said: dict[str, Any]) -> None:
        kind, _, field, parts = _FAMILIES[word]
        if connector not in self.connectors:
            return
        body: dict[str, Any] = {field: connector, parts: said}
        if word == "DATABASE":
            body["refreshDropsTables"] = False
        self.rulesets[name] = word
        self.filler.add_in(self.name, kind, name, body)

    def _column(self, place: int, domain: str | None) -> dict[str, Any]:
        column: dict[str, Any] = {
            "dataType": "VARCHAR2",
            "columnLength": 40 + place,
            "isPrimaryKey": place == 0,
            "isIndex": place == 0,
            "isForeignKey": False,
            "isProfilerWritable": True,
        }
        if domain is not None:
            column.update(domainName=domain, algorithmName=self.filler.algorithm_of(domain))
        return column


def _info(host: str | None, mount: str | None, mode: str, path: str) -> dict[str, Any]:
    if mount is not None:
        return {"connectionMode": "MOUNT", "mountId": mount, "path": path}
    return {
        "connectionMode": mode,
        "host": host,
        "port": 22 if mode == "SFTP" else 21,
        "loginName": "masker",
        "path": path,
        "userDirIsRoot": False,
    }


def _formatted(field: str, form: str | None) -> dict[str, Any]:
    return {} if form is None else {field: form}
