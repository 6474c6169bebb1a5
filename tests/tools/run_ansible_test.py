# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test in the collection tree with a home folder of its own.

ansible-test keeps caches and environments in the home folder, reads the user's settings there, and
fetches a pip bootstrap script from a host that need not be reachable. Here it gets a home inside
the checkout, with the pip settings and pip cache of the user, and a bootstrap script that unpacks
pip from an ordinary package index.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

BOOTSTRAP = """# Stands in for the pip bootstrap script that ansible-test would fetch.
import pathlib
import sysconfig
import zipfile

with zipfile.ZipFile(pathlib.Path(__file__).with_name("{wheel}")) as wheel:
    wheel.extractall(sysconfig.get_path("purelib"))
"""


def bootstrap_version(source: str) -> str:
    """The pip version that this ansible-test installs on supported Pythons.

    Its source names one version, and in older releases some more, lower ones for old Pythons.
    """
    found: list[str] = re.findall(r"\bpip=['\"]([\d.]+)['\"]", source)
    if not found:
        raise SystemExit("ansible-test does not name its pip version where it used to: adapt tests/tools")
    return max(found, key=lambda version: [int(part) for part in version.split(".")])


def provide_bootstrap(home: Path) -> None:
    """Put the pip bootstrap script where ansible-test looks for it."""
    spec = importlib.util.find_spec("ansible_test")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("ansible-test is not installed beside this Python")
    package = Path(next(iter(spec.submodule_search_locations)))
    version = bootstrap_version((package / "_internal" / "python_requirements.py").read_text(encoding="utf-8"))
    cache = home / ".ansible" / "test" / "cache"
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    wheel = f"pip-{version}-py3-none-any.whl"
    if not (cache / wheel).exists():
        fetch = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(cache), f"pip=={version}"]
        subprocess.run([sys.executable, "-m", "pip", *fetch], check=True)
    script.write_text(BOOTSTRAP.format(wheel=wheel), encoding="utf-8")


def share_pip(home: Path) -> None:
    """Let pip find the user's settings and download cache from the other home."""
    user = Path.home()
    (user / ".cache" / "pip").mkdir(parents=True, exist_ok=True)
    for name in (".config/pip", ".pip", ".cache/pip"):
        link = home / name
        if (user / name).is_dir() and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(user / name)


def main() -> None:
    """Entry point; arguments after the two options go to ansible-test."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, required=True, help="collection to test")
    parser.add_argument("--home", type=Path, required=True, help="home folder to use")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="command and options of ansible-test")
    options = parser.parse_args()
    home = options.home.resolve()
    (home / ".ansible" / "test" / "cache").mkdir(parents=True, exist_ok=True)
    share_pip(home)
    provide_bootstrap(home)
    scripts = Path(sys.executable).parent
    os.environ["HOME"] = str(home)
    os.environ["PATH"] = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    if "sanity" in options.arguments[:1] and (options.tree / "tests" / "simulator").exists():
        # The simulator is no part of the collection: it follows its own pyproject.toml.
        options.arguments += ["--exclude", "tests/simulator/"]
    if "units" in options.arguments[:1] and not any((options.tree / "tests" / "unit").rglob("test_*.py")):
        raise SystemExit("there is no unit test, which ansible-test would take for success")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [str(scripts / "ansible-test"), *options.arguments, "--python", python, "--color", "no"]
    os.chdir(options.tree)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
