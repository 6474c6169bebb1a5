# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run make targets as stages, a few at a time, and count how they end.

The output of a stage goes to a file and is shown when the stage failed. The last line printed is
``N passed, N failed``, counting stages; the exit status is 0 only when none failed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DEADLINE_SECONDS = 600
running: set[subprocess.Popen[bytes]] = set()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a stage with everything it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def interrupted(*_: object) -> None:
    """Take the stages along when this process is told to stop."""
    for process in list(running):
        end(process)
    os._exit(130)


def run(make: str, stage: str, ready: list[str], log: Path) -> bool:
    """Run one stage to its end; print its result. True when it passed."""
    command = [make, "--no-print-directory", *(f"--old-file={target}" for target in ready), stage]
    environment = {**os.environ, "NO_COLOR": "1"}
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
        running.add(process)
        try:
            passed = process.wait(DEADLINE_SECONDS) == 0
        except subprocess.TimeoutExpired:
            end(process)
            output.write(f"\nstopped after {DEADLINE_SECONDS} s\n")
            passed = False
        running.discard(process)
    seconds = time.monotonic() - started
    report = f"{'ok    ' if passed else 'FAILED'} {stage:<16} {seconds:6.1f} s"
    if not passed:
        text = log.read_text(encoding="utf-8", errors="replace")
        report += f"\n--- output of {stage} ---\n{text}--- end of {stage} ---"
    print(report, flush=True)
    return passed


def main() -> int:
    """Entry point; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stages", nargs="+", help="make targets, in the order in which to start them")
    parser.add_argument("--ready", action="append", default=[], help="target that is made already; may repeat")
    parser.add_argument("--logs", type=Path, required=True, help="folder for the output of the stages")
    parser.add_argument("--lanes", type=int, default=2, help="stages run at the same time (default 2)")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    options.logs.mkdir(parents=True, exist_ok=True)
    make = os.environ.get("MAKE", "make")
    with ThreadPoolExecutor(options.lanes) as lanes:
        started = [
            lanes.submit(run, make, stage, options.ready, options.logs / f"{stage}.log") for stage in options.stages
        ]
        results = [future.result() for future in started]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
