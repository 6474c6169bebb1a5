# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs run on simulated engines: to their end, to their failure, past the deadline, on the least busy engine."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.lab import Engine, Lab
from harness.playbook import Ansible, Result, Run
from harness.shop import Shop
from harness.tasks import HERE, INVENTORY, at, play, task

Row = dict[str, t.Any]
MODULE = "masking_job_run"
QA, JOB = "QA", "mask customers"
DOORS = {"in Ansible's process": {}, "as a module": {"environment": {"DOOR": "module"}}}
LOST = {"match": {"method": "POST", "path": "^/executions$", "times": 1}, "action": {"kind": "lost_answer"}}
RESET = {"match": {"method": "POST", "path": "^/executions$", "times": 1}, "action": {"kind": "reset"}}


@dataclasses.dataclass
class Scene:
    """An engine with a job in the environment QA, its ruleset and its connector."""

    engine: Engine
    shop: Shop
    environment: int
    ruleset: int
    job: int

    def task(self, label: str, keywords: Row | None = None, /, **options: t.Any) -> Row:
        """A task that runs the job."""
        return task(label, MODULE, at(self.engine, **{"environment": QA, "name": JOB, **options}), **(keywords or {}))

    def executions(self) -> list[Row]:
        """All runs of all jobs, as a person sees them."""
        page = self.engine.person.call("GET", "/executions", params={"page_size": 100}).json()
        return list(page["responseList"])


def build(lab: Lab, *, release: str = "2025.2.0.0", seconds: float = 0.3, seed: int | None = None) -> Scene:
    engine = lab.start(release=release, switches={"job_seconds": str(seconds)}, seed=seed)
    shop = Shop(engine)
    place = shop.environment(QA)
    ruleset = shop.ruleset(shop.database(place, "crm", lab.secrets.new("crm")), "customers", "CUSTOMER", "ORDERS")
    return Scene(engine, shop, place, ruleset, shop.job(ruleset, JOB))


def run(ansible: Ansible, *tasks: Row) -> Run:
    return ansible.run(play(*tasks), INVENTORY)


def only(ansible: Ansible, one: Row) -> Result:
    return run(ansible, one).result(HERE, one["name"])


@pytest.mark.parametrize(("release", "door"), list(zip(("2025.2.0.0", "6.0.1.0"), DOORS, strict=True)))
def test_a_job_is_run_to_its_end(ansible: Ansible, lab: Lab, door: str, release: str) -> None:
    scene = build(lab, release=release)
    keywords = DOORS[door]
    done = run(
        ansible,
        scene.task("check", {"check_mode": True, **keywords}),
        scene.task("run", keywords),
        scene.task("run again", {**keywords}),
    )
    looked, first, second = (done.result(HERE, name) for name in ("check", "run", "run again"))
    assert not [result.data["msg"] for result in done.results if result.failed]
    assert [result.data["changed"] for result in (looked, first, second)] == [True, True, True]
    assert "execution" not in looked.data
    known = {row["executionId"]: row for row in scene.executions()}
    assert set(known) == {result.data["execution"]["id"] for result in (first, second)}
    shown = first.data["execution"]
    row = known[shown["id"]]
    assert row["status"] == shown["status"] == "SUCCEEDED"
    assert row["rowsMasked"] == shown["rows_masked"] == shown["rows_total"] > 0
    assert first.data["progress"] == 100
    parts = first.data["components"]
    assert sorted(part["name"] for part in parts) == ["CUSTOMER", "ORDERS"]
    assert sum(part["rows_masked"] for part in parts) == shown["rows_masked"]
    assert first.data["job"] == {"environment": QA, "name": JOB, "type": "masking"}
    told = f"masking job {JOB} in {QA}: SUCCEEDED" in done.output
    assert told is (door == "in Ansible's process")


