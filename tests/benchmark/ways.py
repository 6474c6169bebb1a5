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

from benchmark.lab import Lab
from support.engines import ADMIN, SimulatedEngine, ansible_environment, inventory

FLOOR, CURL = "bare loop", "curl"
_SCRIPTS = Path(__file__).parent / "scripts"
_ENVIRONMENT_BIN = Path(sys.executable).parent
# As the collection begins. People sleep for seconds; that would only measure their patience.
_POLL_SECONDS = "0.1"


@dataclasses.dataclass(frozen=True)
class Call:
    """A command with its environment."""

    command: list[str]
    environment: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Way:
    """One way. ``missing`` says why it cannot be measured here, if it cannot."""

    name: str
    call: t.Callable[[Lab, list[SimulatedEngine], Path], Call]
    missing: str | None = None


def all_ways() -> list[Way]:
    """Every way, the floor first."""
    no_curl = None if shutil.which("curl") and shutil.which("bash") else "needs curl and bash"
    return [
        Way(FLOOR, _floor),
        Way("collection", _collection),
        Way("collection, as a module", _collection_as_module),
        Way(CURL, _curl, no_curl),
        Way("uri playbook", _uri),
    ]


def _environment(lab: Lab, targets: list[SimulatedEngine]) -> dict[str, str]:
    return ansible_environment(
        {
            "BENCH_SOURCE": lab.source.url,
            "BENCH_TARGETS": " ".join(target.url for target in targets),
            "BENCH_CA": str(lab.source.ca_path),
            "BENCH_USER": ADMIN[0],
            "BENCH_PASSWORD": ADMIN[1],
            "BENCH_POLL": _POLL_SECONDS,
        }
    )


def _floor(lab: Lab, targets: list[SimulatedEngine], _folder: Path) -> Call:
    return Call([sys.executable, str(_SCRIPTS / "floor.py")], _environment(lab, targets))


def _curl(lab: Lab, targets: list[SimulatedEngine], _folder: Path) -> Call:
    return Call(["bash", str(_SCRIPTS / "curl.sh")], _environment(lab, targets))


def _collection(lab: Lab, targets: list[SimulatedEngine], folder: Path) -> Call:
    return _playbook("maskops.delphix.sync_global", lab, targets, folder, global_sync_source=lab.source.name)


def _collection_as_module(lab: Lab, targets: list[SimulatedEngine], folder: Path) -> Call:
    """The same, but the Python of this environment is named by another path: not that of Ansible's own process."""
    link = folder / "other-environment"
    if not link.is_symlink():
        link.symlink_to(_ENVIRONMENT_BIN.parent)
    interpreter = str(link / _ENVIRONMENT_BIN.name / Path(sys.executable).name)
    return _playbook(
        "maskops.delphix.sync_global",
        lab,
        targets,
        folder,
        global_sync_source=lab.source.name,
        ansible_python_interpreter=interpreter,
    )


def _uri(lab: Lab, targets: list[SimulatedEngine], folder: Path) -> Call:
    return _playbook(str(_SCRIPTS / "uri.yml"), lab, targets, folder, work_folder=str(folder))


def _playbook(name: str, lab: Lab, targets: list[SimulatedEngine], folder: Path, **extra: str) -> Call:
    path = folder / f"engines-{len(targets)}.yml"
    path.write_text(json.dumps(inventory(lab.source, targets)))
    command = [str(_ENVIRONMENT_BIN / "ansible-playbook"), name, "--inventory", str(path)]
    return Call([*command, "--extra-vars", json.dumps(extra)], _environment(lab, targets))
