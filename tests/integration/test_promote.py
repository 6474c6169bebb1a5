# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook promote: a state along a chain of engines, each step proved before the next begins."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.compare import missing_on
from harness.fourfold import APPLY, LOOK, LOOKS, NOTHING_TO_DO, Stage, engines_of, four_times, outcomes, reports, syncs
from harness.holdings import Holdings, differences
from harness.lab import Engine, Lab
from harness.playbook import Ansible, Run

Row = dict[str, t.Any]
PLAYBOOK = "maskops.delphix.promote"
CHAIN = ["dev", "qa", "prod"]
SAID = "Say how far it got"
STOPPED = "Stop here, and say how far it got"


def chain(source: Engine, targets: t.Sequence[Engine], what: str, *names: str, **variables: t.Any) -> Row:
    """An inventory with a chain over these engines; hosts stand in the order of their engines."""
    return engines_of(source, targets, {}, promote_what=what, promote_chain=list(names or CHAIN), **variables)


def said(run: Run) -> list[str]:
    """What was said after each step."""
    return [result.data["msg"] for result in run.results if result.task == SAID]


def stopped(run: Run) -> list[str]:
    """Why the chain was not walked to its end."""
    return [result.data["msg"] for result in run.results if result.task == STOPPED]


@dataclasses.dataclass
class Story:
    """The engines and the four runs."""

    dev: Engine
    qa: Engine
    prod: Engine
    stages: dict[str, Stage]


@pytest.fixture(scope="module")
def story(ansible: Ansible, shared_lab: Lab) -> Story:
    """Promote everything, four times. The inventory has prod before qa."""
    dev = shared_lab.start("dev", "environments")
    prod, qa = shared_lab.start("prod"), shared_lab.start("qa", "demo", seed=9)
    given = chain(dev, [prod, qa], "engine", engine_sync_test_connectors=False)
    return Story(dev, qa, prod, four_times(ansible, PLAYBOOK, given, [dev, qa, prod]))


def test_check_mode_walks_all_steps_and_writes_nothing(story: Story) -> None:
    assert [request for stage in LOOKS for request in story.stages[stage].writes()] == []
    run = story.stages[LOOK].run
    assert said(run) == ["dev -> qa: step 1 of 2 looked at", "qa -> prod: step 2 of 2 looked at"]
    assert (run.changed("qa"), run.changed("prod")) == (1, 1)


def test_check_mode_compares_with_engines_as_they_are(story: Story) -> None:
    planned = story.stages[LOOK].sync("prod")["plan"]
    assert "Shop Dev" not in {row["name"] for row in planned["new_environments"]}
    assert {"shop-dev", "Shop Dev"} <= {
        row["name"] for row in story.stages[APPLY].sync("prod")["plan"]["new_environments"]
    }
    warned = story.stages[LOOK].run.result("localhost", "Say what check mode cannot know")
    assert "as they are now" in warned.data["msg"]


def test_steps_are_done_in_the_order_of_the_chain_and_each_is_proved(story: Story) -> None:
    run = story.stages[APPLY].run
    assert said(run) == ["dev -> qa: step 1 of 2 done and verified", "qa -> prod: step 2 of 2 done and verified"]
    hosts = [result.host for result in run.results if result.action.endswith("masking_sync")]
    assert hosts == ["qa", "qa", "prod", "prod"]
    for target in ("qa", "prod"):
        done, look = syncs(run, target)
        assert "applied" in done.data
        assert "applied" not in look.data
        assert not look.data["changed"]
    assert (run.changed("qa"), run.changed("prod")) == (1, 1)


def test_the_state_arrives_at_the_end_of_the_chain(story: Story) -> None:
    held, middle, end = (Holdings(engine) for engine in (story.dev, story.qa, story.prod))
    assert differences(held, middle) == []
    assert differences(middle, end) == []
    assert differences(held, end) == []
    assert missing_on(story.prod, story.dev) == set()


@pytest.mark.parametrize("stage", NOTHING_TO_DO)
def test_with_nothing_to_do_nothing_changes(story: Story, stage: str) -> None:
    now = story.stages[stage]
    assert {target: now.run.changed(target) for target in ("qa", "prod")} == {"qa": 0, "prod": 0}
    assert now.writes() == []
    assert now.states == story.stages[APPLY].states
    assert outcomes(reports(now.run)[-1]) == {"qa": "unchanged", "prod": "unchanged"}