def test_jobs_of_other_kinds(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    (profile_set, *_more) = scene.engine.person.call("GET", "/profile-sets").json()["responseList"]
    scene.shop.job(scene.ruleset, "profile them", "profile", profileSetId=profile_set["profileSetId"])
    tokens = scene.shop.environment("Tokens", "TOKENIZE")
    ruleset = scene.shop.ruleset(scene.shop.database(tokens, "crm", "any secret"), "customers", "CUSTOMER")
    for kind in ("tokenization", "reidentification"):
        scene.shop.job(ruleset, f"{kind} of them", kind)
    done = run(
        ansible,
        scene.task("profile", name="profile them"),
        scene.task("tokenization", environment="Tokens", name="tokenization of them"),
        scene.task("reidentification", environment="Tokens", name="reidentification of them"),
    )
    for kind in ("profile", "tokenization", "reidentification"):
        shown = done.result(HERE, kind)
        assert not shown.failed, shown.data["msg"]
        assert (shown.data["job"]["type"], shown.data["execution"]["status"]) == (kind, "SUCCEEDED")


def test_a_job_that_fails(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    scene.shop.true_secret("crm", lab.secrets.new("changed"))
    result = only(ansible, scene.task("run"))
    assert result.failed
    assert (result.data["error"]["code"], result.data["changed"]) == ("job_failed", True)
    (event,) = result.data["events"]
    assert event["type"] == "JOB_ABORTED"
    for text in (scene.engine.url, JOB, QA, "FAILED", event["detail"]):
        assert text in result.data["msg"]


def test_names_that_stand_for_two_jobs(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    (profile_set, *_more) = scene.engine.person.call("GET", "/profile-sets").json()["responseList"]
    scene.shop.job(scene.ruleset, JOB, "profile", profileSetId=profile_set["profileSetId"])
    # The same name in another environment is another job.
    other = scene.shop.environment("Köln 顧客")
    ruleset = scene.shop.ruleset(scene.shop.database(other, "crm", "any secret"), "customers", "CUSTOMER")
    number = scene.shop.job(ruleset, JOB)
    done = run(
        ansible,
        scene.task("two kinds"),
        scene.task("told", type="masking"),
        scene.task("elsewhere", environment="Köln 顧客"),
        scene.task("nowhere", name="mask nobody"),
    )
    assert done.result(HERE, "two kinds").data["error"]["code"] == "ambiguous"
    assert done.result(HERE, "nowhere").data["error"]["code"] == "not_found"
    assert not done.result(HERE, "told").failed
    assert not done.result(HERE, "elsewhere").failed
    assert [row["jobId"] for row in scene.executions()] == [scene.job, number]


def test_a_job_that_runs_already(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    number = scene.engine.start_job(scene.job)
    done = run(
        ansible,
        scene.task("fail"),
        scene.task("skip", if_running="skip"),
        scene.task("join, check", {"check_mode": True}, if_running="wait"),
        scene.task("join, too short", if_running="wait", deadline=2),
    )
    assert done.result(HERE, "fail").data["error"]["code"] == "job_running"
    for name in ("skip", "join, check"):
        shown = done.result(HERE, name).data
        assert (shown["changed"], shown["execution"]["id"]) == (False, number)
    late = done.result(HERE, "join, too short").data
    assert (late["error"]["code"], late["changed"]) == ("deadline_exceeded", False)
    running = ansible.start(play(scene.task("join", if_running="wait")), INVENTORY)
    scene.engine.forget()
    scene.engine.wait_until_asked("GET", f"/executions/{number}")
    scene.engine.finish_job(number)
    joined = running.wait().result(HERE, "join")
    assert not joined.failed
    assert (joined.data["changed"], joined.data["execution"]["status"]) == (False, "SUCCEEDED")
    assert [row["executionId"] for row in scene.executions()] == [number]


def test_a_job_that_takes_too_long(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab, seconds=3600)
    result = only(ansible, scene.task("run", deadline=3))
    assert result.failed
    (row,) = scene.executions()
    assert row["status"] == "RUNNING"
    assert result.data["execution"]["id"] == row["executionId"]
    assert f"execution {row['executionId']}" in result.data["msg"]
    scene.engine.finish_job(row["executionId"])
    result = only(ansible, scene.task("cancel", deadline=3, cancel_on_timeout=True))
    assert result.failed
    assert [row["status"] for row in scene.executions()] == ["SUCCEEDED", "CANCELLED"]
    assert result.data["execution"]["status"] == "CANCELLED"


def test_without_waiting(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab, seconds=3600)
    result = only(ansible, scene.task("run", wait=False))
    assert (result.failed, result.data["changed"]) == (False, True)
    (row,) = scene.executions()
    assert (row["status"], row["executionId"]) == ("RUNNING", result.data["execution"]["id"])


@pytest.mark.parametrize(("fault", "runs"), [(LOST, 1), (RESET, 0)], ids=["carried out", "not carried out"])
def test_a_start_whose_answer_is_lost(ansible: Ansible, lab: Lab, fault: Row, runs: int) -> None:
    scene = build(lab)
    scene.engine.faults(fault)
    result = only(ansible, scene.task("run"))
    assert len(scene.executions()) == runs
    assert scene.engine.count("POST", "/executions") == 1
    if runs:
        assert not result.failed, result.data["msg"]
        assert result.data["execution"]["status"] == "SUCCEEDED"
        assert "was lost" in result.data["warnings"][0]
    else:
        assert result.data["error"]["code"] == "answer_lost"
        assert result.data["changed"] is False


def test_an_engine_that_restarts_fails_the_job(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab, seconds=3600)
    running = ansible.start(play(scene.task("run", retries=0)), INVENTORY)
    scene.engine.wait_until_asked("POST", "/executions")
    scene.engine.faults(
        {"match": {"method": "GET", "path": "^/executions/", "times": 1}, "action": {"kind": "restart"}}
    )
    scene.engine.begin_again()
    result = running.wait().result(HERE, "run")
    assert result.failed
    assert (result.data["error"]["code"], result.data["execution"]["status"]) == ("job_failed", "FAILED")


def test_a_multi_tenant_job(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    tenants = {name: scene.shop.database(scene.environment, name, "any secret") for name in ("seven", "eight")}
    scene.shop.job(scene.ruleset, "tenant", multiTenant=True)
    done = run(
        ansible,
        scene.task("no target", name="tenant"),
        scene.task("wrong target", name="tenant", target_connector="nine"),
        scene.task("target of its own", target_connector="seven"),
        scene.task("seven", name="tenant", target_connector="seven"),
        scene.task("eight", name="tenant", target_connector="eight"),
    )
    codes = [done.result(HERE, name).data.get("error", {}).get("code") for name in ("no target", "wrong target")]
    assert codes == ["invalid_option", "not_found"]
    assert done.result(HERE, "target of its own").data["error"]["code"] == "invalid_option"
    assert not any(done.result(HERE, name).failed for name in tenants)
    assert [row["targetConnectorId"] for row in scene.executions()] == list(tenants.values())


def test_the_least_busy_of_several_engines(ansible: Ansible, lab: Lab) -> None:
    scenes = [
        build(lab, seed=seed, release=release) for seed, release in ((3, "2025.2.0.0"), (4, "6.0.1.0"), (5, "12.0.0.0"))
    ]
    first, second, third = scenes
    without = lab.start()
    for scene, number in zip(scenes, (2, 1, 0), strict=True):
        ruleset = scene.shop.ruleset(scene.shop.database(scene.environment, "other", "any secret"), "others", "X")
        for one in range(number):
            scene.engine.start_job(scene.shop.job(ruleset, f"other {one}"))
    candidates = [
        {"url": "https://127.0.0.1:1", "username": "nobody", "password": lab.secrets.new("nobody")},
        without.options(),
        second.engine.options(),
        third.engine.options(),
    ]
    done = run(
        ansible,
        first.task("check", {"check_mode": True}, candidates=candidates, retries=0),
        first.task("run", candidates=candidates, retries=0),
        first.task("first two", candidates=candidates[:3], retries=0),
        first.task("without the last", candidates=candidates[2:3], retries=0),
    )
    assert not [result.data["msg"] for result in done.results if result.failed]
    chosen = {name: done.result(HERE, name).data["engine"]["name"] for name in ("check", "run", "first two")}
    assert chosen == {"check": third.engine.url, "run": third.engine.url, "first two": second.engine.url}
    rows = done.result(HERE, "run").data["considered"]
    assert [row["active"] for row in rows] == [2, None, None, 1, 0]
    assert [bool(row["skipped"]) for row in rows] == [False, True, True, False, False]
    assert any("127.0.0.1:1" in text for text in done.result(HERE, "run").data["warnings"])
    assert third.engine.count("POST", "/executions") == 1
    assert second.engine.count("POST", "/executions") == 2
    assert first.engine.count("POST", "/executions") == 0
    # Where the job runs already, it is not started a second time on another engine.
    first.engine.start_job(first.job)
    result = only(ansible, first.task("run", candidates=candidates[3:]))
    assert result.data["error"]["code"] == "job_running"
