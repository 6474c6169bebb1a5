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
    ALL,
    CONTAINERS,
    ENVIRONMENT,
    ENVIRONMENT_TYPES,
    GLOBAL_OBJECT,
    GLOBAL_TYPES,
    OBJECT_TYPES,
    OWN_TYPES,
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


class _Wanted:
    """Names and patterns. Lists of thousands of names are looked up, only patterns are tried one by one."""

    def __init__(self, entries: t.Iterable[str]) -> None:
        entries = tuple(entries)
        self._names = {entry for entry in entries if not is_pattern(entry)}
        self._patterns = [(entry, *entry.partition("/")) for entry in entries if is_pattern(entry)]

    def means(self, key: ObjectKey) -> bool:
        """Whether one of them means the object. ``Environment/Name`` means it in that environment only."""
        if not self._names.isdisjoint(_names_of(key)):
            return True
        for entry, where, slash, name in self._patterns:
            if slash and key.environment is not None:
                if like(key.environment, (where,)) and like(key.name, (name,)):
                    return True
            elif like(key.name, (entry,)):
                return True
        return False


def _names_of(key: ObjectKey) -> tuple[str, ...]:
    """What names, without patterns, mean an object."""
    if key.environment is None:
        return (key.name,)
    inside = f"{key.environment}/{key.name}"
    return (inside,) if "/" in key.name else (inside, key.name)


def like(name: str, wanted: t.Iterable[str]) -> bool:
    """Whether one of these names or patterns means the name."""
    return any(_compiled(entry).fullmatch(name) for entry in wanted)


@dataclasses.dataclass(frozen=True)
class Selection:
    """Objects by type, name and environment; empty means "any".

    ``types`` may hold GLOBAL_OBJECT, which stands for the global types member by member
    (the object itself never compares equal once the target has objects of its own), ENVIRONMENT,
    which stands for all that is inside environments, and ``all``. None of these means KEY or
    LICENSE_INFO: they are selected only by their own names. ``names``, ``exclude`` and
    ``environments`` take ``*`` and ``?``; a name may be ``Environment/Name``. ``environments``
    limits what is inside environments; without ``types`` nothing else is meant then.
    References are never selected. ``whole_environments``: the environments themselves are meant.
    """

    types: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    everything: bool = False
    whole_environments: bool = False

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
        """Checked, and GLOBAL_OBJECT, ENVIRONMENT and ``all`` taken apart unless ``expand`` is off.

        Raises OptionError for a type that cannot be selected.
        """
        given = set(types)
        expanded: set[str] = set()
        for name in given - {ALL} if expand else given:
            if not _TYPE_NAME.fullmatch(name):
                raise OptionError(
                    f"{name!r} is not an object type", hint="Types are written like USER_ALGORITHM or DOMAIN."
                )
            if not object_type(name).requestable:
                raise OptionError(
                    f"{name} cannot be selected", hint="References come along with the objects that need them."
                )
            groups = {GLOBAL_OBJECT: GLOBAL_TYPES, ENVIRONMENT: ENVIRONMENT_TYPES} if expand else {}
            expanded |= groups.get(name, {name})
        return cls(
            frozenset(expanded),
            tuple(names),
            tuple(exclude),
            tuple(environments),
            everything=expand and ALL in given,
            whole_environments=expand and bool({ALL, ENVIRONMENT} & given) and not tuple(names),
        )

    @property
    def limits_types(self) -> bool:
        """Whether objects of some types cannot be meant."""
        return bool(self.types) and not self.everything

    @property
    def inside_environments(self) -> bool:
        """Whether objects inside environments can be meant."""
        return any(self.covers(name) for name in ENVIRONMENT_TYPES)

    def covers(self, type_name: str) -> bool:
        """Whether objects of this type can be meant."""
        if type_name in self.types:
            return True
        if self.everything:
            return object_type(type_name).requestable and type_name not in CONTAINERS | OWN_TYPES
        return not self.types and object_type(type_name).requestable

    def matches(self, key: ObjectKey) -> bool:
        """Whether the object is meant."""
        if not self.covers(key.type):
            return False
        if self.names and not self._wanted.means(key):
            return False
        if not self._in_environments(key.environment):
            return False
        return not self._left_out.means(key)

    @functools.cached_property
    def _wanted(self) -> _Wanted:
        return _Wanted(self.names)

    @functools.cached_property
    def _left_out(self) -> _Wanted:
        return _Wanted(self.exclude)

    def means_environment(self, name: str) -> bool:
        """Whether an environment is meant as a whole, and is not left out with all that is in it."""
        out = [entry.removesuffix("/*") for entry in self.exclude if entry.endswith("/*")]
        return self.whole_environments and self._in_environments(name) and not like(name, out)

    def _in_environments(self, environment: str | None) -> bool:
        if not self.environments:
            return True
        if environment is None:
            return self.limits_types or self.everything
        return like(environment, self.environments)

    def unknown_types(self, catalog: Catalog) -> list[str]:
        """Selected types that neither the type table nor the engine has: of a later release, or misspelt."""
        present = {key.type for key in catalog.objects} | {entry.key.type for entry in catalog.unnamed}
        return sorted(self.types - OBJECT_TYPES.keys() - present)

    def keys(self, catalog: Catalog) -> list[ObjectKey]:
        """The keys of a catalog that are meant, sorted.

        Raises NotFoundError for a name or an environment (not a pattern) that the engine does not have,
        OptionError for an environment when no type inside environments is meant.
        """
        for name in self.environments:
            if not is_pattern(name) and name not in catalog.environments:
                if not self.inside_environments and ENVIRONMENT not in self.types:
                    raise OptionError(
                        f"'environments' has {name}, but 'object_types' means nothing inside environments",
                        subject="environments",
                        hint="Add ENVIRONMENT or the types that are meant, such as MASKING_JOB, to 'object_types'.",
                    )
                raise NotFoundError(
                    f"it has no environment named {name}, or nothing in it can be synced",
                    engine=catalog.engine,
                    subject=name,
                    hint="Names are compared letter by letter.",
                )
        there = [key for key in catalog.objects if self.covers(key.type) and self._in_environments(key.environment)]
        found = sorted((key for key in there if self.matches(key)), key=sort_key)
        # Also an object that is left out bears its name.
        borne = {name for key in there for name in _names_of(key)}
        missing = [
            name
            for name in self.names
            if not is_pattern(name)
            and name not in borne
            and not like(name.rpartition("/")[2], self.exclude)
            and name not in self.exclude
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
