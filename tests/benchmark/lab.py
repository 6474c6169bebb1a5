# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated engines of a benchmark: equal at first, changed and compared from outside."""

from __future__ import annotations

import contextlib
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from benchmark.cost import cpu_seconds
from support.engines import ADMIN, SimulatedEngine, start_engine

RELEASE = "2025.2.0.0"
# What every new engine of this release holds.
_BUILT_IN = 82
_DOMAIN_SHARE = 4
# Uses an algorithm, so that a change of that one moves the hashes of two objects.
_DOMAIN = "SCALE_DOMAIN_000001"


class Traffic(t.NamedTuple):
    """What engines saw: requests, and bytes of their bodies and answers."""

    requests: int
    body_bytes: int


class Lab:
    """A source and its targets, all with the same objects. Use ``running`` to make one."""

    def __init__(self, source: SimulatedEngine, targets: list[SimulatedEngine]) -> None:
        self.source = source
        self.targets = targets
        self._changes = 0

    def in_sync(self, targets: t.Iterable[SimulatedEngine]) -> list[bool]:
        """For each target whether it holds the same objects at the same hashes as the source, by its own account."""
        wanted = _fingerprint(self.source)
        return [_fingerprint(target) == wanted for target in targets]

    def change_one_algorithm(self) -> None:
        """Change an algorithm on the source, as a user of its API does."""
        self._changes += 1
        api = f"{self.source.url}/masking/api"
        with requests.Session() as session:
            session.trust_env = False  # a CA bundle of the environment would win over this one
            session.verify = str(self.source.ca_path)
            login = {"username": ADMIN[0], "password": ADMIN[1]}
            session.headers["Authorization"] = _sent(session.post(f"{api}/login", json=login))["Authorization"]
            name = _sent(session.get(f"{api}/domains/{_DOMAIN}"))["defaultAlgorithmCode"]
            algorithm = _sent(session.get(f"{api}/algorithms/{name}"))
            algorithm["description"] = f"change {self._changes}"
            _sent(session.put(f"{api}/algorithms/{name}", json=algorithm))
            session.put(f"{api}/logout").raise_for_status()

    def forget_traffic(self) -> None:
        """Empty the request logs of all engines."""
        for engine in self._all():
            engine.control("DELETE", "/requests")

    def traffic(self) -> Traffic:
        """What all engines saw since their logs were emptied."""
        entries = [entry for engine in self._all() for entry in engine.control("GET", "/requests")]
        return Traffic(len(entries), sum(entry["bytes_in"] + entry["bytes_out"] for entry in entries))

    def cpu_seconds(self) -> float:
        """Processor time of all engines since they were started."""
        return sum(cpu_seconds(engine.process.pid) for engine in self._all())

    def _all(self) -> list[SimulatedEngine]:
        return [self.source, *self.targets]


@contextlib.contextmanager
def running(folder: Path, *, objects: int, targets: int, lookup_bytes: int) -> t.Iterator[Lab]:
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
        lab = Lab(source, found)
        if not all(lab.in_sync(found)):
            raise RuntimeError("the engines do not hold the same objects at their start")
        yield lab


def _fingerprint(engine: SimulatedEngine) -> str:
    return str(engine.control("GET", "/state")["fingerprint"])


def _sent(answer: requests.Response) -> t.Any:
    answer.raise_for_status()
    return answer.json()
