# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTP server on the loopback interface that behaves as badly as a test wants."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import ssl
import threading
import typing as t

_LIMIT = 10.0


@dataclasses.dataclass(frozen=True)
class Request:
    """A request as it arrived."""

    method: str
    target: str
    headers: t.Mapping[str, str]
    body: bytes


Handler = t.Callable[[socket.socket, Request], None]
"""Answers one request, or does not. The connection is closed afterwards."""


def reply(body: bytes = b"{}", *, status: str = "200 OK", headers: str = "", length: int | None = None) -> Handler:
    """Answer with this body; ``length`` is what the head claims it to be."""

    def answer(connection: socket.socket, _request: Request) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n{headers}"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode() + body)

    return answer


def raw(data: bytes) -> Handler:
    """Answer with exactly these bytes."""
    return lambda connection, _request: connection.sendall(data)


def hang_up(_connection: socket.socket, _request: Request) -> None:
    """Read the request and say nothing."""


class Loopback:
    """Serves one connection after the other, each with the next handler."""

    def __init__(self, handlers: t.Sequence[Handler], tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.finished = threading.Event()
        self._handlers = list(handlers)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_LIMIT)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Stop and wait for the end."""
        self.finished.set()
        with contextlib.suppress(OSError):
            # Wakes the thread out of accept, which closing alone does not.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(_LIMIT)

    def _serve(self) -> None:
        for handler in self._handlers:
            with contextlib.suppress(OSError):
                connection, _address = self._listener.accept()
                connection.settimeout(_LIMIT)
                with connection:
                    stream = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
                    with stream:
                        request = _read(stream)
                        self.requests.append(request)
                        handler(stream, request)


def _read(stream: socket.socket) -> Request:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(stream)
    head, _blank, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _version = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += _more(stream)
    return Request(method, target, headers, body)


def _more(stream: socket.socket) -> bytes:
    data = stream.recv(65536)
    if not data:
        raise OSError("the client left")
    return data
