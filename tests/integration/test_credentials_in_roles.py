# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connectors after a sync by a role: given their credentials, tested, and the target failed for those that do not work.

Passwords come from the environment by a lookup plugin, as they would come from a vault.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.fourfold import engines_of, outcomes, reports, told
from harness.holdings import Holdings, Key
from harness.keeper import CONNECTOR, Keeper
from harness.lab import Engine, Lab, Request
from harness.playbook import Ansible, Run

Row = dict[str, t.Any]
ENVIRONMENTS, JOBS, ENGINE = "sync_environments", "sync_jobs", "sync_engine"
ROLES = {ENVIRONMENTS: "environment_sync", JOBS: "job_sync", ENGINE: "engine_sync"}
PLACE, CRM, WAREHOUSE = "Shop Test", "crm db", "warehouse"
HOST = "crm.test.example.com"
LOOKUP = "{{ lookup('ansible.builtin.env', 'CRM_PASSWORD') }}"


@dataclasses.dataclass
class Scene:
    """A source, a new target whose database takes one password only, and the playbook to run."""

    source: Engine
    target: Engine
    playbook: str
    password: str
    ansible: Ansible

    def run(self, credentials: list[Row], *options: str, password: str | None = None, **variables: t.Any) -> Run:
        """Sync one environment or, with sync_jobs, its jobs."""
        role = ROLES[self.playbook]
        given = {
            "source": "dev",
            "create_environments": True,
            "credentials": credentials,
            "test_connectors": True,
            **variables,
        }
        if self.playbook != ENGINE:
            given |= {"environments": [PLACE], "references": "sync"}
        hosts = {"qa": {f"{role}_{name}": value for name, value in given.items()}}
        return self.ansible.run(
            f"maskops.delphix.{self.playbook}",
            engines_of(self.source, [self.target], hosts),
            *options,
            env={"CRM_PASSWORD": password or self.password},
        )

    def tests(self) -> list[Request]:
        """Tests of connectors that the target was asked for."""
        return [request for request in self.target.requests() if request.path.endswith("/test")]


@pytest.fixture
def scene(ansible: Ansible, lab: Lab, request: pytest.FixtureRequest) -> Scene:
    """A scene for the playbook that a test names, or for sync_environments."""
    source, target = lab.start("dev", "environments"), lab.start("qa")
    password = lab.secrets.new("password")
    Keeper(target).account(HOST, "MASKER", password)
    return Scene(source, target, getattr(request, "param", ENVIRONMENTS), password, ansible)


def credential(name: str = CRM, **more: t.Any) -> Row:
    return {"environment": PLACE, "name": name, "password": LOOKUP, **more}


@pytest.mark.parametrize("scene", [ENVIRONMENTS, JOBS], indirect=True)
def test_new_connectors_get_their_credentials_and_work(scene: Scene) -> None:
    looked = scene.run([credential()], "--check", "--diff")
    assert looked.status == 0, looked.output[-3000:]
    assert scene.target.writes() == []
    done = scene.run([credential()], "--diff")
    assert done.status == 0, done.output[-3000:]
    assert Keeper(scene.target).connects(PLACE, CRM)
    (numbers,) = [done.published["_run"]["masking_sync"]["qa"]]
    # The other connector stands on a vault path that came along.
    assert (numbers["connectors_tested"], numbers["connectors_failed"], numbers["credentials_set"]) == (2, 0, 1)
    report = reports(done)[0]
    assert f"set the credentials of {PLACE}/{CRM} (database)" in told(report, "qa")
    assert not any("without credentials" in line for line in report)
    hashes = Holdings(scene.target).hashes
    scene.target.forget()
    again = scene.run([credential()])
    assert again.status == 0, again.output[-3000:]
    assert again.changed("qa") == 0
    # The given one is looked at in every run; it works, so nothing is saved.
    assert scene.target.writes() == scene.tests()
    assert len(scene.tests()) == 1
    assert Holdings(scene.target).hashes == hashes
    last = scene.run([credential()], "--check", "--diff")
    assert (last.status, last.changed("qa")) == (0, 0)


