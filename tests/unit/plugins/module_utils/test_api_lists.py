# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses of engines, lists and their pages."""

from __future__ import annotations

import math
import random
import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._api import (
    Engine,
    api_root,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    ApiError,
    ListUnstableError,
    OptionError,
    UnexpectedAnswerError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._session import (
    Credentials,
    Session,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Transport,
    TransportOptions,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from hypothesis import given
from hypothesis import strategies as st

PAST_THE_END = {"errorMessage": "Page 2 is outside of the acceptable range. The last page is 1"}
Rows = list[dict[str, t.Any]]


def rows(*numbers: int) -> Rows:
    return [{"id": number} for number in numbers]


def by_id(row: dict[str, t.Any]) -> t.Hashable:
    return row["id"]


@pytest.fixture
def engine(clock: FakeClock) -> Engine:
    transport = Transport(Conversation.base, TransportOptions(retries=0), clock=clock)
    return Engine(Session(transport, Credentials(token="t"), warn=print))


@pytest.mark.parametrize(
    ("url", "version", "root"),
    [
        ("https://engine.example.com", None, "https://engine.example.com/masking/api"),
        ("https://engine.example.com/", None, "https://engine.example.com/masking/api"),
        (" http://engine:8282 ", None, "http://engine:8282/masking/api"),
        ("https://engine.example.com/masking", None, "https://engine.example.com/masking/api"),
        ("https://engine.example.com/masking/api/", None, "https://engine.example.com/masking/api"),
        ("https://engine.example.com/masking/api/v5.1.42", None, "https://engine.example.com/masking/api/v5.1.42"),
        ("https://engine.example.com", "5.1.42", "https://engine.example.com/masking/api/v5.1.42"),
        ("https://engine.example.com", "v5.1.42", "https://engine.example.com/masking/api/v5.1.42"),
        (
            "https://engine.example.com/masking/api/v5.1.42",
            "5.1.42",
            "https://engine.example.com/masking/api/v5.1.42",
        ),
        ("https://[::1]:8443", None, "https://[::1]:8443/masking/api"),
        ("https://front.example.com/a/masking/api", "5.1.0", "https://front.example.com/a/masking/api/v5.1.0"),
    ],
)
def test_where_the_api_is(url: str, version: str | None, root: str) -> None:
    assert api_root(url, version) == root


@pytest.mark.parametrize(
    "url",
    [
        "",
        "engine.example.com",
        "ftp://engine.example.com",
        "https://",
        "https:///masking/api",
        "https://admin:word@engine.example.com",
        "https://[::1",
        "https://engine.example.com:port",
    ],
)
def test_what_is_no_address_of_an_engine(url: str) -> None:
    with pytest.raises(OptionError):
        api_root(url, None)


def test_two_versions_contradict() -> None:
    with pytest.raises(OptionError, match=r"5\.1\.41"):
        api_root("https://engine.example.com/masking/api/v5.1.42", "5.1.41")


def test_a_list_is_read_to_its_total(conversation: Conversation, engine: Engine) -> None:
    conversation.page("/domains", rows(1, 2), total=5, kind="x")
    conversation.page("/domains", rows(3, 4), number=2, total=5, kind="x")
    conversation.page("/domains", rows(5), number=3, total=5, kind="x")
    assert engine.list_all("/domains", {"kind": "x"}) == rows(1, 2, 3, 4, 5)


def test_an_empty_list_is_one_request(conversation: Conversation, engine: Engine) -> None:
    conversation.page("/domains", [])
    assert engine.list_all("/domains") == []


def test_a_page_size_that_is_refused_is_made_smaller(conversation: Conversation, engine: Engine) -> None:
    conversation.expect("GET", "/domains", query={"page_number": 1, "page_size": 1000}).answers(
        400, {"errorMessage": "page_size is too large"}
    )
    conversation.page("/domains", rows(1), size=100, total=2)
    conversation.page("/domains", rows(2), size=100, number=2, total=2)
    assert engine.list_all("/domains") == rows(1, 2)


def test_a_chosen_page_size_is_used_and_never_changed(conversation: Conversation, clock: FakeClock) -> None:
    transport = Transport(Conversation.base, TransportOptions(), clock=clock)
    engine = Engine(Session(transport, Credentials(token="t"), warn=print), page_size=500)
    conversation.page("/domains", rows(1), size=500)
    engine.list_all("/domains")
    conversation.expect("GET", "/domains", query={"page_number": 1, "page_size": 500}).answers(
        400, {"errorMessage": "page_size is too large"}
    )
    with pytest.raises(ApiError, match="page_size is too large"):
        engine.list_all("/domains")


def test_another_400_is_told_in_the_engines_words(conversation: Conversation, engine: Engine) -> None:
    for size in (1000, 100):
        conversation.expect("GET", "/domains", query={"page_number": 1, "page_size": size}).answers(
            400, {"errorMessage": "no such type"}
        )
    with pytest.raises(ApiError, match="no such type"):
        engine.list_all("/domains")


@pytest.mark.parametrize("status", [400, 404])
def test_a_list_that_became_shorter_is_read_again(conversation: Conversation, engine: Engine, status: int) -> None:
    # Asking past the last page is an error; its status is not documented.
    conversation.page("/domains", rows(1, 2), total=3)
    conversation.expect("GET", "/domains", query={"page_number": 2, "page_size": 1000}).answers(status, PAST_THE_END)
    conversation.page("/domains", rows(1, 2))
    assert engine.list_all("/domains") == rows(1, 2)


@pytest.mark.parametrize(
    ("second", "total"),
    [(rows(2, 3), 3), (rows(3), 4), ([], 3), (rows(3, 4), 3)],
    ids=["row seen twice", "total moved", "page empty", "more rows than total"],
)
def test_a_list_that_moved_while_it_was_read_is_read_again(
    conversation: Conversation, engine: Engine, second: Rows, total: int
) -> None:
    conversation.page("/domains", rows(1, 2), total=3)
    conversation.page("/domains", second, number=2, total=total)
    conversation.page("/domains", rows(1, 2), total=3)
    conversation.page("/domains", rows(4), number=2, total=3)
    assert engine.list_all("/domains", identity=by_id) == rows(1, 2, 4)


def test_a_list_that_keeps_moving_is_given_up(conversation: Conversation, engine: Engine) -> None:
    for _try in range(3):
        conversation.page("/domains", rows(1, 2), total=3)
        conversation.page("/domains", rows(2, 3), number=2, total=4)
    with pytest.raises(ListUnstableError, match="/domains"):
        engine.list_all("/domains", identity=by_id)


def test_syncable_objects_seen_twice_are_noticed(conversation: Conversation, engine: Engine) -> None:
    domain = {"objectType": "DOMAIN", "objectIdentifier": {"id": "A"}, "revisionHash": "1"}
    lookup = {"objectType": "LOOKUP", "objectIdentifier": {"algorithmName": "A"}, "revisionHash": "2"}
    conversation.page("/syncable-objects", [domain], total=2)
    conversation.page("/syncable-objects", [domain], number=2, total=2)
    conversation.page("/syncable-objects", [domain, lookup])
    assert engine.syncable_objects() == [domain, lookup]


def test_the_same_id_of_two_types_is_no_double(conversation: Conversation, engine: Engine) -> None:
    listed = [
        {"objectType": kind, "objectIdentifier": {"id": 1}, "revisionHash": "1"}
        for kind in ("DATABASE_CONNECTOR", "FILE_CONNECTOR")
    ]
    conversation.page("/syncable-objects", listed)
    assert engine.syncable_objects() == listed


def test_syncable_objects_of_one_type(conversation: Conversation, engine: Engine) -> None:
    conversation.page("/syncable-objects", [], object_type="DOMAIN")
    assert engine.syncable_objects("DOMAIN") == []


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"responseList": []},
        {"_pageInfo": {"total": 0}},
        {"_pageInfo": {"total": "0"}, "responseList": []},
        {"_pageInfo": [], "responseList": []},
        b"<html>",
    ],
    ids=str,
)
def test_what_is_no_page_is_said_so(conversation: Conversation, engine: Engine, body: t.Any) -> None:
    conversation.expect("GET", "/domains").answers(200, body)
    with pytest.raises(UnexpectedAnswerError):
        engine.list_all("/domains")


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_list_that_is_refused(conversation: Conversation, engine: Engine, status: int) -> None:
    conversation.expect("GET", "/domains").answers(status, {"errorMessage": "the reason"})
    with pytest.raises(ApiError, match="the reason"):
        engine.list_all("/domains")


