# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run sanity and units with every supported ansible-core on every Python found on this machine.

Each pair gets an environment of its own in the work folder, kept for the next run. The last line
printed is ``N passed, N failed``, counting runs; the exit status is 0 only when none failed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

# Python 3.x that a controller may have, first and last, by ansible-core.
CORES = {
    "2.16": (10, 12),
    "2.17": (10, 12),
    "2.18": (11, 13),
    "2.19": (11, 13),
    "2.20": (12, 14),
    "2.21": (12, 14),
}
COMMANDS = {
    "sanity": ["sanity"],
    # installs pytest as that ansible-test wants it
    "units": ["units", "--requirements"],
}


def answers(python: Path, version: str) -> bool:
    """Whether this file is a Python of this version that runs (a pyenv shim may not)."""
    probe = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(probe, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return done.stdout.strip() == version


def find_python(version: str) -> Path | None:
    """A Python of this version: on the path, or made by pyenv."""
    on_path = shutil.which(f"python{version}")
    candidates = [Path(on_path)] if on_path else []
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)
    return next((python for python in candidates if answers(python, version)), None)


def environment(python: Path, core: str, folder: Path) -> Path:
    """Make the environment of one pair where it is missing; return its Python."""
    inside = folder / "bin" / "python"
    made = folder / ".made"
    if not made.exists():
        subprocess.run([str(python), "-m", "venv", "--clear", str(folder)], check=True)
        packages = [f"ansible-core=={core}.*", "--requirement", "tests/unit/requirements.txt"]
        subprocess.run([str(inside), "-m", "pip", "install", "--quiet", *packages], check=True)
        made.touch()
    return inside


def run(label: str, command: list[str], log: Path) -> bool:
    """Run one command; print its result, and its output when it failed. True when it passed."""
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        passed = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'} {label:<32} {time.monotonic() - started:6.1f} s", flush=True)
    if not passed:
        print(log.read_text(encoding="utf-8", errors="replace"), flush=True)
    return passed


def main() -> int:
    """Entry point; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, required=True, help="collection to test")
    parser.add_argument("--work", type=Path, required=True, help="folder for environments and output")
    parser.add_argument("--core", action="append", choices=CORES, help="only this ansible-core; may repeat")
    parser.add_argument("--python", action="append", help="only this Python, such as 3.12; may repeat")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    wrapper = Path(__file__).with_name("run_ansible_test.py")
    results: list[bool] = []
    for core in options.core or CORES:
        first, last = CORES[core]
        for version in (f"3.{minor}" for minor in range(first, last + 1)):
            if options.python and version not in options.python:
                continue
            python = find_python(version)
            if python is None:
                print(f"absent ansible-core {core}, Python {version}")
                continue
            name = f"core-{core}-python-{version}"
            inside = environment(python, core, options.work / name)
            places = [str(wrapper), "--tree", str(options.tree), "--home", str(options.work / "home")]
            results += [
                run(f"{name} {title}", [str(inside), *places, *arguments], options.work / f"{name}-{title}.log")
                for title, arguments in COMMANDS.items()
            ]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
