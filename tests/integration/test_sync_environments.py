# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook sync_environments on several targets that differ: a look ahead, for real, again, a last look."""

from __future__ import annotations

import dataclasses

import pytest
from harness.fourfold import (
    APPLY,
    LOOK,
    LOOKS,
    NOTHING_TO_DO,
    STAGES,
    Stage,
    engines_of,
    four_times,
    outcomes,
    reports,
    told,
)
from harness.holdings import Holdings, Key, differences
from harness.keeper import CONNECTOR, JOB, RULESET, Keeper
from harness.lab import Engine, Lab
from harness.playbook import Ansible

PLAYBOOK = "maskops.delphix.sync_environments"
ALLOWED = {"environment_sync_create_environments": True, "environment_sync_references": "sync"}
DEV, TEST = "Shop Dev", "Shop Test"
NAMES = {TEST: "Shop QA", "Payroll Test": "payroll-test", "Kundendaten Köln": "Köln 顧客"}
APPLICATIONS = {"Shop": "The shop"}
TARGETS = ("new", "mapped", "drifted", "equal")
CHANGES = {"new": 1, "mapped": 1, "drifted": 1, "equal": 0}
HOST, PASSWORD = "crm.elsewhere.example.com", "set-on-the-target-1"


@dataclasses.dataclass
class Story:
    """The engines, what the source held, and the four runs."""

    source: Engine
    targets: dict[str, Engine]
    held: Holdings
    before: dict[str, Holdings]
    stages: dict[str, Stage]


def drift(engine: Engine) -> None:
    """Things that people do to an engine."""
    keeper = Keeper(engine)
    for host in (HOST, "crm.dev.example.com"):
        keeper.account(host, "MASKER", PASSWORD)
    keeper.save(CONNECTOR, DEV, "crm db", host=HOST, password=PASSWORD)
    keeper.drop_table(DEV, "orders", "RETURNS")
    keeper.mask(TEST, "customers", "CUSTOMERS", "NOTE", "CUSTOMER_FULL_NAME")
    keeper.delete(JOB, TEST, "mask warehouse")
    keeper.copy(JOB, TEST, "mask customers", "only here")


@pytest.fixture(scope="module")
def story(ansible: Ansible, shared_lab: Lab) -> Story:
    """Run the playbook four times."""
    source = shared_lab.start("dev", "environments")
    targets = {
        "new": shared_lab.start("new"),
        "mapped": shared_lab.start("mapped", "demo", seed=9),
        "drifted": shared_lab.start("drifted", "environments"),
        "equal": shared_lab.start("equal", "environments"),
    }
    drift(targets["drifted"])
    held = Holdings(source)
    before = {name: Holdings(target) for name, target in targets.items()}
    mapped = {"environment_sync_environment_map": NAMES, "environment_sync_application_map": APPLICATIONS}
    given = engines_of(source, list(targets.values()), {"mapped": mapped}, environment_sync_source="dev", **ALLOWED)
    stages = four_times(ansible, PLAYBOOK, given, [source, *targets.values()])
    return Story(source, targets, held, before, stages)


def test_check_mode_sends_nothing_that_writes(story: Story) -> None:
    assert [request for stage in LOOKS for request in story.stages[stage].writes()] == []


@pytest.mark.parametrize("stage", [LOOK, APPLY])
def test_targets_change_that_have_to(story: Story, stage: str) -> None:
    run = story.stages[stage].run
    assert {target: run.changed(target) for target in TARGETS} == CHANGES


def test_apply_does_what_the_look_said(story: Story) -> None:
    for target in TARGETS:
        looked, done = story.stages[LOOK].sync(target), story.stages[APPLY].sync(target)
        assert looked["plan"] == done["plan"]
        assert done["plan"]["blocked"] == []
        assert done["unverified"] == []
        assert looked.get("diff") == done.get("diff")


