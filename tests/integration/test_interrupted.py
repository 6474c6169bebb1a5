# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that ends at any moment: the next one finishes the job.

Every host of the run has a source and a target of its own, one of which stops answering at
another request. When all hosts stand still the run is killed: once for all moments.
"""

from __future__ import annotations

import dataclasses
import signal
import stat
import typing as t
from pathlib import Path

import pytest
from harness.compare import missing_on
from harness.lab import Lab
from harness.pairs import Pair, run_pairs, start_pairs
from harness.playbook import Ansible, Run, Running

_FOR_EVER = {"kind": "latency", "milliseconds": 600_000}
_FOR_SOME_SECONDS = {"kind": "latency", "milliseconds": 15_000}
# Where a run stands still: engine, method, path, how many such requests pass before.
MOMENTS: dict[str, tuple[str, str, str, int]] = {
    "login on the source": ("source", "POST", "^/login", 0),
    "listing the source": ("source", "GET", "^/syncable-objects", 0),
    "login on the target": ("target", "POST", "^/login", 0),
    "listing the target": ("target", "GET", "^/syncable-objects", 0),
    "asking for the export": ("source", "POST", "^/export-async", 0),
    "waiting for the export": ("source", "GET", "^/async-tasks", 0),
    "downloading the bundle": ("source", "GET", "^/file-downloads", 0),
    "sending the import": ("target", "POST", "^/import-async", 0),
    "waiting for the import": ("target", "GET", "^/async-tasks", 0),
    "reading the import's statuses": ("target", "GET", "^/file-downloads", 0),
    "proving the result": ("target", "GET", "^/syncable-objects", 1),
    "logging out": ("target", "PUT", "^/logout", 0),
}
# Moments at which the whole import has been sent: the engine finishes it without the client.
AFTER_THE_IMPORT = ("waiting for the import", "reading the import's statuses", "proving the result", "logging out")


@dataclasses.dataclass
class Interrupted:
    """Pairs by moment, their targets before and after the run that was ended, that run, and the next one."""

    pairs: dict[str, Pair]
    before: dict[str, str]
    after: dict[str, str]
    stopped: Run
    bundles: list[Path]
    finished: Run


def stand_still(
    ansible: Ansible, lab: Lab, end: t.Callable[[Running], None], moments: t.Collection[str]
) -> Interrupted:
    """Run until every host stands still, end the run, and run again."""
    pairs = {}
    receipts = str(lab.folder / "receipts")
    for moment in moments:
        which, method, path, after = MOMENTS[moment]
        name = moment.replace(" ", "-").replace("'", "")
        source = lab.start(f"{name}-source", "scale:8:4:0:0:20000")
        target = lab.start(f"{name}-target")
        fault = {"match": {"method": method, "path": path, "after": after, "times": 1}, "action": _FOR_EVER}
        (source if which == "source" else target).faults(fault)
        pairs[moment] = Pair(source, target, {"passphrase": lab.secrets.new("passphrase"), "receipts_dir": receipts})
    before = {moment: pair.target.state() for moment, pair in pairs.items()}
    running = start_pairs(ansible, pairs)
    for moment, pair in pairs.items():
        (pair.source if MOMENTS[moment][0] == "source" else pair.target).wait_for_fault()
    end(running)
    stopped = running.wait()
    bundles = stopped.left_behind()
    for source, target, _options in pairs.values():
        for engine in (source, target):
            engine.wait_until_idle()
            engine.faults()
    after_it = {moment: pair.target.state() for moment, pair in pairs.items()}
    return Interrupted(pairs, before, after_it, stopped, bundles, run_pairs(ansible, pairs))


@pytest.fixture(scope="module")
def killed(ansible: Ansible, shared_lab: Lab) -> Interrupted:
    """Runs killed as by a power cut."""
    return stand_still(ansible, shared_lab, Running.kill, MOMENTS)


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_run_finishes_the_job(killed: Interrupted, moment: str) -> None:
    source, target, _options = killed.pairs[moment]
    result = killed.finished.of(moment)
    assert not result.failed, result.data
    assert missing_on(target, source) == set()
    assert result.data["changed"] is (moment not in AFTER_THE_IMPORT)


@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_is_half_done(killed: Interrupted, moment: str) -> None:
    source, target, _options = killed.pairs[moment]
    if moment in AFTER_THE_IMPORT:
        # What the first run had sent is there as a whole, so that the next one had nothing to send.
        assert killed.after[moment] != killed.before[moment]
        assert target.count("POST", "/import-async") == 1
        assert source.count("POST", "/export-async") == 1
    else:
        assert killed.after[moment] == killed.before[moment]


def test_a_killed_run_leaves_no_bundle_where_others_can_read_it(killed: Interrupted) -> None:
    assert killed.stopped.status == -signal.SIGKILL
    assert killed.bundles, "bundles were on the way when the run was killed"
    for path in killed.bundles:
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path
        private = path.parent
        while private.name != "local_tmp" and not private.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            private = private.parent
        assert private.name == "local_tmp", f"{path} is outside Ansible's own folder"


def test_an_interrupted_run_leaves_nothing(ansible: Ansible, lab: Lab) -> None:
    moments = ("waiting for the export", "downloading the bundle", "waiting for the import")
    interrupted = stand_still(ansible, lab, Running.interrupt, moments)
    assert interrupted.stopped.status != 0
    assert interrupted.bundles == []
    for moment, (source, target, _options) in interrupted.pairs.items():
        assert missing_on(target, source) == set(), moment
        assert not interrupted.finished.of(moment).failed


def test_workers_that_outlive_their_run_do_no_harm(ansible: Ansible, lab: Lab) -> None:
    # Ansible's workers have sessions of their own: they go on when ansible-playbook alone is killed.
    pairs = {}
    for moment in ("listing the target", "downloading the bundle", "waiting for the import"):
        which, method, path, _after = MOMENTS[moment]
        pairs[moment] = Pair(lab.start(data="scale:8:4:0:0:20000"), lab.start(), {})
        rule = {"match": {"method": method, "path": path, "times": 1}, "action": _FOR_SOME_SECONDS}
        (pairs[moment].source if which == "source" else pairs[moment].target).faults(rule)
    running = start_pairs(ansible, pairs)
    for moment, pair in pairs.items():
        (pair.source if MOMENTS[moment][0] == "source" else pair.target).wait_for_fault()
    running.process.kill()
    running.process.wait()
    beside = run_pairs(ansible, pairs)
    assert len(running.processes()) == len(pairs), "the workers were to outlive the next run"
    states = {moment: pair.target.state() for moment, pair in pairs.items()}
    running.wait()
    for moment, (source, target, _options) in pairs.items():
        assert not beside.of(moment).failed, beside.of(moment).data["msg"]
        target.wait_until_idle()
        assert missing_on(target, source) == set()
        assert target.state() == states[moment]
