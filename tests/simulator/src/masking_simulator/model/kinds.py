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


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Which fields of a JSON object point at objects of the engine.

    by_id: fields that hold the number of another object (or a list of numbers) -> its kind or family.
    by_name: fields that hold the name of another object (or a list of names) -> its kind.
    inside: fields that hold a JSON object -> the pointers in it.
    parts: fields that hold parts by name -> what these are.
    """

    by_id: Mapping[str, str] = field(default_factory=dict)
    by_name: Mapping[str, str] = field(default_factory=dict)
    inside: Mapping[str, Fields] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True)
class Part(Fields):
    """A kind of thing with a number that is no object of its own, such as a column: it is saved with its owner.

    title: its name in messages.
    id_field, name_field, owner_field: API fields of its number, its name, and the number of what it belongs to.
    space: parts of one space share their numbers.
    """

    name: str
    title: str
    id_field: str
    name_field: str
    owner_field: str
    space: str


@dataclass(frozen=True)
class Family:
    """Kinds of which one is meant by a number together with a word in the field beside it.

    selector: that field; kinds: its word -> kind.
    elsewhere: whether the object may belong to another environment than the one that points at it.
    """

    selector: str
    kinds: Mapping[str, str]
    elsewhere: bool = False


@dataclass(frozen=True)
class Kind(Fields):
    """One kind of object.

    title: its name in messages.
    id_field: API field of its number; None when the API addresses it by name.
    name_field: API field of its name.
    references: kinds that an export of this kind only refers to, instead of carrying them.
    local: fields that belong to this engine alone: never hashed, never exported.
    secret: fields that are stored for this engine alone and never answered.
    keepable: fields that some engines carry in an export and others keep for themselves, like local ones.
    frozen: fields that cannot be changed after creation.
    scoped: whether objects belong to an environment.
    environment_field: API field with the number of the environment, where the API shows it.
    any_name: whether the naming rules spare it; the documented list of what they bind lacks it.
    space: kinds of one space share their numbers; a kind without one has its own.
    """

    name: str
    title: str
    id_field: str | None
    name_field: str
    references: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    keepable: frozenset[str] = frozenset()
    frozen: frozenset[str] = frozenset()
    scoped: bool = False
    environment_field: str | None = None
    any_name: bool = False
    space: str = ""


GLOBALS_BY_REFERENCE = frozenset({"domain", "algorithm", "profile_set", "classifier", "profile_expression"})
MADE = frozenset({"createdBy", "createdTime"})
#: what masks a column or a field
_MASKED_BY = {"domainName": "domain", "algorithmName": "algorithm"}

COLUMN = Part("column", "column", "columnMetadataId", "columnName", "tableMetadataId", "column", by_name=_MASKED_BY)
TABLE = Part(
    "table",
    "table",
    "tableMetadataId",
    "tableName",
    "rulesetId",
    "metadata",
    parts={"_columns": COLUMN},
)
FILE = Part(
    "file",
    "file",
    "fileMetadataId",
    "fileName",
    "rulesetId",
    "metadata",
    by_id={"fileFormatId": "file_format"},
)
DATASET = Part(
    "dataset",
    "mainframe data set",
    "mainframeDatasetMetadataId",
    "fileName",
    "rulesetId",
    "metadata",
    by_id={"mainframeDatasetFormatId": "dataset_format"},
)
FILE_FIELD = Part(
    "file_field", "file field", "fileFieldMetadataId", "fieldName", "recordTypeId", "field", by_name=_MASKED_BY
)
RECORD_TYPE = Part(
    "record_type",
    "record type",
    "recordTypeId",
    "recordTypeName",
    "fileFormatId",
    "record_type",
    parts={"_fields": FILE_FIELD},
)
DATASET_FIELD = Part(
    "dataset_field",
    "mainframe data set field",
    "mainframeDatasetFieldMetadataId",
    "fieldName",
    "mainframeDatasetRecordTypeId",
    "field",
    by_name=_MASKED_BY,
)
DATASET_RECORD_TYPE = Part(
    "dataset_record_type",
    "mainframe data set record type",
    "mainframeDatasetRecordTypeId",
    "mainframeDatasetRecordTypeName",
    "mainframeDatasetFormatId",
    "record_type",
    parts={"_fields": DATASET_FIELD},
)

#: That rulesets share their numbers, and jobs too, is inferred: a job names its ruleset, and an
#: execution its job, by the number alone. The words are documented for connectors, inferred for rulesets.
FAMILIES: dict[str, Family] = {
    "ruleset": Family(
        "rulesetType", {"DATABASE": "database_ruleset", "FILE": "file_ruleset", "VSAM": "dataset_ruleset"}
    ),
    "source_connector": Family(
        "connectorType",
        {"DATABASE": "database_connector", "FILE": "file_connector", "VSAM": "dataset_connector"},
        elsewhere=True,
    ),
}


def _job(name: str, title: str, id_field: str, **by_id: str) -> Kind:
    return Kind(
        name,
        title,
        id_field,
        "jobName",
        by_id={"rulesetId": "ruleset", **by_id},
        inside={"onTheFlyMaskingSource": Fields(by_id={"connectorId": "source_connector"})},
        references=GLOBALS_BY_REFERENCE,
        local=MADE,
        frozen=frozenset({"jobName"}),
        scoped=True,
        space="job",
    )


def _ruleset(name: str, title: str, id_field: str, connector_field: str, connector: str, **parts: Part) -> Kind:
    return Kind(
        name,
        title,
        id_field,
        "rulesetName",
        by_id={connector_field: connector},
        parts=parts,
        references=GLOBALS_BY_REFERENCE,
        scoped=True,
        space="ruleset",
    )


def _connector(name: str, title: str, id_field: str, **by_id: str) -> Kind:
    return Kind(
        name,
        title,
        id_field,
        "connectorName",
        by_id=by_id,
        inside={"connectionInfo": Fields(by_id={"mountId": "mount"})},
        secret=frozenset({"password", "sshKey"}),
        keepable=frozenset({"passwordVaultAuth", "credentialPathId"}),
        scoped=True,
        environment_field="environmentId",
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
            local=MADE,
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
            parts={"_recordTypes": RECORD_TYPE},
            references=GLOBALS_BY_REFERENCE,
            frozen=frozenset({"fileFormatName"}),
        ),
        Kind(
            "dataset_format",
            "mainframe data set format",
            "mainframeDatasetFormatId",
            "mainframeDatasetFormatName",
            parts={"_recordTypes": DATASET_RECORD_TYPE},
            references=GLOBALS_BY_REFERENCE,
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
        _connector("file_connector", "file connector", "fileConnectorId"),
        _connector("dataset_connector", "mainframe data set connector", "mainframeDatasetConnectorId"),
        _ruleset(
            "database_ruleset",
            "database ruleset",
            "databaseRulesetId",
            "databaseConnectorId",
            "database_connector",
            _tables=TABLE,
        ),
        _ruleset("file_ruleset", "file ruleset", "fileRulesetId", "fileConnectorId", "file_connector", _files=FILE),
        _ruleset(
            "dataset_ruleset",
            "mainframe data set ruleset",
            "mainframeDatasetRulesetId",
            "mainframeDatasetConnectorId",
            "dataset_connector",
            _datasets=DATASET,
        ),
        _job("masking_job", "masking job", "maskingJobId"),
        _job("profile_job", "profile job", "profileJobId", profileSetId="profile_set"),
        _job("tokenization_job", "tokenization job", "tokenizationJobId"),
        _job("reidentification_job", "re-identification job", "reidentificationJobId"),
    )
}

JOBS: tuple[str, ...] = ("masking_job", "profile_job", "tokenization_job", "reidentification_job")
