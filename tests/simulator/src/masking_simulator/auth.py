# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins, lock-out and tokens."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from typing import Any

from masking_simulator.clock import Clock
from masking_simulator.errors import refuse
from masking_simulator.switches import Switches
from masking_simulator.users import ACTIVE, Record, Users, has_password


@dataclass(frozen=True)
class User:
    """Who a token belongs to."""

    name: str
    is_admin: bool


@dataclass
class _Session:
    user: int
    expires: float


class Auth:
    """Logins of one engine. Users live on disk, tokens in memory: a restart ends all sessions."""

    def __init__(self, users: Users, switches: Switches, clock: Clock) -> None:
        self._users = users
        self._switches = switches
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, _Session] = {}
        self._ended: set[str] = set()

    def ensure_admin(self, name: str, password: str) -> None:
        """Make the administrator, unless there is one of this name and password."""
        user = self._users.named(name)
        if user is None or not has_password(user, password):
            self._users.put(name, password, is_admin=True)

    def states(self) -> list[dict[str, Any]]:
        """Names, roles and lock state of all users, without anything secret."""
        return [
            {"username": user["userName"], "is_admin": user["isAdmin"], "locked": self.is_locked(user)}
            for user in self._users.all()
        ]

    def is_locked(self, user: Record) -> bool:
        """Whether a user cannot log in: locked by an administrator or by bad passwords, or disabled."""
        return bool(user["status"] != ACTIVE or user["locked"] > self._clock.now())

    def login(self, name: str, password: str) -> str:
        """A new token; raises a 401 for a bad password or a locked user."""
        with self._lock:
            user = self._users.named(name)
            if user is None:
                raise refuse(401, "login_failed")
            if self.is_locked(user):
                raise refuse(401, "login_locked", user=name)
            if not has_password(user, password):
                self._count_failure(user)
                raise refuse(401, "login_failed")
            if user["failures"] or user["locked"]:
                self._users.note_failures(user, 0, 0)
            token = str(uuid.uuid4())
            expires = self._clock.now() + self._switches.number("token_seconds")
            self._sessions[token] = _Session(user["userId"], expires)
            return token

    def user_of(self, token: str) -> User:
        """Whom a token belongs to; raises a 401 when it is missing, unknown or expired.

        It is invented that deleting, locking or disabling a user ends the sessions of that user.
        """
        with self._lock:
            session = self._sessions.get(token)
            now = self._clock.now()
            if session is None:
                raise refuse(401, "token_expired" if token in self._ended else "token_invalid")
            user = self._users.get(session.user)
            if session.expires <= now or user is None or user["status"] != ACTIVE:
                self._end(token)
                raise refuse(401, "token_expired")
            if self._switches.is_on("token_sliding"):
                session.expires = now + self._switches.number("token_seconds")
            return User(user["userName"], user["isAdmin"])

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

    def _count_failure(self, user: Record) -> None:
        failures, locked = user["failures"] + 1, user["locked"]
        allowed = self._switches.integer("lockout_attempts")
        if allowed and failures >= allowed:
            failures, locked = 0, self._clock.now() + self._switches.number("lockout_seconds")
        self._users.note_failures(user, failures, locked)
