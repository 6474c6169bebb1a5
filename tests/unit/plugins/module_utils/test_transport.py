# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When requests are sent again, and when not; how long that may take; what may be sent at all."""

from __future__ import annotations

import io
import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    DeadlineError,
    MaskingError,
    UnexpectedAnswerError,
    UnreachableError,
    WriteGuardError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Retry,
    Transport,
    TransportOptions,
    engine_name,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from requests import exceptions as failures
from urllib3 import exceptions as low_level
from urllib3.connection import HTTPSConnection

REFUSED = failures.ConnectionError(
    low_level.MaxRetryError(
        t.cast("t.Any", None), "/", low_level.NewConnectionError(HTTPSConnection("engine"), "Connection refused")
    )
)
CONNECT_TIMEOUT = failures.ConnectTimeout("no connection")
RESET = failures.ConnectionError(low_level.ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")))
READ_TIMEOUT = failures.ReadTimeout("silence")
UNSENT = pytest.mark.parametrize("failure", [REFUSED, CONNECT_TIMEOUT], ids=["refused", "connect-timeout"])
LOST = pytest.mark.parametrize("failure", [RESET, READ_TIMEOUT], ids=["reset", "read-timeout"])
IN_FRONT = pytest.mark.parametrize("status", [502, 503, 504])


class Make:
    """Makes transports on the fake clock; ``warnings`` is what they say."""

    def __init__(self, clock: FakeClock) -> None:
        self.warnings: list[str] = []
        self._clock = clock

    def __call__(self, *, read_only: bool = False, **options: t.Any) -> Transport:
        """A transport with these options."""
        return Transport(
            Conversation.base,
            TransportOptions(**options),
            read_only=read_only,
            clock=self._clock,
            warn=self.warnings.append,
        )


@pytest.fixture
def make(clock: FakeClock) -> Make:
    return Make(clock)


def test_reading_survives_what_passes(conversation: Conversation, make: Make, clock: FakeClock) -> None:
    for failure in (REFUSED, RESET, READ_TIMEOUT):
        conversation.expect("GET", "/thing").raises(failure)
    conversation.expect("GET", "/thing").answers(503)
    conversation.expect("GET", "/thing").answers(200, {"a": 1})
    transport = make(retries=4)
    assert transport.request("GET", "/thing").json() == {"a": 1}
    assert (transport.stats.requests, transport.stats.retries) == (5, 4)
    assert len(make.warnings) == 4
    assert all("GET /thing" in text for text in make.warnings)
    assert all(0 < pause <= 10 for pause in clock.slept)


@pytest.mark.parametrize("retries", [0, 2])
@pytest.mark.parametrize("failure", [REFUSED, RESET, READ_TIMEOUT])
def test_reading_gives_up_after_the_retries(
    conversation: Conversation, make: Make, failure: Exception, retries: int
) -> None:
    for _try in range(retries + 1):
        conversation.expect("GET", "/thing").raises(failure)
    expected = UnreachableError if failure is REFUSED else AnswerLostError
    with pytest.raises(expected):
        make(retries=retries).request("GET", "/thing")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_reading_gives_the_last_answer_back_after_the_retries(
    conversation: Conversation, make: Make, status: int
) -> None:
    for _try in range(3):
        conversation.expect("GET", "/thing").answers(status, {"errorMessage": "later"})
    assert make(retries=2).request("GET", "/thing").status == status


@pytest.mark.parametrize("status", [500, 501])
def test_a_failure_on_the_other_side_does_not_tell_what_became_of_a_write(
    conversation: Conversation, make: Make, status: int
) -> None:
    conversation.expect("POST", "/thing").answers(status, {"errorMessage": "no"})
    with pytest.raises(AnswerLostError, match="no") as caught:
        make().request("POST", "/thing")
    assert caught.value.http_status == status


@pytest.mark.parametrize(
    ("method", "status"),
    [(method, status) for method in ("GET", "POST") for status in (400, 401, 403, 404, 409)]
    + [("GET", 500), ("GET", 501)],
)
def test_other_statuses_are_answers(conversation: Conversation, make: Make, method: str, status: int) -> None:
    conversation.expect(method, "/thing").answers(status, {"errorMessage": "no"})
    answer = make().request(method, "/thing")
    assert (answer.status, answer.ok, answer.error_text()) == (status, False, "no")


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_success(conversation: Conversation, make: Make, status: int) -> None:
    conversation.expect("POST", "/thing").answers(status)
    assert make().request("POST", "/thing").ok


@UNSENT
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_writing_is_repeated_when_it_never_left(
    conversation: Conversation, make: Make, method: str, failure: Exception
) -> None:
    conversation.expect(method, "/thing").raises(failure)
    conversation.expect(method, "/thing").answers(200)
    assert make().request(method, "/thing").ok


def test_writing_is_repeated_when_it_was_turned_away_unread(conversation: Conversation, make: Make) -> None:
    conversation.expect("POST", "/thing", json=[1]).answers(429)
    conversation.expect("POST", "/thing", json=[1]).answers(200)
    assert make().request("POST", "/thing", json_body=[1]).ok


@LOST
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_writing_is_not_repeated_when_it_may_have_arrived(
    conversation: Conversation, make: Make, method: str, failure: Exception
) -> None:
    conversation.expect(method, "/thing").raises(failure)
    with pytest.raises(AnswerLostError):
        make().request(method, "/thing")


@IN_FRONT
def test_writing_is_lost_when_only_a_gateway_answers(conversation: Conversation, make: Make, status: int) -> None:
    conversation.expect("POST", "/thing").answers(status, b"<html>")
    with pytest.raises(AnswerLostError) as caught:
        make().request("POST", "/thing")
    assert caught.value.http_status == status


@LOST
def test_harmless_writing_is_repeated(conversation: Conversation, make: Make, failure: Exception) -> None:
    conversation.expect("POST", "/thing").raises(failure)
    conversation.expect("POST", "/thing").answers(502)
    conversation.expect("POST", "/thing").answers(200)
    assert make().request("POST", "/thing", retry=Retry.ALWAYS).ok


@pytest.mark.parametrize("failure", [REFUSED, CONNECT_TIMEOUT, RESET, READ_TIMEOUT])
def test_what_may_never_be_repeated_is_not(conversation: Conversation, make: Make, failure: Exception) -> None:
    conversation.expect("POST", "/login").raises(failure)
    with pytest.raises(MaskingError):
        make().request("POST", "/login", retry=Retry.NEVER)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_never_be_repeated_is_not_for_a_status(conversation: Conversation, make: Make, status: int) -> None:
    conversation.expect("POST", "/login").answers(status)
    if status == 429:
        assert make().request("POST", "/login", retry=Retry.NEVER).status == 429
    else:
        with pytest.raises(AnswerLostError):
            make().request("POST", "/login", retry=Retry.NEVER)


@pytest.mark.parametrize("status", [429, 503])
def test_the_engine_says_when_to_come_back(
    conversation: Conversation, make: Make, clock: FakeClock, status: int
) -> None:
    conversation.expect("GET", "/thing").answers(status, headers={"Retry-After": "7"})
    conversation.expect("GET", "/thing").answers(200)
    make().request("GET", "/thing")
    assert clock.slept == [7.0]


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "Sun, 22 Nov 2026 10:00:00 GMT", "\u00b2"])
def test_a_strange_retry_after_is_no_harm(conversation: Conversation, make: Make, clock: FakeClock, text: str) -> None:
    conversation.expect("GET", "/thing").answers(503, headers={"Retry-After": text})
    conversation.expect("GET", "/thing").answers(200)
    make().request("GET", "/thing")
    assert len(clock.slept) == 1
    assert 0 < clock.slept[0] <= 60


