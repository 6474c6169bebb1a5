# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines that refuse an import while something else runs: the sync waits, and says for what.

Documented: before release 20 no import while an export, an import or a job runs. Whether later
releases refuse an import during a job is not known.
"""

from __future__ import annotations

import dataclasses

import pytest
from harness.compare import missing_on
from harness.lab import Lab
from harness.pairs import Pair, run_pairs, start_pairs
from harness.playbook import Ansible, Run

OLD, NEW = "12.0.0.0", "2025.2.0.0"
_DATA = "scale:8:4:0:0:2000"
_JOB = 4711
# A job that begins when the engine was seen idle and before the import arrives.
LATE: dict[str, tuple[str, dict[str, str | int]]] = {
    "job begins late": (OLD, {}),
    "job begins late, told by the task": (OLD, {"concurrency_refusal": "task"}),
    "job begins late, told with another status": (OLD, {"concurrency_status": 400}),
    "job begins late on a new release": (NEW, {"import_while_jobs_run": "refused"}),
}
WAITING = ("job ends", "export ends", *LATE)


@dataclasses.dataclass
class Outcome:
    """The engines, the run beside which jobs came and went, and another one."""

    pairs: dict[str, Pair]
    run: Run
    again: Run
    execution: int


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    sources = {release: shared_lab.start(f"dev-{release}", _DATA, release=release) for release in (OLD, NEW)}
    pairs = {
        "job ends": Pair(sources[OLD], shared_lab.start(release=OLD), {}),
        "job never ends": Pair(sources[OLD], shared_lab.start(release=OLD), {"deadline": 4}),
        "export ends": Pair(sources[OLD], shared_lab.start(release=OLD), {}),
    }
    for name, (release, switches) in LATE.items():
        pairs[name] = Pair(sources[release], shared_lab.start(release=release, switches=switches), {})
        slow = {"match": {"path": "^/import-async$", "times": 1}, "action": {"kind": "latency", "milliseconds": 1500}}
        pairs[name].target.faults(slow)
    ending = pairs["job ends"].target.start_job(_JOB)
    execution = pairs["job never ends"].target.start_job(_JOB)
    exporting = pairs["export ends"].target
    exporting.faults({"match": {"path": "^/export-async$"}, "action": {"kind": "slow_task", "seconds": 3}})
    exporting.person.call(
        "POST", "/export-async", json=[{"objectIdentifier": {"id": "FIRST_NAME"}, "objectType": "DOMAIN"}]
    )
    running = start_pairs(ansible, pairs)
    late = {}
    for name in LATE:
        target = pairs[name].target
        target.wait_for_fault()
        late[name] = (target.start_job(_JOB), target.count("GET", "/executions"))
    pairs["job ends"].target.wait_until_asked("GET", "/executions")
    pairs["job ends"].target.finish_job(ending)
    for name, (begun, asked) in late.items():
        pairs[name].target.wait_until_asked("GET", "/executions", asked + 1)
        pairs[name].target.finish_job(begun)
    run = running.wait()
    pairs["job never ends"].target.finish_job(execution)
    return Outcome(pairs, run, run_pairs(ansible, pairs), execution)


@pytest.mark.parametrize("name", WAITING)
def test_the_sync_waits_and_goes_on(outcome: Outcome, name: str) -> None:
    source, target, _options = outcome.pairs[name]
    result = outcome.run.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is True
    assert missing_on(target, source) == set()
    assert outcome.again.of(name).data["changed"] is False


@pytest.mark.parametrize("name", ["job ends", "export ends"])
def test_an_import_is_not_sent_while_it_would_be_refused(outcome: Outcome, name: str) -> None:
    answers = [request.status for request in outcome.pairs[name].target.requests() if "/import" in request.path]
    assert len(answers) == 1
    assert answers[0] < 300


def test_at_the_deadline_it_says_what_it_waited_for(outcome: Outcome) -> None:
    target = outcome.pairs["job never ends"].target
    result = outcome.run.of("job never ends")
    assert result.failed
    assert result.data["error"]["code"] == "engine_busy"
    assert result.data["error"]["engine"] == target.url
    assert f"execution {outcome.execution} of job {_JOB}" in result.data["msg"]
    assert 3 <= result.data["stats"]["seconds"] < 15
    assert result.data["changed"] is False


def test_after_the_deadline_the_next_run_finishes(outcome: Outcome) -> None:
    source, target, _options = outcome.pairs["job never ends"]
    assert outcome.again.of("job never ends").data["changed"] is True
    assert missing_on(target, source) == set()
