# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines of a test: started, looked at, and stopped with all that they logged checked."""

from __future__ import annotations

import contextlib
import functools
import itertools
import typing as t
import urllib.error
from pathlib import Path
from urllib.parse import urlsplit

from support.engines import SimulatedEngine, start_engine

from harness.contract import Contract
from harness.nursery import Nursery
from harness.person import Person
from harness.secrets import Secrets
from harness.waiting import wait_until

Row = dict[str, t.Any]
NEW_RELEASE = "2025.2.0.0"
_COLLECTION = "maskops.delphix"
_SAFE = ("GET", "HEAD", "OPTIONS")
_SESSION = {("POST", "/login"), ("PUT", "/logout")}


class Request(t.NamedTuple):
    """A request of the collection that an engine has logged; ``path`` starts behind the API root."""

    method: str
    path: str
    query: str
    status: int
    row: Row

    @property
    def writes(self) -> bool:
        """Whether it could change an object: any unsafe verb but those of login and logout."""
        return self.method not in _SAFE and (self.method, self.path) not in _SESSION


class Engine:
    """A running simulated engine with a password of its own."""

    def __init__(self, begin: t.Callable[..., SimulatedEngine], release: str, username: str, password: str) -> None:
        self._begin = begin
        self.simulator = simulator = begin()
        self.name = simulator.name
        self.url = simulator.url
        self.ca_path = simulator.ca_path
        self.release = release
        self.username = username
        self.password = password

    # the control interface

    def faults(self, *rules: Row) -> None:
        """Set the fault rules; none clears them."""
        self.simulator.control("PUT", "/faults", list(rules))

    def fault_hits(self) -> list[int]:
        """How often each fault has happened."""
        return [rule["hits"] for rule in self.simulator.control("GET", "/faults")]

    def wait_for_fault(self) -> None:
        """Wait until the first fault has happened."""
        wait_until(lambda: self.fault_hits()[0] > 0, f"the fault of {self.name}")

    def begin_again(self) -> None:
        """Wait until it has ended by a fault, and start it at the same address with what it has on disk."""
        wait_until(lambda: self.simulator.process.poll() is not None, f"the end of {self.name}")
        self.simulator = self._begin(port=urlsplit(self.url).port)
        vars(self).pop("person", None)  # sessions have ended with the process

    def start_job(self, job: int) -> int:
        """Start a job that runs until finish_job(); returns its execution's id."""
        return int(self.simulator.control("POST", "/executions", {"job_id": job})["executionId"])

    def finish_job(self, execution: int) -> None:
        """End a job."""
        self.simulator.control("POST", f"/executions/{execution}/finish")

    def wait_until_asked(self, method: str, path: str, times: int = 1) -> None:
        """Wait until the collection has sent a request so many times."""
        wait_until(lambda: self.count(method, path) >= times, f"{method} {path} at {self.name}")

    def wait_until_idle(self) -> None:
        """Wait until no task is left to run."""

        def idle() -> bool:
            tasks = self.simulator.control("GET", "/state")["tasks"]
            return not tasks.keys() & {"WAITING", "RUNNING"}

        wait_until(idle, f"the tasks of {self.name}")

    def add_user(self, username: str, password: str) -> None:
        """Make a user who is no administrator."""
        self.simulator.control("POST", "/users", {"username": username, "password": password, "is_admin": False})

    def state(self) -> str:
        """A fingerprint of all objects and their hashes."""
        return str(self.simulator.control("GET", "/state")["fingerprint"])

    def log(self) -> list[Row]:
        """The raw request log."""
        return list(self.simulator.control("GET", "/requests"))

    def requests(self) -> list[Request]:
        """What the collection has asked since the last forget(), in order."""
        rows = [row for row in self.log() if _COLLECTION in row["headers"].get("user-agent", "")]
        return [
            Request(row["method"], api_path(row["path"]), row["query"], row.get("status") or 0, row)
            for row in sorted(rows, key=lambda row: int(row["seq"]))
        ]

    def count(self, method: str, path: str) -> int:
        """How often the collection sent a request, whatever its query."""
        return sum((request.method, request.path) == (method, path) for request in self.requests())

    def writes(self) -> list[Request]:
        """Requests of the collection that could have changed an object."""
        return [request for request in self.requests() if request.writes]

    def forget(self) -> None:
        """Start the request log anew."""
        self.simulator.control("DELETE", "/requests")

    # the engine itself

    @functools.cached_property
    def person(self) -> Person:
        """Somebody logged in here, other than the collection."""
        return Person(self.url, self.username, self.password, self.ca_path)

    def options(self, prefix: str = "") -> Row:
        """How to reach it, as options of modules and roles."""
        options = {"url": self.url, "username": self.username, "password": self.password}
        if self.ca_path:
            options["ca_path"] = str(self.ca_path)
        return {f"{prefix}{name}": value for name, value in options.items()}


