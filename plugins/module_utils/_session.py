# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Login, token and logout on one engine. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AuthenticationError,
    MaskingError,
    NotPermittedError,
    OptionError,
    UnexpectedAnswerError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Answer,
    Retry,
    Transport,
    refusal,
)

# Seconds that a logout may take when the deadline has cut the work off: sessions are scarce.
_LOGOUT_GRACE = 5.0


@dataclasses.dataclass(frozen=True)
class Credentials:
    """A user with password, or a token made by an earlier login, or both."""

    username: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    token: str | None = dataclasses.field(default=None, repr=False)

    @property
    def can_login(self) -> bool:
        """Whether user and password are known."""
        return bool(self.username) and bool(self.password)


class Session:
    """Requests with a valid token.

    A given token is used as it is; without one, or when it turns out to have expired and
    user and password are known, the session logs in. It logs out of what it opened and of
    nothing else. A login is never repeated: three bad ones lock the user out for 23 hours
    (documented default).
    """

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        *,
        warn: t.Callable[[str], None],
        prefix: str = "",
    ) -> None:
        """``prefix`` is that of the engine's options, for messages. Raises OptionError without any login."""
        self.transport = transport
        self._credentials = credentials
        self._token = credentials.token or None
        self._opened_here = False
        self._failed_login: MaskingError | None = None
        self._warn = warn
        if not credentials.token and not credentials.can_login:
            raise OptionError(
                "no login is given",
                engine=transport.engine,
                hint=f"Give '{prefix}username' and '{prefix}password', or '{prefix}token'.",
            )

    def login(self) -> str:
        """Log in and return the token.

        Raises AuthenticationError when the engine refuses, UnexpectedAnswerError when the
        answer holds no token. A login that failed, for whatever reason, fails again without
        being sent.
        """
        if self._failed_login is not None:
            raise self._failed_login
        try:
            self._token = self._new_token()
        except MaskingError as error:
            self._failed_login = error
            raise
        self._opened_here = True
        return self._token

    def _new_token(self) -> str:
        body = {"username": self._credentials.username, "password": self._credentials.password}
        answer = self.transport.request("POST", "/login", json_body=body, retry=Retry.NEVER, changes_objects=False)
        if answer.status == 401:
            raise AuthenticationError(
                f"login of user {self._credentials.username} was refused",
                engine=self.transport.engine,
                http_status=401,
                detail=answer.error_text(),
                hint="Check user and password before the next run: a few bad logins lock the user out for many hours.",
            )
        if not answer.ok:
            raise refusal(answer, "login")
        token = answer.json()
        token = token.get("Authorization") if isinstance(token, dict) else None
        if not isinstance(token, str) or not token:
            raise UnexpectedAnswerError(
                "the answer to the login holds no token", engine=self.transport.engine, http_status=answer.status
            )
        return token

    def logout(self) -> None:
        """End the session of the current token on the engine; an expired one counts as ended."""
        if self._token is None:
            return
        token, self._token = self._token, None
        self._opened_here = False
        answer = self.transport.request(
            "PUT", "/logout", token=token, retry=Retry.NEVER, changes_objects=False, grace=_LOGOUT_GRACE
        )
        if not answer.ok and answer.status != 401:
            raise refusal(answer, "logout")

    def close(self) -> None:
        """Log out of what was opened here and close the connections; never raises."""
        try:
            if self._opened_here:
                self.logout()
        except MaskingError as error:
            self._warn(f"logout failed, the session ends by itself: {error}")
        finally:
            self.transport.close()

    def keep_open(self) -> None:
        """Leave the session on the engine open when this object is closed."""
        self._opened_here = False

    def request(self, method: str, path: str, **arguments: t.Any) -> Answer:
        """Like Transport.request, logged in.

        Raises AuthenticationError for a token that is not valid and cannot be renewed,
        NotPermittedError for a user who may not do this.
        """
        fresh = self._token is None
        if fresh:
            self.login()
        retries = self.transport.stats.retries
        answer = self.transport.request(method, path, token=self._token, **arguments)
        # A session can have ended by age, or with an engine that restarted while the request was repeated.
        may_have_ended = not fresh or self.transport.stats.retries > retries
        if answer.status == 401 and may_have_ended and self._credentials.can_login:
            self.login()
            fresh = True
            answer = self.transport.request(method, path, token=self._token, **arguments)
        if answer.status == 401 and not fresh and not self._opened_here:
            raise AuthenticationError(
                "the token is not valid or has expired",
                engine=self.transport.engine,
                http_status=401,
                detail=answer.error_text(),
                hint="Log in again, or give 'username' and 'password' so that it can be renewed.",
            )
        if answer.status in (401, 403):
            who = f"user {self._credentials.username}" if self._credentials.can_login else "the user of this token"
            raise NotPermittedError(
                f"{who} may not do {method} {path}",
                engine=self.transport.engine,
                http_status=answer.status,
                detail=answer.error_text(),
                hint="Syncing objects needs an administrator of the engine.",
            )
        return answer
