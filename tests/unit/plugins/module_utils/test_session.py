# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in, staying logged in, and logging out."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    ApiError,
    AuthenticationError,
    MaskingError,
    NotPermittedError,
    OptionError,
    UnexpectedAnswerError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._session import (
    Credentials,
    Session,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Answer,
    Transport,
    TransportOptions,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from requests import exceptions as failures

USER = {"username": "admin", "password": "hidden-word"}
EXPIRED = {"errorMessage": "Provided Authentication has expired. Please log in again."}


class Make:
    """Makes sessions; ``warnings`` is what they say."""

    def __init__(self, clock: FakeClock) -> None:
        self.warnings: list[str] = []
        self._clock = clock

    def __call__(self, *, read_only: bool = False, **credentials: str | None) -> Session:
        """A session with these credentials."""
        transport = Transport(Conversation.base, TransportOptions(), read_only=read_only, clock=self._clock)
        return Session(transport, Credentials(**credentials), warn=self.warnings.append)


@pytest.fixture
def make(clock: FakeClock) -> Make:
    return Make(clock)


@pytest.mark.parametrize("status", [200, 201])
def test_it_logs_in_when_needed_and_out_at_the_end(conversation: Conversation, make: Make, status: int) -> None:
    conversation.expect("POST", "/login", json=USER, token=None).answers(status, {"Authorization": "t1"})
    conversation.expect("GET", "/thing", token="t1").answers(200)
    conversation.expect("POST", "/thing", token="t1").answers(201)
    conversation.expect("PUT", "/logout", token="t1").answers(204)
    session = make(**USER)
    assert not conversation.seen
    session.request("GET", "/thing")
    session.request("POST", "/thing")
    session.close()
    session.close()
    assert not make.warnings


def test_a_given_token_is_used_and_left_alone(conversation: Conversation, make: Make) -> None:
    conversation.expect("GET", "/thing", token="given").answers(200)
    session = make(token="given", **USER)
    session.request("GET", "/thing")
    session.close()


def test_an_expired_token_is_renewed_once(conversation: Conversation, make: Make) -> None:
    conversation.expect("POST", "/thing", token="given", json=[1]).answers(401, EXPIRED)
    conversation.login("new")
    conversation.expect("POST", "/thing", token="new", json=[1]).answers(200)
    conversation.logout("new")
    session = make(token="given", **USER)
    assert session.request("POST", "/thing", json_body=[1]).ok
    session.close()


def test_an_own_session_that_expires_is_renewed(conversation: Conversation, make: Make) -> None:
    conversation.login("first")
    conversation.expect("GET", "/thing", token="first").answers(200)
    conversation.expect("GET", "/thing", token="first").answers(401, EXPIRED)
    conversation.login("second")
    conversation.expect("GET", "/thing", token="second").answers(200)
    conversation.logout("second")
    session = make(**USER)
    session.request("GET", "/thing")
    session.request("GET", "/thing")
    session.close()


def test_an_expired_token_alone_cannot_be_renewed(conversation: Conversation, make: Make) -> None:
    conversation.expect("GET", "/thing", token="given").answers(401, EXPIRED)
    with pytest.raises(AuthenticationError) as caught:
        make(token="given").request("GET", "/thing")
    assert caught.value.detail == EXPIRED["errorMessage"]
    assert "username" in str(caught.value.hint)


def test_a_fresh_login_that_may_not_do_it_is_no_expired_one(conversation: Conversation, make: Make) -> None:
    conversation.login("t1")
    conversation.expect("POST", "/export", token="t1").answers(401, {"errorMessage": "no"})
    with pytest.raises(NotPermittedError, match="admin may not do POST /export"):
        make(**USER).request("POST", "/export")


def test_refused_after_renewal_is_not_renewed_again(conversation: Conversation, make: Make) -> None:
    conversation.expect("POST", "/export", token="given").answers(401)
    conversation.login("new")
    conversation.expect("POST", "/export", token="new").answers(401)
    with pytest.raises(NotPermittedError):
        make(token="given", **USER).request("POST", "/export")


def test_forbidden_needs_no_new_login(conversation: Conversation, make: Make) -> None:
    conversation.expect("POST", "/export", token="given").answers(403, {"errorMessage": "Forbidden"})
    with pytest.raises(NotPermittedError, match="administrator") as caught:
        make(token="given", **USER).request("POST", "/export")
    assert (caught.value.http_status, caught.value.detail) == (403, "Forbidden")


def test_a_refused_login(conversation: Conversation, make: Make) -> None:
    conversation.expect("POST", "/login").answers(401, {"errorMessage": "Invalid username or password"})
    session = make(**USER)
    with pytest.raises(AuthenticationError) as caught:
        session.request("GET", "/thing")
    session.close()
    assert "Invalid username or password" in str(caught.value)
    assert "hidden-word" not in str(caught.value)


def refuse(conversation: Conversation) -> None:
    conversation.expect("POST", "/login").answers(401, {"errorMessage": "no"})


def lose(conversation: Conversation) -> None:
    conversation.expect("POST", "/login").raises(failures.ReadTimeout("silence"))


def break_down(conversation: Conversation) -> None:
    conversation.expect("POST", "/login").answers(503)


def fail(conversation: Conversation) -> None:
    conversation.expect("POST", "/login").answers(500)


def turn_away(conversation: Conversation) -> None:
    conversation.expect("POST", "/login").answers(429)


def stay_out(conversation: Conversation) -> None:
    conversation.expect("POST", "/login").raises(failures.ConnectTimeout("no connection"))


@pytest.mark.parametrize("happens", [refuse, lose, break_down, fail, turn_away, stay_out])
def test_a_login_is_never_repeated(
    conversation: Conversation, make: Make, happens: t.Callable[[Conversation], None]
) -> None:
    happens(conversation)
    with pytest.raises(MaskingError):
        make(**USER).request("GET", "/thing")


@pytest.mark.parametrize("happens", [lose, break_down, fail])
def test_a_login_of_unknown_fate_is_not_tried_again_by_a_later_request(
    conversation: Conversation, make: Make, happens: t.Callable[[Conversation], None]
) -> None:
    # The engine may have counted it as a bad one.
    happens(conversation)
    session = make(**USER)
    for _request in range(2):
        with pytest.raises(MaskingError):
            session.request("GET", "/thing")


def test_a_refused_login_is_not_tried_again_by_a_later_request(conversation: Conversation, make: Make) -> None:
    refuse(conversation)
    session = make(**USER)
    for _request in range(2):
        with pytest.raises(AuthenticationError):
            session.request("GET", "/thing")


def test_a_refused_renewal_is_not_tried_again_by_a_later_request() -> None:
    asked = []

    class Refuses(Transport):
        """An engine that accepts no token and no login."""

        def request(self, method: str, path: str, **_arguments: t.Any) -> Answer:  # noqa: ARG002 - named so
            """Refuse."""
            asked.append(path)
            return Answer(401, {}, b"{}", self.engine)

    session = Session(Refuses(Conversation.base, TransportOptions()), Credentials(token="given", **USER), warn=print)
    for _request in range(2):
        with pytest.raises(AuthenticationError):
            session.request("GET", "/thing")
    assert asked.count("/login") == 1


@pytest.mark.parametrize("body", [{}, {"Authorization": ""}, {"Authorization": 7}, [], "t1", b"<html>", b""])
def test_a_login_without_token_is_none(conversation: Conversation, make: Make, body: t.Any) -> None:
    conversation.expect("POST", "/login").answers(200, body)
    session = make(**USER)
    with pytest.raises(UnexpectedAnswerError):
        session.request("GET", "/thing")
    session.close()


@pytest.mark.parametrize("status", [200, 204, 401])
def test_logging_out_of_a_given_token(conversation: Conversation, make: Make, status: int) -> None:
    conversation.expect("PUT", "/logout", token="given").answers(status)
    session = make(token="given")
    session.logout()
    session.close()


def test_a_refused_logout_is_an_error_only_when_asked_for(conversation: Conversation, make: Make) -> None:
    conversation.expect("PUT", "/logout").answers(500, {"errorMessage": "no"})
    with pytest.raises(ApiError, match="logout"):
        make(token="given").logout()
    conversation.login("t1")
    conversation.expect("PUT", "/logout", token="t1").answers(500, {"errorMessage": "no"})
    session = make(**USER)
    session.login()
    session.close()
    assert len(make.warnings) == 1
    assert "logout" in make.warnings[0]


def test_closing_never_raises(conversation: Conversation, make: Make) -> None:
    conversation.login("t1")
    conversation.expect("PUT", "/logout").raises(failures.ReadTimeout("silence"))
    session = make(**USER)
    session.login()
    session.close()
    assert len(make.warnings) == 1


def test_a_session_is_closed_although_the_deadline_is_over(
    conversation: Conversation, make: Make, clock: FakeClock
) -> None:
    conversation.login("t1")
    session = make(**USER)
    session.login()
    clock.now += 10_000
    logout = conversation.logout("t1")
    session.close()
    assert logout.seen
    assert 0 < logout.seen.timeout[1] <= 10
    assert not make.warnings


def test_an_engine_that_restarted_has_forgotten_a_fresh_login(conversation: Conversation, make: Make) -> None:
    conversation.login("t1")
    conversation.expect("GET", "/thing", token="t1").raises(failures.ConnectTimeout("it restarts"))
    conversation.expect("GET", "/thing", token="t1").answers(401, EXPIRED)
    conversation.login("t2")
    conversation.expect("GET", "/thing", token="t2").answers(200)
    assert make(**USER).request("GET", "/thing").ok


def test_a_session_can_be_kept(conversation: Conversation, make: Make) -> None:
    conversation.login("t1")
    session = make(**USER)
    assert session.login() == "t1"
    session.keep_open()
    session.close()


def test_sessions_are_opened_and_closed_for_reading_too(conversation: Conversation, make: Make) -> None:
    conversation.login("t1")
    conversation.expect("GET", "/thing", token="t1").answers(200)
    conversation.logout("t1")
    session = make(read_only=True, **USER)
    session.request("GET", "/thing")
    session.close()


@pytest.mark.parametrize(
    "credentials",
    [{}, {"username": "admin"}, {"password": "p"}, {"username": "", "password": "p"}, {"token": ""}],
    ids=str,
)
def test_some_login_has_to_be_given(make: Make, credentials: dict[str, str]) -> None:
    with pytest.raises(OptionError, match="login"):
        make(**credentials)


def test_an_empty_token_counts_as_unset(conversation: Conversation, make: Make) -> None:
    conversation.login("t1")
    conversation.expect("GET", "/thing", token="t1").answers(200)
    make(token="", **USER).request("GET", "/thing")


def test_credentials_do_not_show_secrets() -> None:
    text = repr(Credentials("admin", "hidden-word", "hidden-token"))
    assert "admin" in text
    assert "hidden" not in text
