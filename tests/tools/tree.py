# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the checkout to a place where Ansible's tools see a collection.

ansible-test and friends want ``.../ansible_collections/NAMESPACE/NAME`` and git. The copy holds
the files that git tracks or would track, as they are now, committed or not. Only what changed is
written, so tools may run in the copy while nothing changes.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
from pathlib import Path


def git(*arguments: str, cwd: Path) -> str:
    """Run git in a folder, unaware of any repository the environment names; return its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", *arguments], cwd=cwd, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def listed(folder: Path) -> set[str]:
    """Paths, relative to the folder, of the files git tracks or would track there."""
    output = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=folder)
    return {name for name in output.split("\0") if name and os.path.lexists(folder / name)}


def same(source: Path, copy: Path) -> bool:
    """True when the copy is known to equal its source: kind, size, mode and time of change."""
    if not os.path.lexists(copy) or source.is_symlink() != copy.is_symlink():
        return False
    if source.is_symlink():
        return source.readlink() == copy.readlink()
    left, right = source.stat(), copy.stat()
    return (left.st_size, left.st_mode, left.st_mtime_ns) == (right.st_size, right.st_mode, right.st_mtime_ns)


def replace(source: Path, copy: Path) -> None:
    """Put a file in place in one step, so that a reader sees the old or the new one."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    fresh = copy.with_name(f".{copy.name}.new")
    fresh.unlink(missing_ok=True)
    shutil.copy2(source, fresh, follow_symlinks=False)
    fresh.replace(copy)


def prune(folder: Path) -> None:
    """Remove a folder and its parents as long as they are empty."""
    while not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def synchronise(checkout: Path, tree: Path) -> None:
    """Make the tree hold what the checkout holds."""
    tree.mkdir(parents=True, exist_ok=True)
    with (tree.parent / f".{tree.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (tree / ".git").exists():
            git("init", "--quiet", cwd=tree)
        wanted = listed(checkout)
        for name in listed(tree) - wanted:
            (tree / name).unlink()
            prune((tree / name).parent)
        for name in wanted:
            if not same(checkout / name, tree / name):
                replace(checkout / name, tree / name)
        git("add", "--all", cwd=tree)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, help="folder to make or bring up to date")
    arguments = parser.parse_args()
    synchronise(Path.cwd(), arguments.tree.resolve())


if __name__ == "__main__":
    main()
