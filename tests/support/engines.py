# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated engines as processes, for demo, integration tests and benchmark."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
import time
import typing as t
import urllib.request
from pathlib import Path

ADMIN = ("admin", "Admin-12")
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


class Process(t.Protocol):
    """A running program, as subprocess.Popen is one."""

    pid: int
    stdout: t.IO[str] | None

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


@dataclasses.dataclass
class SimulatedEngine:
    """One running simulator. ``url`` is where clients reach it, ``control_url`` its control interface."""

    name: str
    url: str
    control_url: str
    ca_path: Path | None
    process: Process
    log: Path

    def control(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """Call the control interface and return its JSON, None for an empty answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - a loopback address of our own
            self.control_url + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            text = answer.read()
        return json.loads(text) if text else None

    def stop(self) -> None:
        """End the process, gently at first."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.kill()
        self.process.wait()


def run_simulator(arguments: t.Sequence[str], log: Path) -> Process:
    """Run the simulator command of the environment that runs this; ``log`` gets its errors."""
    command = [str(Path(sys.executable).with_name("masking-simulator")), *arguments]
    with log.open("w") as errors:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)


def start_engine(
    name: str,
    folder: Path,
    *,
    host: str,
    port: int = 0,
    release: str = "2025.2.0.0",
    data: str = "demo",
    seed: int = 1,
    tls: bool = True,
    switches: t.Mapping[str, str] | None = None,
    admin: tuple[str, str] = ADMIN,
    run: t.Callable[[t.Sequence[str], Path], Process] = run_simulator,
) -> SimulatedEngine:
    """Start a simulator with its state in ``folder/name`` and wait until it takes requests.

    Engines that share ``folder`` share its CA. ``run`` starts the program. Raises RuntimeError
    with the simulator's output when it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["serve", "--host", host, "--port", str(port), "--state", str(folder / name)]
    arguments += ["--release", release, "--data", data, "--seed", str(seed), "--admin", ":".join(admin)]
    arguments += ["--control-port", "0", *(["--tls-dir", str(folder / "tls")] if tls else ["--plain-http"])]
    for switch, value in (switches or {}).items():
        arguments += ["--set", f"{switch}={value}"]
    log = folder / f"{name}.log"
    process = run(arguments, log)
    found = _announced(process)
    if "ready" not in found:
        process.kill()
        process.wait()
        raise RuntimeError(f"the simulator {name} did not start: {log.read_text()}")
    ca_path = folder / "tls" / "ca.pem" if tls else None
    return SimulatedEngine(name, found["ready"], found["control"], ca_path, process, log)


def _announced(process: Process) -> dict[str, str]:
    """The addresses that a starting simulator prints, up to and with its ready line."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    found: dict[str, str] = {}
    ends = time.monotonic() + _START_SECONDS
    while "ready" not in found:
        try:
            line = lines.get(timeout=max(0.0, ends - time.monotonic()))
        except queue.Empty:
            break
        if line is None:
            break
        word, _space, address = line.strip().partition(" ")
        found[word] = address
    return found


@contextlib.contextmanager
def stopping(*engines: SimulatedEngine) -> t.Iterator[None]:
    """Stop engines at the end of a block, whatever happens in it."""
    try:
        yield
    finally:
        for engine in engines:
            engine.stop()


def inventory(source: SimulatedEngine, targets: t.Sequence[SimulatedEngine]) -> dict[str, t.Any]:
    """An inventory, in the form of inventory files, of a source and its targets."""

    def host(engine: SimulatedEngine) -> dict[str, str]:
        return {"masking_engine_url": engine.url}

    shared: dict[str, t.Any] = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "masking_engine_username": ADMIN[0],
        "masking_engine_password": "{{ lookup('ansible.builtin.env', 'DEMO_PASSWORD') }}",
    }
    if source.ca_path:
        shared["masking_engine_ca_path"] = str(source.ca_path)
    return {
        "masking_engines": {
            "vars": shared,
            "children": {
                "masking_sources": {"hosts": {source.name: host(source)}},
                "masking_targets": {"hosts": {engine.name: host(engine) for engine in targets}},
            },
        }
    }


def ansible_environment(extra: t.Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for ansible-playbook: of this process, without settings of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DELPHIX_MASKING_")}
    return {**kept, "DEMO_PASSWORD": ADMIN[1], **(extra or {})}
