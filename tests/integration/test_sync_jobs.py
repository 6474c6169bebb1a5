# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook sync_jobs: chosen jobs with what they stand on, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest
from harness.fourfold import APPLY, LOOK, LOOKS, NOTHING_TO_DO, Stage, engines_of, four_times, outcomes, reports, told
from harness.holdings import Holdings, Key, moved
from harness.keeper import CONNECTOR, JOB, RULESET, Keeper
from harness.lab import Engine, Lab
from harness.playbook import Ansible

PLAYBOOK = "maskops.delphix.sync_jobs"
DEV, TEST, COPY, PAYROLL = "Shop Dev", "Shop Test", "Shop Prod Copy", "Payroll Prod Copy"
COLOGNE = "Kundendaten Köln"
ALLOWED = {"job_sync_create_environments": True, "job_sync_references": "sync"}
# A job of a name that another environment has too, on-the-fly jobs, and a pattern of another alphabet.
JOBS = [f"{DEV}/mask customers", f"{DEV}/copy orders", f"{DEV}/load staff", f"{DEV}/refresh orders", "顧*"]
CHOSEN = {
    Key(JOB, DEV, "mask customers"),
    Key(JOB, DEV, "copy orders"),
    Key(JOB, DEV, "load staff"),
    Key(JOB, DEV, "refresh orders"),
    Key("TOKENIZATION_JOB", COLOGNE, "顧客"),
}
# What these jobs stand on.
CARRIED = {
    Key(RULESET, DEV, "customers"),
    Key(CONNECTOR, DEV, "crm db"),
    Key(RULESET, DEV, "orders"),
    Key(CONNECTOR, DEV, "orders db"),
    Key(CONNECTOR, COPY, "orders db"),
    Key(CONNECTOR, PAYROLL, "staff db"),
    Key(RULESET, COLOGNE, "顧客"),
    Key(CONNECTOR, COLOGNE, "顧客"),
}
TARGETS = ("new", "drifted", "equal")
CHANGES = {"new": 1, "drifted": 1, "equal": 0}


@dataclasses.dataclass
class Story:
    """The engines, what they held, and the four runs."""

    source: Engine
    targets: dict[str, Engine]
    held: Holdings
    before: dict[str, Holdings]
    stages: dict[str, Stage]


@pytest.fixture(scope="module")
def story(ansible: Ansible, shared_lab: Lab) -> Story:
    """Run the playbook four times."""
    source = shared_lab.start("dev", "environments")
    targets = {
        "new": shared_lab.start("new"),
        "drifted": shared_lab.start("drifted", "environments"),
        "equal": shared_lab.start("equal", "environments"),
    }
    keeper = Keeper(targets["drifted"])
    keeper.save(JOB, DEV, "mask customers", maxMemory=4096)
    keeper.read_from(DEV, "load staff", COPY, "crm production")
    keeper.copy(JOB, DEV, "mask customers", "only here")
    # Not chosen, and so none of this run's business.
    keeper.save(JOB, TEST, "mask customers", maxMemory=4096)
    keeper.save(JOB, DEV, "mask orders", maxMemory=4096)
    before = {name: Holdings(target) for name, target in targets.items()}
    given = engines_of(source, list(targets.values()), {}, job_sync_source="dev", job_sync_jobs=JOBS, **ALLOWED)
    stages = four_times(ansible, PLAYBOOK, given, [source, *targets.values()])
    return Story(source, targets, Holdings(source), before, stages)


def test_check_mode_sends_nothing_that_writes(story: Story) -> None:
    assert [request for stage in LOOKS for request in story.stages[stage].writes()] == []


def test_apply_does_what_the_look_said(story: Story) -> None:
    for stage in (LOOK, APPLY):
        run = story.stages[stage].run
        assert {target: run.changed(target) for target in TARGETS} == CHANGES
    for target in TARGETS:
        assert story.stages[LOOK].sync(target)["plan"] == story.stages[APPLY].sync(target)["plan"]
        assert story.stages[APPLY].sync(target)["unverified"] == []


