# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare ways to keep the global objects of simulated engines in sync. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
import typing as t
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmark import cost
from benchmark.lab import RELEASE, Lab, running
from benchmark.report import Cell, Figures, Scenario, tables
from benchmark.ways import FLOOR, Way, all_ways


def main() -> int:
    """Measure what the command line asks for. Returns 1 when a way went wrong."""
    options = _options()
    ways = [way for way in all_ways() if not options.ways or way.name in options.ways]
    cells: list[Cell] = []
    for objects in options.objects:
        with tempfile.TemporaryDirectory(prefix="masking-benchmark-") as name:
            folder = Path(name)
            _tell(f"starting {max(options.targets) + 1} engines with {objects:,} objects each")
            with running(
                folder, objects=objects, targets=max(options.targets), lookup_bytes=options.lookup_bytes
            ) as lab:
                bench = Bench(lab, folder, options.limit)
                for targets in options.targets:
                    for changed in (False, True):
                        cells += bench.measure(Scenario(objects, targets, changed), ways, options.repeat)
    notes = _notes(options)
    print(tables(cells, notes), end="")
    if options.json:
        figures = {"notes": notes, "cells": [cell.to_json() for cell in cells]}
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    if options.markdown:
        options.markdown.write_text(f"# Benchmark\n\n{tables(cells, notes)}")
    return int(any(cell.problem for cell in cells))


class Bench:
    """Measures in one lab."""

    def __init__(self, lab: Lab, folder: Path, limit_seconds: float) -> None:
        self._lab = lab
        self._folder = folder
        self._limit = limit_seconds
        self._floor = next(way for way in all_ways() if way.name == FLOOR)
        self._warm: set[str] = set()

    def measure(self, scenario: Scenario, ways: t.Sequence[Way], repeat: int) -> list[Cell]:
        """All ways in one scenario, taking turns, so that what disturbs one disturbs all."""
        cells = [Cell(scenario, way.name, problem=way.missing) for way in ways]
        for turn in range(1, repeat + 1):
            for way, cell in zip(ways, cells, strict=True):
                if cell.problem is None:
                    _tell(f"{scenario}: {way.name}, run {turn} of {repeat}")
                    self._run(way, cell)
        return cells

    def _run(self, way: Way, cell: Cell) -> None:
        lab, scenario = self._lab, cell.scenario
        targets = lab.targets[: scenario.targets]
        self._align(scenario.targets)
        if way.name not in self._warm:
            # Compiled files and caches are not what is measured.
            self._warm.add(way.name)
            self._cost(way, 1)
        if scenario.changed:
            lab.change_one_algorithm()
            if any(lab.in_sync(targets)):
                raise RuntimeError("the change did not put the source ahead of its targets")
        lab.forget_traffic()
        engines_before = lab.cpu_seconds()
        spent = self._cost(way, scenario.targets)
        engines_spent = lab.cpu_seconds() - engines_before
        traffic = lab.traffic()
        behind = lab.in_sync(targets).count(False)
        if spent.problem:
            cell.problem = f"failed: {spent.problem}"
        elif behind:
            cell.problem = f"wrong: {behind} of {len(targets)} targets not in sync afterwards"
        cell.runs.append(
            Figures(
                spent.wall_seconds,
                spent.cpu_seconds,
                engines_spent,
                traffic.requests,
                traffic.body_bytes,
                spent.peak_bytes,
            )
        )

    def _cost(self, way: Way, targets: int) -> cost.Cost:
        call = way.call(self._lab, self._lab.targets[:targets], self._folder)
        return cost.run(call.command, call.environment, self._folder, self._folder / "output.log", self._limit)

    def _align(self, targets: int) -> None:
        """Bring targets that an earlier run left behind in sync, unmeasured."""
        if all(self._lab.in_sync(self._lab.targets[:targets])):
            return
        spent = self._cost(self._floor, targets)
        if spent.problem or not all(self._lab.in_sync(self._lab.targets[:targets])):
            raise RuntimeError(f"cannot bring the targets in sync before a run: {spent.problem}")


def _options() -> argparse.Namespace:
    names = [way.name for way in all_ways()]
    parser = argparse.ArgumentParser(description="Compare ways to keep the global objects of engines in sync.")
    parser.add_argument("--objects", type=int, nargs="+", default=[1000, 10000], help="objects on each engine")
    parser.add_argument("--targets", type=int, nargs="+", default=[1, 20], help="numbers of targets")
    parser.add_argument("--ways", nargs="+", choices=names, metavar="WAY", help=f"of {', '.join(names)}; all")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each way; medians are shown")
    parser.add_argument("--lookup-bytes", type=int, default=2000, help="bytes of lookup values of an algorithm")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds that one run may take")
    parser.add_argument("--quick", action="store_true", help="one run, 300 objects, 1 and 3 targets")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file")
    options = parser.parse_args()
    if options.quick:
        options.objects, options.targets, options.repeat = [300], [1, 3], 1
    return options


def _notes(options: argparse.Namespace) -> list[str]:
    python = ".".join(platform.python_version_tuple())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    machine = f"{os.cpu_count()} processors, shared by client and engines; {memory:.0f} GB"
    load = f"load {os.getloadavg()[2]:.1f} in the last 15 minutes"
    return [
        f"{time.strftime('%Y-%m-%d')}; {machine}; Python {python}, ansible-core {version('ansible-core')}; {load}",
        f"simulated engines of release {RELEASE} on loopback, HTTPS; {options.lookup_bytes} bytes in each lookup",
        f"medians of {options.repeat} run(s), the ways taking turns; CPU and peak memory are the client's",
    ]


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
