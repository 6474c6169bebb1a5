# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Executions of jobs: a queue, and runs that mask nothing but take their time and tell their progress.

Everything follows from the engine's clock and is worked out when somebody looks. Fields that
begin with `_` stay off the API; times in them are seconds of the engine's clock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from masking_simulator import progress
from masking_simulator.clock import Clock, api_time
from masking_simulator.errors import refuse
from masking_simulator.releases import Release
from masking_simulator.runs import Plan
from masking_simulator.store import Store
from masking_simulator.switches import Switches

Execution = dict[str, Any]
Row = dict[str, Any]
BUSY = frozenset({"RUNNING", "QUEUED", "WAITING"})
ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
#: the first API version with a queue, and so with QUEUED, WAITING, CANCELLED and submitTime
_QUEUE_SINCE = 5
#: the share of its time after which a job fails that cannot reach a connector, or is told to fail
_UNREACHABLE_AFTER = 0.1
_FAULT_AFTER = 0.6


class Executions:
    """The executions of one engine.

    limits: how many jobs may run at once, and with how much memory.
    problem: why the connectors of a job, by kind and number, cannot be reached.

    It waits for the store only where no import can wait for it: importing threads hold the store
    and ask what runs. What they cannot write is written later, at the latest by close().
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        switches: Switches,
        release: Release,
        first: int,
        limits: Callable[[], tuple[float, float]],
        problem: Callable[[list[tuple[str, int]]], str | None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches
        self._queues = release.api >= _QUEUE_SINCE
        self._limits = limits
        self._problem = problem
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._dirty: set[int] = set()
        self._all: dict[int, Execution] = {int(key): value for key, value in store.records("execution").items()}
        self._busy = {number: item for number, item in self._all.items() if item["status"] in BUSY}
        self._last = max(self._all, default=first)
        inner = [part["id"] for item in self._all.values() for part in (*item["_components"], *item["_events"])]
        self._last_part = max(inner, default=first)
        for execution in list(self._busy.values()):
            self._end(execution, self._clock.now(), "FAILED", "the engine was restarted")
        self._write()

    def submit(self, plan: Plan, seconds: float | None, *, fails: bool = False, checked: bool = True) -> Execution:
        """Run a job for so many seconds, or until finish() when None; or queue it.

        fails: end as FAILED on the way. checked: end as FAILED when a connector cannot be reached.
        Raises the refusal of a job that runs already, or has no room on an engine without a queue.
        """
        with self._lock:
            now = self._clock.now()
            self._settle(now)
            self._check_room(plan)
            self._last += 1
            execution: Execution = {
                "executionId": self._last,
                "jobId": plan.job,
                **plan.asked,
                "status": "QUEUED",
                **({"submitTime": api_time(now)} if self._queues else {}),
                "_seconds": seconds,
                "_memory": plan.memory,
                "_counts": plan.counts,
                "_fails": fails,
                "_connectors": list(plan.connectors) if checked else [],
                "_components": [
                    {
                        "id": self._new_part(),
                        "name": part.name,
                        "rows": part.rows,
                        "size": part.size,
                        "masks": part.masks,
                    }
                    for part in plan.components
                ],
                "_events": [],
            }
            self._all[self._last] = self._busy[self._last] = execution
            self._dirty.add(self._last)
            if not self._queues:
                self._run(execution, now)
            self._settle(now)
            shown = self._shown(execution, now)
        self._write()
        return shown

    def start(self, job: int, seconds: float | None) -> Execution:
        """Run a job of which nothing but the number is known."""
        return self.submit(Plan(job), seconds, checked=False)

    def all(self) -> list[Execution]:
        """All executions, oldest first."""
        with self._lock:
            now = self._now()
            rows = [self._shown(self._all[number], now) for number in sorted(self._all)]
        self._write()
        return rows

    def get(self, number: int) -> Execution:
        """One execution; raises a 404."""
        with self._lock:
            now = self._now()
            shown = self._shown(self._require(number), now)
        self._write()
        return shown

    def components(self, number: int | None) -> list[Row]:
        """The tables and files of one execution, or of all; raises a 404."""
        with self._lock:
            now = self._now()
            wanted = sorted(self._all) if number is None else [self._require(number)["executionId"]]
            return [row for item in wanted for row in progress.components(self._all[item], now)]

    def events(self, number: int | None) -> list[Row]:
        """What went wrong in one execution, or in all; raises a 404."""
        with self._lock:
            self._now()
            wanted = sorted(self._all) if number is None else [self._require(number)["executionId"]]
            return [progress.event(self._all[item], found) for item in wanted for found in self._all[item]["_events"]]

    def cancel(self, number: int, expected: str | None) -> Execution:
        """Cancel an execution; raises the refusal when it has ended, or has another status than expected."""
        with self._lock:
            now = self._now()
            execution = self._require(number)
            if execution["status"] not in BUSY:
                raise refuse(400, "execution_ended", state=execution["status"])
            if expected not in (None, execution["status"]):
                raise refuse(400, "other_status", state=execution["status"], expected=expected)
            seconds = self._switches.number("cancel_seconds")
            if seconds and execution["status"] == "RUNNING":
                execution.update(_ends=now + seconds, _end_status="CANCELLED", _reason=None)
            else:
                self._end(execution, now, "CANCELLED")
            self._settle(now)
            shown = self._shown(execution, now)
        self._write()
        return shown

    def finish(self, number: int, status: str) -> Execution:
        """End an execution that has not ended, as the control interface tells."""
        if status not in ENDED:
            raise ValueError(f"{status!r} is no status of an execution that has ended")
        with self._lock:
            now = self._now()
            execution = self._require(number)
            if execution["status"] not in BUSY:
                raise refuse(400, "execution_ended", state=execution["status"])
            self._end(execution, now, status, "the job was told to fail" if status == "FAILED" else None)
            self._settle(now)
            shown = self._shown(execution, now)
        self._write()
        return shown

    def busy(self) -> bool:
        """Whether a job runs or waits to."""
        with self._lock:
            self._now()
            return bool(self._busy)

    def runs(self, job: int) -> bool:
        """Whether the job with a number runs or waits to."""
        with self._lock:
            self._now()
            return any(execution["jobId"] == job for execution in self._busy.values())

    def close(self) -> None:
        """Write what has not been written yet."""
        with self._lock:
            self._now()
        self._write()

    def _check_room(self, plan: Plan) -> None:
        if self._switches.text("job_runs_already") == "refused":
            target = plan.asked.get("targetConnectorId")
            for other in self._busy.values():
                if other["jobId"] == plan.job and other.get("targetConnectorId") == target:
                    raise refuse(409, "job_busy", job=plan.job)
        if not self._queues and self._switches.text("jobs_above_limit") == "refused" and not self._fits(plan.memory):
            raise refuse(409, "engine_full")

    def _now(self) -> float:
        now = self._clock.now()
        self._settle(now)
        return now

    def _settle(self, now: float) -> None:
        """Let happen what was due by now, in its order: ends and begins make room for what is queued."""
        while True:
            due = [(moment, number) for number, item in self._busy.items() if (moment := _next(item)) <= now]
            if not due:
                break
            moment, number = min(due)
            execution = self._busy[number]
            if execution["status"] == "WAITING":
                self._run(execution, moment)
            else:
                self._end(execution, moment, execution["_end_status"], execution["_reason"])
            self._promote(moment)
        self._promote(now)

    def _promote(self, moment: float) -> None:
        """Take jobs from the queue, first come first served (inferred), as long as there is room."""
        for number in sorted(self._busy):
            execution = self._busy[number]
            if execution["status"] != "QUEUED":
                continue
            if not self._fits(execution["_memory"]):
                return
            seconds = self._switches.number("execution_wait_seconds")
            if seconds:
                execution.update(status="WAITING", _begins=moment + seconds)
                self._dirty.add(number)
            else:
                self._run(execution, moment)

    def _fits(self, memory: int) -> bool:
        running = [execution["_memory"] for execution in self._busy.values() if execution["status"] != "QUEUED"]
        most, room = self._limits()
        return not running or (len(running) < most and sum(running) + memory <= room)

    def _run(self, execution: Execution, moment: float) -> None:
        seconds = execution["_seconds"]
        reason = self._problem([(kind, number) for kind, number in execution["_connectors"]])
        ends, status = (float("inf") if seconds is None else moment + seconds), "SUCCEEDED"
        if reason:
            ends, status = moment + (seconds or 0.0) * _UNREACHABLE_AFTER, "FAILED"
        elif execution["_fails"]:
            ends, status = moment + (seconds or 0.0) * _FAULT_AFTER, "FAILED"
            reason = "the job was told to fail"
        execution.update(status="RUNNING", startTime=api_time(moment))
        execution.update(_began=moment, _ends=ends, _end_status=status, _reason=reason)
        self._dirty.add(execution["executionId"])

    def _end(self, execution: Execution, moment: float, status: str, reason: str | None = None) -> None:
        if status == "CANCELLED" and not self._queues:
            status = "FAILED"
        execution.update(status=status, endTime=api_time(moment), _ended=moment)
        if reason:
            execution["_events"] = [progress.aborted(execution, self._new_part(), reason)]
        elif status == "SUCCEEDED" and self._switches.is_on("unmasked_data"):
            execution["_events"] = [
                progress.unmasked(execution, self._new_part(), part)
                for part in execution["_components"]
                if part["masks"]
            ]
        self._busy.pop(execution["executionId"], None)
        self._dirty.add(execution["executionId"])

    def _shown(self, execution: Execution, now: float) -> Execution:
        public = {name: value for name, value in execution.items() if not name.startswith("_")}
        return {**public, **progress.counters(execution, now)}

    def _new_part(self) -> int:
        self._last_part += 1
        return self._last_part

    def _require(self, number: int) -> Execution:
        execution = self._all.get(number)
        if execution is None:
            raise refuse(404, "not_found", kind="execution", identifier=number)
        return execution

    def _write(self) -> None:
        """Write what has changed; whoever is writing already writes this too."""
        while self._dirty and self._writing.acquire(blocking=False):
            try:
                with self._lock:
                    changed = [dict(self._all[number]) for number in self._dirty]
                    self._dirty.clear()
                for execution in changed:
                    self._store.put_record("execution", str(execution["executionId"]), execution)
            finally:
                self._writing.release()


def _next(execution: Execution) -> float:
    """When something happens to an execution by itself."""
    moments: dict[str, float] = {"WAITING": execution.get("_begins", 0.0), "RUNNING": execution.get("_ends", 0.0)}
    return moments.get(execution["status"], float("inf"))
