# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single objects inside environments, found as people name them. Private to this collection.

A name is unique among objects of one type in one environment. The whole of an engine is
placed by ``_places``; this is for few objects, by the engine's filter ``environment_id``.
"""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AmbiguousError,
    NotFoundError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._places import number_of
from ansible_collections.maskops.delphix.plugins.module_utils._types import object_type


class Found(t.NamedTuple):
    """An object: its type, its number on this engine, its name and the engine's row of it."""

    type: str
    id: int
    name: str
    row: Row


class Inside:
    """Objects inside the environments of one engine. Each list is read once, when it is first needed.

    With ``whole`` the lists are read for all environments at once; only connectors tell the
    environment that they are in.
    """

    def __init__(self, engine: Engine, *, whole: bool = False) -> None:
        self.engine = engine
        self._whole = whole
        self._listed: dict[tuple[str, int | None], list[Row]] = {}

    @functools.cached_property
    def environments(self) -> t.Mapping[str, int]:
        """Numbers of the environments by name."""
        rows = self.engine.list_all("/environments")
        return {str(row.get("environmentName")): row["environmentId"] for row in rows if row.get("environmentId")}

    def of(self, type_name: str, environment: str) -> list[Found]:
        """The objects of a type in an environment. Raises NotFoundError for an unknown environment."""
        kind = object_type(type_name)
        number = self._number(environment)
        found = []
        for row in self._rows(kind.list_path or "", number):
            own, name = number_of(row, kind.id_field), row.get(kind.name_field or "")
            if own is not None and isinstance(name, str):
                found.append(Found(type_name, own, name, row))
        return found

    def find(self, types: t.Mapping[str, str], environment: str, name: str, what: str) -> Found:
        """The one object of this name among some types, each given with the word that users have for it.

        Raises NotFoundError, and AmbiguousError naming the types that have such an object.
        """
        found = {
            word: entry
            for word, type_name in types.items()
            for entry in self.of(type_name, environment)
            if entry.name == name
        }
        if not found:
            words = f"{next(iter(types))} {what}" if len(types) == 1 else what
            raise NotFoundError(
                f"environment {environment} has no {words} named {name}", engine=self.engine.name, subject=name
            )
        if len(found) > 1:
            raise AmbiguousError(
                f"environment {environment} has a {what} named {name} of each of the types {', '.join(found)}",
                engine=self.engine.name,
                subject=name,
                hint="Say which one with 'type'.",
            )
        return next(iter(found.values()))

    def _number(self, environment: str) -> int:
        if environment not in self.environments:
            raise NotFoundError(
                f"it has no environment named {environment}", engine=self.engine.name, subject=environment
            )
        return self.environments[environment]

    def _rows(self, path: str, environment_id: int) -> list[Row]:
        if self._whole:
            return [row for row in self._list(path, None) if row.get("environmentId") == environment_id]
        return self._list(path, environment_id)

    def _list(self, path: str, environment_id: int | None) -> list[Row]:
        """A list; empty on an engine that has none of that path."""
        key = (path, environment_id)
        if key not in self._listed:
            params = None if environment_id is None else {"environment_id": environment_id}
            self._listed[key] = self.engine.list_if_there(path, params) or []
        return self._listed[key]
