# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare ways to keep simulated engines in sync. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmark import estate, global_objects
from benchmark.part import RELEASE, tell
from benchmark.report import Cell, GlobalScenario, tables
from benchmark.ways import Way, estate_ways, global_ways

_PARTS = ("global", "estate")


def main() -> int:
    """Measure what the command line asks for. Returns 1 when a way went wrong."""
    options = _options()
    cells: list[Cell] = []
    if "global" in options.parts:
        cells += _global_objects(options)
    if "estate" in options.parts:
        cells += _estate(options)
    notes = _notes(options)
    print(tables(cells, notes), end="")
    if options.json:
        figures = {"notes": notes, "cells": [cell.to_json() for cell in cells]}
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    if options.markdown:
        options.markdown.write_text(f"# Benchmark\n\n{tables(cells, notes)}")
    return int(any(cell.problem for cell in cells))


def _global_objects(options: argparse.Namespace) -> list[Cell]:
    ways = _chosen(global_ways(), options)
    cells: list[Cell] = []
    for objects in options.objects:
        most = max(options.targets)
        tell(f"starting {most + 1} engines with {objects:,} objects each")
        with (
            tempfile.TemporaryDirectory(prefix="masking-benchmark-") as name,
            global_objects.running(
                Path(name), options.limit, objects=objects, targets=most, lookup_bytes=options.lookup_bytes
            ) as part,
        ):
            for targets in options.targets:
                for changed in (False, True):
                    cells += part.measure(GlobalScenario(objects, targets, changed), ways, options.repeat)
    return cells


def _estate(options: argparse.Namespace) -> list[Cell]:
    ways = _chosen(estate_ways(), options)
    cells: list[Cell] = []
    tell("preparing an estate and a target that is in sync with it")
    with (
        tempfile.TemporaryDirectory(prefix="masking-benchmark-") as name,
        estate.running(Path(name), options.limit, options.estate) as part,
    ):
        for scenario in part.scenarios():
            cells += part.measure(scenario, ways, options.repeat)
    return cells


def _chosen(ways: list[Way], options: argparse.Namespace) -> list[Way]:
    return [way for way in ways if not options.ways or way.name in options.ways]


def _options() -> argparse.Namespace:
    names = list(dict.fromkeys(way.name for way in [*global_ways(), *estate_ways()]))
    parser = argparse.ArgumentParser(description="Compare ways to keep engines in sync.")
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS, help="what to measure; both")
    parser.add_argument("--objects", type=int, nargs="+", default=[1000, 10000], help="objects on each engine")
    parser.add_argument("--targets", type=int, nargs="+", default=[1, 20], help="numbers of targets")
    parser.add_argument("--ways", nargs="+", choices=names, metavar="WAY", help=f"of {', '.join(names)}; all")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each way; medians are shown")
    parser.add_argument("--lookup-bytes", type=int, default=2000, help="bytes of lookup values of an algorithm")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds that one run may take")
    parser.add_argument(
        "--estate", default="40:300:300:20000:400", help="environments:connectors:rulesets:columns:jobs of the estate"
    )
    parser.add_argument("--quick", action="store_true", help="one run, 300 objects, 1 and 3 targets, a small estate")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file")
    options = parser.parse_args()
    if options.quick:
        options.objects, options.targets, options.repeat, options.estate = [300], [1, 3], 1, "6:40:40:1000:60"
    return options


def _notes(options: argparse.Namespace) -> list[str]:
    python = ".".join(platform.python_version_tuple())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    machine = f"{os.cpu_count()} processors, shared by client and engines; {memory:.0f} GB"
    load = f"load {os.getloadavg()[2]:.1f} in the last 15 minutes"
    lookups = f"; {options.lookup_bytes} bytes in each lookup" if "global" in options.parts else ""
    return [
        f"{time.strftime('%Y-%m-%d')}; {machine}; Python {python}, ansible-core {version('ansible-core')}; {load}",
        f"simulated engines of release {RELEASE} on loopback, HTTPS{lookups}",
        f"medians of {options.repeat} run(s), the ways taking turns; CPU and peak memory are the client's",
    ]


if __name__ == "__main__":
    sys.exit(main())
