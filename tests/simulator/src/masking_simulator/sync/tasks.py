# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asynchronous tasks: WAITING, RUNNING, then SUCCEEDED or FAILED, kept on disk."""

from __future__ import annotations

import base64
import secrets
import string
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from masking_simulator.clock import Clock, api_time
from masking_simulator.errors import ApiError, refuse
from masking_simulator.store import Store
from masking_simulator.switches import Switches

Task = dict[str, Any]
Finish = Callable[[], None]
#: The work of a task. It may call the function it is given inside a transaction of its own,
#: so that its success is kept together with what it did.
Work = Callable[[Finish], None]

_TERMINAL = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
_LETTERS = string.ascii_letters + string.digits


def new_reference(operation: str, suffix: str = "json") -> tuple[str, str]:
    """A download reference and the file name in it, shaped like the documented samples."""
    mark = "".join(secrets.choice(_LETTERS) for _ in range(8))
    name = f"{operation.lower()}_document_{mark}.{suffix}"
    return f"{operation}-{base64.b64encode(name.encode()).decode()}", name


class Tasks:
    """The asynchronous tasks of one engine. Those that ran when it died are FAILED."""

    def __init__(self, store: Store, switches: Switches, clock: Clock, first: int, stopping: threading.Event) -> None:
        self._store = store
        self._switches = switches
        self._clock = clock
        self._lock = store.lock  # one lock, because tasks end inside transactions
        self._stop = stopping
        self._threads: set[threading.Thread] = set()
        self._tasks: dict[int, Task] = {int(key): task for key, task in store.records("task").items()}
        self._last = max(self._tasks, default=first)
        for number, task in self._tasks.items():
            if task["status"] not in _TERMINAL:
                self._move(number, "FAILED")

    def all(self) -> list[Task]:
        """All tasks, oldest first, as the API shows them."""
        with self._lock:
            return [dict(self._tasks[number]) for number in sorted(self._tasks)]

    def get(self, number: int) -> Task | None:
        """One task, or None."""
        with self._lock:
            task = self._tasks.get(number)
            return dict(task) if task else None

    def active(self, operation: str) -> bool:
        """Whether a task of this operation has not ended."""
        with self._lock:
            return any(
                task["operation"] == operation and task["status"] not in _TERMINAL for task in self._tasks.values()
            )

    def start(
        self,
        operation: str,
        work: Work,
        *,
        reference: str | None = None,
        waits: bool = False,
        seconds: float = 0.0,
        fails: bool = False,
        after: Finish = lambda: None,
    ) -> Task:
        """Begin a task and return it as it is at that moment.

        waits: whether it begins as WAITING. seconds: extra run time. fails: end as FAILED
        without doing the work. after: called before its end shows, whichever way, perhaps twice.
        """
        with self._lock:
            self._last += 1
            number = self._last
            task: Task = {"asyncTaskId": number, "operation": operation}
            if reference is not None:
                task["reference"] = reference
            task["status"] = "WAITING" if waits else "RUNNING"
            if not waits:
                task["startTime"] = api_time(self._clock.now())
            task["cancellable"] = False
            self._tasks[number] = task
            self._store.put_record("task", str(number), task)
            thread = threading.Thread(target=self._run, args=(number, work, seconds, fails, after), daemon=True)
            self._threads.add(thread)
            thread.start()
            return dict(task)

    def done(self, operation: str) -> Task:
        """Record a task whose work has been done already; it shows as RUNNING first, like any other."""
        return self.start(operation, lambda finish: None)

    def cancel(self, number: int) -> None:
        """Cancel a task; only cancellable ones can be."""
        with self._lock:
            task = self._tasks.get(number)
            if task is None:
                raise refuse(404, "not_found", kind="task", identifier=number)
            if not task["cancellable"] or task["status"] in _TERMINAL:
                raise refuse(400, "not_cancellable")
            self._move(number, "CANCELLED")

    def purge(self, operation: str) -> None:
        """Delete the documents of all ended tasks of an operation."""
        with self._lock:
            for number, task in list(self._tasks.items()):
                if task["operation"] != operation or task["status"] not in _TERMINAL:
                    continue
                document_path(self._store, task["reference"]).unlink(missing_ok=True)
                if self._switches.is_on("purge_removes_tasks"):
                    del self._tasks[number]
                    self._store.delete_record("task", str(number))

    def with_reference(self, reference: str) -> Task | None:
        """The task that made a document, or None."""
        with self._lock:
            for task in self._tasks.values():
                if task.get("reference") == reference:
                    return dict(task)
        return None

    def stop(self, seconds: float) -> None:
        """End waiting tasks and give running ones some time."""
        self._stop.set()
        for thread in list(self._threads):
            thread.join(seconds)

    def _run(self, number: int, work: Work, seconds: float, fails: bool, after: Finish) -> None:
        status = "FAILED"

        def finish() -> None:
            after()  # who sees the success may go on at once
            self._move(number, "SUCCEEDED")

        try:
            if self._stop.wait(self._switches.number("task_wait_seconds")):
                return
            self._move(number, "RUNNING")
            if self._stop.wait(self._switches.number("task_run_seconds") + seconds) or fails:
                return
            work(finish)
            status = "SUCCEEDED"
        except ApiError:
            pass  # the work has written what is to be said about it
        except Exception:
            traceback.print_exc(file=sys.stderr)
        finally:
            after()
            self._move(number, status)
            self._threads.discard(threading.current_thread())

    def _move(self, number: int, status: str) -> None:
        with self._lock:
            task = self._tasks.get(number)
            if task is None or task["status"] in _TERMINAL:
                return
            task["status"] = status
            task.setdefault("startTime", api_time(self._clock.now()))
            if status in _TERMINAL:
                task["endTime"] = api_time(self._clock.now())
            self._store.put_record("task", str(number), task)


def document_path(store: Store, reference: str) -> Path:
    """Where the document of a reference stands; references never reach out of the folder."""
    _, _, text = reference.partition("-")
    try:
        name = base64.b64decode(text, validate=True).decode("ascii")
    except ValueError:
        name = ""
    safe = name.replace("_", "").replace(".", "").isalnum()
    return store.documents / (name if safe and not name.startswith(".") else "none")
