# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Around the engine API: the request log and the faults."""

from __future__ import annotations

import asyncio
import os
import re
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from masking_simulator.api.dispatch import json_response
from masking_simulator.engine import Engine
from masking_simulator.errors import refuse
from masking_simulator.faults import Rule
from masking_simulator.requestlog import shown_body, shown_headers, shown_query

_SMALL = 16 * 1024
_HTML = b"<html><head><title>Gateway</title></head><body><h1>Not available</h1></body></html>"
_BASE = re.compile(r"^/masking/api(/v[\d.]+)?")


class Dropped(Exception):
    """The connection was closed on purpose."""


class Observer:
    """Logs every request and lets the faults happen to it."""

    def __init__(self, app: ASGIApp, engine: Engine) -> None:
        self._app = app
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        rules = self._engine.faults.taking(scope["method"], _BASE.sub("", scope["path"]))
        entry = self._engine.log.begin(
            {
                "time": self._engine.clock.now(),
                "method": scope["method"],
                "path": scope["path"],
                "query": shown_query(scope["query_string"].decode("latin-1")),
                "status": 0,
                "faults": [rule.kind for rule in rules],
                "headers": shown_headers(scope["headers"]),
            }
        )
        exchange = _Exchange(scope, receive, send, entry)
        try:
            await self._serve(exchange, rules)
        except Dropped:
            _transport(send).abort()
        finally:
            exchange.note()

    async def _serve(self, exchange: _Exchange, rules: list[Rule]) -> None:
        for rule in rules:
            await self._before(exchange, rule)
            if exchange.answered:
                return
        exchange.rules = rules
        exchange.scope["faults"] = rules
        await self._app(exchange.scope, exchange.receive, exchange.send)
        if any(rule.kind == "restart" for rule in rules):
            os._exit(70)
        if any(rule.kind == "lost_answer" for rule in rules):
            raise Dropped

    async def _before(self, exchange: _Exchange, rule: Rule) -> None:
        options = rule.options
        if rule.kind == "latency":
            await asyncio.sleep(options["milliseconds"] / 1000)
        elif rule.kind == "reset":
            raise Dropped
        elif rule.kind == "restart" and options["when"] == "before":
            os._exit(70)
        elif rule.kind == "expire_token":
            token = dict(exchange.scope["headers"]).get(b"authorization", b"").decode("latin-1")
            self._engine.auth.expire(token)
        elif rule.kind == "html":
            await exchange.answer(options["status"], _HTML, {"content-type": "text/html"})
        elif rule.kind == "status":
            headers = {} if options["retry_after"] is None else {"retry-after": str(options["retry_after"])}
            if options["html"]:
                await exchange.answer(options["status"], _HTML, {**headers, "content-type": "text/html"})
            else:
                response = json_response(refuse(options["status"], "unexpected").body, options["status"], headers)
                await exchange.drain()
                await response(exchange.scope, exchange.receive, exchange.send)


class _Exchange:
    """One request and its answer, counted and, where a fault says so, spoiled."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, entry: dict[str, Any]) -> None:
        self.scope = dict(scope)
        self._entry = entry
        self._started = time.monotonic()
        self._receive = receive
        self._send = send
        self.rules: list[Rule] = []
        self.status = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.start = bytearray()
        self.answered = False
        self._length = 0
        headers = dict(scope["headers"])
        self.content_type = headers.get(b"content-type", b"").decode("latin-1").lower()

    def note(self) -> None:
        """Write what is known by now into the request log."""
        user = self.scope.get("user")
        self._entry.update(
            status=self.status,
            bytes_in=self.bytes_in,
            bytes_out=self.bytes_out,
            user=user.name if user else None,
            duration=round(time.monotonic() - self._started, 6),
            body=shown_body(self.content_type, bytes(self.start)),
        )

    async def receive(self) -> Message:
        message = await self._receive()
        body = message.get("body", b"")
        self.bytes_in += len(body)
        if len(self.start) <= _SMALL:
            self.start += body[: _SMALL + 1]
        return message

    async def send(self, message: Message) -> None:
        rules = {rule.kind: rule.options for rule in self.rules}
        if message["type"] == "http.response.start":
            self.answered = True
            self.status = message["status"]
            self._length = int(dict(message["headers"]).get(b"content-length", b"0"))
        if "lost_answer" in rules or "restart" in rules:
            return
        if message["type"] == "http.response.body":
            message = self._spoiled(message, rules)
            self.bytes_out += len(message["body"])
            if not message.get("more_body"):
                self.note()  # before the client has its answer, so that it finds the request in the log
        await self._send(message)
        if message.get("cut"):
            raise Dropped

    async def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Answer in place of the engine."""
        await self.drain()
        head = [(name.encode(), value.encode()) for name, value in headers.items()]
        head.append((b"content-length", str(len(body)).encode()))
        await self.send({"type": "http.response.start", "status": status, "headers": head})
        await self.send({"type": "http.response.body", "body": body})

    async def drain(self) -> None:
        """Read the request to its end, so that the client can read the answer."""
        while (await self.receive()).get("more_body"):
            pass

    def _spoiled(self, message: Message, rules: dict[str, dict[str, Any]]) -> Message:
        body = bytes(message.get("body", b""))
        if "corrupt" in rules and body:
            spoiled = bytearray(body)
            middle = len(spoiled) // 2
            for place in range(middle, min(middle + rules["corrupt"]["bytes"], len(spoiled))):
                spoiled[place] ^= 0x15
            body = bytes(spoiled)
        message = {**message, "body": body}
        if "truncate" in rules:
            room = int(self._length * rules["truncate"]["fraction"]) - self.bytes_out
            if len(body) >= room:
                message.update(body=body[: max(room, 0)], more_body=True, cut=True)
        return message


def _transport(send: Send) -> Any:
    """The connection's transport; uvicorn offers no public way to drop a connection."""
    return send.__self__.transport  # type: ignore[attr-defined]
