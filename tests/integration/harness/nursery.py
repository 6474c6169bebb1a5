# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines at a third of the cost: forked from a process that has the simulator loaded.

The suite starts some two hundred of them, and most of a start is loading the same modules.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import typing as t
from pathlib import Path


class Child:
    """A forked engine, with what start_engine() uses of subprocess.Popen."""

    def __init__(self, pid: int, stdout: t.IO[str]) -> None:
        self.pid = pid
        self.stdout: t.IO[str] | None = stdout

    def poll(self) -> int | None:
        """None while it runs; how it ended is not known."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        ends = time.monotonic() + timeout if timeout is not None else None
        while self.poll() is None:
            if ends is not None and time.monotonic() > ends:
                raise subprocess.TimeoutExpired("masking-simulator", timeout or 0)
            time.sleep(0.005)
        return 0

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


class Nursery:
    """Starts engines as children of one process."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "harness.forker", str(theirs.fileno())],
            cwd=Path(__file__).parents[1],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()

    def run(self, arguments: t.Sequence[str], log: Path) -> Child:
        """Start an engine with the arguments of the simulator command."""
        reading, writing = os.pipe()
        message = json.dumps({"arguments": list(arguments), "log": str(log)}).encode()
        socket.send_fds(self._channel, [message], [writing])
        os.close(writing)
        return Child(int(self._channel.recv(64)), os.fdopen(reading, encoding="utf-8"))

    def close(self) -> None:
        """Hang up; running engines go on."""
        self._channel.close()
        self._process.wait()
