# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated job executions: they do nothing but run for a time."""

from __future__ import annotations

import threading
from typing import Any

from masking_simulator.clock import Clock, api_time
from masking_simulator.errors import refuse
from masking_simulator.store import Store

Execution = dict[str, Any]
BUSY = frozenset({"RUNNING", "QUEUED", "WAITING"})


class Executions:
    """The executions of one engine, by the engine's clock."""

    def __init__(self, store: Store, clock: Clock, first: int) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._all: dict[int, Execution] = {int(key): value for key, value in store.records("execution").items()}
        self._last = max(self._all, default=first)
        for execution in self._all.values():
            if execution["status"] in BUSY:
                self._end(execution, "FAILED")

    def start(self, job: int, seconds: float | None) -> Execution:
        """Run a job for so many seconds of the engine's clock, or until finish() when None."""
        with self._lock:
            self._last += 1
            now = self._clock.now()
            execution: Execution = {
                "executionId": self._last,
                "jobId": job,
                "status": "RUNNING",
                "rowsMasked": 0,
                "rowsTotal": -1,
                "submitTime": api_time(now),
                "startTime": api_time(now),
                "_until": None if seconds is None else now + seconds,
            }
            self._all[self._last] = execution
            self._keep(execution)
            return _shown(execution)

    def all(self) -> list[Execution]:
        """All executions, oldest first."""
        with self._lock:
            self._settle()
            return [_shown(self._all[number]) for number in sorted(self._all)]

    def get(self, number: int) -> Execution:
        """One execution; raises a 404."""
        with self._lock:
            self._settle()
            return _shown(self._require(number))

    def finish(self, number: int, status: str) -> Execution:
        """End an execution that is running."""
        with self._lock:
            self._settle()
            execution = self._require(number)
            if execution["status"] not in BUSY:
                raise refuse(400, "not_cancellable")
            self._end(execution, status)
            return _shown(execution)

    def busy(self) -> bool:
        """Whether a job runs."""
        with self._lock:
            self._settle()
            return any(execution["status"] in BUSY for execution in self._all.values())

    def _settle(self) -> None:
        now = self._clock.now()
        for execution in self._all.values():
            until = execution.get("_until")
            if execution["status"] in BUSY and until is not None and until <= now:
                self._end(execution, "SUCCEEDED")

    def _end(self, execution: Execution, status: str) -> None:
        execution.update(status=status, endTime=api_time(self._clock.now()), rowsTotal=0)
        self._keep(execution)

    def _require(self, number: int) -> Execution:
        execution = self._all.get(number)
        if execution is None:
            raise refuse(404, "not_found", kind="execution", identifier=number)
        return execution

    def _keep(self, execution: Execution) -> None:
        self._store.put_record("execution", str(execution["executionId"]), execution)


def _shown(execution: Execution) -> Execution:
    return {name: value for name, value in execution.items() if not name.startswith("_")}
