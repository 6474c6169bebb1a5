# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways to keep engines in sync that are compared, each as a command."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
import typing as t
from pathlib import Path

from support.engines import ADMIN, SimulatedEngine, ansible_environment, inventory

FLOOR, COLLECTION, CURL = "bare loop", "collection", "curl"
_SCRIPTS = Path(__file__).parent / "scripts"
_ENVIRONMENT_BIN = Path(sys.executable).parent
# As the collection begins. People sleep for seconds; that would only measure their patience.
_POLL_SECONDS = "0.1"


@dataclasses.dataclass(frozen=True)
class Call:
    """A command with its environment."""

    command: list[str]
    environment: dict[str, str]


_Make = t.Callable[[SimulatedEngine, list[SimulatedEngine], Path], Call]


@dataclasses.dataclass(frozen=True)
class Way:
    """One way: its command, from a source, targets and a folder for its files.

    ``missing`` says why it cannot be measured here, if it cannot. ``exact``: whether on-the-fly jobs have to arrive
    and to read where they read on the source. ``makes_environments``: whether it can start on an empty engine.
    """

    name: str
    call: _Make
    missing: str | None = None
    exact: bool = True
    makes_environments: bool = True


def global_ways() -> list[Way]:
    """Every way to sync global objects, the floor first."""
    return [
        Way(FLOOR, _script("floor.py", sys.executable)),
        Way(COLLECTION, _collection("global_sync", "maskops.delphix.sync_global")),
        Way("collection, as a module", _collection_as_module("global_sync", "maskops.delphix.sync_global")),
        Way(CURL, _script("curl.sh", "bash"), _needs("curl", "bash")),
        Way("uri playbook", _uri),
    ]


def estate_ways() -> list[Way]:
    """Every way to sync everything, the floor first."""
    return [
        Way(FLOOR, _script("floor_estate.py", sys.executable), makes_environments=False),
        Way(COLLECTION, _collection("engine_sync", "maskops.delphix.sync_engine")),
        Way("collection, as a module", _collection_as_module("engine_sync", "maskops.delphix.sync_engine")),
        Way(CURL, _script("curl_estate.sh", "bash"), _needs("curl", "bash", "jq"), exact=False),
    ]


def _needs(*programs: str) -> str | None:
    missing = [program for program in programs if shutil.which(program) is None]
    return f"needs {' and '.join(missing)}" if missing else None


def _environment(source: SimulatedEngine, targets: list[SimulatedEngine]) -> dict[str, str]:
    return ansible_environment(
        {
            "BENCH_SOURCE": source.url,
            "BENCH_TARGETS": " ".join(target.url for target in targets),
            "BENCH_CA": str(source.ca_path),
            "BENCH_USER": ADMIN[0],
            "BENCH_PASSWORD": ADMIN[1],
            "BENCH_POLL": _POLL_SECONDS,
        }
    )


def _script(name: str, program: str) -> _Make:
    def call(source: SimulatedEngine, targets: list[SimulatedEngine], _folder: Path) -> Call:
        return Call([program, str(_SCRIPTS / name)], _environment(source, targets))

    return call


def _collection(role: str, playbook: str) -> _Make:
    def call(source: SimulatedEngine, targets: list[SimulatedEngine], folder: Path) -> Call:
        return _playbook(playbook, source, targets, folder, {f"{role}_source": source.name})

    return call


def _collection_as_module(role: str, playbook: str) -> _Make:
    """The same, but the Python of this environment is named by another path: not that of Ansible's own process."""

    def call(source: SimulatedEngine, targets: list[SimulatedEngine], folder: Path) -> Call:
        link = folder / "other-environment"
        if not link.is_symlink():
            link.symlink_to(_ENVIRONMENT_BIN.parent)
        interpreter = str(link / _ENVIRONMENT_BIN.name / Path(sys.executable).name)
        extra = {f"{role}_source": source.name, "ansible_python_interpreter": interpreter}
        return _playbook(playbook, source, targets, folder, extra)

    return call


def _uri(source: SimulatedEngine, targets: list[SimulatedEngine], folder: Path) -> Call:
    return _playbook(str(_SCRIPTS / "uri.yml"), source, targets, folder, {"work_folder": str(folder)})


def _playbook(
    name: str, source: SimulatedEngine, targets: list[SimulatedEngine], folder: Path, extra: dict[str, str]
) -> Call:
    path = folder / f"engines-{len(targets)}.yml"
    path.write_text(json.dumps(inventory(source, targets)))
    command = [str(_ENVIRONMENT_BIN / "ansible-playbook"), name, "--inventory", str(path)]
    return Call([*command, "--extra-vars", json.dumps(extra)], _environment(source, targets))
