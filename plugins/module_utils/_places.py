# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and environments of objects that an engine lists by number. Private to this collection.

GET /syncable-objects tells neither, and names inside environments repeat. The lists of the
objects themselves tell the name and what the object hangs on: a job on a ruleset, a ruleset
on a connector, a connector in an environment. One reading of each list places them all.
"""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import ApiError
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    ENVIRONMENT,
    ObjectType,
    Scope,
    object_type,
)

# One reference of the vendor prints the second, clients have met both.
_OTHER_SPELLING = {"mainframeDatasetConnectorId": "mainframe-datasetConnectorId"}


class Place(t.NamedTuple):
    """Where an object is: its environment's name, None when it is of the engine, and its own."""

    environment: str | None
    name: str


class Places:
    """Places of one engine's objects. Each list is read at most once, and only when needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: dict[str, dict[int, Place]] = {}

    def of(self, type_name: str) -> t.Mapping[int, Place]:
        """Places by number, empty for a type without a list. What cannot be placed is left out."""
        if type_name not in self._found:
            kind = object_type(type_name)
            rows = self._listed(kind.list_path) if kind.list_path else []
            inside = kind.scope is Scope.ENVIRONMENT
            self._found[type_name] = self._inside(kind, rows) if inside else _engine_wide(kind, rows)
        return self._found[type_name]

    def _listed(self, path: str) -> list[Row]:
        """A list; empty when this engine has none of that path."""
        try:
            return self._engine.list_all(path)
        except ApiError as error:
            if error.http_status != 404:
                raise
            return []

    def _inside(self, kind: ObjectType, rows: list[Row]) -> dict[int, Place]:
        found: dict[int, Place] = {}
        for number, name, row in _named(kind, rows):
            environments = self._environments(kind, row)
            if len(environments) > 1:
                # A ruleset of each kind has this number: only the engine knows which one is meant.
                return self._by_environment(kind)
            if environments:
                found[number] = Place(environments.pop(), name)
        return found

    def _environments(self, kind: ObjectType, row: Row) -> set[str]:
        """Names of the environments that the row may be in."""
        number = _number(row, kind.parent_field)
        if number is None:
            return set()
        above = [(parent, self.of(parent).get(number)) for parent in kind.parents]
        return {(place.name if parent == ENVIRONMENT else place.environment) or "" for parent, place in above if place}

    def _by_environment(self, kind: ObjectType) -> dict[int, Place]:
        """The same with the engine's filter: one list for each environment."""
        return {
            number: Place(environment.name, name)
            for environment_id, environment in self.of(ENVIRONMENT).items()
            for number, name, _row in _named(
                kind, self._engine.list_all(kind.list_path or "", {"environment_id": environment_id})
            )
        }


def _engine_wide(kind: ObjectType, rows: list[Row]) -> dict[int, Place]:
    return {number: Place(None, name) for number, name, _row in _named(kind, rows)}


def _named(kind: ObjectType, rows: t.Iterable[Row]) -> t.Iterator[tuple[int, str, Row]]:
    """Number, name and row of each row that has both."""
    for row in rows:
        number, name = _number(row, kind.id_field), row.get(kind.name_field or "")
        if number is not None and isinstance(name, str):
            yield number, name, row


def _number(row: Row, field: str | None) -> int | None:
    value = row.get(field or "", row.get(_OTHER_SPELLING.get(field or "", "")))
    return value if isinstance(value, int) else None
