# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Global objects that objects of an engine refer to. Private to this collection.

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
    object_type,
)

References = dict[ObjectKey, list[ObjectKey]]


class _Inventory(t.NamedTuple):
    """A list of columns or fields. ``parts``, its path and fields, leads from its rows to their owner."""

    owner: str
    path: str
    owner_field: str
    parts: tuple[str, str, str] | None = None


_INVENTORIES = (
    _Inventory(
        "DATABASE_RULESET", "/column-metadata", "tableMetadataId", ("/table-metadata", "tableMetadataId", "rulesetId")
    ),
    _Inventory("FILE_FORMAT", "/file-field-metadata", "fileFormatId"),
    _Inventory("DATASET_FORMAT", "/mainframe-dataset-field-metadata", "mainframeDatasetFormatId"),
)
# A ruleset of files refers to what the formats of its files refer to.
_FORMATS = (
    ("FILE_RULESET", "/file-metadata", "fileFormatId", "FILE_FORMAT"),
    ("DATASET_RULESET", "/mainframe-dataset-metadata", "mainframeDatasetFormatId", "DATASET_FORMAT"),
)


def read_references(engine: Engine, catalog: Catalog, types: t.Collection[str]) -> References:
    """What objects of these types, or the objects that they hang on, refer to on the catalog's engine.

    A list that the engine does not have gives no references: then the engine itself has the
    last word, as it compares all of them on import.
    """
    return _Reader(engine, catalog, types).read()


class _Reader:
    def __init__(self, engine: Engine, catalog: Catalog, types: t.Collection[str]) -> None:
        self._engine = engine
        self._types = types
        self._keys = {
            (key.type, entry.identifier["id"]): key
            for key, entry in catalog.objects.items()
            if "id" in entry.identifier
        }
        self._catalog = catalog
        self._algorithms = {key.name: key for key in catalog.objects if key.type in ALGORITHM_TYPES}
        self._found: dict[ObjectKey, set[ObjectKey]] = collections.defaultdict(set)

    def read(self) -> References:
        for inventory in _INVENTORIES:
            if self._concerns(inventory.owner):
                self._read_inventory(inventory)
        for ruleset, path, field, kind in _FORMATS:
            if self._concerns(ruleset):
                for row in self._listed(path):
                    self._inherit(self._key(ruleset, row.get("rulesetId")), self._key(kind, row.get(field)))
        if "PROFILE_JOB" in self._types:
            for row in self._listed("/profile-jobs"):
                job, wanted = (
                    self._key("PROFILE_JOB", row.get("profileJobId")),
                    self._key("PROFILE_SET", row.get("profileSetId")),
                )
                if job and wanted:
                    self._found[job].add(wanted)
        return {key: sorted(found) for key, found in self._found.items() if found}

    def _concerns(self, kind: str) -> bool:
        """Whether objects of a kind are asked about, or may be carried by such."""
        jobs = any(name.endswith("_JOB") for name in self._types)
        family = kind.partition("_")[0]
        return jobs or kind in self._types or (kind.endswith("_FORMAT") and f"{family}_RULESET" in self._types)

    def _read_inventory(self, inventory: _Inventory) -> None:
        owners: t.Mapping[t.Any, t.Any] | None = None
        if inventory.parts:
            path, part, owner = inventory.parts
            owners = {row.get(part): row.get(owner) for row in self._listed(path)}
        for row in self._listed(inventory.path):
            number = row.get(inventory.owner_field)
            key = self._key(inventory.owner, owners.get(number) if owners is not None else number)
            if key is None:
                continue
            domain = ObjectKey("DOMAIN", None, str(row.get("domainName")))
            if domain in self._catalog.objects:
                self._found[key].add(domain)
            algorithm = self._algorithms.get(str(row.get("algorithmName")))
            if algorithm is not None:
                self._found[key].add(algorithm)

    def _inherit(self, key: ObjectKey | None, wanted: ObjectKey | None) -> None:
        if key is not None and wanted is not None:
            self._found[key] |= self._found.get(wanted, set())

    def _key(self, kind: str, number: t.Any) -> ObjectKey | None:
        found = self._keys.get((kind, number))
        if found is None and isinstance(number, int) and object_type(kind).list_path:
            # Listed by name in GET /syncable-objects: its own list tells the number.
            self._number(kind)
            found = self._keys.get((kind, number))
        return found

    def _number(self, kind: str) -> None:
        row_type = object_type(kind)
        if (kind, None) in self._keys:
            return
        self._keys[kind, None] = ObjectKey(kind, None, "")
        for row in self._listed(row_type.list_path or ""):
            key = ObjectKey(kind, None, str(row.get(row_type.name_field or "")))
            if key in self._catalog.objects:
                self._keys[kind, row.get(row_type.id_field or "")] = key

    def _listed(self, path: str) -> list[Row]:
        try:
            return self._engine.list_all(path)
        except ApiError as error:
            if error.http_status not in (400, 404):
                raise
            return []
