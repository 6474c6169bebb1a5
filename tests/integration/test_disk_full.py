# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A full disk where a bundle has to be written: a small file system in a mount namespace of the run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from harness.lab import Lab
from harness.playbook import Ansible
from harness.tasks import HERE, INVENTORY, at, between, play, task

_NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
# Prints what the file systems hold at the end, as they vanish with the run.
_WITH_SMALL_DISKS = """
status=0
mount -t tmpfs -o size=64k full "$1" && mount -t tmpfs -o size=600k full "$2" || exit 99
folders="$1"
shift 2
"$@" || status=$?
echo "left at dest:" $(ls -A "$folders")
exit $status
"""


def may_mount() -> bool:
    """Whether this machine lets a user mount something in a namespace of his own."""
    tried = subprocess.run([*_NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"], check=False, capture_output=True)
    return tried.returncode == 0


@pytest.mark.skipif(not may_mount(), reason="a full disk needs a mount namespace, which this machine does not give")
def test_a_full_disk_is_told_and_leaves_nothing(ansible: Ansible, lab: Lab, tmp_path: Path) -> None:
    source, target = lab.start("dev", "demo"), lab.start("qa")
    states = [source.state(), target.state()]
    full = tmp_path / "full"
    full.mkdir()
    dest = str(full / "bundle.json")
    run = ansible.run(
        play(
            task("export", "masking_export", at(source, object_types=["GLOBAL_OBJECT"], dest=dest)),
            task("sync export", "masking_export", at(source, object_types=["GLOBAL_OBJECT"], dest=dest, method="sync")),
            task("sync", "masking_sync", between(source, target)),
        ),
        INVENTORY,
        wrapper=[*_NAMESPACE, "bash", "-c", _WITH_SMALL_DISKS, "bash", str(full), "local_tmp"],
    )
    for name in ("export", "sync export"):
        result = run.result(HERE, name)
        assert result.failed
        assert result.data["error"]["code"] == "file_error"
        assert result.data["error"]["object"] == dest
        assert "No space left on device" in result.data["msg"]
        assert result.data["changed"] is False
    assert "left at dest:\n" in run.output
    sync = run.result(HERE, "sync")
    assert sync.failed
    assert sync.data["error"]["code"] == "file_error"
    assert "No space left on device" in sync.data["msg"]
    assert [source.state(), target.state()] == states
    assert target.writes() == []
