# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments and applications that have another name on the target. Private to this collection."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError


class Naming:
    """Names on the target by names on the source; what is not mapped has the same name.

    Numbers count as the names that they spell, as YAML makes numbers of such names. Raises OptionError
    when two environments of the source would become one, or for what is no name.
    """

    def __init__(
        self,
        environments: t.Mapping[str, t.Any] | None = None,
        applications: t.Mapping[str, t.Any] | None = None,
    ) -> None:
        self._environments = names_of("environment_map", environments)
        self._applications = names_of("application_map", applications)
        self._back: dict[str, str] = {}
        for mine, theirs in self._environments.items():
            if theirs in self._back:
                raise OptionError(
                    f"'environment_map' makes one environment, {theirs}, of {self._back[theirs]} and {mine}",
                    hint="Objects of one name would overwrite each other. Give each environment a target of its own.",
                )
            self._back[theirs] = mine

    def environment(self, name: str) -> str:
        """The environment's name on the target."""
        return self._environments.get(name, name)

    def environment_on_source(self, name: str) -> str | None:
        """The name that a target's environment would have on the source, None when nothing there would become it."""
        if name in self._back:
            return self._back[name]
        # Its namesake on the source goes elsewhere.
        return None if name in self._environments else name

    def application(self, name: str) -> str:
        """The application's name on the target."""
        return self._applications.get(name, name)

    def on_target(self, key: ObjectKey) -> ObjectKey:
        """The key that a source object has on the target."""
        if key.environment is None or key.environment not in self._environments:
            return key
        return key._replace(environment=self._environments[key.environment])

    def on_source(self, key: ObjectKey) -> ObjectKey | None:
        """The key that a target object would have on the source, None when nothing there would become it."""
        if key.environment is None:
            return key
        name = self.environment_on_source(key.environment)
        return None if name is None else key._replace(environment=name)

    def unknown(self, environments: t.Collection[str]) -> list[str]:
        """Mapped environments that are not among these of the source."""
        return sorted(self._environments.keys() - set(environments))

    def check(self, environments: t.Iterable[str]) -> None:
        """Raise OptionError when two of these environments of the source would become one."""
        for name in environments:
            other = self._back.get(name)
            if name not in self._environments and other is not None and other != name:
                raise OptionError(
                    f"'environment_map' makes {name} of {other}, but the source has an environment {name} as well",
                    subject=name,
                    hint=f"Leave one of them out of the selection, or map {name} too.",
                )


def names_of(option: str, given: t.Mapping[str, t.Any] | None) -> dict[str, str]:
    """The names in an option that maps names; raises OptionError for what is none."""
    for mine, theirs in (given or {}).items():
        if isinstance(theirs, bool) or not isinstance(theirs, (str, int)) or theirs == "":
            raise OptionError(
                f"'{option}' gives {mine} no name", subject=str(mine), hint="Each name is mapped to one other name."
            )
    return {str(mine): str(theirs) for mine, theirs in (given or {}).items()}