@pytest.mark.parametrize("target", TARGETS)
def test_afterwards_the_target_holds_what_the_source_holds(story: Story, target: str) -> None:
    names = NAMES if target == "mapped" else None
    after = Holdings(story.targets[target])
    assert differences(story.held, after, names) == []
    assert len(story.held.objects) > 45


def test_names_are_those_of_the_map(story: Story) -> None:
    after = Holdings(story.targets["mapped"])
    assert set(after.environments) == set(story.before["mapped"].environments) | {
        NAMES.get(name, name) for name in story.held.environments
    }
    made = after.applications()
    assert made["Shop QA"] == made[DEV] == "The shop"
    assert made["payroll-test"] == story.before["mapped"].applications()["payroll-test"]
    assert after.environments["Köln 顧客"]["purpose"] == "TOKENIZE"
    row = next(
        row
        for row in story.stages[APPLY].sync("mapped")["plan"]["to_create"]
        if (row["type"], row["name"]) == (JOB, "mask warehouse")
    )
    assert (row["environment"], row["target_environment"]) == (TEST, "Shop QA")


def test_jobs_of_one_name_stay_apart(story: Story) -> None:
    after = Holdings(story.targets["mapped"])
    for environment in (DEV, "Shop QA"):
        assert after.connector_of(Key(JOB, environment, "mask customers")).environment == environment


def test_the_drift_is_undone_and_the_working_password_stays(story: Story) -> None:
    keeper = Keeper(story.targets["drifted"])
    assert keeper.row(CONNECTOR, DEV, "crm db")["host"] == "crm.dev.example.com"
    assert keeper.connects(DEV, "crm db")
    assert keeper.tables(DEV, "orders") == Keeper(story.source).tables(DEV, "orders")
    plan = story.stages[LOOK].sync("drifted")["plan"]
    assert [row["name"] for row in plan["to_create"]] == ["mask warehouse"]
    itself = {(row["type"], row["name"]) for row in plan["to_update"] if "reason" not in row}
    assert itself == {(CONNECTOR, "crm db"), (RULESET, "orders"), (RULESET, "customers")}


def test_what_only_a_target_has_stays_and_is_reported(story: Story) -> None:
    assert Key(JOB, TEST, "only here") in Holdings(story.targets["drifted"]).objects
    for name in STAGES:
        report = reports(story.stages[name].run)[0]
        assert [line for line in told(report, "drifted") if line.startswith("extra: ")] == [
            f"extra: MASKING_JOB {TEST}/only here"
        ]


@pytest.mark.parametrize("stage", NOTHING_TO_DO)
def test_with_nothing_to_do_nothing_changes(story: Story, stage: str) -> None:
    now = story.stages[stage]
    assert {target: now.run.changed(target) for target in TARGETS} == dict.fromkeys(TARGETS, 0)
    assert now.writes() == []
    assert now.states == story.stages[APPLY].states


def test_the_source_is_listed_once_and_stays_as_it_is(story: Story) -> None:
    stage = story.stages[APPLY]
    listed = [request for request in stage.requests["dev"] if request.path == "/syncable-objects"]
    assert len(listed) == 1
    assert stage.states["dev"] == story.stages[LOOK].states["dev"]


def test_the_report_tells_of_environments(story: Story) -> None:
    looked, done = (reports(story.stages[stage].run)[0] for stage in (LOOK, APPLY))
    assert outcomes(looked) == {
        "drifted": "would change",
        "equal": "unchanged",
        "mapped": "would change",
        "new": "would change",
    }
    assert outcomes(done) == {name: "changed" if CHANGES[name] else "unchanged" for name in TARGETS}
    assert (
        "would make environments Kundendaten Köln, Payroll Prod Copy, Payroll Test, Shop Dev, Shop Prod Copy and 1 more"
        in told(looked, "new")
    )
    assert "made environments Köln 顧客, Payroll Prod Copy, Shop Dev, Shop Prod Copy, Shop QA" in told(done, "mapped")
    assert f"created MASKING_JOB {TEST}/mask warehouse" in told(done, "drifted")
    numbers = story.stages[APPLY].run.published["_run"]["masking_sync"]
    assert {name: row["environments"] for name, row in numbers.items()} == {
        "new": 6,
        "mapped": 5,
        "drifted": 0,
        "equal": 0,
    }


