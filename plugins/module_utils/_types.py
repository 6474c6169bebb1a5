# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of syncable object types. Private to this collection.

The types are the union over API 5.1.0 to 5.1.42. Where vendor documents leave a fact open
(see the comments) the table holds what clients in the field do.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t


class Scope(enum.Enum):
    """Where names of a type are unique, and whether it can be asked for."""

    ENGINE = "engine"
    ENVIRONMENT = "environment"
    REFERENCE = "reference"


@dataclasses.dataclass(frozen=True)
class ObjectType:
    """One type.

    ``level`` orders types by dependency: objects depend on objects of lower levels only
    (a REDACTION algorithm on a profile set is the one exception, and a loop is refused by
    the engine). ``family`` is the name space: all algorithm types share one. ``in_global``
    says that the type is among what "global objects" means for a sync. ``list_path``,
    ``id_field`` and ``name_field`` tell the name of an object that is listed by number.
    An engine has one object of a ``singleton`` type, whatever its identifier. An object inside
    an environment tells by ``parent_field`` the number of an object of one of ``parents``,
    which is, or leads to, its environment.
    """

    name: str
    scope: Scope
    level: int = 0
    family: str = ""
    in_global: bool = False
    list_path: str | None = None
    id_field: str | None = None
    name_field: str | None = None
    singleton: bool = False
    parent_field: str | None = None
    parents: tuple[str, ...] = ()

    @property
    def requestable(self) -> bool:
        """Whether an export may ask for it; references only come along."""
        return self.scope is not Scope.REFERENCE


GLOBAL_OBJECT = "GLOBAL_OBJECT"
# In a selection: all that an engine can sync.
ALL = "all"
# The documented identifier of GLOBAL_OBJECT and KEY, and our name for every singleton.
SINGLETON_NAME = "global"
KEY = "KEY"
ENVIRONMENT = "ENVIRONMENT"

_ALGORITHMS = (
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
)


def _in_environments() -> list[ObjectType]:
    """Connectors, rulesets on connectors, jobs on rulesets."""

    def row(name: str, level: int, path: str, id_field: str, name_field: str, **parent: t.Any) -> ObjectType:
        return ObjectType(name, Scope.ENVIRONMENT, level, "", False, path, id_field, name_field, **parent)

    rows = []
    kinds = (
        ("DATABASE", "database", "database"),
        ("FILE", "file", "file"),
        ("DATASET", "mainframe-dataset", "mainframeDataset"),
    )
    for kind, path, field in kinds:
        connector, ruleset = f"{kind}_CONNECTOR", f"{kind}_RULESET"
        number = f"{field}ConnectorId"
        above = {"parent_field": "environmentId", "parents": (ENVIRONMENT,)}
        rows.append(row(connector, 2, f"/{path}-connectors", number, "connectorName", **above))
        above = {"parent_field": number, "parents": (connector,)}
        rows.append(row(ruleset, 5, f"/{path}-rulesets", f"{field}RulesetId", "rulesetName", **above))
    above = {"parent_field": "rulesetId", "parents": tuple(f"{kind}_RULESET" for kind, _path, _field in kinds)}
    jobs = ("masking", "profile", "tokenization", "reidentification")
    rows += [row(f"{name.upper()}_JOB", 6, f"/{name}-jobs", f"{name}JobId", "jobName", **above) for name in jobs]
    return rows