def api_path(path: str) -> str:
    """A logged path without the API root and a pinned version."""
    rest = path.removeprefix("/masking/api")
    first, _slash, tail = rest.lstrip("/").partition("/")
    return f"/{tail}" if first[:1] == "v" and first[1:2].isdigit() else rest


class Lab:
    """Starts engines in one folder and ends them; their requests are held against the contract."""

    def __init__(self, folder: Path, nursery: Nursery, secrets: Secrets, contract: Contract) -> None:
        self.folder = folder
        self._nursery = nursery
        self.secrets = secrets
        self.contract = contract
        self._engines: list[Engine] = []
        self._numbers = itertools.count(1)

    def beside(self, folder: Path) -> Lab:
        """Another lab of the session, with a CA of its own."""
        return Lab(folder, self._nursery, self.secrets, self.contract)

    def start(
        self,
        name: str = "",
        data: str = "empty",
        *,
        release: str = NEW_RELEASE,
        seed: int | None = None,
        tls: bool = True,
        admin: tuple[str, str] | None = None,
        switches: t.Mapping[str, str | int] | None = None,
    ) -> Engine:
        """Start an engine on an address of its own, with a password of its own unless one is given.

        Without ``seed`` engines with the same data hold the same, but for empty ones: a new
        engine has keys of its own, so that even its built-in algorithms are not those of others.
        """
        number = next(self._numbers)
        if seed is None:
            seed = 1 + number if data == "empty" else 1
        username, password = admin or ("admin", self.secrets.new("password"))
        begin = functools.partial(
            start_engine,
            name or f"engine{number}",
            self.folder / ("tls-engines" if tls else "plain-engines"),
            host=f"127.0.0.{2 + number % 200}",
            release=release,
            data=data,
            seed=seed,
            tls=tls,
            switches={switch: str(value) for switch, value in (switches or {}).items()},
            admin=(username, password),
            run=self._nursery.run,
        )
        engine = Engine(begin, release, username, password)
        self._engines.append(engine)
        return engine

    def close(self) -> None:
        """End all engines; fail when the collection has sent something that the contract does not know."""
        problems: list[str] = []
        try:
            for engine in self._engines:
                with contextlib.suppress(urllib.error.URLError, ConnectionError):  # one that a test has ended
                    problems += self.contract.problems(engine)
        finally:
            for engine in self._engines:
                engine.simulator.kill()
            self._engines.clear()
        assert not problems, "requests outside the contract:\n" + "\n".join(sorted(set(problems))[:20])


def inventory(source: Engine | None, targets: t.Sequence[Engine], **variables: t.Any) -> Row:
    """An inventory as users write it: a group of sources, a group of targets."""

    def host(engine: Engine) -> Row:
        return engine.options("masking_engine_")

    shared = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    if source:
        shared["global_sync_source"] = source.name
    return {
        "all": {
            "vars": {**shared, **variables},
            "children": {
                "masking_sources": {"hosts": {source.name: host(source)} if source else {}},
                "masking_targets": {"hosts": {engine.name: host(engine) for engine in targets}},
            },
        }
    }
