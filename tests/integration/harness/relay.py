# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A listener between the collection and an engine without TLS: it learns the tokens."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import typing as t
from urllib.parse import urlsplit

_TOKEN = re.compile(rb'authorization"?: ?"?([0-9a-f-]{36})', re.IGNORECASE)


class Relay:
    """Passes bytes on between its own port and an engine's, and keeps a copy."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._engine = (str(parts.hostname), int(parts.port or 80))
        self._server = socket.create_server((self._engine[0], 0))
        self._lock = threading.Lock()
        self._copies: list[bytearray] = []
        self.url = f"http://{self._engine[0]}:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        # A blocked accept() is woken by shutdown, not by close.
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def tokens(self) -> set[str]:
        """All tokens that have passed."""
        with self._lock:
            return {found.decode() for copy in self._copies for found in _TOKEN.findall(copy)}

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._server.accept()
                engine = socket.create_connection(self._engine)
                for one, other in ((client, engine), (engine, client)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        copy = bytearray()
        with self._lock:
            self._copies.append(copy)
        with contextlib.suppress(OSError):
            while chunk := one.recv(65536):
                with self._lock:
                    copy += chunk
                other.sendall(chunk)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def relayed(url: str) -> t.Iterator[Relay]:
    """A relay to an engine for the time of a block."""
    relay = Relay(url)
    try:
        yield relay
    finally:
        relay.close()
