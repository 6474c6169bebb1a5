# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environments that a sync puts objects into. Private to this collection."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._environments import (
    Environment,
    Environments,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import NotFoundError
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming

# Holds connectors that an import puts there, until the jobs read from their own; then it is deleted.
STAGING = "maskops.delphix on-the-fly staging"


class Destination:
    """Environments of the target, and what those of the source are like."""

    def __init__(self, source: Engine, target: Engine, exchange: Exchange, naming: Naming) -> None:
        self._source = source
        self._there = Environments(target)
        self._exchange = exchange
        self._naming = naming
        self._staging: Environment | None = None

    @property
    def names(self) -> t.Collection[str]:
        """Names of the target's environments."""
        return self._there.all.keys()

    def number(self, name: str) -> int:
        """The target's number of an environment. Raises NotFoundError."""
        return self._there.get(name, "It was there when the sync was planned.").id

    @property
    def any_number(self) -> int | None:
        """The target's number of some environment, None when there is none."""
        return min((environment.id for environment in self._there.all.values()), default=None)

    def wanted(self, name: str) -> Environment:
        """What an environment of the source would be on the target; its number is the source's."""
        mine = self._origins.get(name)
        if mine is None:
            raise NotFoundError(f"it has no environment named {name}", engine=self._source.name, subject=name)
        return mine._replace(
            name=self._naming.environment(name),
            application=self._naming.application(mine.application or mine.name),
        )

    def make(self, name: str) -> Environment:
        """Make an environment of the source on the target, and its application, empty."""
        wanted = self.wanted(name)
        application = wanted.application or wanted.name
        if application not in self._there.applications:
            self._there.create_application(application)
        return self._there.create(wanted.name, application, wanted.purpose, wanted.workflow)

    def unlike(self, name: str) -> str | None:
        """In words, how an environment of the target differs from the source's in what an import never changes."""
        wanted, there = self.wanted(name), self._there.all.get(self._naming.environment(name))
        if there is None or there.purpose == wanted.purpose:
            return None
        return f"environment {there.name} has the purpose {there.purpose}, on the source {wanted.purpose}"

    def staging(self, environment: str) -> int:
        """The number of the temporary environment, made beside another one when it is not there."""
        if self._staging is None:
            beside = self._there.get(environment)
            self._staging = self._there.all.get(STAGING) or self._there.create(
                STAGING, beside.application or environment, beside.purpose, False
            )
        return self._staging.id

    def clear(self) -> bool:
        """Delete the temporary environment, also one that an earlier run has left. Whether there was one."""
        left = self._there.all.get(STAGING)
        if left is None:
            return False
        self._there.delete(left)
        self._staging = None
        return True

    @functools.cached_property
    def _origins(self) -> dict[str, Environment]:
        rows = self._exchange.value(
            "environments",
            self._source.name,
            lambda: [list(one) for one in Environments(self._source).all.values()],
            f"the environments of {self._source.name}",
        )
        return {row[1]: Environment(*row) for row in t.cast("list[list[t.Any]]", rows)}


def to_result(environment: Environment) -> Row:
    """An environment as result keys."""
    return {
        "name": environment.name,
        "application": environment.application,
        "purpose": environment.purpose,
        "workflow": environment.workflow,
    }
