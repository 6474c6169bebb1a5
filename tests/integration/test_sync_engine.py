# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook sync_engine: everything that an engine holds, with roles and users when asked."""

from __future__ import annotations

import dataclasses

import pytest
from harness.fourfold import APPLY, LOOK, LOOKS, NOTHING_TO_DO, Stage, engines_of, four_times, outcomes, reports, told
from harness.holdings import Holdings, Key, differences
from harness.keeper import JOB, Keeper
from harness.lab import Engine, Lab
from harness.playbook import Ansible

PLAYBOOK = "maskops.delphix.sync_engine"
TARGETS = ("new", "other")
USERS = {"analyst", "operator", "jörg"}
NAMES = {"Shop Dev": "shop-dev"}


@dataclasses.dataclass
class Story:
    """The engines and the four runs."""

    source: Engine
    targets: dict[str, Engine]
    keys: dict[str, str]
    stages: dict[str, Stage]


def key_of(engine: Engine) -> str:
    """The hash of an engine's global key."""
    (value,) = engine.person.hashes("KEY").values()
    return value


def users_of(engine: Engine) -> dict[str, tuple[str, list[str]]]:
    """Role and environments by name of all users who are no administrators."""
    person = engine.person
    roles = {row["roleId"]: row["roleName"] for row in person.rows("/roles")}
    places = {row["environmentId"]: row["environmentName"] for row in person.rows("/environments")}
    found = {}
    for row in person.rows("/users"):
        if not row["isAdmin"]:
            own = row["nonAdminProperties"]
            found[row["userName"]] = (roles[own["roleId"]], sorted(places[one] for one in own["environmentIds"]))
    return found


@pytest.fixture(scope="module")
def story(ansible: Ansible, shared_lab: Lab) -> Story:
    """Run the playbook four times."""
    source = shared_lab.start("dev", "environments")
    targets = {"new": shared_lab.start("new"), "other": shared_lab.start("other", "demo", seed=9)}
    keys = {name: key_of(target) for name, target in targets.items()}
    hosts = {"other": {"engine_sync_environment_map": NAMES}}
    given = engines_of(
        source, list(targets.values()), hosts, engine_sync_source="dev", engine_sync_users=True, engine_sync_verify=True
    )
    return Story(source, targets, keys, four_times(ansible, PLAYBOOK, given, [source, *targets.values()]))


def test_check_mode_sends_nothing_that_writes(story: Story) -> None:
    assert [request for stage in LOOKS for request in story.stages[stage].writes()] == []


def test_apply_does_what_the_look_said(story: Story) -> None:
    for target in TARGETS:
        looked, done = story.stages[LOOK].sync(target), story.stages[APPLY].sync(target)
        assert looked["plan"] == done["plan"]
        assert (looked["changed"], done["changed"]) == (True, True)
        assert done["plan"]["blocked"] == []
        assert done["unverified"] == []


@pytest.mark.parametrize("target", TARGETS)
def test_afterwards_the_target_holds_what_the_source_holds(story: Story, target: str) -> None:
    held, after = Holdings(story.source), Holdings(story.targets[target])
    assert differences(held, after, NAMES if target == "other" else None) == []
    assert held.engine_wide <= after.engine_wide
    types = {kind for kind, _hash in held.engine_wide}
    assert {"FILE_FORMAT", "DATASET_FORMAT", "MOUNT_INFORMATION", "APPLICATION_SETTINGS", "DOMAIN"} <= types


def test_the_global_key_stays_the_target_s_own(story: Story) -> None:
    for name, target in story.targets.items():
        assert key_of(target) == story.keys[name] != key_of(story.source)


@pytest.mark.parametrize("stage", NOTHING_TO_DO)
def test_with_nothing_to_do_nothing_changes(story: Story, stage: str) -> None:
    now = story.stages[stage]
    assert {target: now.run.changed(target) for target in TARGETS} == dict.fromkeys(TARGETS, 0)
    assert now.writes() == []
    assert now.states == story.stages[APPLY].states


@pytest.mark.parametrize("target", TARGETS)
def test_users_are_carried_with_their_roles_and_environments(story: Story, target: str) -> None:
    names = NAMES if target == "other" else {}
    source = users_of(story.source)
    assert source.keys() >= USERS
    wanted = {
        user: (role, sorted(names.get(place, place) for place in places)) for user, (role, places) in source.items()
    }
    there = users_of(story.targets[target])
    assert {user: there[user] for user in wanted} == wanted


def test_the_report_tells_of_users(story: Story) -> None:
    report = reports(story.stages[APPLY].run)[0]
    assert outcomes(report) == {"new": "changed", "other": "changed"}
    assert any("user jörg" in line for line in told(report, "new") if line.startswith("created "))
    numbers = story.stages[APPLY].run.published["_run"]["masking_sync"]["new"]
    assert numbers["users"] == len(story.stages[APPLY].run.of("new", "masking_users").data["applied"]["created"])
    assert numbers["environments"] == 6


def test_users_stay_where_they_are_unless_asked(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("alone")
    before = users_of(target)
    run = ansible.run(PLAYBOOK, engines_of(story.source, [target], {}, engine_sync_source="dev"))
    assert run.status == 0, run.output[-3000:]
    assert users_of(target) == before
    assert not any("masking_users" in result.action for result in run.results)


def test_the_global_key_is_overwritten_when_asked(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("keyed")
    given = engines_of(story.source, [target], {}, engine_sync_source="dev", engine_sync_global_key=True)
    run = ansible.run(PLAYBOOK, given)
    assert run.status == 0, run.output[-3000:]
    assert key_of(target) == key_of(story.source)


def test_what_is_excluded_stays_behind(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("without")
    given = engines_of(
        story.source, [target], {}, engine_sync_source="dev", engine_sync_exclude=["Payroll *", "Shop Test/mask *"]
    )
    run = ansible.run(PLAYBOOK, given)
    assert run.status == 0, run.output[-3000:]
    held = Holdings(target)
    assert not any(key.environment == "Shop Test" and key.type == JOB for key in held.objects)
    assert Key("DATABASE_RULESET", "Shop Test", "customers") in held.objects


def test_environments_are_not_made_when_that_is_not_allowed(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("closed")
    given = engines_of(story.source, [target], {}, engine_sync_source="dev", engine_sync_create_environments=False)
    run = ansible.run(PLAYBOOK, given)
    assert run.status == 0, run.output[-3000:]
    held = Holdings(target)
    assert held.environments == {}
    assert Holdings(story.source).engine_wide <= held.engine_wide
    assert run.of("closed").data["plan"]["summary"]["blocked"] > 40


def test_a_second_look_that_finds_something_fails_the_target(ansible: Ansible, lab: Lab, story: Story) -> None:
    target = lab.start("changing", "environments")
    Keeper(target).save(JOB, "Shop Dev", "mask orders", maxMemory=4096)
    given = engines_of(
        story.source, [target], {}, engine_sync_source="dev", engine_sync_verify=True, engine_sync_overwrite=False
    )
    run = ansible.run(PLAYBOOK, given)
    assert run.status != 0
    report = reports(run)[0]
    assert outcomes(report) == {"changing": "failed"}
    assert any("blocked MASKING_JOB Shop Dev/mask orders" in line for line in told(report, "changing"))
    assert target.writes() == []
