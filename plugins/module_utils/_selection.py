# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which objects are meant. Private to this collection."""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    NotFoundError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    GLOBAL_OBJECT,
    GLOBAL_TYPES,
    OBJECT_TYPES,
    object_type,
)

_TYPE_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def is_pattern(name: str) -> bool:
    """Whether a name is a pattern. Engines refuse ``*`` and ``?`` in names, so this is never in doubt."""
    return "*" in name or "?" in name


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Not fnmatch: brackets are plain characters here.
    text = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile(text, re.DOTALL)


def _matches(name: str, wanted: t.Iterable[str]) -> bool:
    return any(_compiled(entry).fullmatch(name) for entry in wanted)


@dataclasses.dataclass(frozen=True)
class Selection:
    """Objects by type, name and environment; empty means "any".

    ``types`` may hold GLOBAL_OBJECT, which stands for the global types member by member
    (the object itself never compares equal once the target has objects of its own) and
    leaves out KEY: that is selected only by its own name. ``names``, ``exclude`` and
    ``environments`` take ``*`` and ``?``. References are never selected.
    """

    types: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        types: t.Iterable[str] = (),
        names: t.Iterable[str] = (),
        exclude: t.Iterable[str] = (),
        environments: t.Iterable[str] = (),
        *,
        expand: bool = True,
    ) -> Selection:
        """Checked, and GLOBAL_OBJECT taken apart unless ``expand`` is off.

        Raises OptionError for a type that cannot be selected.
        """
        expanded: set[str] = set()
        for name in types:
            if not _TYPE_NAME.fullmatch(name):
                raise OptionError(
                    f"{name!r} is not an object type", hint="Types are written like USER_ALGORITHM or DOMAIN."
                )
            if not object_type(name).requestable:
                raise OptionError(
                    f"{name} cannot be selected", hint="References come along with the objects that need them."
                )
            expanded |= GLOBAL_TYPES if name == GLOBAL_OBJECT and expand else {name}
        return cls(frozenset(expanded), tuple(names), tuple(exclude), tuple(environments))

    def covers(self, type_name: str) -> bool:
        """Whether objects of this type can be meant."""
        return type_name in self.types if self.types else object_type(type_name).requestable

    def matches(self, key: ObjectKey) -> bool:
        """Whether the object is meant."""
        if not self.covers(key.type):
            return False
        if self.names and not _matches(key.name, self.names):
            return False
        if self.environments and not (key.environment is not None and _matches(key.environment, self.environments)):
            return False
        return not (self.exclude and _matches(key.name, self.exclude))

    def unknown_types(self, catalog: Catalog) -> list[str]:
        """Selected types that neither the type table nor the engine has: of a later release, or misspelt."""
        present = {key.type for key in catalog.objects} | {entry.key.type for entry in catalog.unnamed}
        return sorted(self.types - OBJECT_TYPES.keys() - present)

    def keys(self, catalog: Catalog) -> list[ObjectKey]:
        """The keys of a catalog that are meant, sorted.

        Raises NotFoundError for a name (not a pattern) that no object bears.
        """
        found = sorted((key for key in catalog.objects if self.matches(key)), key=sort_key)
        names = {key.name for key in found}
        missing = [
            name
            for name in self.names
            if not is_pattern(name) and name not in names and not _matches(name, self.exclude)
        ]
        if missing:
            kinds = (
                f" of type {', '.join(sorted(self.types))}"
                if len(self.types) in range(1, 4)
                else " of the selected types"
            )
            raise NotFoundError(
                f"it has no syncable object{kinds} named {', '.join(missing)}",
                engine=catalog.engine,
                subject=", ".join(missing),
                hint="Names are compared letter by letter; list them with masking_syncable_objects.",
            )
        return found


def sort_key(key: ObjectKey) -> tuple[str, str, str]:
    """Order of objects in plans, diffs and reports."""
    return (key.type, key.environment or "", key.name)
