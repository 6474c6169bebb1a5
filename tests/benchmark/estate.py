# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole estate: a source, and a target that is put back to where a way begins before each of its runs."""

from __future__ import annotations

import contextlib
import shutil
import typing as t
from pathlib import Path

from benchmark.holdings import Differences, Holdings, differences
from benchmark.part import RELEASE, Part, Verdict
from benchmark.person import Person
from benchmark.report import EstateScenario
from benchmark.ways import COLLECTION, Call, Way, estate_ways
from support.engines import SimulatedEngine, start_engine

_NOTHING, _COLUMN, _EMPTY = "nothing to do", "one re-mapped column", "onto an empty engine"
_HOSTS = {"source": "127.0.0.2", "changed": "127.0.0.3", "target": "127.0.0.4"}


class Estate(Part[EstateScenario]):
    """The estate, a copy of it in which one column is masked otherwise, and a target. Use ``running`` to make one.

    The state of an engine that is stopped can be copied. So each run begins with a copy of what the target held when
    it was new, or else after a first run of the same way: what another way has left there is no burden.
    """

    def __init__(self, folder: Path, limit_seconds: float, size: str) -> None:
        super().__init__(folder, limit_seconds)
        self._size = size
        self._running: dict[str, SimulatedEngine] = {}
        self._held: dict[str, Holdings] = {}
        self._source = "source"

    def begin(self) -> None:
        """Start the engines and make a target that is in sync."""
        self._start("source")
        self._stop("source")
        shutil.copytree(self.folder / "source", self.folder / "changed")
        for name in ("source", "changed"):
            engine = self._start(name)
            if name == "changed":
                remap_one_column(engine)
            self._held[name] = Holdings(engine)
        self._start("target")
        self._save("empty")
        self._restore("empty")
        way = next(way for way in estate_ways() if way.name == COLLECTION)
        nothing, column, _empty = self.scenarios()
        spent = self.spent(self.call(way, nothing))
        wrong = spent.problem or self.verdict(way, nothing).problem
        if wrong:
            raise RuntimeError(f"the collection cannot bring the target in sync: {wrong}")
        if not self.verdict(way, column).problem:
            raise RuntimeError("the change did not put the source ahead of its target")
        self._save("in sync")

    def stop(self) -> None:
        """Stop all engines."""
        for name in list(self._running):
            self._stop(name)

    def scenarios(self) -> list[EstateScenario]:
        """All that there are."""
        numbers = [int(number) for number in self._size.split(":")]
        return [EstateScenario(case, *numbers) for case in (_NOTHING, _COLUMN, _EMPTY)]

    def left_out(self, way: Way, scenario: EstateScenario) -> str | None:
        if scenario.case == _EMPTY and not way.makes_environments:
            return "makes no environments"
        return way.missing

    def engines(self) -> list[SimulatedEngine]:
        return [self._running[self._source], self._running["target"]]

    def prepare(self, way: Way, scenario: EstateScenario) -> None:
        own = f"after {way.name}"
        if not self._snapshot(own).exists():
            self._restore("in sync")
            self._source = "source"
            self.spent(self.call(way, scenario))
            self._save(own)
        self._restore("empty" if scenario.case == _EMPTY else own)
        self._source = _source_of(scenario)

    def call(self, way: Way, _scenario: EstateScenario) -> Call:
        return way.call(self._running[self._source], [self._running["target"]], self.folder)

    def verdict(self, way: Way, scenario: EstateScenario) -> Verdict:
        found = differences(self._held[_source_of(scenario)], Holdings(self._running["target"]))
        return judged(found, exact=way.exact)

    def _start(self, name: str) -> SimulatedEngine:
        data, seed = ("empty", 2) if name == "target" else (f"estate:{self._size}", 1)
        engine = start_engine(name, self.folder, host=_HOSTS[name], release=RELEASE, data=data, seed=seed)
        self._running[name] = engine
        return engine

    def _stop(self, name: str) -> None:
        self._running.pop(name).stop()

    def _save(self, snapshot: str) -> None:
        """Stop the target and keep what it holds."""
        self._stop("target")
        shutil.copytree(self.folder / "target", self._snapshot(snapshot))

    def _restore(self, snapshot: str) -> None:
        """Start the target with what it held."""
        if "target" in self._running:
            self._stop("target")
        shutil.rmtree(self.folder / "target")
        shutil.copytree(self._snapshot(snapshot), self.folder / "target")
        # Asked for its state, it has worked out all hashes, as one that has not just been started.
        self._start("target").control("GET", "/state")

    def _snapshot(self, name: str) -> Path:
        return self.folder / "snapshots" / name


@contextlib.contextmanager
def running(folder: Path, limit_seconds: float, size: str) -> t.Iterator[Estate]:
    """Start an estate of this size, as the simulator's profile has it after ``estate:``."""
    part = Estate(folder, limit_seconds, size)
    try:
        part.begin()
        yield part
    finally:
        part.stop()


def judged(found: Differences, *, exact: bool) -> Verdict:
    """What is missing or different is wrong. So is an on-the-fly job that reads elsewhere, if the way is exact."""
    missing, otherwise, elsewhere = map(len, (found.jobs_missing, found.jobs_otherwise, found.jobs_elsewhere))
    counts = ((missing, "missing"), (otherwise, "different"), (elsewhere, "reading elsewhere"))
    told = ", ".join(f"{number} {what}" for number, what in counts if number)
    jobs = f"on-the-fly jobs: {told}" if told else None
    if found.behind:
        first = f"{len(found.behind)} objects missing or different, as {found.behind[0]}"
        return Verdict("; ".join(filter(None, (f"wrong: {first}", jobs))))
    if jobs and (exact or otherwise):
        return Verdict(f"wrong: {jobs}")
    return Verdict(remark=jobs)


def remap_one_column(engine: SimulatedEngine) -> None:
    """Mask a column by another domain, in a ruleset with jobs of which none is on the fly."""
    with contextlib.closing(Person(engine)) as person:
        jobs = [job for job in person.rows("/masking-jobs") if job["rulesetType"] == "DATABASE"]
        used = {job["rulesetId"] for job in jobs} - {job["rulesetId"] for job in jobs if job["onTheFlyMasking"]}
        for ruleset in sorted(used):
            for table in person.rows("/table-metadata", ruleset_id=ruleset):
                columns = person.rows("/column-metadata", table_metadata_id=table["tableMetadataId"])
                masked = [column for column in columns if column.get("domainName")]
                others = [column for column in masked if column["domainName"] != masked[0]["domainName"]]
                if others:
                    now = {name: others[0][name] for name in ("domainName", "algorithmName")}
                    path = f"/column-metadata/{masked[0]['columnMetadataId']}"
                    person.call("PUT", path, json={**masked[0], **now})
                    return
    raise RuntimeError("no ruleset of the estate has a column to map otherwise")


def _source_of(scenario: EstateScenario) -> str:
    return "changed" if scenario.case == _COLUMN else "source"