@pytest.mark.parametrize("target", TARGETS)
def test_chosen_jobs_are_what_they_are_on_the_source(story: Story, target: str) -> None:
    after = Holdings(story.targets[target])
    for key in CHOSEN | CARRIED:
        assert key in after.objects, key
    sources = story.held.sources()
    for key in CHOSEN & sources.keys():
        assert after.sources()[key] == sources[key]
    # A job that had to be saved to read from the right place has a hash of its own.
    for key in (CHOSEN - sources.keys()) | CARRIED:
        assert after.hashes[key] == story.held.hashes[key]


def test_nothing_else_comes_along(story: Story) -> None:
    assert set(Holdings(story.targets["new"]).objects) == CHOSEN | CARRIED
    changed = moved(story.before["drifted"], Holdings(story.targets["drifted"]))
    assert changed == {Key(JOB, DEV, "mask customers"), Key(JOB, DEV, "load staff")}


def test_the_job_of_the_same_name_elsewhere_is_left_alone(story: Story) -> None:
    keeper = Keeper(story.targets["drifted"])
    assert keeper.row(JOB, TEST, "mask customers")["maxMemory"] == 4096
    assert keeper.row(JOB, DEV, "mask customers")["maxMemory"] != 4096


@pytest.mark.parametrize("stage", NOTHING_TO_DO)
def test_with_nothing_to_do_nothing_changes(story: Story, stage: str) -> None:
    now = story.stages[stage]
    assert {target: now.run.changed(target) for target in TARGETS} == dict.fromkeys(TARGETS, 0)
    assert now.writes() == []
    assert now.states == story.stages[APPLY].states


def test_the_report_names_jobs_with_their_environments(story: Story) -> None:
    looked, done = (reports(story.stages[stage].run)[0] for stage in (LOOK, APPLY))
    assert outcomes(looked) == {"drifted": "would change", "equal": "unchanged", "new": "would change"}
    assert f"would update MASKING_JOB {DEV}/load staff, MASKING_JOB {DEV}/mask customers" in told(looked, "drifted")
    assert f"updated MASKING_JOB {DEV}/load staff, MASKING_JOB {DEV}/mask customers" in told(done, "drifted")
    assert "made environments Kundendaten Köln, Payroll Prod Copy, Shop Dev, Shop Prod Copy" in told(done, "new")


def test_jobs_are_chosen_by_type_and_environment(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("some")
    choice = {
        "job_sync_types": ["PROFILE_JOB", "REIDENTIFICATION_JOB"],
        # Shop Prod Copy has a profile job too.
        "job_sync_environments": ["* Dev", COLOGNE],
        "job_sync_exclude": ["Felder *"],
    }
    run = ansible.run(PLAYBOOK, engines_of(story.source, [target], {}, job_sync_source="dev", **choice, **ALLOWED))
    assert run.status == 0, run.output[-3000:]
    jobs = {key for key in Holdings(target).objects if key.type.endswith("_JOB")}
    assert jobs == {
        Key("PROFILE_JOB", DEV, "find customers"),
        Key("REIDENTIFICATION_JOB", COLOGNE, "Rechnungen zurückführen"),
    }


def test_a_job_that_does_not_exist_is_an_error_that_is_reported(ansible: Ansible, story: Story) -> None:
    given = engines_of(
        story.source, [story.targets["equal"]], {}, job_sync_source="dev", job_sync_jobs=[f"{TEST}/mask orders"]
    )
    run = ansible.run(PLAYBOOK, given)
    assert run.status != 0
    report = reports(run)[0]
    assert outcomes(report) == {"equal": "failed"}
    assert any("mask orders" in line for line in told(report, "equal") if line.startswith("failed: "))


def test_a_job_goes_into_the_environment_of_the_map(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("mapped", "demo", seed=9)
    mapped = {"job_sync_environment_map": {TEST: "shop-test"}, "job_sync_references": "sync"}
    given = engines_of(
        story.source, [target], {}, job_sync_source="dev", job_sync_jobs=[f"{TEST}/mask customers"], **mapped
    )
    run = ansible.run(PLAYBOOK, given)
    assert run.status == 0, run.output[-3000:]
    after = Holdings(target)
    assert Key(JOB, "shop-test", "mask customers") in after.objects
    assert TEST not in after.environments
    assert "MASKING_JOB shop-test/mask customers" in " ".join(told(reports(run)[0], "mapped"))
