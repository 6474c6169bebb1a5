# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Figures as a table for people, and as JSON. Pure."""

from __future__ import annotations

import dataclasses
import statistics
import typing as t

from benchmark.ways import CURL, FLOOR

_MEGABYTE = 1e6
_COLUMNS = (
    "way",
    "wall s",
    "CPU s",
    "engines' CPU s",
    "requests",
    "body MB",
    "peak MB",
    "wall / floor",
    "CPU / floor",
    "wall / curl",
    "CPU / curl",
    "bytes / curl",
    "result",
)


class GlobalScenario(t.NamedTuple):
    """What is to be done about global objects: nothing, or to bring one changed algorithm over."""

    objects: int
    targets: int
    changed: bool

    def __str__(self) -> str:
        targets = f"{self.targets} target{'s' if self.targets > 1 else ''}"
        return f"{'one changed algorithm' if self.changed else 'nothing to do'}, {targets}, {self.objects:,} objects"


class EstateScenario(t.NamedTuple):
    """What is to be done about an estate. The numbers are those of the source's profile."""

    case: str
    environments: int
    connectors: int
    rulesets: int
    columns: int
    jobs: int

    def __str__(self) -> str:
        return (
            f"estate: {self.case}, 1 target, {self.environments} environments, {self.connectors} connectors, "
            f"{self.rulesets} rulesets with {self.columns:,} columns, {self.jobs} jobs"
        )


Scenario = GlobalScenario | EstateScenario


class Figures(t.NamedTuple):
    """Of one run, or medians of several. Times are seconds."""

    wall: float
    cpu: float
    engines_cpu: float
    requests: float
    body_bytes: float
    peak_bytes: float


@dataclasses.dataclass
class Cell:
    """One way in one scenario.

    ``left_out``: why there are no figures; ``problem``: why they do not count; ``remark``: what else is to be known.
    """

    scenario: Scenario
    way: str
    left_out: str | None = None
    runs: list[Figures] = dataclasses.field(default_factory=list)
    problem: str | None = None
    remark: str | None = None

    @property
    def sound(self) -> bool:
        """Whether it can be measured, as far as is known."""
        return self.left_out is None and self.problem is None

    @property
    def result(self) -> str:
        """What became of it, in words."""
        return self.left_out or self.problem or f"in sync{f' but for {self.remark}' if self.remark else ''}"

    @property
    def median(self) -> Figures | None:
        """Medians, one figure at a time; None without a run."""
        return Figures(*map(statistics.median, zip(*self.runs, strict=True))) if self.runs else None

    def to_json(self) -> dict[str, t.Any]:
        """All there is to know."""
        median = self.median
        return {
            **self.scenario._asdict(),
            "way": self.way,
            "result": self.result,
            "problem": self.problem,
            "median": median._asdict() if median else None,
            "runs": [run._asdict() for run in self.runs],
        }


def tables(cells: t.Sequence[Cell], notes: t.Sequence[str]) -> str:
    """A Markdown table for each scenario, aligned so that it reads as plain text too."""
    parts = ["\n".join(f"- {note}" for note in notes)]
    for scenario in dict.fromkeys(cell.scenario for cell in cells):
        there = [cell for cell in cells if cell.scenario == scenario]
        sound = {cell.way: cell.median for cell in there if cell.sound}
        floor, curl = sound.get(FLOOR), sound.get(CURL)
        parts += [f"## {scenario}", _aligned([_COLUMNS, *(_row(cell, floor, curl) for cell in there)])]
    return "\n\n".join(parts) + "\n"


def _row(cell: Cell, floor: Figures | None, curl: Figures | None) -> tuple[str, ...]:
    mine = cell.median
    if mine is None:
        return (cell.way, *["-"] * (len(_COLUMNS) - 2), cell.result)
    return (
        cell.way,
        f"{mine.wall:.2f}",
        f"{mine.cpu:.2f}",
        f"{mine.engines_cpu:.2f}",
        f"{mine.requests:.0f}",
        f"{mine.body_bytes / _MEGABYTE:.2f}",
        f"{mine.peak_bytes / _MEGABYTE:.0f}",
        _ratio(mine, floor, "wall"),
        _ratio(mine, floor, "cpu"),
        _ratio(mine, curl, "wall"),
        _ratio(mine, curl, "cpu"),
        _ratio(mine, curl, "body_bytes"),
        cell.result,
    )


def _ratio(mine: Figures, other: Figures | None, figure: str) -> str:
    base = getattr(other, figure) if other else 0
    return f"{getattr(mine, figure) / base:.2f}" if base else "-"


def _aligned(rows: t.Sequence[t.Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    last = len(widths) - 1
    rule = ["-" * width if place in (0, last) else "-" * (width - 1) + ":" for place, width in enumerate(widths)]
    lines = [
        " | ".join(
            cell.ljust(width) if place in (0, last) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in [rows[0], rule, *rows[1:]]
    ]
    return "\n".join(f"| {line} |" for line in lines)
