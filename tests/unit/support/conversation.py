# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A scripted HTTP conversation below ``requests``: what is asked, and what is answered."""

from __future__ import annotations

import dataclasses
import io
import json
import typing as t
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from urllib3 import HTTPResponse

ANY: t.Final = object()
"""Stands for any body, query or token."""


class ConversationError(AssertionError):
    """A call that the script does not expect, or one that it expects in vain."""


@dataclasses.dataclass
class Seen:
    """A request as it left."""

    method: str
    url: str
    headers: t.Mapping[str, str]
    body: bytes
    timeout: tuple[float, float]
    verify: t.Any
    cert: t.Any
    proxies: t.Mapping[str, str]

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


@dataclasses.dataclass
class Call:
    """One expected request with its answer. ``seen`` is filled when it arrives."""

    method: str
    url: str
    query: t.Any
    json_body: t.Any
    body: t.Any
    token: t.Any
    headers: t.Mapping[str, str | None]
    status: int = 200
    answer_body: bytes = b""
    answer_headers: dict[str, str] = dataclasses.field(default_factory=dict)
    failure: Exception | None = None
    then: t.Callable[[], object] | None = None
    seen: Seen | None = None

    def answers(self, status: int = 200, body: t.Any = None, headers: t.Mapping[str, str] | None = None) -> Call:
        """Answer with a status and JSON, or with the bytes given."""
        self.status = status
        self.answer_headers = dict(headers or {})
        if isinstance(body, bytes):
            self.answer_body = body
        elif body is not None:
            self.answer_body = json.dumps(body).encode()
            self.answer_headers.setdefault("Content-Type", "application/json")
        return self

    def raises(self, failure: Exception) -> Call:
        """Break the connection in place of an answer."""
        self.failure = failure
        return self

    def problem(self, seen: Seen) -> str | None:
        """In what the request is not the expected one."""
        parts = urlsplit(seen.url)
        if (seen.method, f"{parts.scheme}://{parts.netloc}{parts.path}") != (self.method, self.url):
            return f"expected {self.method} {self.url}"
        if self.query is not ANY and seen.query != {name: str(value) for name, value in self.query.items()}:
            return f"expected the query {self.query}"
        if self.token is not ANY and seen.headers.get("Authorization") != self.token:
            return f"expected the token {self.token}, not {seen.headers.get('Authorization')}"
        if self.json_body is not ANY and json.loads(seen.body or b"null") != self.json_body:
            return f"expected the body {self.json_body}, not {seen.body!r}"
        if self.body is not ANY and seen.body != self.body:
            return f"expected the body {self.body!r}, not {seen.body!r}"
        for name, value in self.headers.items():
            if seen.headers.get(name) != value:
                return f"expected the header {name}: {value}, not {seen.headers.get(name)}"
        return None


class Conversation:
    """Expected calls in their order. Any extra, missing or different call fails the test."""

    base = "https://engine.example.com/masking/api"

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.seen: list[Seen] = []
        self.failure: ConversationError | None = None
        self._answered = 0

    def expect(
        self,
        method: str,
        path: str,
        *,
        base: str | None = None,
        query: t.Any = ANY,
        json: t.Any = ANY,
        body: t.Any = ANY,
        token: t.Any = ANY,
        headers: t.Mapping[str, str | None] | None = None,
    ) -> Call:
        """Add a call; headers with the value None must be absent. It is answered with an empty 200."""
        call = Call(method, (base or self.base) + path, query, json, body, token, headers or {})
        self.calls.append(call)
        return call

    def login(self, token: str, *, base: str | None = None) -> Call:
        """Expect a login that gives this token."""
        return self.expect("POST", "/login", base=base, token=None).answers(200, {"Authorization": token})

    def logout(self, token: str, *, base: str | None = None) -> Call:
        """Expect the logout of this token."""
        return self.expect("PUT", "/logout", base=base, token=token).answers(204)

    def page(
        self,
        path: str,
        rows: list[dict[str, t.Any]],
        *,
        base: str | None = None,
        number: int = 1,
        size: int = 1000,
        total: int | None = None,
        **query: t.Any,
    ) -> Call:
        """Expect one page of a list to be read."""
        wanted = {"page_number": number, "page_size": size, **query}
        info = {"numberOnPage": len(rows), "total": len(rows) if total is None else total}
        return self.expect("GET", path, base=base, query=wanted).answers(200, {"_pageInfo": info, "responseList": rows})

    def take_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer in place of the network."""
        adapter = _Adapter(self)
        monkeypatch.setattr(requests.Session, "get_adapter", lambda _session, url: adapter)  # noqa: ARG005 - named so

    def answer(self, seen: Seen) -> Call:
        """The call that a request is; keeps the first problem for ``check_finished``."""
        self.seen.append(seen)
        if self._answered == len(self.calls):
            self._fail(f"{seen.method} {seen.url} was not expected any more")
        call = self.calls[self._answered]
        problem = call.problem(seen)
        if problem:
            self._fail(f"call {self._answered + 1} was {seen.method} {seen.url}: {problem}")
        self._answered += 1
        call.seen = seen
        if call.then:
            call.then()
        if call.failure:
            raise call.failure
        return call

    def check_finished(self) -> None:
        """Raise what went wrong; also for calls that were not made."""
        if self.failure:
            raise self.failure
        missing = [f"{call.method} {call.url}" for call in self.calls[self._answered :]]
        if missing:
            raise ConversationError(f"never called: {', '.join(missing)}")

    def _fail(self, text: str) -> t.NoReturn:
        self.failure = self.failure or ConversationError(text)
        raise self.failure


class _Adapter(requests.adapters.HTTPAdapter):
    """Gives requests to the conversation in place of a network."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__()
        self._conversation = conversation

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - part of the interface, as the next ones
        timeout: t.Any = None,
        verify: t.Any = True,
        cert: t.Any = None,
        proxies: t.Any = None,
    ) -> requests.Response:
        """Answer one request."""
        body: t.Any = request.body or b""
        if hasattr(body, "read"):
            body = body.read() if not hasattr(body, "__iter__") else b"".join(body)
        if isinstance(body, str):
            body = body.encode()
        seen = Seen(
            str(request.method), str(request.url), request.headers, body, timeout, verify, cert, dict(proxies or {})
        )
        call = self._conversation.answer(seen)
        raw = HTTPResponse(
            body=io.BytesIO(call.answer_body),
            status=call.status,
            headers=call.answer_headers,
            preload_content=False,
            request_method=seen.method,
        )
        return self.build_response(request, raw)
