# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Typed calls of one engine's API. Private to this collection."""

from __future__ import annotations

import dataclasses
import functools
import typing as t
from urllib.parse import SplitResult, quote, urlsplit

from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    ApiError,
    DeadlineError,
    EngineBusyError,
    ListUnstableError,
    NotFoundError,
    OptionError,
    TaskFailedError,
    UnexpectedAnswerError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._session import Session
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Answer,
    Retry,
    Upload,
    refusal,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import (
    Release,
    execution_status_filter,
    release_of,
)

API_ROOT = "/masking/api"
_DEFAULT_PORTS = {"http": 80, "https": 443}
# The largest page that clients in the field ask for; the maximum is not documented.
DEFAULT_PAGE_SIZE = 1000
# Used by the vendor's own toolkit on all releases.
_PROVEN_PAGE_SIZE = 100
_LIST_TRIES = 3
_FIRST_POLL = 0.02
_FIRST_IDLE_POLL = 0.5
_LONGEST_POLL = 5.0
_ACTIVE_TASKS = ("WAITING", "RUNNING")
_ENDED_TASKS = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
_ACTIVE_EXECUTIONS = ("RUNNING", "QUEUED", "WAITING")
_SYNC_OPERATIONS = frozenset({"EXPORT", "IMPORT", "ENCRYPTION_KEY_CREATE"})

Row = dict[str, t.Any]


def api_root(url: str, api_version: str | None) -> str:
    """The API root of an engine given as users give it.

    ``url`` may be the address alone or reach down to the API, pinned or not; ``api_version``
    (``5.1.42`` or ``v5.1.42``) pins it. Raises OptionError for anything else.
    """
    parts = _split(url.strip())
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise OptionError("'url' is not the address of an engine", hint="Give it as https://engine.example.com.")
    if parts.username or parts.password:
        raise OptionError("'url' holds a login", hint="Give 'username' and 'password' instead.")
    path = parts.path.rstrip("/")
    pinned = None
    head, _slash, tail = path.rpartition("/")
    if head.endswith(API_ROOT) and tail.startswith("v"):
        path, pinned = head, tail[1:]
    if path in ("", "/masking"):
        path = API_ROOT
    if not path.endswith(API_ROOT):
        raise OptionError(f"'url' ends in {path!r}", hint=f"Give the address alone, or down to {API_ROOT}.")
    wanted = api_version.strip().lstrip("v") if api_version else None
    if pinned and wanted and pinned != wanted:
        raise OptionError(f"'url' pins API version {pinned} but 'api_version' says {wanted}")
    root = f"{parts.scheme}://{_authority(parts)}{path}"
    return f"{root}/v{wanted or pinned}" if wanted or pinned else root


def _authority(parts: SplitResult) -> str:
    """Host and port in one spelling, so that one engine has one name."""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"


def _split(url: str) -> SplitResult | None:
    """The parts of a URL, None when it is none or its port is no number."""
    try:
        parts = urlsplit(url)
        if parts.port == 0:
            return None
    except ValueError:
        return None
    return parts


@dataclasses.dataclass(frozen=True)
class Task:
    """A background task of the engine. It carries no reason for a failure."""

    id: int | None
    operation: str
    status: str
    reference: str | None

    @classmethod
    def read(cls, row: t.Any, engine: str) -> Task:
        """From the API's form; every field is optional there."""
        if not isinstance(row, dict):
            raise UnexpectedAnswerError("the answer is not an async task", engine=engine)
        return cls(
            row.get("asyncTaskId"), str(row.get("operation") or ""), str(row.get("status") or ""), row.get("reference")
        )

    @property
    def active(self) -> bool:
        """Whether it has not ended, as far as the engine has told."""
        return self.status not in _ENDED_TASKS


