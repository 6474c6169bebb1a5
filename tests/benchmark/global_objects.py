# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many global objects, on a source and on any number of targets: equal, or with one algorithm changed on the source."""

from __future__ import annotations

import contextlib
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmark.part import RELEASE, Part, Verdict
from benchmark.person import Person
from benchmark.report import GlobalScenario
from benchmark.ways import FLOOR, Call, Way, global_ways
from support.engines import SimulatedEngine, start_engine

# What every new engine of this release holds.
_BUILT_IN = 82
_DOMAIN_SHARE = 4
# Uses an algorithm, so that a change of that one moves the hashes of two objects.
_DOMAIN = "SCALE_DOMAIN_000001"


class GlobalObjects(Part[GlobalScenario]):
    """A source and its targets, all with the same objects. Use ``running`` to make one."""

    def __init__(
        self, source: SimulatedEngine, targets: list[SimulatedEngine], folder: Path, limit_seconds: float
    ) -> None:
        super().__init__(folder, limit_seconds)
        self._source = source
        self._targets = targets
        self._floor = next(way for way in global_ways() if way.name == FLOOR)
        self._changes = 0
        self._warm: set[str] = set()

    def engines(self) -> list[SimulatedEngine]:
        return [self._source, *self._targets]

    def prepare(self, way: Way, scenario: GlobalScenario) -> None:
        """Targets that an earlier run left behind are brought in sync, unmeasured."""
        targets = self._targets[: scenario.targets]
        if not self.all_in_sync(targets):
            spent = self.spent(self._floor.call(self._source, targets, self.folder))
            if spent.problem or not self.all_in_sync(targets):
                raise RuntimeError(f"cannot bring the targets in sync before a run: {spent.problem}")
        if way.name not in self._warm:
            self._warm.add(way.name)
            self.spent(way.call(self._source, targets[:1], self.folder))
        if scenario.changed:
            self._change_one_algorithm()
            if any(self._in_sync(targets)):
                raise RuntimeError("the change did not put the source ahead of its targets")

    def call(self, way: Way, scenario: GlobalScenario) -> Call:
        return way.call(self._source, self._targets[: scenario.targets], self.folder)

    def verdict(self, _way: Way, scenario: GlobalScenario) -> Verdict:
        behind = self._in_sync(self._targets[: scenario.targets]).count(False)
        return Verdict(f"wrong: {behind} of {scenario.targets} targets not in sync afterwards" if behind else None)

    def all_in_sync(self, targets: list[SimulatedEngine] | None = None) -> bool:
        """Whether these targets, or all, hold the same objects at the same hashes as the source."""
        return all(self._in_sync(self._targets if targets is None else targets))

    def _in_sync(self, targets: list[SimulatedEngine]) -> list[bool]:
        wanted = _fingerprint(self._source)
        return [_fingerprint(target) == wanted for target in targets]

    def _change_one_algorithm(self) -> None:
        """Change an algorithm on the source, as a user of its API does."""
        self._changes += 1
        with contextlib.closing(Person(self._source)) as person:
            name = person.call("GET", f"/domains/{_DOMAIN}")["defaultAlgorithmCode"]
            algorithm = person.call("GET", f"/algorithms/{name}")
            person.call("PUT", f"/algorithms/{name}", json={**algorithm, "description": f"change {self._changes}"})


@contextlib.contextmanager
def running(
    folder: Path, limit_seconds: float, *, objects: int, targets: int, lookup_bytes: int
) -> t.Iterator[GlobalObjects]:
    """Start engines with about this many objects; a quarter of the algorithms has lookup values of so many bytes."""
    domains = max(1, (objects - _BUILT_IN) // _DOMAIN_SHARE)
    algorithms = max(8, objects - _BUILT_IN - domains)
    data = f"scale:{algorithms}:{domains}:0:0:{lookup_bytes}"
    with contextlib.ExitStack() as stack:

        def start(name: str, host: str) -> SimulatedEngine:
            engine = start_engine(name, folder, host=host, release=RELEASE, data=data)
            stack.callback(engine.stop)
            return engine

        # The first one makes the CA for all.
        source = start("source", "127.0.0.2")
        numbers = range(1, targets + 1)
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda number: start(f"target{number:02d}", f"127.0.1.{number}"), numbers))
        part = GlobalObjects(source, found, folder, limit_seconds)
        if not part.all_in_sync():
            raise RuntimeError("the engines do not hold the same objects at their start")
        yield part


def _fingerprint(engine: SimulatedEngine) -> str:
    return str(engine.control("GET", "/state")["fingerprint"])
