# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of objects an engine holds, and how the API names their parts.

An object's body holds API field names. Fields that carry the number of another object hold
its name instead, so that a body means the same on every engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """One kind of object.

    title: its name in messages.
    id_field: API field of its number; None when the API addresses it by name.
    name_field: API field of its name.
    by_id: fields that hold the number of another object (or a list of numbers) -> its kind.
    by_name: fields that hold the name of another object -> its kind.
    references: kinds that an export of this kind only refers to, instead of carrying them.
    local: fields that belong to this engine alone: never hashed, never exported.
    secret: local fields that are stored but never answered.
    frozen: fields that cannot be changed after creation.
    scoped: whether objects belong to an environment.
    any_name: whether the naming rules spare it; the documented list of what they bind lacks it.
    """

    name: str
    title: str
    id_field: str | None
    name_field: str
    by_id: Mapping[str, str] = field(default_factory=dict)
    by_name: Mapping[str, str] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    frozen: frozenset[str] = frozenset()
    scoped: bool = False
    any_name: bool = False


_GLOBALS_BY_REFERENCE = frozenset({"domain", "algorithm", "profile_set", "classifier", "profile_expression"})
_MADE = frozenset({"createdBy", "createdTime"})


def _job(name: str, title: str, id_field: str, **by_id: str) -> Kind:
    return Kind(
        name,
        title,
        id_field,
        "jobName",
        by_id=by_id,
        references=_GLOBALS_BY_REFERENCE,
        local=_MADE,
        frozen=frozenset({"jobName"}),
        scoped=True,
    )


def _ruleset(name: str, title: str, id_field: str, connector_field: str, connector: str) -> Kind:
    return Kind(
        name,
        title,
        id_field,
        "rulesetName",
        by_id={connector_field: connector},
        references=_GLOBALS_BY_REFERENCE,
        scoped=True,
    )


def _connector(name: str, title: str, id_field: str, **by_id: str) -> Kind:
    return Kind(
        name, title, id_field, "connectorName", by_id=by_id, secret=frozenset({"password", "sshKey"}), scoped=True
    )


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("application", "application", "applicationId", "applicationName"),
        Kind("environment", "environment", "environmentId", "environmentName", by_id={"applicationId": "application"}),
        Kind("key", "encryption key", None, "keyId"),
        Kind(
            "algorithm",
            "algorithm",
            None,
            "algorithmName",
            by_id={"pluginId": "algorithm_plugin", "_profileSet": "profile_set"},
            by_name={"_algorithms": "algorithm"},
            local=frozenset({"createdBy"}),
            frozen=frozenset({"algorithmName"}),
        ),
        Kind("algorithm_plugin", "algorithm plugin", "pluginId", "pluginName", any_name=True),
        Kind(
            "domain",
            "domain",
            None,
            "domainName",
            by_name={"defaultAlgorithmCode": "algorithm", "defaultTokenizationCode": "algorithm"},
            local=frozenset({"createdBy"}),
            frozen=frozenset({"domainName"}),
        ),
        Kind(
            "profile_expression",
            "profile expression",
            "profileExpressionId",
            "expressionName",
            by_name={"domainName": "domain"},
            local=frozenset({"createdBy"}),
        ),
        Kind(
            "classifier",
            "classifier",
            "classifierId",
            "classifierName",
            by_name={"domainName": "domain"},
            local=frozenset({"createdBy"}),
        ),
        Kind(
            "profile_set",
            "profile set",
            "profileSetId",
            "profileSetName",
            by_id={"profileExpressionIds": "profile_expression", "classifierIds": "classifier"},
            local=_MADE,
        ),
        Kind(
            "jdbc_driver",
            "JDBC driver",
            "jdbcDriverId",
            "driverName",
            by_id={"driverSupportId": "driver_support_plugin"},
            local=frozenset({"uploadedBy", "uploadDate"}),
            any_name=True,
        ),
        Kind("driver_support_plugin", "driver support plugin", "pluginId", "pluginName", any_name=True),
        Kind(
            "file_format",
            "file format",
            "fileFormatId",
            "fileFormatName",
            by_name={"domains": "domain"},
            references=_GLOBALS_BY_REFERENCE,
            frozen=frozenset({"fileFormatName"}),
        ),
        Kind(
            "dataset_format",
            "mainframe data set format",
            "mainframeDatasetFormatId",
            "mainframeDatasetFormatName",
            by_name={"domains": "domain"},
            references=_GLOBALS_BY_REFERENCE,
        ),
        Kind("mount", "mount", "mountId", "mountName", local=frozenset({"status"}), any_name=True),
        Kind("application_settings", "application settings", None, "settings"),
        Kind("password_vault", "password vault", "passwordVaultId", "name", secret=frozenset({"token"})),
        Kind("credential_path", "credential path", "credentialPathId", "name", by_name={"vaultName": "password_vault"}),
        Kind("license_info", "licence", None, "name"),
        _connector(
            "database_connector",
            "database connector",
            "databaseConnectorId",
            jdbcDriverId="jdbc_driver",
            credentialPathId="credential_path",
        ),
        _connector("file_connector", "file connector", "fileConnectorId", mountId="mount"),
        _connector("dataset_connector", "mainframe data set connector", "mainframeDatasetConnectorId", mountId="mount"),
        _ruleset(
            "database_ruleset", "database ruleset", "databaseRulesetId", "databaseConnectorId", "database_connector"
        ),
        _ruleset("file_ruleset", "file ruleset", "fileRulesetId", "fileConnectorId", "file_connector"),
        _ruleset(
            "dataset_ruleset",
            "mainframe data set ruleset",
            "mainframeDatasetRulesetId",
            "mainframeDatasetConnectorId",
            "dataset_connector",
        ),
        _job("masking_job", "masking job", "maskingJobId"),
        _job("profile_job", "profile job", "profileJobId", profileSetId="profile_set"),
        _job("tokenization_job", "tokenization job", "tokenizationJobId"),
        _job("reidentification_job", "re-identification job", "reidentificationJobId"),
    )
}
