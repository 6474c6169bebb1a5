# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of object types against what is documented of engines."""

from __future__ import annotations

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    ALGORITHM_TYPES,
    GLOBAL_TYPES,
    OBJECT_TYPES,
    Scope,
    object_type,
)

# Documented for API 5.1.42.
NEW = [
    "ALGORITHM_PLUGIN", "ALGORITHM_REFERENCE", "APPLICATION_SETTINGS", "BINARYLOOKUP", "CLASSIFIER",
    "CLASSIFIER_REFERENCE", "CLEANSING", "CREDENTIAL_PATH", "DATABASE_CONNECTOR", "DATABASE_RULESET",
    "DATASET_CONNECTOR", "DATASET_RULESET", "DATASET_FORMAT", "DATE_SHIFT", "DOMAIN", "DOMAIN_REFERENCE",
    "DRIVER_SUPPORT_PLUGIN", "ENVIRONMENT", "FILE_CONNECTOR", "FILE_FORMAT", "FILE_RULESET", "GLOBAL_OBJECT",
    "JDBC_DRIVER", "KEY", "LICENSE_INFO", "LOOKUP", "MAPPLET", "MASKING_JOB", "MIN_MAX", "MOUNT_INFORMATION",
    "PASSWORD_VAULT", "PROFILE_JOB", "PROFILE_SET", "PROFILE_SET_REFERENCE", "REDACTION",
    "REIDENTIFICATION_JOB", "SEGMENT", "SOURCE_DATABASE_CONNECTOR", "SOURCE_DATASET_CONNECTOR",
    "SOURCE_FILE_CONNECTOR", "TOKENIZATION", "TOKENIZATION_JOB", "USER_ALGORITHM",
]  # fmt: skip
# Documented for older releases only.
OLD = ["PROFILE_EXPRESSION", "PROFILE_EXPRESSION_REFERENCE"]
INSIDE_AN_ENVIRONMENT = {
    "DATABASE_CONNECTOR",
    "DATABASE_RULESET",
    "DATASET_CONNECTOR",
    "DATASET_RULESET",
    "FILE_CONNECTOR",
    "FILE_RULESET",
    "MASKING_JOB",
    "PROFILE_JOB",
    "REIDENTIFICATION_JOB",
    "TOKENIZATION_JOB",
}
ALGORITHMS = {
    "BINARYLOOKUP",
    "CLEANSING",
    "DATE_SHIFT",
    "LOOKUP",
    "MAPPLET",
    "MIN_MAX",
    "REDACTION",
    "SEGMENT",
    "TOKENIZATION",
    "USER_ALGORITHM",
}
DEPENDS_ON = [
    ("MASKING_JOB", "FILE_RULESET"),
    ("MASKING_JOB", "DATABASE_RULESET"),
    ("MASKING_JOB", "DATASET_RULESET"),
    ("PROFILE_JOB", "PROFILE_SET"),
    ("PROFILE_JOB", "DATABASE_RULESET"),
    ("FILE_RULESET", "FILE_CONNECTOR"),
    ("FILE_RULESET", "FILE_FORMAT"),
    ("FILE_CONNECTOR", "MOUNT_INFORMATION"),
    ("DATABASE_RULESET", "DATABASE_CONNECTOR"),
    ("DATABASE_RULESET", "DOMAIN"),
    ("DATABASE_CONNECTOR", "JDBC_DRIVER"),
    ("FILE_FORMAT", "DOMAIN"),
    ("PROFILE_SET", "PROFILE_EXPRESSION"),
    ("PROFILE_EXPRESSION", "DOMAIN"),
    ("ENVIRONMENT", "MASKING_JOB"),
    ("GLOBAL_OBJECT", "PROFILE_SET"),
    ("GLOBAL_OBJECT", "KEY"),
    *(("DOMAIN", algorithm) for algorithm in sorted(ALGORITHMS)),
]


def test_every_documented_type_is_known() -> None:
    assert set(OBJECT_TYPES) == {*NEW, *OLD}