def test_the_first_step_that_fails_ends_it(ansible: Ansible, lab: Lab) -> None:
    dev, qa, prod = lab.start("dev", "demo"), lab.start("qa"), lab.start("prod")
    qa.faults({"match": {"path": "^/import"}, "action": {"kind": "status", "status": 500}})
    run = ansible.run(PLAYBOOK, chain(dev, [qa, prod], "global"))
    assert run.status != 0
    assert prod.requests() == []
    (why,) = stopped(run)
    assert why.startswith("step 1 of 2, dev -> qa, failed: ")
    assert why.endswith("Done before: nothing. Not begun: prod.")
    assert outcomes(reports(run)[-1]) == {"qa": "failed"}


def test_a_failure_in_the_middle_says_what_was_done(ansible: Ansible, lab: Lab) -> None:
    dev, qa, prod, last = lab.start("dev", "demo"), lab.start("qa"), lab.start("prod"), lab.start("last")
    prod.faults({"match": {"path": "^/syncable-objects"}, "action": {"kind": "status", "status": 500}})
    run = ansible.run(PLAYBOOK, chain(dev, [qa, prod, last], "global", "dev", "qa", "prod", "last"))
    assert run.status != 0
    assert missing_on(qa, dev) == set()
    assert last.requests() == []
    (why,) = stopped(run)
    assert why.startswith("step 2 of 3, qa -> prod, failed: ")
    assert why.endswith("Done before: qa. Not begun: last.")


def test_what_is_left_after_a_step_ends_it(ansible: Ansible, lab: Lab) -> None:
    # Environments may not be made, so the step moves nothing and the second look finds that.
    dev, qa, prod = lab.start("dev", "environments"), lab.start("qa", "demo"), lab.start("prod")
    given = chain(dev, [qa, prod], "environments", environment_sync_environments=["Shop Dev"])
    run = ansible.run(PLAYBOOK, given)
    assert run.status != 0
    assert prod.requests() == []
    (why,) = stopped(run)
    assert "The second look does not find both engines equal" in why
    assert any("the second look" in line and "Shop Dev/" in line for line in reports(run)[-1])


@pytest.mark.parametrize(
    ("what", "choice"),
    [
        ("jobs", {"job_sync_jobs": ["Shop Test/mask customers"]}),
        ("environments", {"environment_sync_environments": ["Shop Test"]}),
    ],
)
def test_single_jobs_and_environments_can_be_promoted(ansible: Ansible, lab: Lab, what: str, choice: Row) -> None:
    dev, qa, prod = lab.start("dev", "environments"), lab.start("qa"), lab.start("prod")
    prefix = {"jobs": "job_sync", "environments": "environment_sync"}[what]
    allowed = {f"{prefix}_create_environments": True, f"{prefix}_references": "sync"}
    run = ansible.run(PLAYBOOK, chain(dev, [qa, prod], what, **choice, **allowed))
    assert run.status == 0, run.output[-3000:]
    held = Holdings(prod)
    jobs = {key.name for key in held.objects if key.type == "MASKING_JOB"}
    assert jobs == (
        {"mask customers"} if what == "jobs" else {"mask customers", "mask any customers", "mask warehouse"}
    )
    assert held.hashes == Holdings(qa).hashes


@pytest.mark.parametrize(
    "wrong",
    [
        {"promote_chain": ["dev"]},
        {"promote_chain": ["dev", "qa", "dev"]},
        {"promote_chain": ["dev", "nowhere"]},
        {"promote_chain": "dev,qa"},
        {"promote_what": "everything"},
        {"promote_what": None},
    ],
    ids=str,
)
def test_a_wrong_chain_is_refused_before_anything_is_done(ansible: Ansible, story: Story, wrong: Row) -> None:
    for engine in (story.dev, story.qa, story.prod):
        engine.forget()
    given = chain(story.dev, [story.qa, story.prod], "global")
    given["all"]["vars"] |= wrong
    run = ansible.run(PLAYBOOK, given)
    assert run.status != 0
    assert story.qa.requests() == story.prod.requests() == story.dev.requests() == []
    assert "promote_chain has to be" in run.output or "promote_what has to be" in run.output


def test_a_limit_cannot_skip_a_step(ansible: Ansible, story: Story) -> None:
    story.prod.forget()
    run = ansible.run(PLAYBOOK, chain(story.dev, [story.qa, story.prod], "global"), "--limit", "prod,localhost")
    assert run.status != 0
    assert story.prod.requests() == []
    (why,) = stopped(run)
    assert "qa did not receive anything in this run" in why
    assert "Done before: nothing." in why


def test_a_limit_without_localhost_is_refused(ansible: Ansible, story: Story) -> None:
    for engine in (story.qa, story.prod):
        engine.forget()
    run = ansible.run(PLAYBOOK, chain(story.dev, [story.qa, story.prod], "global"), "--limit", "qa,prod")
    assert run.status != 0
    assert story.qa.requests() == story.prod.requests() == []
    assert "Add localhost to the limit" in run.output
