# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The syncable object types: one table, by API version 5.1.N."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from masking_simulator.releases import Release

Shape = Literal["integer", "string", "algorithm", "key", "unknown"]
Scope = Literal["engine", "environment", "source_environment", "none"]

_FOREVER = 10_000


@dataclass(frozen=True)
class ObjectType:
    """One value of `objectType`.

    kind: which objects of the model it stands for; several types may share a kind.
    shape: form of its identifier; `unknown` ones follow the switch identifier_shape.
    since, until: first API version 5.1.N with it and first one without it.
    reference: True for types that cannot be asked for and come along by themselves.
    in_global: whether GLOBAL_OBJECT holds it.
    """

    name: str
    kind: str
    shape: Shape
    scope: Scope = "engine"
    since: int = 0
    until: int = _FOREVER
    reference: bool = False
    in_global: bool = False
    new: bool = False

    def on(self, release: Release) -> bool:
        """Whether an engine of this release has the type."""
        return self.since <= release.api < self.until

    @property
    def carried(self) -> bool:
        """Whether an export carries the object, and does not only point at it."""
        return not self.reference or self.scope == "source_environment"


def _algorithm(name: str, since: int = 0, until: int = _FOREVER) -> ObjectType:
    return ObjectType(name, "algorithm", "algorithm", since=since, until=until, in_global=True)


def _engine(
    name: str,
    kind: str,
    shape: Shape = "unknown",
    *,
    since: int = 0,
    until: int = _FOREVER,
    in_global: bool = False,
    new: bool = False,
) -> ObjectType:
    return ObjectType(name, kind, shape, since=since, until=until, in_global=in_global, new=new)


def _reference(name: str, kind: str, shape: Shape, since: int = 0, until: int = _FOREVER) -> ObjectType:
    return ObjectType(name, kind, shape, since=since, until=until, reference=True)


def _scoped(name: str, kind: str, since: int = 0) -> ObjectType:
    return ObjectType(name, kind, "integer", scope="environment", since=since)


def _source(name: str, kind: str, since: int = 0) -> ObjectType:
    return ObjectType(name, kind, "integer", scope="source_environment", since=since, reference=True)


# Since/until of ENVIRONMENT, the mainframe types, the plugin types and the types new in
# 5.1.42 are inferred; the others are documented.
TYPES: tuple[ObjectType, ...] = (
    _engine("KEY", "key", "key", in_global=True),
    _algorithm("LOOKUP"),
    _algorithm("BINARYLOOKUP"),
    _algorithm("SEGMENT"),
    _algorithm("TOKENIZATION"),
    _algorithm("MAPPLET", until=15),
    _algorithm("DATE_SHIFT"),
    _algorithm("CLEANSING"),
    _algorithm("MIN_MAX"),
    _algorithm("REDACTION"),
    _algorithm("USER_ALGORITHM", since=4),
    _engine("ALGORITHM_PLUGIN", "algorithm_plugin", since=4),
    _engine("DOMAIN", "domain", "string", in_global=True),
    _engine("PROFILE_EXPRESSION", "profile_expression", "integer", until=42, in_global=True),
    _engine("CLASSIFIER", "classifier", since=42, in_global=True),
    _engine("PROFILE_SET", "profile_set", in_global=True),
    _engine("JDBC_DRIVER", "jdbc_driver", since=1, in_global=True),
    _engine("DRIVER_SUPPORT_PLUGIN", "driver_support_plugin", since=9),
    _engine("FILE_FORMAT", "file_format"),
    _engine("DATASET_FORMAT", "dataset_format", "integer", since=2),
    _engine("MOUNT_INFORMATION", "mount"),
    _engine("APPLICATION_SETTINGS", "application_settings"),
    _engine("PASSWORD_VAULT", "password_vault", since=42, new=True),
    _engine("CREDENTIAL_PATH", "credential_path", since=42, new=True),
    _engine("LICENSE_INFO", "license_info", since=42, new=True),
    ObjectType("GLOBAL_OBJECT", "global_object", "string"),
    ObjectType("ENVIRONMENT", "environment", "integer", scope="none", since=2),
    _scoped("DATABASE_CONNECTOR", "database_connector"),
    _scoped("DATABASE_RULESET", "database_ruleset"),
    _scoped("FILE_CONNECTOR", "file_connector"),
    _scoped("FILE_RULESET", "file_ruleset"),
    _scoped("DATASET_CONNECTOR", "dataset_connector", since=2),
    _scoped("DATASET_RULESET", "dataset_ruleset", since=2),
    _scoped("MASKING_JOB", "masking_job"),
    _scoped("PROFILE_JOB", "profile_job"),
    _scoped("TOKENIZATION_JOB", "tokenization_job", since=1),
    _scoped("REIDENTIFICATION_JOB", "reidentification_job", since=1),
    _reference("ALGORITHM_REFERENCE", "algorithm", "algorithm"),
    _reference("DOMAIN_REFERENCE", "domain", "string"),
    _reference("PROFILE_EXPRESSION_REFERENCE", "profile_expression", "integer", until=42),
    _reference("PROFILE_SET_REFERENCE", "profile_set", "unknown"),
    _reference("CLASSIFIER_REFERENCE", "classifier", "unknown", since=42),
    _source("SOURCE_DATABASE_CONNECTOR", "database_connector"),
    _source("SOURCE_FILE_CONNECTOR", "file_connector"),
    _source("SOURCE_DATASET_CONNECTOR", "dataset_connector", since=2),
)

BY_NAME: dict[str, ObjectType] = {item.name: item for item in TYPES}
SOURCE_OF: dict[str, ObjectType] = {item.kind: item for item in TYPES if item.scope == "source_environment"}
REFERENCE_OF: dict[str, ObjectType] = {item.kind: item for item in TYPES if item.reference and item.scope == "engine"}
FULL_OF: dict[str, tuple[ObjectType, ...]] = {
    kind: tuple(item for item in TYPES if item.kind == kind and not item.reference)
    for kind in {item.kind for item in TYPES}
}


def full_type(kind: str, release: Release) -> str:
    """The syncable type of objects of a kind on a release, "" when it has none."""
    return next((item.name for item in FULL_OF.get(kind, ()) if item.on(release)), "")