def _table() -> dict[str, ObjectType]:
    engine, reference = Scope.ENGINE, Scope.REFERENCE
    rows = [
        # GLOBAL_OBJECT and KEY are of the engine, but never part of a selection by default:
        # the first is taken apart, the second is overwritten only when named.
        ObjectType(GLOBAL_OBJECT, engine, 6, singleton=True),
        ObjectType(KEY, engine, 0, singleton=True),
        # Plugins and classifiers: not known to be in GLOBAL_OBJECT, but masking alike needs them.
        ObjectType("ALGORITHM_PLUGIN", engine, 0, in_global=True),
        ObjectType("DRIVER_SUPPORT_PLUGIN", engine, 0, in_global=True),
        ObjectType("JDBC_DRIVER", engine, 1, "", True, "/jdbc-drivers", "jdbcDriverId", "driverName"),
        *(ObjectType(name, engine, 1, "algorithm", True) for name in _ALGORITHMS),
        ObjectType("DOMAIN", engine, 2, in_global=True),
        ObjectType("CLASSIFIER", engine, 3, "", True, "/classifiers", "classifierId", "classifierName"),
        ObjectType(
            "PROFILE_EXPRESSION", engine, 3, "", True, "/profile-expressions", "profileExpressionId", "expressionName"
        ),
        ObjectType("PROFILE_SET", engine, 4, "", True, "/profile-sets", "profileSetId", "profileSetName"),
        # Of the engine, but of one engine only unless asked for by type.
        ObjectType("APPLICATION_SETTINGS", engine, 0, singleton=True),
        ObjectType("CREDENTIAL_PATH", engine, 1),
        ObjectType("LICENSE_INFO", engine, 0, singleton=True),
        ObjectType("PASSWORD_VAULT", engine, 0),
        ObjectType("MOUNT_INFORMATION", engine, 0, "", False, "/mount-filesystem", "mountId", "mountName"),
        ObjectType("FILE_FORMAT", engine, 3, "", False, "/file-formats", "fileFormatId", "fileFormatName"),
        ObjectType(
            "DATASET_FORMAT",
            engine,
            3,
            "",
            False,
            "/mainframe-dataset-formats",
            "mainframeDatasetFormatId",
            "mainframeDatasetFormatName",
        ),
        ObjectType(ENVIRONMENT, engine, 8, "", False, "/environments", "environmentId", "environmentName"),
        *_in_environments(),
        ObjectType("ALGORITHM_REFERENCE", reference),
        ObjectType("CLASSIFIER_REFERENCE", reference),
        ObjectType("DOMAIN_REFERENCE", reference),
        ObjectType("PROFILE_EXPRESSION_REFERENCE", reference),
        ObjectType("PROFILE_SET_REFERENCE", reference),
        ObjectType("SOURCE_DATABASE_CONNECTOR", reference),
        ObjectType("SOURCE_DATASET_CONNECTOR", reference),
        ObjectType("SOURCE_FILE_CONNECTOR", reference),
    ]
    return {row.name: row if row.family else dataclasses.replace(row, family=row.name) for row in rows}


OBJECT_TYPES: t.Final = _table()
ALGORITHM_TYPES: t.Final = frozenset(_ALGORITHMS)
# What they contain is listed object by object; their own hash is not comparable (documented).
CONTAINERS: t.Final = frozenset({GLOBAL_OBJECT, ENVIRONMENT})
GLOBAL_TYPES: t.Final = frozenset(name for name, row in OBJECT_TYPES.items() if row.in_global)
ENVIRONMENT_TYPES: t.Final = frozenset(name for name, row in OBJECT_TYPES.items() if row.scope is Scope.ENVIRONMENT)
# Of the engine, and yet they refer to domains and algorithms, as what is inside environments does.
FORMAT_TYPES: t.Final = frozenset({"FILE_FORMAT", "DATASET_FORMAT"})
# Of one engine alone, so never meant unless named: its key and its licence.
OWN_TYPES: t.Final = frozenset({KEY, "LICENSE_INFO"})


def object_type(name: str) -> ObjectType:
    """The row of a type. A type of a later release counts as engine-wide, its names in its identifiers."""
    return OBJECT_TYPES.get(name) or ObjectType(name, Scope.ENGINE, 5, name)


_CARRIED: t.Final = {
    "DATABASE_CONNECTOR": ("JDBC_DRIVER", "DRIVER_SUPPORT_PLUGIN", "CREDENTIAL_PATH", "PASSWORD_VAULT"),
    "FILE_CONNECTOR": ("MOUNT_INFORMATION",),
    "FILE_RULESET": ("FILE_FORMAT",),
    "DATASET_CONNECTOR": ("MOUNT_INFORMATION",),
    "DATASET_RULESET": ("DATASET_FORMAT",),
}


def carried_types(name: str) -> tuple[str, ...]:
    """Types of the engine of which an export of an object inside an environment carries whole objects.

    Documented for formats, mounts and uploaded JDBC drivers, inferred for the rest.
    """
    return _CARRIED.get(name, ())
