# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A part of the benchmark: engines, what is to be done to them, and how a way of doing it is measured."""

from __future__ import annotations

import abc
import sys
import typing as t
from pathlib import Path

from benchmark import cost
from benchmark.report import Cell, Figures, Scenario
from benchmark.ways import Call, Way
from support.engines import SimulatedEngine

RELEASE = "2025.2.0.0"


class Verdict(t.NamedTuple):
    """What became of the targets. ``problem``: what is wrong, if anything is; ``remark``: what else is to be known."""

    problem: str | None = None
    remark: str | None = None


_Scenario = t.TypeVar("_Scenario", bound=Scenario)


class Part(abc.ABC, t.Generic[_Scenario]):
    """One part: knows its engines. Commands run in ``folder`` and may take so many seconds."""

    def __init__(self, folder: Path, limit_seconds: float) -> None:
        self.folder = folder
        self._limit = limit_seconds

    @abc.abstractmethod
    def engines(self) -> list[SimulatedEngine]:
        """Those that take part now."""

    @abc.abstractmethod
    def prepare(self, way: Way, scenario: _Scenario) -> None:
        """Put the engines into the state with which the scenario begins, after an unmeasured run of the way.

        Compiled files and caches are not what is measured.
        """

    def left_out(self, way: Way, _scenario: _Scenario) -> str | None:
        """Why a way cannot be measured in a scenario, if it cannot."""
        return way.missing

    @abc.abstractmethod
    def call(self, way: Way, scenario: _Scenario) -> Call:
        """The command that is measured."""

    @abc.abstractmethod
    def verdict(self, way: Way, scenario: _Scenario) -> Verdict:
        """Judge the targets by the engines' own account."""

    def spent(self, call: Call) -> cost.Cost:
        """Run a command to its end."""
        return cost.run(call.command, call.environment, self.folder, self.folder / "output.log", self._limit)

    def measure(self, scenario: _Scenario, ways: t.Sequence[Way], repeat: int) -> list[Cell]:
        """All ways in one scenario, taking turns, so that what disturbs one disturbs all."""
        cells = [Cell(scenario, way.name, left_out=self.left_out(way, scenario)) for way in ways]
        for turn in range(1, repeat + 1):
            for way, cell in zip(ways, cells, strict=True):
                if cell.sound:
                    tell(f"{scenario}: {way.name}, run {turn} of {repeat}")
                    self._measure_once(scenario, way, cell)
        return cells

    def _measure_once(self, scenario: _Scenario, way: Way, cell: Cell) -> None:
        self.prepare(way, scenario)
        for engine in self.engines():
            engine.control("DELETE", "/requests")
        engines_before = self._engines_seconds()
        spent = self.spent(self.call(way, scenario))
        engines_spent = self._engines_seconds() - engines_before
        traffic = [entry for engine in self.engines() for entry in engine.control("GET", "/requests")]
        verdict = self.verdict(way, scenario)
        cell.problem = f"failed: {spent.problem}" if spent.problem else verdict.problem
        cell.remark = verdict.remark
        cell.runs.append(
            Figures(
                spent.wall_seconds,
                spent.cpu_seconds,
                engines_spent,
                len(traffic),
                sum(entry["bytes_in"] + entry["bytes_out"] for entry in traffic),
                spent.peak_bytes,
            )
        )

    def _engines_seconds(self) -> float:
        """Processor time of all engines since they were started."""
        return sum(cost.cpu_seconds(engine.process.pid) for engine in self.engines())


def tell(text: str) -> None:
    """Say how far it got."""
    print(text, file=sys.stderr, flush=True)
