# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as users get it: installed from its archive."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
_PLACE = "installed"
_TREE = Path("ansible_collections", "maskops", "delphix")


def command(name: str) -> str:
    """A command of the environment that runs the tests."""
    return str(Path(sys.executable).with_name(name))


def install(folder: Path) -> Path:
    """Install the archive into ``folder`` and return the path for ANSIBLE_COLLECTIONS_PATH.

    The archive is the one that COLLECTION_TARBALL names, else one is built from the checkout.
    """
    archive = os.environ.get("COLLECTION_TARBALL") or str(_build(folder))
    place = folder / _PLACE
    galaxy = [command("ansible-galaxy"), "collection", "install", archive]
    _run([*galaxy, "--offline", "--no-deps", "--collections-path", str(place)], folder)
    return place


def _build(folder: Path) -> Path:
    tree = folder / "tree" / _TREE
    subprocess.run([sys.executable, "tests/tools/tree.py", str(tree)], cwd=CHECKOUT, check=True)
    _run([command("ansible-galaxy"), "collection", "build", "--output-path", str(folder), str(tree)], folder)
    (archive,) = folder.glob("maskops-delphix-*.tar.gz")
    return archive


def _run(arguments: list[str], folder: Path) -> None:
    environment = {**os.environ, "ANSIBLE_HOME": str(folder), "ANSIBLE_COLLECTIONS_PATH": str(folder / _PLACE)}
    subprocess.run(arguments, env=environment, check=True, stdout=subprocess.PIPE)