def test_pauses_grow_and_vary(conversation: Conversation, make: Make, clock: FakeClock) -> None:
    for _try in range(6):
        conversation.expect("GET", "/thing").answers(503)
    make(retries=5).request("GET", "/thing")
    assert len(clock.slept) == 5
    assert clock.slept[-1] > clock.slept[0] * 2
    assert len({round(pause / 2**number, 6) for number, pause in enumerate(clock.slept)}) > 1


def test_retries_end_at_the_deadline(conversation: Conversation, make: Make, clock: FakeClock) -> None:
    for _try in range(3):
        conversation.expect("GET", "/thing").answers(503, headers={"Retry-After": "40"})
    with pytest.raises(DeadlineError, match="GET /thing"):
        make(retries=100, deadline=100).request("GET", "/thing")
    assert sum(clock.slept) == pytest.approx(100)


def test_nothing_is_sent_after_the_deadline(conversation: Conversation, make: Make, clock: FakeClock) -> None:
    transport = make(deadline=10)
    clock.now += 10
    with pytest.raises(DeadlineError):
        transport.request("GET", "/thing")
    assert not conversation.seen


def test_timeouts_fit_into_what_is_left(conversation: Conversation, make: Make, clock: FakeClock) -> None:
    for _call in range(4):
        conversation.expect("GET", "/thing").answers(200)
    transport = make(connect_timeout=10, read_timeout=60, deadline=1000)
    transport.request("GET", "/thing")
    transport.request("GET", "/thing", slow=True)
    clock.now += 995
    transport.request("GET", "/thing")
    transport.request("GET", "/thing", slow=True)
    assert [seen.timeout for seen in conversation.seen] == [(10, 60), (10, 1000), (5, 5), (5, 5)]


