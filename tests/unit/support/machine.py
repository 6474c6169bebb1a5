# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What engines in memory have in common: requests, faults, pages, background tasks, documents."""

from __future__ import annotations

import abc
import collections
import contextlib
import email.parser
import email.policy
import json
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    DeadlineError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._session import Session
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer, Stats
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock

Handle = t.Callable[[Row], Answer]
"""Answers a request by its arguments."""
Fault = t.Callable[[Handle, Row], Answer]
"""Takes what would answer normally and the arguments, and answers instead, or raises."""


def lost_on_the_way(_handle: Handle, _given: Row) -> Answer:
    """The request never arrives, but nobody can tell."""
    raise AnswerLostError("no answer within the read timeout")


def lost_on_the_way_back(handle: Handle, given: Row) -> Answer:
    """The request does its work, and its answer is lost."""
    handle(given)
    raise AnswerLostError("no answer within the read timeout")


def refused(status: int, body: t.Any) -> Fault:
    """The engine turns the request away."""
    return lambda _handle, _given: answer(status, body)


def as_usual(handle: Handle, given: Row) -> Answer:
    """No fault, so that one can come later."""
    return handle(given)


def answer(status: int, body: t.Any = None) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, {}, b"" if body is None else json.dumps(body).encode(), "engine")


def message(status: int, text: str) -> Answer:
    """A refusal in the engine's words."""
    return answer(status, {"errorMessage": text})


class _Transport:
    """The part of a transport that is used above sessions."""

    def __init__(self, engine: str, clock: FakeClock, deadline: float) -> None:
        self.engine = engine
        self.stats = Stats()
        self._clock = clock
        self._ends = clock.now + deadline

    def pause(self, seconds: float, waiting_for: str) -> None:
        """Let time pass, up to the deadline."""
        self._clock.sleep(min(seconds, max(0.0, self._ends - self._clock.now)))
        if self._clock.now >= self._ends:
            raise DeadlineError(f"the deadline is over while waiting for {waiting_for}", engine=self.engine)


