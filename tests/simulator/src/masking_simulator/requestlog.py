# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of what clients asked: shown by the control interface, without secrets."""

from __future__ import annotations

import re
import threading
from collections import deque
from typing import Any

import orjson

_KEEP = 200_000
_SMALL = 16 * 1024
_SECRET_HEADERS = frozenset({"authorization", "passphrase", "cookie", "proxy-authorization"})
_SECRET_FIELDS = frozenset({"password", "passphrase", "sshkey", "token", "secret"})
MASK = "********"
#: a secret field with its value inside of a text, such as a JDBC URL
_ASSIGNED = re.compile(rf"(?i)\b({'|'.join(sorted(_SECRET_FIELDS))})=[^&;\s]*")
_KEPT = rf"\1={MASK}"


class RequestLog:
    """The last requests, numbered from 1."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=_KEEP)
        self._seq = 0

    def begin(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Number and keep the entry of a request that has begun; the caller adds to it until it has ended."""
        with self._lock:
            self._seq += 1
            entry = {"seq": self._seq, **entry}
            self._entries.append(entry)
            return entry

    def since(self, seq: int) -> list[dict[str, Any]]:
        """The entries after a number, in the order in which the requests began."""
        with self._lock:
            return [dict(entry) for entry in self._entries if entry["seq"] > seq]

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        with self._lock:
            self._entries.clear()


def shown_headers(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Request headers with secrets masked."""
    shown = {}
    for raw_name, value in headers:
        name = raw_name.decode("latin-1").lower()
        shown[name] = MASK if name in _SECRET_HEADERS else value.decode("latin-1")
    return shown


def shown_body(content_type: str, body: bytes) -> Any:
    """A small JSON body with secrets masked; None for anything else."""
    if not body or len(body) > _SMALL or "multipart" in content_type:
        return None
    try:
        return _masked(orjson.loads(body))
    except orjson.JSONDecodeError:
        return None


def shown_query(query: str) -> str:
    """A query string with secrets masked."""
    return _ASSIGNED.sub(_KEPT, query)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _ASSIGNED.sub(_KEPT, value)
    if isinstance(value, dict):
        return {name: MASK if name.lower() in _SECRET_FIELDS else _masked(item) for name, item in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value
