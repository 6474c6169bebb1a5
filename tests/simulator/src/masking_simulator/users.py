# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The users of one engine and their passwords."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from typing import Any

from masking_simulator.roles import ALL_PRIVILEGES_ID
from masking_simulator.store import Store

#: One user. Fields of the API: userId, userName, firstName, lastName, email, isAdmin, showWelcome,
#: roleId and environmentIds (None and [] for an administrator). Of its own: status (ACTIVE, LOCKED,
#: DISABLED), reason, salt and hash of the password, failures (bad passwords in a row), locked (until
#: when, in seconds of the engine's clock).
Record = dict[str, Any]

ACTIVE = "ACTIVE"
_SHORTEST = 6


def password_problem(password: str) -> str | None:
    """What is wrong with a new password, or None.

    Documented: six characters, an upper-case letter, a digit and a special character. Which
    characters are special is wider than documented: real clients set passwords with `-` and `_`.
    """
    if len(password) < _SHORTEST:
        return f"it has fewer than {_SHORTEST} characters"
    if not any(character.isupper() for character in password):
        return "it has no upper-case letter"
    if not any(character.isdigit() for character in password):
        return "it has no digit"
    if all(character.isalnum() for character in password):
        return "it has no special character"
    return None


class Users:
    """The users of one engine, on disk. Hold `lock` while deciding on what several calls do."""

    def __init__(self, store: Store, first: int) -> None:
        self.lock = threading.RLock()
        self._store = store
        self._all: dict[int, Record] = {int(number): user for number, user in store.records("user").items()}
        self._last = max(self._all, default=first)

    def all(self) -> list[Record]:
        """All users, in the order of their numbers."""
        with self.lock:
            return [self._all[number] for number in sorted(self._all)]

    def get(self, number: int) -> Record | None:
        """A user by number, or None."""
        return self._all.get(number)

    def named(self, name: str) -> Record | None:
        """A user by name, or None."""
        return next((user for user in self.all() if user["userName"] == name), None)

    def put(self, name: str, password: str, is_admin: bool) -> Record:
        """Make a user of this name, or give the one there is this password; ends no session."""
        with self.lock:
            known = self.named(name)
            fields: Record = {
                "firstName": name.capitalize(),
                "lastName": "User",
                "email": f"{name}@example.com",
                "showWelcome": True,
                "environmentIds": [],
                **(known or {}),
                "userName": name,
                "isAdmin": is_admin,
                "roleId": None if is_admin else (known or {}).get("roleId") or ALL_PRIVILEGES_ID,
                "status": ACTIVE,
            }
            return self.save(fields, password)

    def save(self, fields: Record, password: str | None = None) -> Record:
        """Keep a user; without `userId` it is a new one, which needs a password."""
        with self.lock:
            user = dict(fields)
            if "userId" not in user:
                self._last += 1
                user["userId"] = self._last
            if password is not None:
                salt = os.urandom(16)
                user.update(salt=salt.hex(), hash=_scramble(password, salt))
            if user["status"] == ACTIVE:
                user.pop("reason", None)
            user.update(failures=0, locked=0)
            self._keep(user)
            return user

    def note_failures(self, user: Record, failures: int, locked: float) -> None:
        """Remember how many bad passwords in a row a user gave, and until when that locks."""
        with self.lock:
            self._keep({**user, "failures": failures, "locked": locked})

    def delete(self, number: int) -> None:
        """Remove a user."""
        with self.lock:
            del self._all[number]
            self._store.delete_record("user", str(number))

    def _keep(self, user: Record) -> None:
        self._all[user["userId"]] = user
        self._store.put_record("user", str(user["userId"]), user)


def has_password(user: Record, password: str) -> bool:
    """Whether this is the user's password."""
    return hmac.compare_digest(_scramble(password, bytes.fromhex(user["salt"])), user["hash"])


def _scramble(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=4096, r=8, p=1).hex()
