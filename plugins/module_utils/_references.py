# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which objects of an engine use which others. Private to this collection.

Rulesets and formats refer to domains and algorithms by their columns and fields, profile jobs
to a profile set. An export tells the same, but only a reading leaves the source as it is.
"""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import ApiError
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    ALGORITHM_TYPES,
    GLOBAL_TYPES,
    object_type,
)

Uses = dict[ObjectKey, set[ObjectKey]]
References = dict[ObjectKey, list[ObjectKey]]

# Any type of algorithm: they share their names.
_ALGORITHM = "algorithm"


class _List(t.NamedTuple):
    """A list whose rows tell what objects use.

    ``user`` is the type of these objects, ``field`` tells which one; with ``parts``, the path and two
    fields of another list, it does so by way of that list's rows. ``uses`` are fields that name
    an object, or several, by number or name, each with its type; dots lead into rows.
    """

    user: str
    path: str
    field: str
    uses: tuple[tuple[str, str], ...]
    parts: tuple[str, str, str] | None = None


_MASKED = (("domainName", "DOMAIN"), ("algorithmName", _ALGORITHM))
_REFERENCES = (
    _List(
        "DATABASE_RULESET",
        "/column-metadata",
        "tableMetadataId",
        _MASKED,
        ("/table-metadata", "tableMetadataId", "rulesetId"),
    ),
    _List("FILE_FORMAT", "/file-field-metadata", "fileFormatId", _MASKED),
    _List("DATASET_FORMAT", "/mainframe-dataset-field-metadata", "mainframeDatasetFormatId", _MASKED),
    _List("FILE_RULESET", "/file-metadata", "rulesetId", (("fileFormatId", "FILE_FORMAT"),)),
    _List(
        "DATASET_RULESET",
        "/mainframe-dataset-metadata",
        "rulesetId",
        (("mainframeDatasetFormatId", "DATASET_FORMAT"),),
    ),
    _List("PROFILE_JOB", "/profile-jobs", "profileJobId", (("profileSetId", "PROFILE_SET"),)),
)
_MOUNT = (("connectionInfo.mountId", "MOUNT_INFORMATION"), ("mountId", "MOUNT_INFORMATION"))
_OTHER_USES = (
    _List(
        "DOMAIN",
        "/domains",
        "domainName",
        (("defaultAlgorithmCode", _ALGORITHM), ("defaultTokenizationCode", _ALGORITHM)),
    ),
    _List("CLASSIFIER", "/classifiers", "classifierId", (("domainName", "DOMAIN"),)),
    _List("PROFILE_EXPRESSION", "/profile-expressions", "profileExpressionId", (("domainName", "DOMAIN"),)),
    _List(
        "PROFILE_SET",
        "/profile-sets",
        "profileSetId",
        (("classifierIds", "CLASSIFIER"), ("profileExpressionIds", "PROFILE_EXPRESSION")),
    ),
    _List("DATABASE_CONNECTOR", "/database-connectors", "databaseConnectorId", (("jdbcDriverId", "JDBC_DRIVER"),)),
    _List("FILE_CONNECTOR", "/file-connectors", "fileConnectorId", _MOUNT),
    _List("DATASET_CONNECTOR", "/mainframe-dataset-connectors", "mainframeDatasetConnectorId", _MOUNT),
)


def read_references(engine: Engine, catalog: Catalog) -> References:
    """The global objects that rulesets, formats and profile jobs of the catalog's engine refer to.

    A list that the engine does not have gives no references: then the engine itself has the
    last word, as it compares all of them on import.
    """
    uses = _Reader(engine, catalog).read(_REFERENCES)
    references: References = {}
    for key, used in uses.items():
        # A ruleset of files refers to what the formats of its files refer to.
        found = used.union(*(uses.get(one, set()) for one in used))
        if globals_of := sorted(one for one in found if one.type in GLOBAL_TYPES):
            references[key] = globals_of
    return references


def read_uses(engine: Engine, catalog: Catalog) -> Uses:
    """What objects of the catalog's engine use directly, as far as its lists tell."""
    return _Reader(engine, catalog).read(_REFERENCES + _OTHER_USES)


class _Reader:
    def __init__(self, engine: Engine, catalog: Catalog) -> None:
        self._engine = engine
        self._catalog = catalog
        self._algorithms = {key.name: key for key in catalog.objects if key.type in ALGORITHM_TYPES}
        self._numbered: dict[str, dict[t.Any, ObjectKey]] = collections.defaultdict(dict)
        for key, entry in catalog.objects.items():
            self._numbered[key.type][entry.identifier.get("id")] = key

    def read(self, lists: t.Iterable[_List]) -> Uses:
        found: Uses = collections.defaultdict(set)
        for one in lists:
            owners: t.Mapping[t.Any, t.Any] | None = None
            if one.parts:
                path, part, owner = one.parts
                owners = {row.get(part): row.get(owner) for row in self._listed(path)}
            for row in self._listed(one.path):
                label = row.get(one.field)
                user = self._key(one.user, owners.get(label) if owners is not None else label)
                if user is not None:
                    found[user] |= {key for field, kind in one.uses for key in self._named(row, field, kind)}
        return {key: used for key, used in found.items() if used}

    def _named(self, row: Row, field: str, kind: str) -> t.Iterator[ObjectKey]:
        value: t.Any = row
        for name in field.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        for label in value if isinstance(value, list) else [value]:
            key = self._key(kind, label)
            if key is not None:
                yield key

    def _key(self, kind: str, label: t.Any) -> ObjectKey | None:
        """The object that a row means by number or name."""
        if kind == _ALGORITHM:
            return self._algorithms.get(label)
        if isinstance(label, str):
            key = ObjectKey(kind, None, label)
            return key if key in self._catalog.objects else None
        if not isinstance(label, int):
            return None
        if label not in self._numbered[kind]:
            self._number(kind)
        return self._numbered[kind].get(label)

    def _number(self, kind: str) -> None:
        """Numbers of what GET /syncable-objects lists by name: its own list tells them."""
        known, row_type = self._numbered[kind], object_type(kind)
        if None in known or not row_type.list_path:
            return
        known[None] = ObjectKey(kind, None, "")
        for row in self._listed(row_type.list_path):
            key = ObjectKey(kind, None, str(row.get(row_type.name_field or "")))
            if key in self._catalog.objects:
                known[row.get(row_type.id_field or "")] = key

    def _listed(self, path: str) -> list[Row]:
        try:
            return self._engine.list_all(path)
        except ApiError as error:
            if error.http_status not in (400, 404):
                raise
            return []
