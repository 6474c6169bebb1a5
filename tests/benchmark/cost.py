# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run of a program costs: time, and memory of all its processes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
import typing as t
from pathlib import Path

_SAMPLE_SECONDS = 0.1
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


class Cost(t.NamedTuple):
    """What a run took. ``problem`` is None when it ended with status 0 in time.

    ``cpu_seconds`` is user and system time of the process and all it started and waited for.
    ``peak_bytes`` is the largest sum of proportional set sizes (memory shared by n processes
    counts as one n-th in each) of the process and its descendants, looked at ten times a second.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    problem: str | None


def run(command: list[str], environment: dict[str, str], folder: Path, log: Path, limit_seconds: float) -> Cost:
    """Run a command in a folder to its end, or until the limit; its output goes to ``log``."""
    with log.open("w") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        watch = _Watch(process.pid, started + limit_seconds)
        with watch:
            _pid, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    problem = None
    if watch.too_late:
        problem = f"not done after {limit_seconds:g} s"
    elif process.returncode:
        problem = f"status {process.returncode}: {_last_lines(log)}"
    return Cost(wall, usage.ru_utime + usage.ru_stime, watch.peak_bytes, problem)


def cpu_seconds(pid: int) -> float:
    """User and system time of one running process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Watch:
    """Looks at a process and its descendants until it has ended; kills them at the limit."""

    def __init__(self, pid: int, ends: float) -> None:
        self.peak_bytes = 0
        self.too_late = False
        self._pid = pid
        self._limit = ends
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            pids = _with_descendants(self._pid)
            self.peak_bytes = max(self.peak_bytes, sum(map(_memory_bytes, pids)))
            if time.monotonic() > self._limit:
                self.too_late = True
                for pid in pids:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            if self._ended.wait(_SAMPLE_SECONDS):
                return


def _with_descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = stat.read_text().rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(stat.parent.name))
    found = [pid]
    for known in found:
        found += children.get(known, [])
    return found


def _memory_bytes(pid: int) -> int:
    """Proportional set size; 0 for a process that is gone."""
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _last_lines(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").splitlines()[-5:])
