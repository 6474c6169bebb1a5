# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks run as users run them, and what they leave: results, output, log, files."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import typing as t
from pathlib import Path

from harness.collection import command
from harness.secrets import Secrets
from harness.waiting import wait_until

_DEADLINE = 120.0
_CALLBACKS = Path(__file__).with_name("callback")
Row = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Result:
    """One result of one task on one host. ``status``: ok, failed, ignored, skipped, unreachable."""

    host: str
    task: str
    action: str
    status: str
    data: Row

    @property
    def failed(self) -> bool:
        """Whether the task failed, ignored or not."""
        return self.status in ("failed", "ignored", "unreachable")


@dataclasses.dataclass(frozen=True)
class Run:
    """A playbook run that has ended. ``output`` is stdout and stderr, ``log`` what ANSIBLE_LOG_PATH got."""

    status: int
    output: str
    log: str
    results: list[Result]
    recap: dict[str, dict[str, int]]
    published: Row
    folder: Path

    def result(self, host: str, task: str) -> Result:
        """The only result of a task on a host."""
        found = [result for result in self.results if result.host == host and result.task == task]
        assert len(found) == 1, f"{len(found)} results of {task!r} on {host}\n{self.output[-5000:]}"
        return found[0]

    def of(self, host: str, action: str = "masking_sync") -> Result:
        """The only result of a module of the collection on a host."""
        found = [
            result
            for result in self.results
            if result.host == host and result.action.rpartition(".")[2] == action and result.status != "skipped"
        ]
        assert len(found) == 1, f"{len(found)} results of {action} on {host}\n{self.output[-5000:]}"
        return found[0]

    def changed(self, host: str) -> int:
        """The number of changed tasks of a host."""
        return self.recap[host]["changed"]

    def left_behind(self) -> list[Path]:
        """Files that are still in the temporary folders of the run."""
        places = [self.folder / name for name in ("tmp", "local_tmp")]
        return [path for place in places for path in place.rglob("*") if not path.is_dir()]


@dataclasses.dataclass
class Running:
    """A playbook run that may still go on, in a session of its own."""

    process: subprocess.Popen[bytes]
    folder: Path
    secrets: Secrets

    def interrupt(self) -> None:
        """Send the process group the signal that Ctrl-C sends."""
        os.killpg(self.process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End all processes of the run at once, as a power cut does. Workers have sessions of their own."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes(self) -> list[int]:
        """The processes of this run that have not ended, known by their environment."""
        mark = f"RECORDS_FILE={self.folder / 'records'}\0".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (path / "environ").read_bytes():
                    found.append(int(path.name))
        return found

    def wait(self) -> Run:
        """Wait for the end; a run that takes too long is killed and fails the test.

        What every run has to do is checked here: no secret in any output, no traceback.
        """
        try:
            status = self.process.wait(_DEADLINE)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()
            raise AssertionError(f"the run took longer than {_DEADLINE:g} s\n{self._read('output')[-5000:]}") from None
        wait_until(lambda: not self.processes(), "the workers of a run that has ended")
        results, recap, published = _records(self.folder / "records")
        run = Run(status, self._read("output"), self._read("log"), results, recap, published, self.folder)
        self.secrets.assert_absent(run.output, "the output")
        self.secrets.assert_absent(run.log, "the log")
        self.secrets.assert_absent(self._read("records"), "the results that callbacks get")
        for name in ("output", "records"):
            assert "Traceback (most recent call last)" not in self._read(name), run.output[-5000:]
        return run

    def _read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


class Ansible:
    """Runs playbooks with the installed collection and nothing of the user's settings.

    Every run is as talkative as can be (-vvvv), so that every run is a test of what must not be shown.
    """

    def __init__(self, collections: Path, folder: Path, secrets: Secrets) -> None:
        self._collections = collections
        self._folder = folder
        self._secrets = secrets
        self._runs = 0

    def run(
        self,
        play: str | list[Row],
        inventory: Row,
        *options: str,
        env: t.Mapping[str, str] | None = None,
        forks: int = 8,
        wrapper: t.Sequence[str] = (),
    ) -> Run:
        """Run a playbook, by name or given as plays, to its end. The exit status is the caller's to judge."""
        return self.start(play, inventory, *options, env=env, forks=forks, wrapper=wrapper).wait()

    def start(
        self,
        play: str | list[Row],
        inventory: Row,
        *options: str,
        env: t.Mapping[str, str] | None = None,
        forks: int = 8,
        wrapper: t.Sequence[str] = (),
    ) -> Running:
        """Start a playbook run. ``wrapper`` is a command that runs the one behind it."""
        folder = self.new_folder()
        (folder / "inventory.yml").write_text(json.dumps(inventory))
        if not isinstance(play, str):
            (folder / "play.yml").write_text(json.dumps(play))
            play = str(folder / "play.yml")
        arguments = [*wrapper, command("ansible-playbook"), play, "-i", str(folder / "inventory.yml"), "-vvvv"]
        arguments += ["--forks", str(forks), *options]
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                arguments,
                cwd=folder,
                env={**self.environment(folder), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Running(process, folder, self._secrets)

    def new_folder(self) -> Path:
        """A folder for one run."""
        self._runs += 1
        folder = self._folder / f"run-{self._runs}"
        for name in ("tmp", "local_tmp", "home"):
            (folder / name).mkdir(parents=True)
        return folder

    def environment(self, folder: Path) -> dict[str, str]:
        """The environment of a run: nothing of the user's Ansible, all files inside the run's folder."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ANSIBLE_", "DELPHIX_", "MASKING_"))
        }
        settings = folder / "ansible.cfg"
        settings.touch()
        return {
            **kept,
            "ANSIBLE_CONFIG": str(settings),
            "ANSIBLE_COLLECTIONS_PATH": str(self._collections),
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_LOCAL_TEMP": str(folder / "local_tmp"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "home" / "tmp"),
            "ANSIBLE_ASYNC_DIR": str(folder / "home" / "async"),
            "ANSIBLE_LOG_PATH": str(folder / "log"),
            "ANSIBLE_LOG_VERBOSITY": "4",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "records",
            "RECORDS_FILE": str(folder / "records"),
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder / "home"),
            "PYTHONPATH": "",
        }


def _records(path: Path) -> tuple[list[Result], dict[str, dict[str, int]], Row]:
    results: list[Result] = []
    recap: dict[str, dict[str, int]] = {}
    published: Row = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row = json.loads(line)
        if row["status"] == "recap":
            recap, published = row["result"], row["custom"]
        else:
            results.append(Result(row["host"], row["task"], row["action"], row["status"], row["result"]))
    return results, recap, published
