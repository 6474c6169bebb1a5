# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines that die in the middle and come back: sessions are gone, running tasks have failed."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.compare import missing_on
from harness.lab import Lab
from harness.pairs import Pair, run_pairs, start_pairs
from harness.playbook import Ansible, Run

# which engine dies, at which request, before or after its work was done; options of the sync
CASES: dict[str, tuple[str, str, str, dict[str, t.Any]]] = {
    "source, while it exports": ("source", "^/async-tasks", "before", {}),
    "source, while it is listed": ("source", "^/syncable-objects$", "before", {}),
    "target, before the import": ("target", "^/import-async$", "before", {}),
    "target, with the import accepted": ("target", "^/import-async$", "after", {}),
    "target, with the sync import done": ("target", "^/import$", "after", {"method": "sync"}),
    "target, while it imports": ("target", "^/async-tasks", "before", {}),
}
# What the client may say when it cannot know, or when the engine has lost its task.
_CODES = ("unreachable", "answer_lost", "import_failed", "task_failed")


@dataclasses.dataclass
class Outcome:
    """The engines, the run that they died in, and the next one."""

    pairs: dict[str, Pair]
    untouched: dict[str, bool]
    first: Run
    second: Run


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    pairs, dying = {}, {}
    for name, (which, path, moment, options) in CASES.items():
        pairs[name] = Pair(shared_lab.start(data="scale:8:4:0:0:2000"), shared_lab.start(), options)
        dying[name] = pairs[name].source if which == "source" else pairs[name].target
        rules: list[dict[str, t.Any]] = [{"match": {"path": path}, "action": {"kind": "restart", "when": moment}}]
        if name == "target, while it imports":
            rules.append({"match": {"path": "^/import-async$"}, "action": {"kind": "slow_task", "seconds": 60}})
        dying[name].faults(*rules)
    before = {name: pair.target.state() for name, pair in pairs.items()}
    running = start_pairs(ansible, pairs)
    for engine in dying.values():
        engine.begin_again()
    first = running.wait()
    for pair in pairs.values():
        pair.target.wait_until_idle()
    untouched = {name: pair.target.state() == before[name] for name, pair in pairs.items()}
    return Outcome(pairs, untouched, first, run_pairs(ansible, pairs))


@pytest.mark.parametrize("name", CASES)
def test_the_run_tells_the_truth(outcome: Outcome, name: str) -> None:
    source, target, _options = outcome.pairs[name]
    result = outcome.first.of(name)
    if result.failed:
        assert result.data["error"]["code"] in _CODES, result.data["msg"]
        assert result.data["error"]["engine"] == (source if CASES[name][0] == "source" else target).url
    assert result.data["changed"] is not outcome.untouched[name]


@pytest.mark.parametrize("name", CASES)
def test_the_next_run_finishes_the_job(outcome: Outcome, name: str) -> None:
    source, target, _options = outcome.pairs[name]
    result = outcome.second.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is outcome.untouched[name]
    assert missing_on(target, source) == set()
