# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, passwords, lock-out and tokens."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
import uuid
from dataclasses import dataclass
from typing import Any

from masking_simulator.clock import Clock
from masking_simulator.errors import refuse
from masking_simulator.store import Store
from masking_simulator.switches import Switches


@dataclass(frozen=True)
class User:
    """Who a token belongs to."""

    name: str
    is_admin: bool


@dataclass
class _Session:
    user: User
    expires: float


class Auth:
    """Logins of one engine. Users live on disk, tokens in memory: a restart ends all sessions."""

    def __init__(self, store: Store, switches: Switches, clock: Clock) -> None:
        self._store = store
        self._switches = switches
        self._clock = clock
        self._lock = threading.Lock()
        self._users: dict[str, dict[str, Any]] = store.records("user")
        self._sessions: dict[str, _Session] = {}
        self._ended: set[str] = set()

    def put_user(self, name: str, password: str, is_admin: bool) -> None:
        """Make a user, or replace one of the same name; ends no session."""
        salt = os.urandom(16)
        record = {"salt": salt.hex(), "hash": _scramble(password, salt), "admin": is_admin, "failures": 0, "locked": 0}
        with self._lock:
            self._users[name] = record
            self._store.put_record("user", name, record)

    def ensure_admin(self, name: str, password: str) -> None:
        """Make the administrator, unless there is one of this name and password."""
        record = self._users.get(name)
        if record is None or _scramble(password, bytes.fromhex(record["salt"])) != record["hash"]:
            self.put_user(name, password, is_admin=True)

    def users(self) -> list[dict[str, Any]]:
        """Names, roles and lock state of all users, without anything secret."""
        with self._lock:
            now = self._clock.now()
            return [
                {"username": name, "is_admin": record["admin"], "locked": record["locked"] > now}
                for name, record in self._users.items()
            ]

    def login(self, name: str, password: str) -> str:
        """A new token; raises a 401 for a bad password or a locked user."""
        with self._lock:
            record = self._users.get(name)
            if record is None:
                raise refuse(401, "login_failed")
            if record["locked"] > self._clock.now():
                raise refuse(401, "login_locked", user=name)
            if not hmac.compare_digest(_scramble(password, bytes.fromhex(record["salt"])), record["hash"]):
                self._count_failure(name, record)
                raise refuse(401, "login_failed")
            if record["failures"] or record["locked"]:
                record.update(failures=0, locked=0)
                self._store.put_record("user", name, record)
            token = str(uuid.uuid4())
            expires = self._clock.now() + self._switches.number("token_seconds")
            self._sessions[token] = _Session(User(name, record["admin"]), expires)
            return token

    def user_of(self, token: str) -> User:
        """Whom a token belongs to; raises a 401 when it is missing, unknown or expired."""
        with self._lock:
            session = self._sessions.get(token)
            now = self._clock.now()
            if session is None:
                raise refuse(401, "token_expired" if token in self._ended else "token_invalid")
            if session.expires <= now:
                self._end(token)
                raise refuse(401, "token_expired")
            if self._switches.is_on("token_sliding"):
                session.expires = now + self._switches.number("token_seconds")
            return session.user

    def logout(self, token: str) -> None:
        """End the session of a token."""
        with self._lock:
            self._end(token)

    def expire(self, token: str) -> None:
        """End a session as if its time were over (a fault)."""
        self.logout(token)

    def _end(self, token: str) -> None:
        if self._sessions.pop(token, None) is not None:
            self._ended.add(token)

    def _count_failure(self, name: str, record: dict[str, Any]) -> None:
        record["failures"] += 1
        allowed = self._switches.integer("lockout_attempts")
        if allowed and record["failures"] >= allowed:
            record.update(failures=0, locked=self._clock.now() + self._switches.number("lockout_seconds"))
        self._store.put_record("user", name, record)


def _scramble(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=4096, r=8, p=1).hex()