class Pages:
    """A session whose engine holds one list, cut into pages no longer than it likes."""

    def __init__(self, held: Rows, limit: int) -> None:
        self.transport = Transport(Conversation.base, TransportOptions())
        self.held = held
        self.limit = limit
        self.requests = 0

    def request(self, method: str, path: str, *, params: t.Mapping[str, t.Any]) -> t.Any:
        """Answer one page, or what an engine says past the last one."""
        self.requests += 1
        size = min(params["page_size"], self.limit)
        first = (params["page_number"] - 1) * size
        page = self.held[first : first + size]
        body: t.Any = {"_pageInfo": {"numberOnPage": len(page), "total": len(self.held)}, "responseList": page}
        status = 200
        if first and not page:
            status, body = 400, PAST_THE_END
        return _Answer(f"{method} {path}", status, body)


class _Answer:
    def __init__(self, engine: str, status: int, body: t.Any) -> None:
        self.engine = engine
        self.status = status
        self.ok = status == 200
        self._body = body

    def json(self) -> t.Any:
        """The decoded body."""
        return self._body


@given(length=st.integers(0, 60), size=st.integers(1, 20), limit=st.integers(1, 20))
def test_every_row_arrives_once_and_no_request_is_wasted(length: int, size: int, limit: int) -> None:
    held = rows(*random.Random(length).sample(range(1000), length))
    session = Pages(held, limit)
    engine = Engine(t.cast("Session", session), page_size=size)
    assert engine.list_all("/domains", identity=by_id) == held
    assert session.requests == max(1, math.ceil(length / min(size, limit)))
