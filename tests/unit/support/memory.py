# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small masking engine in memory, below the typed calls, for tests of what is built on them.

It knows global objects only, computes hashes over dependencies as documented, imports all or
nothing, and can be told to misbehave. Time is the fake clock's.
"""

from __future__ import annotations

import base64
import collections
import contextlib
import dataclasses
import email.parser
import email.policy
import hashlib
import json
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    DeadlineError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._session import Session
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer
from ansible_collections.maskops.delphix.tests.unit.support.bundles import (
    Row,
    document,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock

Name = tuple[str, str]
"""Type and name of an object."""
Handle = t.Callable[[Row], Answer]
"""Answers a request by its arguments."""
Fault = t.Callable[[Handle, Row], Answer]
"""Takes what would answer normally and the arguments, and answers instead, or raises."""
_NUMBERED = {"PROFILE_SET": ("/profile-sets", "profileSetId", "profileSetName")}


@dataclasses.dataclass(frozen=True)
class Thing:
    """An object: its own content, what it needs, and why it cannot be exported, if so."""

    own: str
    needs: tuple[Name, ...] = ()
    reason: str | None = None


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


def answer(status: int, body: t.Any = None) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, {}, b"" if body is None else json.dumps(body).encode(), "engine")


class _Transport:
    """The part of a transport that is used above sessions."""

    def __init__(self, engine: str, clock: FakeClock, deadline: float) -> None:
        self.engine = engine
        self._clock = clock
        self._ends = clock.now + deadline

    def pause(self, seconds: float, waiting_for: str) -> None:
        """Let time pass, up to the deadline."""
        self._clock.sleep(min(seconds, max(0.0, self._ends - self._clock.now)))
        if self._clock.now >= self._ends:
            raise DeadlineError(f"the deadline is over while waiting for {waiting_for}", engine=self.engine)


class Memory:
    """An engine's state, standing where its session would.

    ``requests`` holds what was asked. ``salt`` is what its hashes have of their own: engines of
    one release compute the same hashes unless told otherwise.
    """

    def __init__(
        self,
        name: str,
        clock: FakeClock,
        things: t.Mapping[Name, Thing] | None = None,
        *,
        release: str = "20.0.0.0",
        revision_ids: bool = False,
        salt: str = "",
        first_number: int = 1,
        deadline: float = 3600.0,
    ) -> None:
        self.transport = _Transport(name, clock, deadline)
        self.clock = clock
        self.release = release
        self.things: dict[Name, Thing] = dict(things or {})
        self.requests: list[str] = []
        self.imported_with: list[Row] = []
        self.jobs: list[float] = []
        self.task_seconds = 1.0
        self.keeps_statuses = True
        self._faults: dict[str, collections.deque[Fault]] = collections.defaultdict(collections.deque)
        self._revision_ids = revision_ids
        self._salt = salt or release
        self._first_number = first_number
        self._numbers: dict[Name, int] = {}
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

    def hash_of(self, name: Name) -> str:
        """The revision hash of an object: its own content and that of all it needs."""
        thing = self.things[name]
        state = [*name, thing.own, [self.hash_of(need) for need in thing.needs if need in self.things], self._salt]
        return hashlib.sha1(json.dumps(state).encode(), usedforsecurity=False).hexdigest()

    # Requests

    def request(self, method: str, path: str, **arguments: t.Any) -> Answer:
        """Answer as a session does."""
        base, _slash, last = path.rpartition("/")
        kind = base if base in ("/async-tasks", "/file-downloads") else path
        self.requests.append(f"{method} {kind}")
        self._finish_tasks()
        handler = {
            "GET /system-information": self._system_information,
            "GET /syncable-objects": self._syncable_objects,
            "GET /profile-sets": self._profile_sets,
            "GET /async-tasks": self._async_tasks,
            "GET /executions": self._executions,
            "GET /file-downloads": self._download,
            "POST /export": self._export,
            "POST /export-async": self._export,
            "POST /import": self._import,
            "POST /import-async": self._import,
            "DELETE /export-async": self._purge,
            "DELETE /import-async": self._purge,
        }[f"{method} {kind}"]
        given = {"path": path, "last": last, "params": {}, **arguments}
        faults = self._faults[f"{method} {kind}"]
        if faults:
            return faults.popleft()(handler, given)
        return handler(given)

    def _system_information(self, _given: Row) -> Answer:
        return answer(200, {"version": self.release})

    def _syncable_objects(self, given: Row) -> Answer:
        wanted = given["params"].get("object_type")
        return self._page(given, [self._row(name) for name in self.things if wanted in (None, name[0])])

    def _profile_sets(self, given: Row) -> Answer:
        _path, id_field, name_field = _NUMBERED["PROFILE_SET"]
        names = [name for name in self.things if name[0] == "PROFILE_SET"]
        return self._page(given, [{id_field: self._number(name), name_field: name[1]} for name in names])

    def _async_tasks(self, given: Row) -> Answer:
        if given["path"] == "/async-tasks":
            status = given["params"].get("status")
            return self._page(given, [task for task in self._tasks.values() if task["status"] == status])
        task = self._tasks.get(int(given["last"]))
        return answer(200, task) if task else answer(404, {"errorMessage": "no such task"})

    def _executions(self, given: Row) -> Answer:
        running = [
            {"executionId": number, "jobId": number, "status": "RUNNING"}
            for number, ends in enumerate(self.jobs)
            if ends > self.clock.now and given["params"].get("execution_status", "RUNNING") == "RUNNING"
        ]
        return self._page(given, running)

    def _download(self, given: Row) -> Answer:
        data = self._files.get(given["last"].replace("%3D", "="))
        if data is None:
            return answer(404, {"errorMessage": "no such file"})
        if given.get("into") is None:
            return Answer(200, {}, data, "engine")
        return self._into(given, data)

    def _export(self, given: Row) -> Answer:
        requested = [self._name(row) for row in given["json_body"]]
        if None in requested:
            return answer(404, {"errorMessage": "no such object"})
        passphrase = (given.get("headers") or {}).get("passphrase")
        data = self._document([name for name in requested if name], passphrase)
        if given["path"] == "/export":
            return self._into(given, data)
        return self._start("EXPORT", lambda: ("SUCCEEDED", data))

    def _import(self, given: Row) -> Answer:
        self.imported_with.append(given["params"])
        if int(self.release.split(".")[0]) < 20 and self._busy:
            return answer(409, {"errorMessage": "another operation is running"})
        with contextlib.closing(given["upload"].open()) as stream:
            body = b"".join(stream)
        data = body if given["path"] == "/import" else _file_in(given["upload"], body)
        passphrase = (given.get("headers") or {}).get("passphrase")
        force = given["params"]["force_overwrite"] == "true"
        if given["path"] == "/import":
            rows = self._apply(data, force=force, passphrase=passphrase)
            return rows if isinstance(rows, Answer) else answer(200, rows)

        def work() -> tuple[str, bytes | None]:
            rows = self._apply(data, force=force, passphrase=passphrase)
            statuses = json.loads(rows.body) if isinstance(rows, Answer) else rows
            kept = json.dumps(statuses).encode() if self.keeps_statuses and isinstance(statuses, list) else None
            return "FAILED" if isinstance(rows, Answer) else "SUCCEEDED", kept

        return self._start("IMPORT", work)

    def _purge(self, _given: Row) -> Answer:
        self._files.clear()
        return answer(204)

    # State

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

    def _number(self, name: Name) -> int:
        return self._numbers.setdefault(name, self._first_number + len(self._numbers))

    def _identifier(self, name: Name) -> Row:
        if name[0] in _NUMBERED:
            return {"id": self._number(name)}
        if name[0] == "KEY":
            return {"keyId": "global"}
        return {"algorithmName" if name[0] in ("LOOKUP", "USER_ALGORITHM") else "id": name[1]}

    def _name(self, row: Row) -> Name | None:
        return next(
            (
                name
                for name in self.things
                if name[0] == row["objectType"] and self._identifier(name) == row["objectIdentifier"]
            ),
            None,
        )

    def _row(self, name: Name) -> Row:
        thing = self.things[name]
        revision = f"Not Syncable: {thing.reason}" if thing.reason else self.hash_of(name)
        row = {"objectIdentifier": self._identifier(name), "objectType": name[0], "revisionHash": revision}
        return {**row, "revisionId": f"revision of {thing.own}"} if self._revision_ids else row

    def _document(self, requested: list[Name], passphrase: str | None) -> bytes:
        whole: dict[Name, None] = {}
        open_ends = list(requested)
        while open_ends:
            name = open_ends.pop()
            whole[name] = None
            open_ends += [need for need in self.things[name].needs if need not in whole]
        content = [[*name, dataclasses.astuple(self.things[name])] for name in whole]
        blob = base64.b64encode(json.dumps([passphrase, content]).encode()).decode()
        return json.dumps(
            document([self._row(name) for name in whole], [self._row(name) for name in requested], blob=blob)
        ).encode()

    def _apply(self, data: bytes, *, force: bool, passphrase: str | None) -> list[Row] | Answer:
        used, content = json.loads(base64.b64decode(json.loads(data)["blob"]))
        if used != passphrase:
            return answer(400, {"errorMessage": "the document cannot be decrypted"})
        new = {
            (kind, name): Thing(own, tuple((need[0], need[1]) for need in needs), reason)
            for kind, name, (own, needs, reason) in content
        }
        rows = []
        failed = False
        for name, thing in new.items():
            row: Row = {"objectIdentifier": {"id": name[1]}, "objectType": name[0], "importStatus": "SUCCESS"}
            if not force and self.things.get(name, thing) != thing:
                failed = True
                row.update(importStatus="FAILED", failureMessage="it exists with other content")
            rows.append(row)
        if failed:
            return answer(409, rows)
        self.things.update(new)
        return [{**row, "importedObjectIdentifier": row["objectIdentifier"]} for row in rows]

    @staticmethod
    def _page(given: Row, rows: list[Row]) -> Answer:
        first = (given["params"]["page_number"] - 1) * given["params"]["page_size"]
        page = rows[first : first + given["params"]["page_size"]]
        info = {"numberOnPage": len(page), "total": len(rows)}
        return answer(200, {"_pageInfo": info, "responseList": page})

    @staticmethod
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
