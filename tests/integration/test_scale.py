# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many objects, and a large bundle that never is in memory as a whole."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from harness.compare import assert_read_once, missing_on
from harness.lab import Lab, inventory
from harness.pairs import Pair, start_pairs
from harness.playbook import Ansible
from harness.tasks import HERE, INVENTORY, at, play, task

_MEGABYTE = 1024 * 1024
# Runs a command and tells the largest memory that any process of it has had, in kilobytes.
_MEASURE = (
    "import resource, subprocess, sys; status = subprocess.call(sys.argv[1:]); "
    "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(status)"
)


def test_ten_thousand_objects_are_read_once_and_left_alone(ansible: Ansible, lab: Lab) -> None:
    source, target = (lab.start(name, "scale:8000:2000:0:0:0") for name in ("dev", "qa"))
    run = ansible.run("maskops.delphix.sync_global", inventory(source, [target]))
    assert run.status == 0, run.output[-3000:]
    assert run.changed("qa") == 0
    assert run.of("qa").data["plan"]["summary"]["in_sync"] > 10_000
    for engine in (source, target):
        assert_read_once(engine)
    assert len(run.output) < _MEGABYTE, "objects in sync are counted, not listed"


def test_a_large_bundle_is_never_in_memory(ansible: Ansible, lab: Lab) -> None:
    peaks = {}
    for size in (1_000, 20_000_000):
        # Every fourth algorithm is a lookup with that much data.
        pairs = {
            method: Pair(lab.start(data=f"scale:8:1:0:0:{size}"), lab.start(), {"method": method})
            for method in ("async", "sync")
        }
        run = start_pairs(ansible, pairs, wrapper=[sys.executable, "-c", _MEASURE]).wait()
        for method, (source, target, _options) in pairs.items():
            result = run.of(method)
            assert not result.failed, result.data["msg"]
            assert missing_on(target, source) == set()
            assert result.data["stats"]["bytes_received"] > 2 * size
        found = re.search(r"^peak (\d+)$", run.output, re.MULTILINE)
        assert found
        peaks[size] = int(found[1]) * 1024
    # The bundle has more than 40 MB; a client that held it even once would need that much more.
    assert peaks[20_000_000] - peaks[1_000] < 15 * _MEGABYTE, peaks


def test_a_large_bundle_is_hashed_and_sent_from_disk(ansible: Ansible, lab: Lab, tmp_path: Path) -> None:
    source, target = lab.start(data="scale:8:1:0:0:20000000"), lab.start()
    dest = str(tmp_path / "bundle.json")
    tasks = [
        task(
            "export",
            "masking_export",
            at(source, object_types=["GLOBAL_OBJECT"], names=["SCALE_*", "Scale*"], dest=dest),
        ),
        task("import", "masking_import", at(target, src=dest, force_overwrite=True)),
        task("import again", "masking_import", at(target, src=dest, force_overwrite=True)),
    ]
    run = ansible.run(play(*tasks), INVENTORY, wrapper=[sys.executable, "-c", _MEASURE])
    assert [run.result(HERE, row["name"]).data["changed"] for row in tasks] == [True, True, False]
    assert Path(dest).stat().st_size > 40_000_000
    found = re.search(r"^peak (\d+)$", run.output, re.MULTILINE)
    assert found
    assert int(found[1]) * 1024 < 150 * _MEGABYTE
