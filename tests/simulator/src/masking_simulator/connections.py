# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens when a connector is used: the databases and hosts that a simulated engine can reach.

There are none, so what is true about them is said through the control interface or by a data
profile: an account is an address and a user with its secret. At an address of which no account
is known every secret is good; an empty one never is (all of it invented).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from masking_simulator.model.objects import Obj
from masking_simulator.store import Store
from masking_simulator.switches import Switches

_JDBC_HOST = re.compile(r"(?://|@)\[?([^:/;@?\]]+)")
#: fields of a database connector that tell one database of a host from another
_DATABASES = ("sid", "databaseName", "instanceName")

#: Finds the object of a kind by what a connector says about it: a name or a number.
Find = Callable[[str, Any], Obj | None]


class Accounts:
    """The true secrets by address and user, on disk. An address is a host, or host/database or host/path."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._secrets: dict[tuple[str, str], str] = {
            (account["address"], account["user"]): account["secret"] for account in store.records("account").values()
        }

    def set(self, address: str, user: str, secret: str) -> None:
        """Say what the secret of a user at an address is."""
        address = address.lower()
        with self._lock:
            self._secrets[address, user] = secret
            record = {"address": address, "user": user, "secret": secret}
            self._store.put_record("account", f"{address}\n{user}", record)

    def forget(self) -> None:
        """Say nothing about any account."""
        with self._lock:
            for address, user in self._secrets:
                self._store.delete_record("account", f"{address}\n{user}")
            self._secrets.clear()

    def all(self) -> list[dict[str, str]]:
        """Addresses and users, without secrets."""
        return [{"address": address, "user": user} for address, user in sorted(self._secrets)]

    def problem(self, addresses: list[str], user: str, secret: str) -> str | None:
        """Why a user cannot log in, or None. The first address of which anything is known counts."""
        for address in addresses:
            known = {name: value for (place, name), value in list(self._secrets.items()) if place == address}
            if known:
                return None if known.get(user) == secret else "the user name or the password is wrong"
        return None


class Connections:
    """Tries connectors."""

    def __init__(self, accounts: Accounts, switches: Switches) -> None:
        self._accounts = accounts
        self._switches = switches

    def problem(self, connector: dict[str, Any], secret: str | None, find: Find) -> str | None:
        """Why a connector does not work, or None.

        connector: its fields as the API has them; what points at other objects is for `find`.
        secret: its password or the name of its SSH key.
        """
        info = connector.get("connectionInfo") or connector
        if info.get("connectionMode") == "MOUNT":
            return self._mount_problem(find("mount", info.get("mountId")))
        if connector.get("passwordVaultAuth"):
            path = connector.get("credentialPathId")
            known = path is not None and find("credential_path", path) is not None
            return None if known else "the credential path does not exist"
        if connector.get("kerberosAuth"):
            return None
        if not secret:
            return "no password is set"
        user = info.get("loginName") or info.get("username") or ""
        addresses = _addresses(info)
        problem = self._accounts.problem(addresses, user, secret)
        if problem is None and self._switches.text("unknown_hosts") == "unreachable" and not self._knows(addresses):
            return "the host cannot be reached"
        return problem

    def _mount_problem(self, mount: Obj | None) -> str | None:
        if mount is None:
            return "the mount does not exist"
        if self._switches.text("mounts_must_be_connected") == "yes" and mount.local.get("status") != "ACTIVE":
            return "the mount is not connected"
        return None

    def _knows(self, addresses: list[str]) -> bool:
        return any(account["address"] in addresses for account in self._accounts.all())


def stored_secret(connector: Obj) -> str | None:
    """The secret that a connector has on this engine."""
    return connector.local.get("password") or connector.local.get("sshKey")


def _addresses(info: dict[str, Any]) -> list[str]:
    """What a connector may be known by, the most exact first."""
    host = info.get("host")
    if not host:
        match = _JDBC_HOST.search(info.get("jdbc") or "")
        host = match[1] if match else ""
    host = host.lower()
    places = [str(info[field]).strip("/").lower() for field in (*_DATABASES, "path") if info.get(field)]
    return [*(f"{host}/{place}" for place in places), host]
