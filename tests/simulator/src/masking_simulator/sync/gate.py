# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which operations may run side by side.

Documented: before release 20 no two imports at once, and no import while an export or a job
runs; from 20 on sync operations run concurrently; while a new encryption key is made nothing
else runs. That an export waits for no import before release 20 either is inferred.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Literal

from masking_simulator.errors import refuse
from masking_simulator.executions import Executions
from masking_simulator.releases import Release
from masking_simulator.switches import Switches

Operation = Literal["export", "import", "key"]


class Gate:
    """Counts what runs and refuses what may not join."""

    def __init__(self, release: Release, switches: Switches, executions: Executions) -> None:
        self._release = release
        self._switches = switches
        self._executions = executions
        self._lock = threading.Lock()
        self._running: Counter[Operation] = Counter()

    def enter(self, operation: Operation, status_switch: str = "concurrency_status") -> Callable[[], None]:
        """Begin an operation; returns the function that ends it.

        Raises the refusal when it may not run, with the status of a switch.
        """
        job_runs = self._executions.busy()  # not under the lock: an import leaves while it holds the store
        with self._lock:
            obstacle = self._obstacle(operation, job_runs)
            if obstacle:
                raise refuse(self._switches.integer(status_switch), "busy", what=obstacle)
            self._running[operation] += 1
        once = threading.Lock()

        def leave() -> None:
            if once.acquire(blocking=False):
                with self._lock:
                    self._running[operation] -= 1

        return leave

    def _obstacle(self, operation: Operation, job_runs: bool) -> str | None:
        running = self._running
        if running["key"]:
            return "the generation of a new key"
        if operation == "key":
            if running.total() or job_runs:
                return "another operation"
            return None
        if self._release.concurrent_sync:
            refused = self._switches.text("import_while_jobs_run") == "refused"
            return "a job" if operation == "import" and refused and job_runs else None
        if running["import"]:
            return "an import"
        if operation == "import" and running["export"]:
            return "an export"
        return "a job" if operation == "import" and job_runs else None