def test_references_cannot_be_asked_for() -> None:
    references = {name for name in OBJECT_TYPES if name.endswith("_REFERENCE") or name.startswith("SOURCE_")}
    assert {name for name, row in OBJECT_TYPES.items() if not row.requestable} == references


def test_what_lives_inside_an_environment() -> None:
    assert {name for name, row in OBJECT_TYPES.items() if row.scope is Scope.ENVIRONMENT} == INSIDE_AN_ENVIRONMENT


def test_algorithms_share_their_names() -> None:
    assert ALGORITHM_TYPES == ALGORITHMS
    assert len({object_type(name).family for name in ALGORITHMS}) == 1
    others = [row.family for name, row in OBJECT_TYPES.items() if name not in ALGORITHMS]
    assert len(set(others)) == len(others)


def test_global_objects() -> None:
    documented = ALGORITHMS | {"DOMAIN", "PROFILE_SET", "PROFILE_EXPRESSION", "JDBC_DRIVER"}
    assert documented <= GLOBAL_TYPES
    # The key only by its own name; formats, mounts and settings are not part of GLOBAL_OBJECT.
    for name in ("KEY", "GLOBAL_OBJECT", "FILE_FORMAT", "MOUNT_INFORMATION", "APPLICATION_SETTINGS", "ENVIRONMENT"):
        assert name not in GLOBAL_TYPES
    assert not GLOBAL_TYPES & INSIDE_AN_ENVIRONMENT
    assert all(object_type(name).requestable for name in GLOBAL_TYPES)


@pytest.mark.parametrize(("upper", "lower"), DEPENDS_ON)
def test_levels_follow_dependencies(upper: str, lower: str) -> None:
    assert object_type(upper).level > object_type(lower).level


@pytest.mark.parametrize(
    ("name", "path", "id_field", "name_field"),
    [
        ("ENVIRONMENT", "/environments", "environmentId", "environmentName"),
        ("MASKING_JOB", "/masking-jobs", "maskingJobId", "jobName"),
        ("PROFILE_JOB", "/profile-jobs", "profileJobId", "jobName"),
        ("TOKENIZATION_JOB", "/tokenization-jobs", "tokenizationJobId", "jobName"),
        ("REIDENTIFICATION_JOB", "/reidentification-jobs", "reidentificationJobId", "jobName"),
        ("DATABASE_RULESET", "/database-rulesets", "databaseRulesetId", "rulesetName"),
        ("FILE_RULESET", "/file-rulesets", "fileRulesetId", "rulesetName"),
        ("DATASET_RULESET", "/mainframe-dataset-rulesets", "mainframeDatasetRulesetId", "rulesetName"),
        ("DATABASE_CONNECTOR", "/database-connectors", "databaseConnectorId", "connectorName"),
        ("FILE_CONNECTOR", "/file-connectors", "fileConnectorId", "connectorName"),
        ("DATASET_CONNECTOR", "/mainframe-dataset-connectors", "mainframeDatasetConnectorId", "connectorName"),
        ("FILE_FORMAT", "/file-formats", "fileFormatId", "fileFormatName"),
        ("DATASET_FORMAT", "/mainframe-dataset-formats", "mainframeDatasetFormatId", "mainframeDatasetFormatName"),
        ("MOUNT_INFORMATION", "/mount-filesystem", "mountId", "mountName"),
        ("PROFILE_SET", "/profile-sets", "profileSetId", "profileSetName"),
        ("PROFILE_EXPRESSION", "/profile-expressions", "profileExpressionId", "expressionName"),
        ("JDBC_DRIVER", "/jdbc-drivers", "jdbcDriverId", "driverName"),
    ],
)
def test_where_names_are_listed(name: str, path: str, id_field: str, name_field: str) -> None:
    row = object_type(name)
    assert (row.list_path, row.id_field, row.name_field) == (path, id_field, name_field)


def test_a_type_of_a_later_release_can_be_asked_for() -> None:
    row = object_type("TYPE_OF_2030")
    assert row.requestable
    assert row.scope is Scope.ENGINE
    assert row.family not in {known.family for known in OBJECT_TYPES.values()}
