# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles of users who are no administrators: which actions they allow on which objects."""

from __future__ import annotations

import threading
from typing import Any

from masking_simulator.model.kinds import Kind
from masking_simulator.releases import Release
from masking_simulator.store import Store

Record = dict[str, Any]

KIND = Kind("role", "role", "roleId", "roleName")
#: the actions of a privilege (documented)
ACTIONS = ("copy", "create", "delete", "export", "import", "run", "update", "view")
#: object of a privilege -> first API version 5.1.N with it and first one without it; the
#: objects are documented or seen in clients, the versions other than 0 are inferred
_OBJECTS: dict[str, tuple[int, int]] = {
    "environment": (0, 10_000),
    "connector": (0, 10_000),
    "ruleset": (0, 10_000),
    "inventory": (0, 10_000),
    "profileJob": (0, 10_000),
    "maskingJob": (0, 10_000),
    "tokenizeJob": (0, 10_000),
    "reidentifyJob": (0, 10_000),
    "scheduler": (0, 6),
    "domain": (0, 10_000),
    "algorithm": (0, 10_000),
    "jdbcDriver": (0, 10_000),
    "passwordVault": (18, 10_000),
    "plugin": (18, 10_000),
    "profileExpression": (0, 10_000),
    "profileSet": (0, 10_000),
    "fileFormat": (0, 10_000),
    "user": (0, 10_000),
    "diagnostic": (18, 10_000),
    "inventoryReport": (18, 10_000),
    "approveInventories": (18, 10_000),
}
#: everybody may see these, whatever a role says (documented)
_ALWAYS_SEEN = frozenset({"plugin", "jdbcDriver"})
ALL_PRIVILEGES = "All Privileges"
#: real clients give this number to an administrator whom they turn into an ordinary user
ALL_PRIVILEGES_ID = 1
#: the further built-in roles of 13.0.0.0 on (documented); what they allow is invented
_DEFAULT_ROLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "IT Security Analyst": (("profileJob", "inventory", "domain", "profileSet"), ACTIONS),
    "DBA": (("connector", "ruleset"), ACTIONS),
    "SME": (("inventory", "ruleset"), ("update", "view")),
    "Operator": (("maskingJob", "profileJob", "tokenizeJob", "reidentifyJob"), ("run", "view")),
    "Environment Owner": (("environment", "connector", "ruleset", "inventory", "maskingJob", "profileJob"), ACTIONS),
}
_FIRST_WITH_DEFAULTS = 24


def objects(release: Release) -> tuple[str, ...]:
    """The objects that a role of a release has privileges for."""
    return tuple(name for name, (since, until) in _OBJECTS.items() if since <= release.api < until)


class Roles:
    """The roles of one engine, on disk. A record is a role as the API shows it, and `_builtIn`."""

    def __init__(self, store: Store, release: Release, first: int) -> None:
        self.lock = threading.RLock()
        self._store = store
        self._release = release
        self._all: dict[int, Record] = {int(number): role for number, role in store.records("role").items()}
        self._last = max(self._all, default=first)
        if not self._all:
            self._make_built_in()

    def all(self) -> list[Record]:
        """All roles, in the order of their numbers."""
        with self.lock:
            return [self._all[number] for number in sorted(self._all)]

    def get(self, number: int) -> Record | None:
        """A role by its number, or None."""
        return self._all.get(number)

    def named(self, name: str) -> Record | None:
        """A role by its name, or None."""
        return next((role for role in self.all() if role["roleName"] == name), None)

    def add(self, name: str, privileges: Record) -> Record:
        """Make a role."""
        with self.lock:
            self._last += 1
            return self._keep(self._last, name, privileges)

    def replace(self, number: int, name: str, privileges: Record) -> Record:
        """Save a role anew."""
        with self.lock:
            return self._keep(number, name, privileges, built_in=self._all[number]["_builtIn"])

    def delete(self, number: int) -> None:
        """Remove a role."""
        with self.lock:
            del self._all[number]
            self._store.delete_record("role", str(number))

    def _make_built_in(self) -> None:
        everything = {name: dict.fromkeys(ACTIONS, True) for name in objects(self._release)}
        self._keep(ALL_PRIVILEGES_ID, ALL_PRIVILEGES, everything, built_in=True)
        if self._release.api < _FIRST_WITH_DEFAULTS:
            return
        for name, (allowed, actions) in _DEFAULT_ROLES.items():
            self._last += 1
            self._keep(self._last, name, {item: dict.fromkeys(actions, True) for item in allowed}, built_in=True)

    def _keep(self, number: int, name: str, privileges: Record, built_in: bool = False) -> Record:
        role: Record = {"roleId": number, "roleName": name}
        for item in objects(self._release):
            asked = privileges.get(item) or {}
            role[item] = {action: bool(asked.get(action, False)) for action in ACTIONS}
            if item in _ALWAYS_SEEN:
                role[item]["view"] = True
        role["_builtIn"] = built_in
        self._all[number] = role
        self._store.put_record("role", str(number), role)
        return role
