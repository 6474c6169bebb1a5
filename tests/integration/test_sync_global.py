# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook sync_global on several targets that differ: check, apply, apply again, check."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.compare import assert_read_once, global_hashes, missing_on
from harness.lab import Engine, Lab, Request, inventory
from harness.playbook import Ansible, Run

PLAYBOOK = "maskops.delphix.sync_global"
STAGES = {"first check": ["--check", "--diff"], "apply": ["--diff"], "again": [], "last check": ["--check"]}
NOTHING_TO_DO = ("again", "last check")
TARGETS = ("new", "drifted", "equal")
CHANGED, DELETED, EXTRA = "CustomerFirstName", "INVOICE_NO", "ONLY_HERE"


@dataclasses.dataclass
class Stage:
    """One of the four runs: what it did and what it asked of each engine."""

    run: Run
    requests: dict[str, list[Request]]
    states: dict[str, str]

    def writes(self, engine: str) -> list[Request]:
        """Requests that could have changed an object."""
        return [request for request in self.requests[engine] if request.writes]


@dataclasses.dataclass
class Story:
    """The engines after all four runs, and each run."""

    source: Engine
    targets: dict[str, Engine]
    missing_before: dict[str, int]
    stages: dict[str, Stage]


@pytest.fixture(scope="module")
def story(ansible: Ansible, shared_lab: Lab) -> Story:
    """Run the playbook four times."""
    source = shared_lab.start("dev", "demo")
    targets = {
        "new": shared_lab.start("new", "empty"),
        "drifted": shared_lab.start("drifted", "demo"),
        "equal": shared_lab.start("equal", "demo"),
    }
    person = targets["drifted"].person
    person.change_algorithm(CHANGED, "edited here")
    person.delete_domain(DELETED)
    person.create_domain(EXTRA, "CustomerLastName")
    missing = {name: len(missing_on(target, source)) for name, target in targets.items()}
    engines = [source, *targets.values()]
    stages = {}
    for stage, options in STAGES.items():
        for engine in engines:
            engine.forget()
        run = ansible.run(PLAYBOOK, inventory(source, list(targets.values())), *options)
        assert run.status == 0, run.output[-5000:]
        stages[stage] = Stage(
            run,
            {engine.name: engine.requests() for engine in engines},
            {engine.name: engine.state() for engine in engines},
        )
    return Story(source, targets, missing, stages)


def sync_of(story: Story, stage: str, target: str) -> dict[str, t.Any]:
    return story.stages[stage].run.of(target).data


@pytest.mark.parametrize("stage", ["first check", "last check"])
def test_check_mode_sends_nothing_that_writes(story: Story, stage: str) -> None:
    assert [request for engine in ("dev", *TARGETS) for request in story.stages[stage].writes(engine)] == []


def test_check_mode_says_what_would_change(story: Story) -> None:
    run = story.stages["first check"].run
    assert {target: run.changed(target) for target in TARGETS} == {"new": 1, "drifted": 1, "equal": 0}
    planned = sync_of(story, "first check", "drifted")["plan"]
    assert [row["name"] for row in planned["to_create"] if row["type"] == "DOMAIN"] == [DELETED]
    assert CHANGED in [row["name"] for row in planned["to_update"]]
    new = sync_of(story, "first check", "new")["plan"]["summary"]
    assert new["to_create"] + new["to_update"] >= story.missing_before["new"]


def test_diff_shows_what_would_change(story: Story) -> None:
    diff = sync_of(story, "first check", "drifted")["diff"]
    assert f"DOMAIN {DELETED}: " in diff["after"]
    assert f"DOMAIN {DELETED}: " not in diff["before"]
    changed = f"USER_ALGORITHM {CHANGED}: "
    before, after = (
        next(line for line in diff[side].splitlines() if line.startswith(changed)) for side in ("before", "after")
    )
    assert before != after
    assert "diff" not in sync_of(story, "first check", "equal")


def test_apply_does_what_check_mode_said(story: Story) -> None:
    run = story.stages["apply"].run
    assert {target: run.changed(target) for target in TARGETS} == {"new": 1, "drifted": 1, "equal": 0}
    for target in TARGETS:
        assert sync_of(story, "apply", target)["plan"] == sync_of(story, "first check", target)["plan"]
        assert sync_of(story, "apply", target)["unverified"] == []


def test_afterwards_every_target_holds_what_the_source_holds(story: Story) -> None:
    assert len(global_hashes(story.source)) > 180
    assert [missing_on(target, story.source) for target in story.targets.values()] == [set(), set(), set()]


def test_what_only_a_target_has_stays_and_is_reported(story: Story) -> None:
    assert ("DOMAIN", EXTRA) in story.targets["drifted"].person.hashes("DOMAIN")
    for stage in STAGES:
        assert {"type": "DOMAIN", "name": EXTRA} in sync_of(story, stage, "drifted")["plan"]["extra"]