def test_a_pause_does_not_pass_the_deadline(make: Make, clock: FakeClock) -> None:
    transport = make(deadline=3)
    transport.pause(2, "a task")
    with pytest.raises(DeadlineError, match="a task"):
        transport.pause(2, "a task")
    assert clock.slept == [2, 1]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_write_guard_lets_nothing_out(conversation: Conversation, make: Make, method: str) -> None:
    with pytest.raises(WriteGuardError):
        make(read_only=True).request(method, "/thing")
    assert not conversation.seen


def test_the_write_guard_lets_reading_and_sessions_pass(conversation: Conversation, make: Make) -> None:
    conversation.expect("GET", "/thing").answers(200)
    conversation.expect("POST", "/login").answers(200)
    transport = make(read_only=True)
    assert transport.request("GET", "/thing").ok
    assert transport.request("POST", "/login", changes_objects=False).ok


def test_a_download_starts_anew_on_every_try(conversation: Conversation, make: Make) -> None:
    conversation.expect("GET", "/file").answers(200, b"a long beginning", {"Content-Length": "999"})
    conversation.expect("GET", "/file").answers(200, b"whole", {"Content-Length": "5"})
    into = io.BytesIO(b"what was there before")
    transport = make()
    answer = transport.request("GET", "/file", into=into)
    assert into.getvalue() == b"whole"
    assert answer.body == b""


def test_an_error_is_no_download(conversation: Conversation, make: Make) -> None:
    conversation.expect("GET", "/file").answers(404, {"errorMessage": "gone"})
    into = io.BytesIO()
    answer = make().request("GET", "/file", into=into)
    assert into.getvalue() == b""
    assert answer.error_text() == "gone"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_are_not_followed(conversation: Conversation, make: Make, method: str, status: int) -> None:
    conversation.expect(method, "/login").answers(status, headers={"Location": "https://elsewhere.example.com/login"})
    with pytest.raises(UnexpectedAnswerError, match=r"https://elsewhere\.example\.com") as caught:
        make().request(method, "/login", json_body={"password": "hidden"}, token="token")
    assert caught.value.http_status == status


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", b'{"cut": '])
def test_what_is_not_json_is_said_so(conversation: Conversation, make: Make, body: bytes) -> None:
    conversation.expect("GET", "/thing").answers(200, body, {"Content-Type": "text/html"})
    answer = make().request("GET", "/thing")
    with pytest.raises(UnexpectedAnswerError, match="text/html") as caught:
        answer.json()
    assert caught.value.engine == "https://engine.example.com"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"errorMessage": "the reason"}, "the reason"),
        ({"errors": ["one", "two"]}, "one; two"),
        ([{"importStatus": "FAILED"}], None),
        ({"errorMessage": None}, None),
        ("text", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_the_engines_own_words(conversation: Conversation, make: Make, body: t.Any, text: str | None) -> None:
    conversation.expect("GET", "/thing").answers(400, body)
    assert make().request("GET", "/thing").error_text() == text


def test_bytes_are_counted(conversation: Conversation, make: Make) -> None:
    conversation.expect("POST", "/thing", json={"a": "b"}).answers(200, b"12345")
    transport = make()
    transport.request("POST", "/thing", json_body={"a": "b"})
    assert transport.stats.to_result() == {
        "requests": 1,
        "retries": 0,
        "bytes_sent": len(b'{"a": "b"}'),
        "bytes_received": 5,
    }


def test_an_engine_is_named_by_its_address() -> None:
    assert engine_name("https://engine.example.com:8443/masking/api/v5.1.42") == "https://engine.example.com:8443"
