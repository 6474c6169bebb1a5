# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request to the engine API and its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import orjson

from masking_simulator.auth import User
from masking_simulator.contract import Operation
from masking_simulator.engine import Engine
from masking_simulator.errors import refuse
from masking_simulator.faults import Rule


@dataclass
class Call:
    """What a handler gets: checked parameters and body, and who asks.

    api: the N of the API version 5.1.N that the client speaks.
    upload: the file part of a multipart request, or the body of an import, on disk.
    """

    engine: Engine
    operation: Operation
    path: dict[str, Any]
    query: dict[str, Any]
    body: Any
    user: User | None
    token: str
    api: int
    host: str
    passphrase: str | None = None
    upload: Path | None = None
    filename: str = ""
    form: dict[str, str] = field(default_factory=dict)
    faults: list[Rule] = field(default_factory=list)

    @property
    def user_name(self) -> str:
        """Name of who asks."""
        return self.user.name if self.user else ""

    def created(self, body: Any) -> Answer:
        """The answer of a POST that did its work."""
        return Answer(body, self.engine.switches.integer("post_success_status"))

    def fault(self, kind: str) -> dict[str, Any] | None:
        """The options of a fault of this kind that happens to this request."""
        return next((rule.options for rule in self.faults if rule.kind == kind), None)


@dataclass
class Answer:
    """What goes back: a JSON value, ready JSON bytes, a file, or nothing."""

    body: Any = None
    status: int = 200
    raw: bytes | None = None
    file: Path | None = None
    delete_file: bool = False


Handler = Callable[[Call], Answer]
HANDLERS: dict[str, Handler] = {}


def handles(operation_id: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation of the contract."""

    def register(handler: Handler) -> Handler:
        HANDLERS[operation_id] = handler
        return handler

    return register


class Listed(Protocol):
    """Anything that has a length and can be cut: JSON values, or rows that are JSON bytes already."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: slice, /) -> Iterable[Any]: ...


def page(call: Call, rows: Listed) -> Answer:
    """One page of a list."""
    number, size = _page_asked(call)
    total = len(rows)
    last = max(1, -(-total // size))
    if number > last:
        status = call.engine.switches.integer("page_range_status")
        raise refuse(status, "page_out_of_range", page=number, last=last)
    shown = list(rows[(number - 1) * size : number * size])
    head = b'{"_pageInfo":{"numberOnPage":%d,"total":%d},"responseList":[' % (len(shown), total)
    return Answer(raw=head + b",".join(_encoded(shown)) + b"]}")


def _page_asked(call: Call) -> tuple[int, int]:
    switches = call.engine.switches
    size = call.query["page_size"] or max(1, switches.integer("default_page_size"))
    maximum = switches.integer("max_page_size")
    if maximum and size > maximum:
        if switches.text("max_page_size_policy") == "refuse":
            raise refuse(400, "page_size_too_large", size=size, maximum=maximum)
        size = maximum
    return call.query["page_number"], size


def _encoded(rows: Iterable[Any]) -> Iterable[bytes]:
    return (row if isinstance(row, bytes) else orjson.dumps(row) for row in rows)


SAFE_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]*")