@pytest.mark.parametrize("stage", NOTHING_TO_DO)
def test_with_nothing_to_do_nothing_changes(story: Story, stage: str) -> None:
    now = story.stages[stage]
    assert {target: now.run.changed(target) for target in TARGETS} == dict.fromkeys(TARGETS, 0)
    assert now.states == story.stages["apply"].states
    assert all(now.writes(engine) == [] for engine in ("dev", *TARGETS))


def test_a_target_in_sync_is_not_written_to_while_others_are(story: Story) -> None:
    stage = story.stages["apply"]
    assert stage.writes("equal") == []
    assert stage.writes("drifted")
    assert stage.states["equal"] == story.stages["first check"].states["equal"]


def test_the_source_is_read_once_and_stays_as_it_is(story: Story) -> None:
    stage = story.stages["apply"]
    listed = [request for request in stage.requests["dev"] if request.path == "/syncable-objects"]
    assert len(listed) == 1
    assert stage.states["dev"] == story.stages["first check"].states["dev"]


def test_the_report_has_a_row_for_each_target(story: Story) -> None:
    lines = story.stages["apply"].run.result("new", "maskops.delphix.sync : Show what happened on each target")
    rows = {line.split()[0]: line.split()[-1] for line in lines.data["msg"][1:4]}
    assert rows == {"drifted": "changed", "equal": "unchanged", "new": "changed"}
    published = story.stages["apply"].run.published["_run"]["masking_sync"]
    assert published["drifted"]["created"] == len(sync_of(story, "apply", "drifted")["applied"]["created"])
    assert {name: row["result"] for name, row in published.items()} == rows


def test_objects_that_cannot_be_synced_are_listed_with_their_reason(story: Story) -> None:
    listed = {row["name"]: row["reason"] for row in sync_of(story, "apply", "new")["plan"]["not_syncable"]}
    assert {"BadgeMapping", "BADGE_NO", "Access control"} <= listed.keys()
    assert all(listed.values())
    report = story.stages["apply"].run.result("new", "maskops.delphix.sync : Show what happened on each target")
    assert any("BadgeMapping" in line and listed["BadgeMapping"] in line for line in report.data["msg"])


@pytest.mark.parametrize(("targets", "serial"), [(1, None), (3, None), (3, "1")])
def test_a_run_with_nothing_to_do_reads_each_engine_once(
    ansible: Ansible, story: Story, targets: int, serial: str | None
) -> None:
    chosen = list(story.targets.values())[:targets]
    for engine in (story.source, *chosen):
        engine.forget()
    options = ["-e", f"sync_global_serial={serial}"] if serial else []
    run = ansible.run(PLAYBOOK, inventory(story.source, chosen), *options)
    assert run.status == 0
    for engine in (story.source, *chosen):
        assert_read_once(engine)


def test_small_pages_are_all_read_once(ansible: Ansible, story: Story) -> None:
    target = story.targets["equal"]
    for engine in (story.source, target):
        engine.forget()
    run = ansible.run(PLAYBOOK, inventory(story.source, [target], masking_engine_page_size=70))
    assert run.changed("equal") == 0
    for engine in (story.source, target):
        assert_read_once(engine)
        assert len(engine.requests()) > 5


def test_an_empty_group_is_no_failure(ansible: Ansible, story: Story) -> None:
    story.source.forget()
    run = ansible.run(PLAYBOOK, inventory(story.source, []))
    assert run.status == 0
    assert story.source.requests() == []


def test_a_source_among_the_targets_is_left_alone(ansible: Ansible, story: Story) -> None:
    story.source.forget()
    run = ansible.run(PLAYBOOK, inventory(story.source, [story.source, story.targets["equal"]]))
    assert run.status == 0
    assert run.changed("dev") == 0
    assert_read_once(story.source)
    report = run.result("dev", "maskops.delphix.sync : Show what happened on each target").data["msg"]
    assert [line.split()[0] for line in report] == ["target", "equal", *["equal:"] * len(report[2:])]


def test_the_limit_holds_for_targets(ansible: Ansible, story: Story) -> None:
    for engine in (story.source, *story.targets.values()):
        engine.forget()
    run = ansible.run(PLAYBOOK, inventory(story.source, list(story.targets.values())), "--limit", "equal")
    assert run.status == 0
    assert_read_once(story.source)
    assert_read_once(story.targets["equal"])
    assert story.targets["new"].requests() == []


def test_a_failing_target_does_not_keep_others_from_their_sync(ansible: Ansible, lab: Lab, story: Story) -> None:
    ready, broken = lab.start("ready"), lab.start("broken")
    broken.faults({"match": {"path": "^/syncable-objects"}, "action": {"kind": "status", "status": 500}})
    run = ansible.run(PLAYBOOK, inventory(story.source, [broken, ready]))
    assert run.status != 0
    assert missing_on(ready, story.source) == set()
    assert run.of("broken").data["error"]["engine"] == broken.url
    report = run.result("broken", "maskops.delphix.sync : Show what happened on each target").data["msg"]
    assert {line.split()[0]: line.split()[-1] for line in report[1:3]} == {"broken": "failed", "ready": "changed"}