class Engine:
    """One masking engine, logged in by its session."""

    def __init__(self, session: Session, *, page_size: int | None = None) -> None:
        self.session = session
        self.name = session.transport.engine
        self._page_size = page_size

    @functools.cached_property
    def system_information(self) -> Row:
        """GET /system-information, read once: ``version``, ``build``, ...

        Engines of 5.2 have no such endpoint; they give an empty mapping.
        """
        answer = self.session.request("GET", "/system-information")
        if answer.status == 404:
            return {}
        if not answer.ok:
            raise refusal(answer, "reading the system information")
        body = answer.json()
        if not isinstance(body, dict):
            raise UnexpectedAnswerError("the system information is not a JSON object", engine=self.name)
        return body

    @functools.cached_property
    def release(self) -> Release:
        """The engine's release, unknown when it does not tell."""
        return release_of(self.system_information)

    # Lists

    def list_all(
        self,
        path: str,
        params: t.Mapping[str, t.Any] | None = None,
        *,
        identity: t.Callable[[Row], t.Hashable] | None = None,
    ) -> list[Row]:
        """All rows of a paged list.

        The order of lists is not promised, so a list that changes while its pages are read
        can lose rows; with ``identity`` doubles show that too. Such a list is read again;
        ListUnstableError after some tries.
        """
        for _attempt in range(_LIST_TRIES):
            rows = self._read_pages(path, params or {})
            if rows is not None and (identity is None or len({identity(row) for row in rows}) == len(rows)):
                return rows
        raise ListUnstableError(
            f"{path} changed each of the {_LIST_TRIES} times it was read",
            engine=self.name,
            hint="Run again when nobody is changing objects on the engine, or raise 'page_size'.",
        )

    def list_if_there(self, path: str, params: t.Mapping[str, t.Any] | None = None) -> list[Row] | None:
        """All rows of a paged list, None on an engine that has none of that path."""
        try:
            return self.list_all(path, params)
        except ApiError as error:
            if error.http_status != 404:
                raise
            return None

    def _read_pages(self, path: str, params: t.Mapping[str, t.Any]) -> list[Row] | None:
        """The rows of all pages, or None when their number is not the total of the first page."""
        rows: list[Row] = []
        size = self._page_size or DEFAULT_PAGE_SIZE
        number = 1
        total = None
        while True:
            answer = self.session.request("GET", path, params={**params, "page_number": number, "page_size": size})
            if answer.status == 400 and number == 1 and self._page_size is None and size != _PROVEN_PAGE_SIZE:
                size = _PROVEN_PAGE_SIZE
                continue
            # Past the last page is an error of undocumented status: the list became shorter.
            if 400 <= answer.status < 500 and number > 1:
                return None
            if not answer.ok:
                raise refusal(answer, f"listing {path}")
            page, page_total = _page(answer)
            if total is None:
                total = page_total
            rows.extend(page)
            if page_total != total or len(rows) > total or (not page and len(rows) < total):
                return None
            if len(rows) == total:
                return rows
            number += 1

    def syncable_objects(self, object_type: str | None = None) -> list[Row]:
        """GET /syncable-objects, all pages."""
        params = {"object_type": object_type} if object_type else None
        return self.list_all("/syncable-objects", params, identity=_syncable_identity)

    # Background tasks and what else runs

    def task(self, task_id: int) -> Task:
        """GET /async-tasks/{id}. Raises NotFoundError when the engine no longer knows it."""
        answer = self.session.request("GET", f"/async-tasks/{task_id}")
        if answer.status == 404:
            raise NotFoundError(
                f"async task {task_id} is unknown", engine=self.name, http_status=404, detail=answer.error_text()
            )
        if not answer.ok:
            raise refusal(answer, f"reading async task {task_id}")
        return Task.read(answer.json(), self.name)

    def wait_for(self, task: Task) -> Task:
        """Poll a task until it has ended. Raises DeadlineError, which says what was waited for."""
        pause = _FIRST_POLL
        while task.active:
            if task.id is None:
                raise UnexpectedAnswerError("the async task has no id", engine=self.name)
            self.session.transport.pause(pause, f"{task.operation} task {task.id} ({task.status})")
            pause = min(pause * 1.5, _LONGEST_POLL)
            task = self.task(task.id)
        return task

    def active_sync_tasks(self) -> list[Task]:
        """Exports, imports and key generations that have not ended."""
        found = []
        for status in _ACTIVE_TASKS:
            for row in self.list_all("/async-tasks", {"status": status}):
                task = Task.read(row, self.name)
                if task.active and task.operation in _SYNC_OPERATIONS:
                    found.append(task)
        return found

    def active_executions(self) -> list[Row]:
        """Job executions that run or wait to run."""
        if execution_status_filter(self.release):
            rows = [
                row
                for status in _ACTIVE_EXECUTIONS
                for row in self.list_all("/executions", {"execution_status": status})
            ]
        else:
            rows = self.list_all("/executions")
        return [row for row in rows if row.get("status") in _ACTIVE_EXECUTIONS]

    def busy_with(self, *, jobs: bool = True) -> list[str]:
        """Sync tasks and, unless told otherwise, jobs that have not ended, in words."""
        found = [f"{task.operation} task {task.id} ({task.status})" for task in self.active_sync_tasks()]
        if jobs:
            found += [
                f"execution {row.get('executionId')} of job {row.get('jobId')} ({row.get('status')})"
                for row in self.active_executions()
            ]
        return found

    def wait_until_idle(self, before: str, *, jobs: bool = True) -> bool:
        """Wait for exports, imports and jobs to end. Returns whether there was anything to wait for.

        Raises EngineBusyError naming what still runs at the deadline.
        """
        pause = _FIRST_IDLE_POLL
        last: list[str] = []
        try:
            while busy := self.busy_with(jobs=jobs):
                last = busy
                self.session.transport.pause(pause, before)
                pause = min(pause * 1.5, _LONGEST_POLL)
        except DeadlineError as error:
            if not last:
                raise
            raise EngineBusyError(
                f"{before} had to wait until the deadline for {', '.join(last)}",
                engine=self.name,
                hint="Run again when it has ended, or raise 'deadline'.",
            ) from error
        return bool(last)

    # Export and import

    def export(self, objects: t.Sequence[Row], into: t.IO[bytes], *, passphrase: str | None) -> None:
        """POST /export: the bundle is written to ``into``. Engines cut it off after 3 minutes."""
        answer = self.session.request(
            "POST",
            "/export",
            json_body=list(objects),
            headers=_secret(passphrase),
            retry=Retry.ALWAYS,
            into=into,
            slow=True,
        )
        if not answer.ok:
            raise refusal(answer, "the export")

    def export_async(self, objects: t.Sequence[Row], *, passphrase: str | None, structure: str | None) -> Task:
        """POST /export-async: the task that makes the bundle.

        Sent again when its answer is lost: a second document on the engine harms nobody.
        """
        answer = self.session.request(
            "POST",
            "/export-async",
            params={"structure": structure} if structure else None,
            json_body=list(objects),
            headers=_secret(passphrase),
            retry=Retry.ALWAYS,
        )
        if not answer.ok:
            raise refusal(answer, "the export")
        return Task.read(answer.json(), self.name)

    def download(self, reference: str, into: t.IO[bytes]) -> None:
        """GET /file-downloads/{reference} into a file."""
        answer = self._get_download(reference, into)
        if not answer.ok:
            raise refusal(answer, "the download")

    def import_statuses(self, task: Task) -> tuple[list[Row] | None, str | None]:
        """Statuses of every object of an ended import task, or the engine's words in their place.

        Whether a failed task has either is not documented; both may be None.
        """
        if not task.reference:
            return None, None
        answer = self._get_download(task.reference, None)
        return (statuses_in(answer) if answer.ok else None), answer.error_text()

    def _get_download(self, reference: str, into: t.IO[bytes] | None) -> Answer:
        path = f"/file-downloads/{quote(reference, safe='')}"
        return self.session.request("GET", path, headers={"Accept": "application/octet-stream"}, into=into)

    def import_async(self, upload: Upload, params: t.Mapping[str, t.Any], *, passphrase: str | None) -> Answer:
        """POST /import-async, never sent twice. The answer is a task, or a refusal for the caller to read."""
        return self.session.request("POST", "/import-async", params=params, upload=upload, headers=_secret(passphrase))

    def import_sync(self, upload: Upload, params: t.Mapping[str, t.Any], *, passphrase: str | None) -> Answer:
        """POST /import, never sent twice. The answer is the statuses, or a refusal for the caller to read."""
        return self.session.request(
            "POST", "/import", params=params, upload=upload, headers=_secret(passphrase), slow=True
        )

    def purge(self, what: t.Literal["export", "import"]) -> None:
        """DELETE /export-async or /import-async: drops everybody's documents on the engine."""
        answer = self.session.request("DELETE", f"/{what}-async")
        if not answer.ok:
            raise refusal(answer, f"the removal of {what} documents")