@pytest.mark.parametrize("scene", [ENGINE], indirect=True)
def test_a_wrong_password_fails_the_target_when_all_else_is_done(scene: Scene) -> None:
    run = scene.run(
        [credential()], password="not-" + scene.password[::-1], users=True, test_connectors=False, verify=True
    )
    assert run.status != 0
    assert not Keeper(scene.target).connects(PLACE, CRM)
    assert run.of("qa", "masking_users").data["applied"]["created"]
    report = reports(run)[0]
    assert outcomes(report) == {"qa": "failed"}
    (line,) = [line for line in told(report, "qa") if line.startswith("connector failed: ")]
    assert line.startswith(f"connector failed: {PLACE}/{CRM} (database): the given credential was not saved")
    assert run.recap["qa"]["failures"] == 1
    # The sync itself is complete.
    assert set(Holdings(scene.source).objects) == set(Holdings(scene.target).objects)


def test_touched_connectors_are_tested_only_when_asked(scene: Scene) -> None:
    quiet = scene.run([], test_connectors=False)
    assert quiet.status == 0, quiet.output[-3000:]
    assert scene.tests() == []
    report = reports(quiet)[0]
    assert f"new, and so without credentials: {PLACE}/{CRM} (database), {PLACE}/{WAREHOUSE} (database)" in told(
        report, "qa"
    )
    # Nothing is touched the second time, so nothing is tested.
    nothing = scene.run([])
    assert (nothing.status, scene.tests()) == (0, [])
    Keeper(scene.source).save(CONNECTOR, PLACE, CRM, port=5433)
    moved = scene.run([])
    assert moved.status != 0
    assert len(scene.tests()) == 1
    assert [row["name"] for row in moved.of("qa", "masking_connector_credentials").data["connectors"]] == [CRM]


def test_a_password_that_was_changed_at_the_database_is_set(scene: Scene, lab: Lab) -> None:
    assert scene.run([credential()]).status == 0
    rotated = lab.secrets.new("password")
    keeper = Keeper(scene.target)
    scene.target.simulator.control("DELETE", "/accounts")
    keeper.account(HOST, "MASKER", rotated)
    assert not keeper.connects(PLACE, CRM)
    run = scene.run([credential()], password=rotated)
    assert run.status == 0, run.output[-3000:]
    assert run.changed("qa") == 1
    assert outcomes(reports(run)[0]) == {"qa": "changed"}
    assert keeper.connects(PLACE, CRM)


def test_a_working_password_is_never_replaced(scene: Scene) -> None:
    assert scene.run([credential()]).status == 0
    scene.target.forget()
    run = scene.run([credential()], password="another-" + scene.password)
    assert (run.status, run.changed("qa")) == (0, 0)
    assert scene.target.writes() == scene.tests()
    assert Keeper(scene.target).connects(PLACE, CRM)


def test_credentials_for_a_connector_that_is_not_there_are_an_error(scene: Scene) -> None:
    assert scene.run([credential()]).status == 0
    run = scene.run([credential(), credential("typo")])
    assert run.status != 0
    failed = [line for line in told(reports(run)[0], "qa") if line.startswith("connector failed: ")]
    assert len(failed) == 1
    assert f"{PLACE}/typo" in failed[0]


def test_check_mode_of_a_connector_that_is_there_says_what_it_would_try(scene: Scene) -> None:
    assert scene.run([]).status != 0
    scene.target.forget()
    run = scene.run([credential()], "--check")
    assert run.status == 0, run.output[-3000:]
    assert scene.target.writes() == []
    line = f"would test, and set if that fails, the credentials of {PLACE}/{CRM} (database)"
    assert line in told(reports(run)[0], "qa")
    assert Key(CONNECTOR, PLACE, CRM) in Holdings(scene.target).objects


@pytest.mark.parametrize("wrong", ["password", {"password": "x"}, [{"environment": PLACE}], ["text"]], ids=str)
def test_a_list_of_another_form_is_refused(scene: Scene, wrong: t.Any) -> None:
    run = scene.run(wrong)
    assert run.status != 0
    assert scene.target.requests() == scene.source.requests() == []
