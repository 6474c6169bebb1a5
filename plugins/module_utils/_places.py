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
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    ENVIRONMENT,
    ObjectType,
    Scope,
    object_type,
)

# One reference of the vendor prints the second, clients have met both.
_OTHER_SPELLING = {"mainframeDatasetConnectorId": "mainframe-datasetConnectorId"}
# How rows name a kind of ruleset or connector, and the first word of its object type.
_KINDS = {"DATABASE": "DATABASE", "FILE": "FILE", "MAINFRAME": "DATASET", "DATASET": "DATASET", "VSAM": "DATASET"}


class Place(t.NamedTuple):
    """Where an object is: its environment's name, None when it is of the engine, and its own.

    Inside an environment also what it hangs on, as type and name, when that is sure, and its row.
    """

    environment: str | None
    name: str
    parent: tuple[str, str] | None = None
    row: t.Mapping[str, t.Any] = {}


class Places:
    """Places of one engine's objects. Each list is read at most once, and only when needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: dict[str, dict[int, Place]] = {}

    def of(self, type_name: str) -> t.Mapping[int, Place]:
        """Places by number, empty for a type without a list. What cannot be placed is left out."""
        if type_name not in self._found:
            kind = object_type(type_name)
            rows = (self._engine.list_if_there(kind.list_path) or []) if kind.list_path else []
            inside = kind.scope is Scope.ENVIRONMENT
            self._found[type_name] = self._inside(kind, rows) if inside else _engine_wide(kind, rows)
        return self._found[type_name]

    def _inside(self, kind: ObjectType, rows: list[Row]) -> dict[int, Place]:
        found: dict[int, Place] = {}
        for number, name, row in _named(kind, rows):
            above = self._above(kind, row)
            environments = {environment for _parent, environment in above}
            if len(environments) > 1:
                # A ruleset of each kind has this number: only the engine knows which one is meant.
                return self._by_environment(kind)
            if environments:
                found[number] = Place(environments.pop(), name, _only_parent(above), row)
        return found

    def _above(self, kind: ObjectType, row: Row) -> list[tuple[tuple[str, str], str]]:
        """What the row may hang on, each with its environment."""
        number = number_of(row, kind.parent_field)
        if number is None:
            return []
        found = {
            parent: ((parent, place.name), place.name if parent == ENVIRONMENT else place.environment or "")
            for parent in kind.parents
            if (place := self.of(parent).get(number))
        }
        told = kind_of(row.get("rulesetType"), "RULESET")
        return [found[told]] if told in found else list(found.values())

    def _by_environment(self, kind: ObjectType) -> dict[int, Place]:
        """The same with the engine's filter: one list for each environment."""
        found: dict[int, Place] = {}
        for environment_id, environment in self.of(ENVIRONMENT).items():
            rows = self._engine.list_all(kind.list_path or "", {"environment_id": environment_id})
            for number, name, row in _named(kind, rows):
                above = [entry for entry in self._above(kind, row) if entry[1] == environment.name]
                found[number] = Place(environment.name, name, _only_parent(above), row)
        return found


def kind_of(word: t.Any, what: t.Literal["RULESET", "CONNECTOR"]) -> str | None:
    """The object type behind a row's ``rulesetType`` or ``connectorType``, None for an unknown word."""
    head = next((head for head in _KINDS if isinstance(word, str) and word.upper().startswith(head)), None)
    return f"{_KINDS[head]}_{what}" if head else None


def number_of(row: t.Mapping[str, t.Any], field: str | None) -> int | None:
    """A number in a row, in either spelling of its field."""
    value = row.get(field or "", row.get(_OTHER_SPELLING.get(field or "", "")))
    return value if isinstance(value, int) else None


def _only_parent(above: list[tuple[tuple[str, str], str]]) -> tuple[str, str] | None:
    parents = [parent for parent, _environment in above if parent[0] != ENVIRONMENT]
    return parents[0] if len(parents) == 1 else None


def _engine_wide(kind: ObjectType, rows: list[Row]) -> dict[int, Place]:
    return {number: Place(None, name) for number, name, _row in _named(kind, rows)}


def _named(kind: ObjectType, rows: t.Iterable[Row]) -> t.Iterator[tuple[int, str, Row]]:
    """Number, name and row of each row that has both."""
    for row in rows:
        number, name = number_of(row, kind.id_field), row.get(kind.name_field or "")
        if number is not None and isinstance(name, str):
            yield number, name, row
