# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of an engine's lists, made of what it holds."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.holdings import (
    ALGORITHMS,
    LISTS,
    Holdings,
)

# The API's words for kinds of connectors and rulesets.
CONNECTOR_WORDS: t.Final = {"DATABASE_CONNECTOR": "DATABASE", "FILE_CONNECTOR": "FILE", "DATASET_CONNECTOR": "VSAM"}
_RULESET_WORDS = {"DATABASE_RULESET": "DATABASE", "FILE_RULESET": "FILE", "DATASET_RULESET": "MAINFRAME_DATASET"}
# Which jobs may read from elsewhere, as documented.
ON_THE_FLY: t.Final = ("MASKING_JOB", "TOKENIZATION_JOB", "REIDENTIFICATION_JOB")


class Rows:
    """Makes rows. ``ruleset_types``: jobs tell theirs. ``job_environments``: jobs tell where they are."""

    def __init__(self, holdings: Holdings, created: str) -> None:
        self.ruleset_types = True
        self.job_environments = False
        self._holdings = holdings
        self._created = created

    def of(self, path: str) -> list[tuple[str | None, Row]]:
        """Rows of a list, each with the environment that it is in."""
        if path == "applications":
            names = self._holdings.applications
            return [(None, {"applicationId": self.application(name), "applicationName": name}) for name in names]
        if path == "environments":
            return [(None, self.environment(name)) for name in self._holdings.environments]
        kinds = [kind for kind, row in LISTS.items() if row[0] == path]
        if kinds:
            return [(key.environment, self.object(key)) for key in self._holdings.objects if key.type in kinds]
        return [(None, row) for row in self._inventory(path)]

    def application(self, name: str) -> int:
        """An application's number."""
        return self._holdings.number(("APPLICATION", None, name))

    def environment(self, name: str) -> Row:
        """An environment's row."""
        place = self._holdings.environments[name]
        return {
            "environmentId": self._holdings.place_number(name),
            "environmentName": name,
            "applicationId": self.application(place.application),
            "purpose": place.purpose,
            "isWorkflowEnabled": place.workflow,
        }

    def object(self, key: ObjectKey) -> Row:
        """An object's row; without its secrets, and without fields that have no value."""
        holdings, held = self._holdings, self._holdings.objects[key]
        _path, id_field, name_field = LISTS[key.type]
        row: Row = {**held.own, name_field: key.name}
        if id_field:
            row[id_field] = holdings.number(key)
        if key.type.endswith("_CONNECTOR"):
            row["environmentId"] = holdings.place_number(key.environment or "")
        elif key.type.endswith("_RULESET") and held.above:
            row[LISTS[held.above.type][1]] = holdings.number(held.above)
        elif key.type.endswith("_JOB") and held.above:
            row.update(self._job(key))
        elif key.type == "JDBC_DRIVER":
            row["builtIn"] = held.maker == "system"
        row.update(self._needs(key))
        if held.maker and not key.type.endswith(("_CONNECTOR", "_RULESET", "_FORMAT")):
            row["createdBy"] = held.maker
        return row

    def _needs(self, key: ObjectKey) -> Row:
        """How a row tells other things that an object needs."""
        holdings, held = self._holdings, self._holdings.objects[key]
        numbers: dict[str, list[int]] = {}
        for need in held.needs:
            numbers.setdefault(need.type, []).append(holdings.number(need))
        row: Row = {}
        if "JDBC_DRIVER" in numbers:
            row["jdbcDriverId"] = numbers["JDBC_DRIVER"][0]
        if "MOUNT_INFORMATION" in numbers:
            info = held.own.get("connectionInfo", {})
            row["connectionInfo"] = {**info, "connectionMode": "MOUNT", "mountId": numbers["MOUNT_INFORMATION"][0]}
        if key.type == "PROFILE_SET":
            row["profileExpressionIds"] = numbers.get("PROFILE_EXPRESSION", [])
        if key.type == "PROFILE_EXPRESSION" and held.needs:
            row["domainName"] = held.needs[0].name
        if key.type == "DOMAIN" and held.needs:
            row["defaultAlgorithmCode"] = held.needs[0].name
        return row

    def _job(self, key: ObjectKey) -> Row:
        holdings, held = self._holdings, self._holdings.objects[key]
        above = t.cast("ObjectKey", held.above)
        row: Row = {"rulesetId": holdings.number(above), "createdTime": self._created}
        if self.ruleset_types:
            row["rulesetType"] = _RULESET_WORDS[above.type]
        if self.job_environments:
            row["environmentId"] = holdings.place_number(key.environment or "")
        if key.type in ON_THE_FLY:
            row["onTheFlyMasking"] = held.reads is not None
        if held.reads:
            word = CONNECTOR_WORDS[held.reads.type]
            row["onTheFlyMaskingSource"] = {"connectorId": holdings.number(held.reads), "connectorType": word}
        for need in held.needs:
            if need.type == "PROFILE_SET":
                row["profileSetId"] = holdings.number(need)
        return row

    # Tables, columns, files and fields

    def _inventory(self, path: str) -> list[Row]:
        if path == "table-metadata":
            return [
                {"tableMetadataId": 1000 + number, "tableName": f"T{number}", "rulesetId": number}
                for number in map(self._holdings.number, self._all("DATABASE_RULESET"))
            ]
        if path == "column-metadata":
            rulesets = self._all("DATABASE_RULESET")
            return [
                {"tableMetadataId": 1000 + self._holdings.number(key), **column}
                for key in rulesets
                for column in self._columns(key)
            ]
        owner, field = {
            "file-metadata": ("FILE_RULESET", "fileFormatId"),
            "file-field-metadata": ("FILE_FORMAT", "fileFormatId"),
            "mainframe-dataset-metadata": ("DATASET_RULESET", "mainframeDatasetFormatId"),
            "mainframe-dataset-field-metadata": ("DATASET_FORMAT", "mainframeDatasetFormatId"),
        }[path]
        rows: list[Row] = []
        for key in self._all(owner):
            number = self._holdings.number(key)
            if owner.endswith("_FORMAT"):
                rows += [{field: number, **column} for column in self._columns(key)]
            else:
                formats = [need for need in self._holdings.objects[key].needs if need.type.endswith("_FORMAT")]
                rows += [{"rulesetId": number, field: self._holdings.number(need)} for need in formats]
        return rows

    def _all(self, kind: str) -> list[ObjectKey]:
        return [key for key in self._holdings.objects if key.type == kind]

    def _columns(self, key: ObjectKey) -> list[Row]:
        """One column or field for each domain or algorithm that is needed, and one that nobody masks."""
        columns: list[Row] = [{"columnName": "plain", "isMasked": False}]
        for need in self._holdings.objects[key].needs:
            if need.type == "DOMAIN":
                algorithms = self._holdings.objects[need].needs
                masked = {"algorithmName": algorithms[0].name} if algorithms else {}
                columns.append({"columnName": need.name, "isMasked": True, "domainName": need.name, **masked})
            elif need.type in ALGORITHMS:
                columns.append({"columnName": need.name, "isMasked": True, "algorithmName": need.name})
        return columns