def test_new_connectors_are_told_to_lack_credentials(story: Story) -> None:
    done = reports(story.stages[APPLY].run)[0]
    bare = [line for line in told(done, "mapped") if line.startswith("new, and so without credentials: ")]
    assert len(bare) == 1
    assert "Köln 顧客/Kundendatenbank (database)" in bare[0]
    assert not any("without credentials" in line for line in told(done, "drifted"))


def test_only_chosen_environments_are_synced(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("alone")
    given = engines_of(story.source, [target], {}, environment_sync_source="dev", **ALLOWED)
    given["all"]["vars"] |= {
        "environment_sync_environments": ["* Test"],
        "environment_sync_exclude": ["Payroll *", "mask any*"],
    }
    run = ansible.run(PLAYBOOK, given)
    assert run.status == 0, run.output[-3000:]
    after = Holdings(target)
    wanted = {key for key in story.held.objects if key.environment == TEST and key.name != "mask any customers"}
    assert {key for key in after.objects if key.environment == TEST} == wanted


def test_nothing_is_made_that_is_not_allowed(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("bare", "demo", seed=9)
    run = ansible.run(PLAYBOOK, engines_of(story.source, [target], {}, environment_sync_source="dev"))
    assert run.status == 0
    assert target.writes() == []
    reasons = {row["reason"] for row in run.of("bare").data["plan"]["blocked"]}
    assert f"the target has no environment {DEV}; make it, or set 'create_environments'" in reasons
    assert outcomes(reports(run)[0]) == {"bare": "unchanged"}


def test_an_environment_whose_domain_differs_is_blocked_or_brings_it_along(
    ansible: Ansible, lab: Lab, story: Story
) -> None:
    target = lab.start("other", "environments")
    target.person.change_domain("CUSTOMER_CARD", "CustomerLastName")
    before = Holdings(target)
    given = engines_of(story.source, [target], {}, environment_sync_source="dev")
    blocked = ansible.run(PLAYBOOK, given)
    assert blocked.status == 0
    assert target.writes() == []
    report = told(reports(blocked)[0], "other")
    assert any(line.startswith("blocked: ") and "DOMAIN CUSTOMER_CARD" in line for line in report)
    synced = ansible.run(PLAYBOOK, given, "-e", "environment_sync_references=sync")
    assert synced.status == 0, synced.output[-3000:]
    after = Holdings(target)
    assert differences(story.held, after) == []
    assert after.engine_wide != before.engine_wide
    assert after.engine_wide == Holdings(story.targets["equal"]).engine_wide


def test_prune_removes_what_only_the_target_has(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("pruned", "environments")
    drift(target)
    given = engines_of(story.source, [target], {}, environment_sync_source="dev")
    options = ["-e", "environment_sync_prune=true"]
    looked = ansible.run(PLAYBOOK, given, "--check", *options)
    assert target.writes() == []
    assert f"would remove MASKING_JOB {TEST}/only here" in told(reports(looked)[0], "pruned")
    done = ansible.run(PLAYBOOK, given, *options)
    assert f"removed MASKING_JOB {TEST}/only here" in told(reports(done)[0], "pruned")
    assert Holdings(target).hashes == story.held.hashes


def test_the_limit_holds_for_targets(ansible: Ansible, story: Story) -> None:
    for engine in (story.source, *story.targets.values()):
        engine.forget()
    given = engines_of(story.source, list(story.targets.values()), {}, environment_sync_source="dev", **ALLOWED)
    run = ansible.run(PLAYBOOK, given, "--limit", "equal")
    assert run.status == 0
    assert outcomes(reports(run)[0]) == {"equal": "unchanged"}
    assert story.targets["new"].requests() == []