class Machine(abc.ABC):
    """An engine standing where its session would; what it holds is up to its heirs.

    ``requests`` holds what was asked: the method and the first part of the path. ``jobs`` are
    the times at which running jobs end, ``task_seconds`` is how long background tasks take.
    ``imported_with`` holds the queries of imports.
    """

    def __init__(self, name: str, clock: FakeClock, *, release: str = "20.0.0.0", deadline: float = 3600.0) -> None:
        self.transport = _Transport(name, clock, deadline)
        self.clock = clock
        self.release = release
        self.closed = False
        self.requests: list[str] = []
        self.imported_with: list[Row] = []
        self.jobs: list[float] = []
        self.task_seconds = 1.0
        self.keeps_statuses = True
        # Whether a refused export is one whose task fails; which way engines go is not documented.
        self.refuses_exports_in_tasks = False
        self._faults: dict[str, collections.deque[Fault]] = collections.defaultdict(collections.deque)
        self._tasks: dict[int, Row] = {}
        self._work: dict[int, tuple[float, t.Callable[[], tuple[str, bytes | None]]]] = {}
        self._files: dict[str, bytes] = {}

    @property
    def engine(self) -> Engine:
        """The engine as the collection sees it."""
        return Engine(t.cast(Session, self))

    @property
    def writes(self) -> list[str]:
        """Requests that are no reading."""
        return [request for request in self.requests if not request.startswith("GET ")]

    def fault(self, request: str, *faults: Fault) -> None:
        """Let the next requests of this kind meet these faults, one each."""
        self._faults[request].extend(faults)

    def heal(self) -> None:
        """No more faults."""
        self._faults.clear()

    def close(self) -> None:
        """End the session."""
        self.closed = True

    @abc.abstractmethod
    def exported(self, requested: list[Row], passphrase: str | None) -> bytes | Answer:
        """The document of an export, or why there is none."""

    @abc.abstractmethod
    def imported(self, document: bytes, query: Row, passphrase: str | None) -> list[Row] | Answer:
        """Statuses of an import that was carried out, or why it was not."""

    def handlers(self) -> dict[str, Handle]:
        """What answers requests, by method and first part of the path."""
        return {
            "GET /system-information": lambda _given: answer(200, {"version": self.release}),
            "GET /async-tasks": self._async_tasks,
            "GET /executions": self._executions,
            "GET /file-downloads": self._download,
            "POST /export": self._export,
            "POST /export-async": self._export,
            "POST /import": self._import,
            "POST /import-async": self._import,
            "DELETE /export-async": self._purge,
            "DELETE /import-async": self._purge,
        }

    # Requests

    def request(self, method: str, path: str, **arguments: t.Any) -> Answer:
        """Answer as a session does."""
        _empty, head, *tail = path.split("/")
        kind = f"{method} /{head}"
        self.requests.append(kind)
        self._finish_tasks()
        handler = self.handlers()[kind]
        given = {"path": path, "last": tail[-1] if tail else None, "params": {}, "json_body": None, **arguments}
        given["params"] = given["params"] or {}
        faults = self._faults[kind]
        if faults:
            return faults.popleft()(handler, given)
        return handler(given)

    def _async_tasks(self, given: Row) -> Answer:
        if given["last"] is None:
            status = given["params"].get("status")
            return page(given, [task for task in self._tasks.values() if task["status"] == status])
        task = self._tasks.get(int(given["last"]))
        return answer(200, task) if task else message(404, "no such task")

    def _executions(self, given: Row) -> Answer:
        running = [
            {"executionId": number, "jobId": number, "status": "RUNNING"}
            for number, ends in enumerate(self.jobs)
            if ends > self.clock.now and given["params"].get("execution_status", "RUNNING") == "RUNNING"
        ]
        return page(given, running)

    def _download(self, given: Row) -> Answer:
        data = self._files.get(given["last"].replace("%3D", "="))
        if data is None:
            return message(404, "no such file")
        if given.get("into") is None:
            return Answer(200, {}, data, "engine")
        return _into(given, data)

    def _export(self, given: Row) -> Answer:
        document = self.exported(given["json_body"], (given.get("headers") or {}).get("passphrase"))
        if isinstance(document, bytes):
            if given["path"] == "/export":
                return _into(given, document)
            return self._start("EXPORT", lambda: ("SUCCEEDED", document))
        if self.refuses_exports_in_tasks and given["path"] == "/export-async":
            return self._start("EXPORT", lambda: ("FAILED", None))
        return document

    def _import(self, given: Row) -> Answer:
        self.imported_with.append(given["params"])
        if int(self.release.split(".")[0]) < 20 and self._busy:
            return message(409, "another operation is running")
        with contextlib.closing(given["upload"].open()) as stream:
            body = b"".join(stream)
        data = body if given["path"] == "/import" else _file_in(given["upload"], body)
        passphrase = (given.get("headers") or {}).get("passphrase")
        if given["path"] == "/import":
            rows = self.imported(data, given["params"], passphrase)
            return rows if isinstance(rows, Answer) else answer(200, rows)

        def work() -> tuple[str, bytes | None]:
            rows = self.imported(data, given["params"], passphrase)
            statuses = json.loads(rows.body) if isinstance(rows, Answer) else rows
            kept = json.dumps(statuses).encode() if self.keeps_statuses and isinstance(statuses, list) else None
            return "FAILED" if isinstance(rows, Answer) else "SUCCEEDED", kept

        return self._start("IMPORT", work)

    def _purge(self, _given: Row) -> Answer:
        self._files.clear()
        return answer(204)

    # Background

    @property
    def _busy(self) -> bool:
        return bool(self._work) or any(ends > self.clock.now for ends in self.jobs)

    def _start(self, operation: str, work: t.Callable[[], tuple[str, bytes | None]]) -> Answer:
        number = len(self._tasks) + 1
        task = {"asyncTaskId": number, "operation": operation, "status": "WAITING", "cancellable": False}
        self._tasks[number] = {**task, "reference": f"{operation}-{number}=="}
        self._work[number] = (self.clock.now + self.task_seconds, work)
        return answer(200, self._tasks[number])

    def _finish_tasks(self) -> None:
        for number, (ends, work) in list(self._work.items()):
            self._tasks[number]["status"] = "RUNNING"
            if ends <= self.clock.now:
                del self._work[number]
                self._tasks[number]["status"], data = work()
                if data is not None:
                    self._files[self._tasks[number]["reference"]] = data


def page(given: Row, rows: list[Row]) -> Answer:
    """The page of a list that was asked for; past the last one it is an error."""
    number, size = given["params"]["page_number"], given["params"]["page_size"]
    shown = rows[(number - 1) * size : number * size]
    if number > 1 and not shown:
        return message(400, f"page {number} is outside of the acceptable range. The last page is 1")
    return answer(200, {"_pageInfo": {"numberOnPage": len(shown), "total": len(rows)}, "responseList": shown})


def _into(given: Row, data: bytes) -> Answer:
    given["into"].seek(0)
    given["into"].truncate()
    given["into"].write(data)
    return Answer(200, {}, b"", "engine")


def _file_in(upload: t.Any, body: bytes) -> bytes:
    head = f"Content-Type: {upload.content_type}\r\n\r\n".encode()
    form: t.Any = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    (part,) = form.iter_parts()
    return bytes(part.get_payload(decode=True))