def failed_task(engine: str, task: Task, what: str, *, detail: str | None = None) -> TaskFailedError:
    """The error for a task that ended without success; the engine itself gives no reason with it."""
    return TaskFailedError(
        f"{what}: {task.operation} task {task.id} ended as {task.status}",
        engine=engine,
        detail=detail,
        hint=None if detail else "The engine gives no reason with the task; its application log does.",
    )


def statuses_in(answer: Answer) -> list[Row] | None:
    """The import statuses in an answer, also in a 404 or 409 one; None when it holds none."""
    try:
        return _statuses(answer)
    except UnexpectedAnswerError:
        return None


def _statuses(answer: Answer) -> list[Row]:
    rows = answer.json()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedAnswerError(
            "the import status is not a list of objects", engine=answer.engine, http_status=answer.status
        )
    return rows


def _page(answer: Answer) -> tuple[list[Row], int]:
    body = answer.json()
    info = body.get("_pageInfo") if isinstance(body, dict) else None
    rows = body.get("responseList") if isinstance(body, dict) else None
    total = info.get("total") if isinstance(info, dict) else None
    if not isinstance(rows, list) or not isinstance(total, int):
        raise UnexpectedAnswerError(
            "the answer is not a page of a list", engine=answer.engine, http_status=answer.status
        )
    return rows, total


def _secret(passphrase: str | None) -> dict[str, str] | None:
    if not passphrase:
        return None
    if not passphrase.isascii() or not passphrase.isprintable() or passphrase != passphrase.strip():
        raise OptionError(
            "the passphrase cannot be sent",
            hint="It travels in an HTTP header: printable ASCII only, no blank at either end.",
        )
    return {"passphrase": passphrase}


def _syncable_identity(row: Row) -> t.Hashable:
    identifier = row.get("objectIdentifier") or {}
    return (row.get("objectType"), *identifier.items())
